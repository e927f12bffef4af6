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

use skant_password_model::{Table, Words};
use skant_rule_schema::{Alphabet, CutSpec, PackSpec, RuleSpec, ShapeSpec};

fn main() {
    write_model();
    println!("cargo::rerun-if-changed=rules");
    let mut files: Vec<_> = fs::read_dir("rules")
        .expect("the folder rules/")
        .map(|entry| entry.expect("an entry of rules/").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    let mut packs = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a readable pack");
        match skant_rule_schema::parse(&text) {
            Ok(pack) => packs.push(pack),
            Err(error) => {
                println!("cargo::error={}: {}", file.display(), error.replace('\n', " "));
                return;
            }
        }
    }
    // Where two rules match the same place, the earlier one is the more specific.
    packs.sort_by_key(|pack| (pack.provider.as_deref() == Some("generic"), pack.general));
    let (mut rules, mut dummies, mut ids) = (String::new(), Vec::new(), BTreeSet::new());
    for pack in packs {
        for rule in &pack.rule {
            assert!(ids.insert(rule.id.clone()), "rule `{}` stands in two files", rule.id);
            write_rule(&mut rules, &pack, rule);
        }
        dummies.extend(pack.dummies);
    }
    dummies.sort();
    let code = format!(
        "pub(super) static RULES: &[Rule] = &[\n{rules}];\npub(super) static DUMMIES: &[Text] = {};\n",
        list(&dummies)
    );
    let target = Path::new(&env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("builtin.rs");
    fs::write(target, code).expect("the generated file");
}

/// Lays the model for values without a shape out, so that it is read as it lies in the program.
fn write_model() {
    println!("cargo::rerun-if-changed=model");
    let read = |name: &str| fs::read_to_string(Path::new("model").join(name)).expect("a file of model/");
    let words = Words::new(&read("words.txt"), &read("pairs.txt"));
    let table = Table::parse(&read("weights.tsv"));
    let entries: Vec<String> =
        table.entries.iter().map(|(name, weight)| format!("(Cow::Borrowed({name:?}), {weight:?})")).collect();
    let code = format!(
        "pub(super) const WORDS: Words = Words {{ bits: Cow::Borrowed(&BITS), heads: Cow::Borrowed(&HEADS), pairs: \
         Cow::Borrowed(&PAIRS) }};\n\
         pub(super) const TABLE: Table = Table {{ entries: Cow::Borrowed(&ENTRIES), keys: Cow::Borrowed(&KEYS), slots: \
         Cow::Borrowed(&SLOTS), bias: {:?}_f32, limits: {:?} }};\n\
         static ENTRIES: [(Cow<'static, str>, f32); {}] = [{}];\n{}{}{}{}{}",
        table.bias,
        table.limits,
        entries.len(),
        entries.join(",\n"),
        array("BITS", "u64", &words.bits),
        array("HEADS", "u64", &words.heads),
        array("PAIRS", "i8", &words.pairs),
        array("KEYS", "u64", &table.keys),
        array("SLOTS", "u32", &table.slots),
    );
    let target = Path::new(&env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("model.rs");
    fs::write(target, code).expect("the generated file");
}

fn array<T: std::fmt::Debug>(name: &str, kind: &str, numbers: &[T]) -> String {
    let lines: Vec<String> = numbers.iter().map(|number| format!("{number:?}")).collect();
    format!("static {name}: [{kind}; {}] = [\n{}\n];\n", numbers.len(), lines.join(",\n"))
}

fn write_rule(out: &mut String, pack: &PackSpec, rule: &RuleSpec) {
    let matcher = match (&rule.prefix, &rule.shape, &rule.syntax) {
        (Some(prefix), Some(shape), _) => {
            format!(
                "Matcher::Token {{ prefix: {}, shape: {} }}",
                text(prefix),
                shape_code(&pack.shape[shape])
            )
        }
        (_, _, Some(syntax)) => {
            format!(
                "Matcher::Generic(Generic {{ syntax: Syntax::{syntax:?}, mask_head: {}, not_names: \
                 Cow::Borrowed({}), not_ends: Cow::Borrowed({}), public_prefixes: Cow::Borrowed({}) }})",
                rule.mask_head,
                list(&rule.not_names),
                list(&rule.not_ends),
                list(&rule.public_prefixes),
            )
        }
        _ => shaped_code(rule),
    };
    let severity = match rule.severity.as_str() {
        "low" => "Low",
        "medium" => "Medium",
        "high" => "High",
        "critical" => "Critical",
        other => panic!("rule `{}`: severity `{other}` is none of low, medium, high, critical", rule.id),
    };
    writeln!(
        out,
        "Rule {{ id: {}, title: {}, severity: Severity::{severity}, anchors: Cow::Borrowed({}), ignore_case: {}, \
         reach: {}, matcher: {matcher}, pair: {}, leaks: {}, variable: {}, source: {}, revoke: {}, steps: Cow::Borrowed({}), \
         examples: Cow::Borrowed({}), counterexamples: Cow::Borrowed({}) }},",
        text(&rule.id),
        text(&rule.title),
        list(rule.anchors()),
        rule.ignore_case || !rule.context.is_empty(),
        pack.reach(rule),
        pair_code(pack, rule),
        text(&rule.leaks),
        text(&rule.variable),
        text(&rule.source),
        text(&rule.revoke),
        list(&rule.steps(pack)),
        list(&rule.examples),
        list(&rule.counterexamples),
    )
    .expect("writing to a string");
}

fn pair_code(pack: &PackSpec, rule: &RuleSpec) -> String {
    let Some(pair) = &rule.pair else { return "None".to_owned() };
    let other = pack.rule.iter().find(|other| pair.rule.as_ref() == Some(&other.id));
    let (id, form, name) = match other {
        Some(other) => (format!("Some({})", text(&other.id)), other.token.as_ref(), Some(&other.title)),
        None => ("None".to_owned(), pair.form.as_ref(), pair.name.as_ref()),
    };
    let [form, name] = [form, name].map(|part| text(part.expect("a checked pair")));
    format!("Some(Pair {{ rule: {id}, form: {form}, name: {name} }})")
}

fn shaped_code(rule: &RuleSpec) -> String {
    let form = if let Some(token) = &rule.token {
        format!("Form::Token({})", text(token))
    } else if let Some(value) = &rule.value {
        format!("Form::Beside {{ value: {}, names: Cow::Borrowed({}) }}", text(value), list(&rule.names))
    } else if let Some(member) = &rule.member {
        format!("Form::Member({})", text(member))
    } else {
        let (labels, beside) = (list(&rule.pem), list(&rule.beside));
        format!("Form::Pem {{ labels: Cow::Borrowed({labels}), beside: Cow::Borrowed({beside}) }}")
    };
    let alphabet = rule.alphabet.unwrap_or(Alphabet::Base64);
    format!(
        "Matcher::Shaped(Shaped {{ form: {form}, before: ({}, {}), alphabet: Alphabet::{alphabet:?}, \
         edge: Alphabet::{:?}, left: Left::{:?}, closed: {}, random: {}, typed: {}, sure: {}, check: {} }})",
        rule.before[0],
        rule.before[1],
        rule.edge.unwrap_or(alphabet),
        rule.left,
        rule.closed,
        rule.random,
        rule.typed,
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

fn list(values: &[String]) -> String {
    let items: Vec<String> = values.iter().map(|value| text(value)).collect();
    format!("&[{}]", items.join(", "))
}
