//! Checks the rule packs and turns them into Rust data, so that start-up parses nothing.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a broken pack has to stop the build, with the reason on the screen"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

#[path = "src/rules/alphabet.rs"]
#[allow(dead_code, unreachable_pub, reason = "the crate uses other parts of it")]
mod alphabet;
#[path = "src/rules/spec.rs"]
#[allow(dead_code, reason = "the crate uses other parts of it")]
mod spec;

use spec::{CutSpec, PackSpec, RuleSpec, ShapeSpec};

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/rules/spec.rs");
    println!("cargo::rerun-if-changed=src/rules/alphabet.rs");
    let mut files: Vec<_> = fs::read_dir("rules")
        .expect("the folder rules/")
        .map(|entry| entry.expect("an entry of rules/").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    let mut packs = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a readable pack");
        match spec::parse(&text) {
            Ok(pack) => packs.push(pack),
            Err(error) => {
                println!("cargo::error={}: {}", file.display(), error.replace('\n', " "));
                return;
            }
        }
    }
    // Where two rules match the same place, the earlier one is the more specific.
    packs.sort_by_key(|pack| (pack.provider.as_deref() == Some("generic"), pack.general));
    let (mut out, mut dummies, mut ids) = (Out::default(), Vec::new(), BTreeSet::new());
    for pack in packs {
        for rule in &pack.rule {
            assert!(ids.insert(rule.id.clone()), "rule `{}` stands in two files", rule.id);
            out.rule(&pack, rule);
        }
        dummies.extend(pack.dummies);
    }
    dummies.sort();
    out.list(&dummies);
    let target = Path::new(&env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("builtin.rs");
    fs::write(target, out.code()).expect("the generated file");
}

/// The pack as `src/rules/builtin.rs` reads it.
#[derive(Default)]
struct Out {
    text: String,
    lengths: Vec<u16>,
    fixed: String,
    shapes: Vec<String>,
}

impl Out {
    fn code(&self) -> String {
        format!(
            "static TEXT: &str = {:?};\nstatic LENGTHS: &[u16] = &{:?};\nstatic FIXED: &[Fixed] = &[\n{}];\n\
             static SHAPES: &[Shape] = &[\n{}];\n",
            self.text,
            self.lengths,
            self.fixed,
            self.shapes.join(",\n")
        )
    }

    fn number(&mut self, number: usize) {
        self.lengths.push(u16::try_from(number).expect("texts and lists of a rule are short"));
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.text.push_str(text);
    }

    fn list(&mut self, texts: &[String]) {
        self.number(texts.len());
        for text in texts {
            self.text(text);
        }
    }

    fn rule(&mut self, pack: &PackSpec, rule: &RuleSpec) {
        for text in [&rule.id, &rule.title] {
            self.text(text);
        }
        self.list(rule.anchors());
        for text in [&rule.leaks, &rule.variable, &rule.source, &rule.revoke] {
            self.text(text);
        }
        for list in [&rule.steps(pack), &rule.examples, &rule.counterexamples] {
            self.list(list);
        }
        let severity = match rule.severity.as_str() {
            "low" => "Low",
            "medium" => "Medium",
            "high" => "High",
            "critical" => "Critical",
            other => panic!("rule `{}`: severity `{other}` is none of low, medium, high, critical", rule.id),
        };
        let ignore_case = rule.ignore_case || !rule.context.is_empty();
        let (reach, kind) = (pack.reach(rule), self.kind(pack, rule));
        writeln!(
            self.fixed,
            "Fixed {{ severity: Severity::{severity}, ignore_case: {ignore_case}, reach: {reach}, kind: {kind} }},"
        )
        .expect("writing to a string");
    }

    fn kind(&mut self, pack: &PackSpec, rule: &RuleSpec) -> String {
        if let (Some(prefix), Some(shape)) = (&rule.prefix, &rule.shape) {
            self.text(prefix);
            let code = shape_code(&pack.shape[shape]);
            let shape = self.shapes.iter().position(|known| *known == code).unwrap_or_else(|| {
                self.shapes.push(code);
                self.shapes.len() - 1
            });
            return format!("Kind::Token {{ shape: {shape} }}");
        }
        if let Some(pattern) = &rule.pattern {
            self.text(pattern);
            for list in [&rule.not_names, &rule.not_ends, &rule.public_prefixes] {
                self.list(list);
            }
            return format!("Kind::Pattern {{ mask_head: {} }}", rule.mask_head);
        }
        let form = self.form(rule);
        format!("Kind::Shaped {{ form: FormKind::{form}, fixed: {} }}", fixed_shape_code(rule))
    }

    fn form(&mut self, rule: &RuleSpec) -> &'static str {
        if let Some(token) = &rule.token {
            self.text(token);
            "Token"
        } else if let Some(value) = &rule.value {
            self.text(value);
            self.list(&rule.names);
            "Beside"
        } else if let Some(member) = &rule.member {
            self.text(member);
            "Member"
        } else {
            self.list(&rule.pem);
            self.list(&rule.beside);
            "Pem"
        }
    }
}

fn fixed_shape_code(rule: &RuleSpec) -> String {
    let alphabet = rule.alphabet.unwrap_or(alphabet::Alphabet::Base64);
    format!(
        "FixedShape {{ before: ({}, {}), alphabet: Alphabet::{alphabet:?}, edge: Alphabet::{:?}, \
         left: Left::{:?}, closed: {}, random: {}, sure: {}, check: {} }}",
        rule.before[0],
        rule.before[1],
        rule.edge.unwrap_or(alphabet),
        rule.left,
        rule.closed,
        rule.random,
        rule.sure && rule.value.is_none(),
        rule.check.map_or_else(|| "None".to_owned(), |check| format!("Some(Check::{check:?})")),
    )
}

fn shape_code(shape: &ShapeSpec) -> String {
    let structure = shape.structure.as_ref().map_or_else(
        || "None".to_owned(),
        |expression| format!("Some(({}, {}))", text(expression), shape.structure_length),
    );
    format!(
        "Shape {{ structure: {structure}, full: {}, short: {}, jwt: {}, mask_head: {}, mask_tail: {}, \
         structured_cuts: {}, full_cuts: {}, short_cuts: {} }}",
        shape.full,
        shape.short,
        shape.jwt,
        shape.mask_head,
        shape.mask_tail,
        cuts(shape.cuts.structured),
        cuts(shape.cuts.full),
        cuts(shape.cuts.short),
    )
}

fn cuts(cut: CutSpec) -> String {
    format!(
        "Cuts {{ distinct: {}, entropy: {:?}, run: {}, ascending: {}, repeat: {} }}",
        cut.distinct, cut.entropy, cut.run, cut.ascending, cut.repeat
    )
}

fn text(value: &str) -> String {
    format!("Cow::Borrowed({value:?})")
}
