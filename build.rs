//! Checks the rule packs of `rules/` and the password model of `model/`, and writes both as Rust data, so that start-up
//! parses nothing. An error in a pack stops the build.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a panic of a build script stops the build and shows its message"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use skant_password_model::weights::Entry;
use skant_password_model::{Dictionary, WeightTable};
use skant_rule_schema::{
    Alphabet, CallSpec, CommandSpec, DirectiveSpec, FollowedBy, LimitsSpec, PackSpec, RuleSpec, ShapeSpec,
};

#[allow(dead_code, reason = "the library uses the rest")]
#[path = "src/detect/prefilter/grams.rs"]
mod grams;

#[allow(dead_code, reason = "the library uses the rest")]
#[path = "src/detect/prefilter/anchor.rs"]
mod anchor;

#[allow(dead_code, reason = "the library uses the rest")]
#[path = "src/detect/prefilter/table.rs"]
mod table;

use anchor::{Anchors, Row};
use grams::{
    Close, GRAM, NIBBLE_BUCKETS, Pattern, Place, SIX_BIT_BUCKETS, choose_places, close_nibbles,
    close_six_bits,
};
use table::{Gram, Table};

fn main() {
    name_sources();
    write_model();
    println!("cargo::rerun-if-changed=rules");
    let packs = match read_packs() {
        Ok(packs) => packs,
        Err(error) => {
            println!("cargo::error={}", error.replace('\n', " "));
            return;
        }
    };
    write_arguments(&packs);
    write_anchors(&packs);
    write_anchor_places(&packs);
    let ids: BTreeSet<String> =
        packs.iter().flat_map(|pack| &pack.rule).map(|rule| rule.id.clone()).collect();
    let (mut rules, mut known_test_values) = (String::new(), Vec::new());
    for pack in packs {
        for rule in &pack.rule {
            write_rule(&mut rules, &pack, rule);
        }
        known_test_values.extend(pack.known_test_values);
    }
    known_test_values.sort();
    if let Err(error) = write_verifiers(&ids) {
        println!("cargo::error={}", error.replace('\n', " "));
        return;
    }
    let code = format!(
        "pub(super) static RULES: &[Rule] = &[\n{rules}];\npub(super) static KNOWN_TEST_VALUES: &[Text] = {};\n",
        list(&known_test_values)
    );
    write_output("builtin.rs", &code);
}

/// Names the sources by a hash: a state of an earlier scan serves the same program only, also between two versions.
fn name_sources() {
    use std::hash::{DefaultHasher, Hasher as _};
    let mut hasher = DefaultHasher::new();
    let mut paths: Vec<std::path::PathBuf> = SOURCES.iter().rev().map(Into::into).collect();
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("a readable folder");
            let mut inside: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
            inside.sort_by(|one, other| other.cmp(one));
            paths.extend(inside);
        } else if let Ok(content) = fs::read(&path) {
            hasher.write(path.to_string_lossy().replace('\\', "/").as_bytes());
            hasher.write_usize(content.len());
            hasher.write(&content);
        }
    }
    // A package has no `crates`, and a path that does not exist counts as changed.
    for path in SOURCES.into_iter().filter(|path| Path::new(path).exists()) {
        println!("cargo::rerun-if-changed={path}");
    }
    println!("cargo::rustc-env=SKANT_SOURCES={:016x}", hasher.finish());
}

/// The files and folders that decide what is found.
const SOURCES: [&str; 7] =
    ["Cargo.lock", "src", "rules", "model", "crates/bytescan", "crates/password-model", "crates/rule-schema"];

/// Reads the packs of `rules/` in the order of their precedence.
fn read_packs() -> Result<Vec<PackSpec>, String> {
    let entries = fs::read_dir("rules").expect("the folder rules/");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry of rules/").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    // The order of a folder differs between systems; with two errors the same one is shown everywhere.
    files.sort();
    let mut packs = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a readable pack");
        let pack = skant_rule_schema::parse_pack(&text);
        packs.push(pack.map_err(|error| format!("{}: {error}", file.display()))?);
    }
    skant_rule_schema::sort_packs(&mut packs)?;
    Ok(packs)
}

