//! No report shows a password near a key: passwords of every make are planted in the lines of
//! `fixtures/neighbours/shapes.txt`, and searched for in every format.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::prelude::*;
use testkit::{archives, tokens};

use crate::finding::{Finding, Report};
use crate::report::{Format, samples};
use crate::rules::RuleSet;
use crate::scan::Scanner;

const SHAPES: &str = include_str!("../../fixtures/neighbours/shapes.txt");

/// The number of characters of a password that no report shows in a row.
const PIECE: usize = 6;

const WORDS: &str = "horse battery staple purple monkey dishwasher galaxy giraffe lantern pebble walnut orchid \
    thunder blanket cobalt harvest meadow pumpkin saddle velvet";

fn shapes() -> impl Iterator<Item = &'static str> {
    SHAPES.lines().skip_while(|line| line.starts_with("# "))
}

type Make = fn(&str, usize) -> String;
type Encode = fn(&str) -> Vec<u8>;

/// The makes of passwords: a name, and a function from a seed and a length in characters.
const MAKES: [(&str, Make); 18] = [
    ("words", |seed, length| words(seed, length, " ")),
    ("words with hyphens", |seed, length| words(seed, length, "-")),
    ("words with underscores", |seed, length| words(seed, length, "_")),
    ("one word", |seed, length| words(seed, length, "")),
    ("lower case", |seed, length| from("bcdfghjklmnpqrstvwxzaeiou", seed, length)),
    ("upper case", |seed, length| from("ABCDEFGHIJKLMNOPQRSTUVWXYZ", seed, length)),
    ("lower case and digits", |seed, length| from("abcdefghijkmnpqrstuvwxyz23456789", seed, length)),
    ("digits", |seed, length| from("0123456789", seed, length)),
    ("letters and digits", |seed, length| tokens::random(tokens::ALPHANUMERIC, length, seed)),
    ("mixed", |seed, length| {
        from(
            "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!@#$%^&*()-_=+[]{};:,.<>?/|~",
            seed,
            length,
        )
    }),
    ("braces", |seed, length| format!("{{{}}}", from("abcdefghijkmnpqrstuvwxyz2345", seed, length - 2))),
    ("a bracket within", |seed, length| groups(seed, length, 7, "(")),
    ("colons", |seed, length| groups(seed, length, 4, ":")),
    ("dots", |seed, length| groups(seed, length, 3, ".")),
    ("short groups", |seed, length| groups(seed, length, 4, " ")),
    ("escaped quotes", |seed, length| groups(seed, length, 5, "\\\"")),
    ("Cyrillic", |seed, length| from("абвгдежзиклмнопрстуфхцчшщ", seed, length)),
    ("Chinese", |seed, length| from("安全钥匙天地人和春夏秋冬山水", seed, length)),
];

fn from(alphabet: &str, seed: &str, length: usize) -> String {
    let characters: Vec<char> = alphabet.chars().collect();
    let indices: Vec<u8> = (0..characters.len()).map(|index| u8::try_from(index).unwrap()).collect();
    let chosen = tokens::random(&indices, length, seed);
    chosen.chars().map(|index| characters[u32::from(index) as usize]).collect()
}

fn words(seed: &str, length: usize, separator: &str) -> String {
    let all: Vec<&str> = WORDS.split_ascii_whitespace().collect();
    let indices: Vec<u8> = (0..all.len()).map(|index| u8::try_from(index).unwrap()).collect();
    let chosen = tokens::random(&indices, 2 + length / 8, seed);
    chosen.chars().map(|index| all[u32::from(index) as usize]).collect::<Vec<_>>().join(separator)
}

fn groups(seed: &str, length: usize, size: usize, separator: &str) -> String {
    let letters = from("abcdefghijkmnpqrstuvwxyz23456789", seed, length.max(2 * size));
    letters
        .as_bytes()
        .chunks(size)
        .map(|group| std::str::from_utf8(group).unwrap())
        .collect::<Vec<_>>()
        .join(separator)
}

