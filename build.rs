//! Checks the rule packs and turns them into Rust data, so that start-up parses nothing.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a broken pack has to stop the build, with the reason on the screen"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

#[path = "src/rules/spec.rs"]
#[allow(dead_code, reason = "the crate uses other parts of it")]
mod spec;

use spec::{CutSpec, PackSpec, RuleSpec, ShapeSpec};

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/rules/spec.rs");
    let mut files: Vec<_> = fs::read_dir("rules")
        .expect("the folder rules/")
        .map(|entry| entry.expect("an entry of rules/").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    // Providers first: where two rules match the same place, the earlier one is the more specific.
    files.sort_by_key(|path| (path.ends_with("generic.toml"), path.clone()));
    let (mut rules, mut dummies) = (String::new(), Vec::new());
    for file in files {
        let text = fs::read_to_string(&file).expect("a readable pack");
        let pack = match spec::parse(&text) {
            Ok(pack) => pack,
            Err(error) => {
                println!("cargo::error={}: {}", file.display(), error.replace('\n', " "));
                return;
            }
        };
        for rule in &pack.rule {
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

fn write_rule(out: &mut String, pack: &PackSpec, rule: &RuleSpec) {
    let matcher = match (&rule.prefix, &rule.shape, &rule.pattern) {
        (Some(prefix), Some(shape), _) => {
            format!(
                "Matcher::Token {{ prefix: {}, shape: {} }}",
                text(prefix),
                shape_code(&pack.shape[shape])
            )
        }
        (_, _, Some(pattern)) => {
            format!(
                "Matcher::Pattern {{ expression: {}, mask_head: {}, not_names: Cow::Borrowed({}), \
                 not_ends: Cow::Borrowed({}), public_prefixes: Cow::Borrowed({}) }}",
                text(pattern),
                rule.mask_head,
                list(&rule.not_names),
                list(&rule.not_ends),
                list(&rule.public_prefixes),
            )
        }
        _ => unreachable!("checked by spec::parse"),
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
         reach: {}, matcher: {matcher}, leaks: {}, variable: {}, source: {}, steps: Cow::Borrowed({}), \
         examples: Cow::Borrowed({}), counterexamples: Cow::Borrowed({}) }},",
        text(&rule.id),
        text(&rule.title),
        list(&rule.anchors),
        rule.ignore_case,
        pack.reach(rule),
        text(&rule.leaks),
        text(&rule.variable),
        text(&rule.source),
        list(&rule.steps),
        list(&rule.examples),
        list(&rule.counterexamples),
    )
    .expect("writing to a string");
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