/// Checks the verifiers of `rules/verifiers/` and embeds their texts: only `skant verify` parses them.
///
/// # Errors
/// A verifier is wrong, is for no rule, or two are for the same one.
fn write_verifiers(ids: &BTreeSet<String>) -> Result<(), String> {
    let entries = fs::read_dir("rules/verifiers").expect("the folder rules/verifiers/");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let mut seen = BTreeSet::new();
    let mut code = "pub(super) static FILES: &[&str] = &[\n".to_owned();
    for file in files {
        let text = fs::read_to_string(&file).expect("a readable file of verifiers");
        let name = file.display();
        let parsed = skant_rule_schema::parse_verifiers(&text).map_err(|error| format!("{name}: {error}"))?;
        for rule in parsed.verifier.into_iter().flat_map(|verifier| verifier.rules) {
            if !ids.contains(&rule) {
                return Err(format!("{name}: there is no rule `{rule}`"));
            }
            if !seen.insert(rule.clone()) {
                return Err(format!("{name}: `{rule}` has a verifier in another file"));
            }
        }
        let _ = writeln!(code, "    {text:?},");
    }
    write_output("verifiers.rs", &format!("{code}];\n"));
    Ok(())
}

fn write_output(name: &str, code: &str) {
    let folder = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&folder).join(name), code).expect("a file in OUT_DIR");
}

/// Writes the password model as static arrays in the layout that the program uses in place.
fn write_model() {
    println!("cargo::rerun-if-changed=model");
    let read = |name: &str| fs::read_to_string(Path::new("model").join(name)).expect("a file of model/");
    let words = Dictionary::new(&read("words.txt"), &read("pairs.txt"));
    let table = match WeightTable::parse(&read("weights.tsv")) {
        Ok(table) => table,
        Err(error) => {
            println!("cargo::error=model/weights.tsv: {error}");
            return;
        }
    };
    let entry = |entry: &Entry| {
        let Entry { kind, words, weight } = entry;
        format!(
            "Entry {{ kind: FeatureKind::{kind:?}, words: Cow::Borrowed({words:?}), weight: {weight:?} }}"
        )
    };
    let entries: Vec<String> = table.entries.iter().map(entry).collect();
    let code = format!(
        "pub(super) const WORDS: Dictionary = Dictionary {{ bits: Cow::Borrowed(&BITS), starts: Cow::Borrowed(&STARTS), pairs: \
         Cow::Borrowed(&PAIRS) }};\n\
         pub(super) const TABLE: WeightTable = WeightTable {{ entries: Cow::Borrowed(&ENTRIES), keys: Cow::Borrowed(&KEYS), \
         slots: Cow::Borrowed(&SLOTS), bias: {:?}_f32, thresholds: {:?} }};\n\
         static ENTRIES: [Entry; {}] = [{}];\n{}{}{}{}{}",
        table.bias,
        table.thresholds,
        entries.len(),
        entries.join(",\n"),
        array("BITS", "u64", &words.bits),
        array("STARTS", "u64", &words.starts),
        array("PAIRS", "i8", &words.pairs),
        array("KEYS", "u64", &table.keys),
        array("SLOTS", "u32", &table.slots),
    );
    write_output("model.rs", &code);
}

fn array<T: std::fmt::Debug>(name: &str, kind: &str, numbers: &[T]) -> String {
    items(name, kind, numbers.iter().map(|number| format!("{number:?}")))
}

/// Writes the calls, commands and directives of all packs, each table sorted by its anchors.
fn write_arguments(packs: &[PackSpec]) {
    let mut calls: Vec<_> = packs.iter().flat_map(|pack| &pack.call).map(call_code).collect();
    let mut commands: Vec<_> = packs.iter().flat_map(|pack| &pack.command).map(command_code).collect();
    let mut directives: Vec<_> = packs.iter().flat_map(|pack| &pack.directive).map(directive_code).collect();
    for table in [&mut calls, &mut commands, &mut directives] {
        table.sort_by(|one, other| one.0.cmp(&other.0));
    }
    let rows = |table: Vec<(String, String)>| -> String { table.into_iter().map(|(_, code)| code).collect() };
    let code = format!(
        "static CALLS: &[Call] = &[\n{}];\nstatic COMMANDS: &[Command] = &[\n{}];\nstatic DIRECTIVES: &[Directive] = \
         &[\n{}];\n",
        rows(calls),
        rows(commands),
        rows(directives)
    );
    write_output("arguments.rs", &code);
}