/// The encodings of a file.
const ENCODINGS: [(&str, Encode); 7] = [
    ("UTF-8", |text| text.into()),
    ("UTF-16, little endian", |text| {
        [&[0xff, 0xfe][..], &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat()
    }),
    ("UTF-16, big endian", |text| {
        [&[0xfe, 0xff][..], &text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>()].concat()
    }),
    ("Latin-1", |text| text.chars().map(|one| u8::try_from(u32::from(one)).unwrap_or(0xe9)).collect()),
    ("gzip", |text| archives::gzip(text.as_bytes())),
    ("zip", |text| archives::zip(&[archives::zipped("a.txt", text.as_bytes())])),
    ("CRLF", |text| text.replace('\n', "\r\n").into()),
];

/// A document of all shapes, and the pieces of it that no report may show.
struct Planted {
    text: String,
    pieces: BTreeSet<String>,
}

/// Plants passwords of all makes: the shape with an index has the make with the same index, moved by `first_make`.
fn plant(first_make: usize, length: usize, family: usize, seed: u64) -> Planted {
    let families: Vec<&str> = tokens::FAMILIES.iter().chain(&tokens::SESSIONS).map(|(key, _)| *key).collect();
    let (mut text, mut pieces) = (String::new(), BTreeSet::new());
    for (number, shape) in shapes().enumerate() {
        let seed = format!("{seed}/{number}");
        let (_, make) = MAKES[(first_make + number) % MAKES.len()];
        let password = if length == 0 { String::new() } else { make(&seed, length) };
        let key = tokens::token(families[family % families.len()], &seed);
        text += &shape.replace("@K", &key).replace("@P", &password);
        text.push('\n');
        pieces.extend(pieces_of(&password));
        // A mask shows the prefix, some characters after it, and at most the last four.
        pieces.extend(pieces_of(&key[40..key.len() - 4]));
    }
    Planted { text, pieces }
}

fn pieces_of(text: &str) -> impl Iterator<Item = String> {
    let characters: Vec<char> = text.chars().collect();
    (0..(characters.len() + 1).saturating_sub(PIECE))
        .map(move |at| characters[at..at + PIECE].iter().collect::<String>())
}

/// The reports of the shapes without passwords, with a finding of each rule: what they show is no leak.
static WITHOUT_PASSWORDS: LazyLock<String> = LazyLock::new(|| {
    let planted = plant(0, 0, 0, 0);
    let mut report = Scanner::default().scan_bytes("a.txt", planted.text.as_bytes());
    let any = report.findings[0].clone();
    report.findings.extend(RuleSet::builtin().rules().iter().map(|rule| Finding {
        rule: rule.id.to_string().into(),
        title: rule.title.to_string().into(),
        ..any.clone()
    }));
    Format::TABLE.map(|(format, ..)| samples::render(format, &report)).concat()
});

/// Removes fingerprints and ids: digits in them may equal a part of a password by chance.
fn without_hashes(text: &str) -> String {
    let is_hash = |word: &&str| {
        word.len() >= 12
            && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'))
            && word.bytes().any(|byte| byte.is_ascii_lowercase())
    };
    let is_end = |character: char| !character.is_ascii_alphanumeric() && character != '-';
    text.split_inclusive(is_end).filter(|word| !is_hash(&word.trim_end_matches(is_end))).collect()
}

/// Returns the format and the line of the first output with a planted piece.
fn find_leak(report: &Report, pieces: &BTreeSet<String>) -> Option<String> {
    let search = aho_corasick::AhoCorasick::new(pieces).unwrap();
    Format::TABLE.into_iter().find_map(|(format, name, _)| {
        let output = samples::render(format, report);
        // Raw bytes of UTF-16 have a zero byte between the characters.
        let output =
            ["\0", "\\u0000", "\\u{0}", "\\\\u{0}"].iter().fold(output, |text, zero| text.replace(zero, ""));
        // A fingerprint of digits only looks like a password of digits.
        let fingerprints = report.findings.iter().map(|finding| finding.fingerprint.as_str());
        let numbers =
            fingerprints.filter(|fingerprint| fingerprint.bytes().all(|byte| byte.is_ascii_digit()));
        let output = numbers.fold(output, |text, number| text.replace(number, ""));
        let output = without_hashes(&output);
        let is_leak = |found: &aho_corasick::Match| !WITHOUT_PASSWORDS.contains(&output[found.range()]);
        let leak = search.find_overlapping_iter(&output).find(is_leak);
        leak.map(|found| {
            let line = output[..found.start()].rfind('\n').map_or(0, |at| at + 1);
            let from = line.max(output.floor_char_boundary(found.start().saturating_sub(200)));
            format!("{name}: {}", &output[from..found.end()])
        })
    })
}

/// Draws few cases, since each is a document of all shapes.
fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases / 21, max_shrink_iters: 16, ..usual }
}

proptest! {
    #![proptest_config(config())]
    #[test]
    fn no_report_shows_a_password_near_a_key(
        first_make in 0..MAKES.len(),
        encoding in 0..ENCODINGS.len(),
        length in PIECE..=64,
        family in 0..13_usize,
        seed in any::<u64>(),
    ) {
        let planted = plant(first_make, length, family, seed);
        let report = Scanner::default().scan_bytes("a.txt", &(ENCODINGS[encoding].1)(&planted.text));
        prop_assert!(report.findings.len() >= shapes().count() * 9 / 10, "{} findings", report.findings.len());
        prop_assert_eq!(find_leak(&report, &planted.pieces), None, "{}", ENCODINGS[encoding].0);
    }
}