/// Writes the anchors of all rules and the table of their grams: to build them takes longer than to read a commit.
fn write_anchors(packs: &[PackSpec]) {
    let rules = packs.iter().flat_map(|pack| pack.rule.iter().map(move |rule| (pack, rule)));
    let anchors = Anchors::new(rules.map(|(pack, rule)| {
        let texts = rule.anchors().iter().map(String::as_str);
        (texts, ignores_case(rule), rule.followed_by, pack.reach(rule))
    }));
    let table = Table::of_rarest(&anchors);
    let row = |row: &Row| {
        let Row { text, ignore_case, followed_by, rules, reach } = row;
        format!("row({text:?}, {ignore_case}, {}, {rules:?}, {reach})", followed_by_code(*followed_by))
    };
    let gram = |gram: &Gram| {
        let Gram { bytes, source, next } = gram;
        format!("gram({bytes}, {}, {}, {next})", source.anchor, source.offset)
    };
    let bytes = |bytes: &[u8]| bytes.escape_ascii().to_string();
    let code = format!(
        "{}{}{}{}pub(super) static TEXTS: &[u8] = b\"{}\";\npub(super) static TABLE_BITS: &[u8; BITS / 8] = b\"{}\";\n",
        items("ROWS", "Row", anchors.rows.iter().map(row)),
        items("RULES_OF_ANCHORS", "u32", anchors.rules.iter().map(u32::to_string)),
        items("GRAMS", "Gram", table.grams.iter().map(gram)),
        items("HEADS", "u16", table.heads.iter().map(u16::to_string)),
        bytes(&anchors.texts),
        bytes(&table.bits[..]),
    );
    write_output("anchors.rs", &code);
}

/// Returns the code of a static array.
fn items(name: &str, kind: &str, items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    format!("pub(super) static {name}: [{kind}; {}] = [\n{}\n];\n", items.len(), items.join(",\n"))
}

fn followed_by_code(followed_by: Option<FollowedBy>) -> String {
    followed_by.map_or_else(
        || "None".to_owned(),
        |FollowedBy { alphabet, count }| {
            format!("Some(FollowedBy {{ alphabet: Alphabet::{alphabet:?}, count: {count} }})")
        },
    )
}

/// Writes where the prefilter searches for each anchor: the choice takes longer than searching a megabyte.
fn write_anchor_places(packs: &[PackSpec]) {
    let mut anchors: BTreeMap<(&str, bool), u128> = BTreeMap::new();
    for rule in packs.iter().flat_map(|pack| &pack.rule) {
        let following = rule.followed_by.map_or(0, |following| following.alphabet.ascii());
        for anchor in rule.anchors() {
            *anchors.entry((anchor, ignores_case(rule))).or_default() |= following;
        }
    }
    let patterns: Vec<Pattern<'_>> = anchors
        .iter()
        .map(|((text, ignore_case), following)| Pattern {
            text: text.as_bytes(),
            ignore_case: *ignore_case,
            following: *following,
        })
        .collect();
    let measured = read_measured_places();
    let places = |column: usize, buckets: usize, close: Close| -> Vec<String> {
        let known = |((text, ignore_case), _): (&(&str, bool), _)| {
            let places = measured.get(&(text.escape_debug().to_string(), *ignore_case))?;
            let is_inside = |place: &Place| usize::from(place.offset) <= text.len().saturating_sub(GRAM);
            Some(places[column]).filter(is_inside).filter(|place| usize::from(place.bucket) < buckets)
        };
        let known: Vec<Option<Place>> = anchors.iter().map(known).collect();
        let places = choose_places(&patterns, &known, buckets, close);
        places.iter().map(|place| format!("{place:?}")).collect()
    };
    let nibbles = places(0, NIBBLE_BUCKETS, close_nibbles);
    let six_bits = places(1, SIX_BIT_BUCKETS, close_six_bits);
    let rows = anchors.keys().zip(nibbles.iter().zip(&six_bits)).map(|((text, ignore_case), (nibbles, six_bits))| {
        format!(
            "KnownPlace {{ text: {text:?}, ignore_case: {ignore_case}, nibbles: {nibbles}, six_bits: {six_bits} }},\n"
        )
    });
    let code = format!("static KNOWN_PLACES: &[KnownPlace] = &[\n{}];\n", rows.collect::<String>());
    write_output("anchor_places.rs", &code);
}

/// Reads the places that were chosen by the texts of real repositories, for each anchor and its case.
fn read_measured_places() -> BTreeMap<(String, bool), [Place; 2]> {
    const FILE: &str = "src/detect/prefilter/places.tsv";
    println!("cargo::rerun-if-changed={FILE}");
    let table = fs::read_to_string(FILE).expect("the places of anchors");
    let place = |column: &str| {
        let (offset, bucket) = column.split_once(' ')?;
        Some(Place { offset: offset.parse().ok()?, bucket: bucket.parse().ok()? })
    };
    let row = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let [text, ignore_case, nibbles, six_bits] = columns[..] else { return None };
        Some(((text.to_owned(), ignore_case == "1"), [place(nibbles)?, place(six_bits)?]))
    };
    let rows = table.lines().skip(1).map(|line| row(line).unwrap_or_else(|| panic!("{FILE}: {line}")));
    rows.collect()
}

const fn ignores_case(rule: &RuleSpec) -> bool {
    rule.ignore_case || !rule.keywords.is_empty()
}

/// Returns the anchor of a call and its row as code.
fn call_code(call: &CallSpec) -> (String, String) {
    let CallSpec { position, parameter, first, name, .. } = call;
    let position = position.map(|position| position - 1);
    let anchor = call.anchor();
    let code = format!(
        "Call {{ anchor: {anchor:?}, position: {position:?}, parameter: {parameter:?}, first: {first:?}, name: {name:?} }},\n"
    );
    (anchor, code)
}

/// Returns the anchor of a command and its row as code.
fn command_code(command: &CommandSpec) -> (String, String) {
    let CommandSpec { program, words, options, argument, form, after, before, named, name, .. } = command;
    let argument = argument.map(|argument| argument - 1);
    let anchor = command.anchor();
    let code = format!(
        "Command {{ anchor: {anchor:?}, program: {program:?}, words: &{words:?}, options: &{options:?}, argument: \
         {argument:?}, form: CommandForm::{form:?}, after: {after:?}, before: {before:?}, named: {named}, name: {name:?} }},\n"
    );
    (anchor, code)
}

/// Returns the anchor of a directive and its row as code.
fn directive_code(directive: &DirectiveSpec) -> (String, String) {
    let DirectiveSpec { line, near, name, .. } = directive;
    let line: Vec<String> = line.split(' ').map(line_part_code).collect();
    let line = line.join(", ");
    let anchor = directive.anchor().unwrap_or_default();
    let code =
        format!("Directive {{ anchor: {anchor:?}, line: &[{line}], near: &{near:?}, name: {name:?} }},\n");
    (anchor, code)
}

/// Returns a word of the line of a directive as code.
fn line_part_code(part: &str) -> String {
    match part {
        "…" => "LinePart::Rest".to_owned(),
        "*" => "LinePart::Any".to_owned(),
        "NAME" => "LinePart::Name".to_owned(),
        _ if part.starts_with('[') => format!("LinePart::Optional({:?})", part.trim_matches(['[', ']'])),
        _ => match part.split_once("VALUE") {
            Some((before, after)) => format!("LinePart::Value {{ before: {before:?}, after: {after:?} }}"),
            None => format!("LinePart::Word({part:?})"),
        },
    }
}