proptest! {
    #![proptest_config(config())]
    #[test]
    fn no_line_near_a_key_shows_a_password(
        first_make in 0..MAKES.len(),
        length in PIECE..=64,
        family in 0..13_usize,
        seed in any::<u64>(),
    ) {
        let planted = plant(first_make, length, family, seed);
        let text = planted.text.as_bytes();
        let search = aho_corasick::AhoCorasick::new(&planted.pieces).unwrap();
        let explained = Scanner::default().explain(text, b"a.txt");
        let mut found: Vec<_> = explained.iter().map(|one| one.evidence.span.clone()).collect();
        found.sort_by_key(|span| (span.start, span.end));
        found.dedup_by(|next, last| {
            let joins = next.start <= last.end;
            if joins { last.end = last.end.max(next.end); }
            joins
        });
        let mut start = 0;
        for line in text.split(|byte| *byte == b'\n') {
            let range = start..start + line.len();
            start = range.end + 1;
            let shown = crate::detect::snippet::masked_neighbour(text, range, &found);
            let leak = search.find_overlapping_iter(&shown).find(|leak| !SHAPES.contains(&shown[leak.range()]));
            prop_assert!(leak.is_none(), "{shown}");
        }
    }
}

proptest! {
    #![proptest_config(config())]
    #[test]
    fn no_change_of_a_line_shows_a_password(
        first_make in 0..MAKES.len(),
        length in PIECE..=64,
        family in 0..13_usize,
        seed in any::<u64>(),
        read in prop::sample::select(vec!["sk-...wxyz", "os.environ[\"K\"]", "process.env.K", "${K}"]),
    ) {
        let planted = plant(first_make, length, family, seed);
        let search = aho_corasick::AhoCorasick::new(&planted.pieces).unwrap();
        let explained = Scanner::default().explain(planted.text.as_bytes(), b"a.txt");
        let values: BTreeSet<&str> =
            explained.iter().filter_map(|one| planted.text.get(one.evidence.span.clone())).collect();
        let mut changed = 0;
        for line in planted.text.lines() {
            // The longest value first: one may be a part of another.
            let mut values: Vec<&&str> = values.iter().filter(|value| line.contains(**value)).collect();
            values.sort_by_key(|value| std::cmp::Reverse(value.len()));
            let line = values.into_iter().fold(line.to_owned(), |line, value| line.replace(*value, read));
            let open: Vec<_> = line.match_indices(read).map(|(at, _)| at..at + read.len()).collect();
            changed += usize::from(!open.is_empty());
            let shown = crate::detect::snippet::structure_with(line.as_bytes(), &open);
            // By chance a password may have six letters of `process`.
            let is_leak = |leak: &&str| !SHAPES.contains(*leak) && !read.contains(*leak);
            let leak = search.find_overlapping_iter(&shown).map(|leak| &shown[leak.range()]).find(is_leak);
            prop_assert!(leak.is_none(), "{shown}");
        }
        prop_assert!(changed >= shapes().count() * 9 / 10, "{changed} lines");
    }
}

#[test]
fn the_structure_of_a_line_is_shown() {
    let key = tokens::api_key("structure");
    for (line, expected) in [
        ("ANTHROPIC_API_KEY=@K", "ANTHROPIC_API_KEY=@M"),
        ("export ACME_KEY=@K # note", "export ACME_KEY=@M # ********"),
        ("  \"acmeKey\": \"@K\",", "  \"acmeKey\": \"@M\","),
        (
            "{\"password\": \"horse\", \"api_key\": \"@K\"}",
            "{\"password\": \"********\", \"api_key\": \"@M\"}",
        ),
        (
            "client = Anthropic(api_key=\"@K\", max_retries=2)",
            "client = Anthropic(api_key=\"@M\", max_retries=2)",
        ),
        ("const char *key = \"@K\";", "const char *key = \"@M\";"),
        ("let key: &str = \"@K\";", "let key: &str = \"@M\";"),
        ("login(\"bob\", \"horse\", \"@K\")", "login(\"********\", \"********\", \"@M\")"),
        ("<add key=\"Pin\" value=\"@K\"/>", "<add key=\"********\" value=\"@M\"/>"),
        ("Authorization: Bearer @K", "Authorization: Bearer @M"),
        ("curl -H \"x-api-key: @K\" https://h/p", "curl -H \"x-api-key: @M\" https://********"),
        ("postgres://bob:horse@h/db?key=@K", "postgres://********:********?key=@M"),
        ("The key is @K and more.", "******** @M ********."),
        ("$config['key'] = '@K';", "$config['key'] = '@M';"),
        ("a,b,@K", "********,********,@M"),
    ] {
        let report = Scanner::default().scan_bytes("a.txt", line.replace("@K", &key).as_bytes());
        let finding = report.findings.iter().find(|finding| finding.rule == "anthropic-api-key").unwrap();
        let snippet = finding.locations[0].snippet.clone().unwrap();
        let mask = &snippet.line[snippet.span.0..snippet.span.1];
        assert_eq!(snippet.line, expected.replace("@M", mask), "{line}");
    }
}