fn write_rule(out: &mut String, pack: &PackSpec, rule: &RuleSpec) {
    let matcher = match (&rule.prefix, &rule.shape, &rule.syntax) {
        (Some(prefix), Some(shape), _) => {
            format!(
                "Matcher::Prefixed {{ prefix: {}, shape: {} }}",
                text(prefix),
                shape_code(&pack.shape[shape])
            )
        }
        (_, _, Some(syntax)) => {
            format!(
                "Matcher::Generic(Generic {{ syntax: Syntax::{syntax:?}, mask_head: {}, excluded_names: \
                 Cow::Borrowed({}), excluded_last_words: Cow::Borrowed({}), public_prefixes: Cow::Borrowed({}) }})",
                rule.mask_head,
                list(&rule.excluded_names),
                list(&rule.excluded_last_words),
                list(&rule.public_prefixes),
            )
        }
        _ => pattern_code(rule),
    };
    let severity = rule.severity.expect("a checked severity");
    writeln!(
        out,
        "Rule {{ id: {}, title: {}, severity: Severity::{severity:?}, anchors: Cow::Borrowed({}), ignore_case: {}, \
         followed_by: {}, \
         reach: {}, matcher: {matcher}, pair: {}, leaks: {}, variable: {}, source: {}, revoke: {}, steps: Cow::Borrowed({}), \
         examples: Cow::Borrowed({}), counterexamples: Cow::Borrowed({}) }},",
        text(&rule.id),
        text(&rule.title),
        list(rule.anchors()),
        ignores_case(rule),
        followed_by_code(rule.followed_by),
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
    let (id, pattern, name) = match other {
        Some(other) => (format!("Some({})", text(&other.id)), other.token.as_ref(), Some(&other.title)),
        None => ("None".to_owned(), pair.pattern.as_ref(), pair.name.as_ref()),
    };
    let [pattern, name] = [pattern, name].map(|part| text(part.expect("a checked pair")));
    format!("Some(Pair {{ rule: {id}, pattern: {pattern}, name: {name} }})")
}

fn pattern_code(rule: &RuleSpec) -> String {
    let form = if let Some(token) = &rule.token {
        format!("Form::Token({})", text(token))
    } else if let Some(value) = &rule.value {
        format!(
            "Form::Keyword {{ value: {}, name_words: Cow::Borrowed({}) }}",
            text(value),
            list(&rule.name_words)
        )
    } else if let Some(json_member) = &rule.json_member {
        format!("Form::JsonMember({})", text(json_member))
    } else {
        format!("Form::Pem {{ labels: Cow::Borrowed({}) }}", list(&rule.pem))
    };
    let alphabet = rule.alphabet.unwrap_or(Alphabet::Base64);
    format!(
        "Matcher::Pattern(Pattern {{ form: {form}, anchor_offset: ({}, {}), alphabet: Alphabet::{alphabet:?}, \
         may_not_precede: Alphabet::{:?}, may_follow: MayFollow::{:?}, self_terminating: {}, random: {}, human_chosen: {}, exact: {}, indirect: {}, check: {}, \
         decoded: {}, nearby: Cow::Borrowed({}) }})",
        rule.anchor_offset[0],
        rule.anchor_offset[1],
        rule.may_not_precede.unwrap_or(alphabet),
        rule.may_follow,
        rule.self_terminating,
        rule.random,
        rule.human_chosen,
        rule.exact && (rule.value.is_none() || rule.decoded.is_some()),
        rule.indirect,
        rule.check.map_or_else(|| "None".to_owned(), |check| format!("Some(Check::{check:?})")),
        rule.decoded.as_ref().map_or_else(|| "None".to_owned(), |decoded| format!("Some({})", text(decoded))),
        list(&rule.nearby),
    )
}

fn shape_code(shape: &ShapeSpec) -> String {
    let structure = shape.structure.as_ref().map_or_else(
        || "None".to_owned(),
        |expression| format!("Some(({}, {}))", text(expression), shape.structure_length),
    );
    format!(
        "TokenShape {{ structure: {structure}, full: {}, short: {}, jwt: {}, mask_head: {}, mask_tail: {}, \
         structured_limits: {}, full_limits: {}, short_limits: {} }}",
        shape.full,
        shape.short,
        shape.jwt,
        shape.mask_head,
        shape.mask_tail,
        limits_code(shape.placeholder_limits.structured),
        limits_code(shape.placeholder_limits.full),
        limits_code(shape.placeholder_limits.short),
    )
}

fn limits_code(limits: LimitsSpec) -> String {
    format!(
        "PlaceholderLimits {{ distinct: {}, entropy: {:?}, run: {}, ascending: {}, repeat: {} }}",
        limits.distinct, limits.entropy, limits.run, limits.ascending, limits.repeat
    )
}

fn text(value: &str) -> String {
    format!("Cow::Borrowed({value:?})")
}

fn list(values: &[String]) -> String {
    let items: Vec<String> = values.iter().map(|value| text(value)).collect();
    format!("&[{}]", items.join(", "))
}
