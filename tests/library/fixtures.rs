//! Runs the blocks of `fixtures/detect/*.md`: a text, and the findings that skant must report for it. The form is
//! described in `fixtures/detect/README.md`.

use std::collections::BTreeSet;

use skant::Confidence;
use skant::internal::assess::assess;
use skant::internal::detect::Detector;
use skant::internal::rules::RuleSet;
use testkit::tokens;
use testkit::trials::{Trial, trial};

/// A text with its expected findings.
struct Fixture {
    title: String,
    text: String,
    expected: BTreeSet<Expected>,
}

/// A finding: the rule, the raw secret, its line from 1, and its confidence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Expected {
    rule: String,
    secret: String,
    line: usize,
    confidence: String,
}

pub fn trials() -> Vec<Trial> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/detect");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("listed").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "md") && !path.ends_with("README.md"));
    files.sort();
    let mut found = vec![trial(module_path!(), "wrong_forms_are_refused", wrong_forms_are_refused)];
    for file in files {
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).expect("readable");
        let fixtures = parse(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(!fixtures.is_empty(), "{}: no block", file.display());
        for fixture in fixtures {
            let title = format!("{name}/{}", fixture.title);
            found.push(trial(module_path!(), &title, move || check(&fixture)));
        }
    }
    found
}

/// Parses the blocks of a file; returns the first error with its line.
fn parse(markdown: &str) -> Result<Vec<Fixture>, String> {
    const HEADER: &str = "| rule | secret | line | confidence |";
    let mut found: Vec<Fixture> = Vec::new();
    let mut lines = (1..).zip(markdown.lines());
    let (mut open, mut is_complete) = (None::<Fixture>, true);
    while let Some((number, line)) = lines.next() {
        let fault = |why: &str| Err(format!("line {number}: {why}"));
        if let Some(title) = line.strip_prefix("## ") {
            if !is_complete {
                return fault("the block above has no expected findings");
            }
            found.extend(open.take());
            let fixture = Fixture { title: title.to_owned(), text: String::new(), expected: BTreeSet::new() };
            (open, is_complete) = (Some(fixture), false);
        } else if line.starts_with("```") {
            let Some(fixture) = &mut open else { return fault("a text needs a heading `## …`") };
            for (_, line) in lines.by_ref().take_while(|(_, line)| !line.starts_with("```")) {
                fixture.text.push_str(line);
                fixture.text.push('\n');
            }
        } else if line == "No finding." {
            is_complete = true;
        } else if line.starts_with('|') {
            let Some(fixture) = &mut open else { return fault("a table needs a heading `## …`") };
            is_complete = true;
            if line == HEADER || line.starts_with("|--") {
                continue;
            }
            match &line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>()[..] {
                [rule, secret, line, confidence] => {
                    let Ok(line) = line.parse() else { return fault("the third column is a line number") };
                    let (secret, _) = tokens::expand(secret.trim_matches('`'));
                    fixture.expected.insert(Expected {
                        rule: (*rule).to_owned(),
                        secret: String::from_utf8(secret).expect("UTF-8"),
                        line,
                        confidence: (*confidence).to_owned(),
                    });
                }
                _ => return fault(&format!("a row has four columns: {HEADER}")),
            }
        } else if !line.is_empty() && !line.starts_with("# ") && open.is_some() && !is_complete {
            return fault("write a fenced text, a table, or `No finding.`");
        }
    }
    if !is_complete {
        return Err("the last block has no expected findings".to_owned());
    }
    found.extend(open);
    Ok(found)
}

fn check(fixture: &Fixture) {
    let detector = Detector::new(RuleSet::builtin());
    let (text, _) = tokens::expand(&fixture.text);
    let found: BTreeSet<Expected> = detector
        .find_evidence(&text)
        .iter()
        .filter_map(|evidence| {
            let confidence = assess(evidence, None, 0).confidence?;
            Some((
                Expected {
                    rule: detector.rules()[evidence.rule].id.to_string(),
                    secret: String::from_utf8_lossy(&text[evidence.span.clone()]).into_owned(),
                    line: evidence.start.line,
                    confidence: confidence.name().to_owned(),
                },
                confidence,
            ))
        })
        .filter(|(found, confidence)| *confidence > Confidence::Low || fixture.expected.contains(found))
        .map(|(found, _)| found)
        .collect();
    assert_eq!(found, fixture.expected, "{}:\n{}", fixture.title, String::from_utf8_lossy(&text));
}

fn wrong_forms_are_refused() {
    for (markdown, expected) in [
        ("## a\n\n```\nx\n```\n", "the last block has no expected findings"),
        ("## a\n\n```\nx\n```\n\n## b\n", "line 7: the block above has no expected findings"),
        ("```\nx\n```\n", "line 1: a text needs a heading `## …`"),
        ("## a\n\n| rule | x |\n", "line 3: a row has four columns: | rule | secret | line | confidence |"),
        ("## a\n\n| r | `x` | one | high |\n", "line 3: the third column is a line number"),
        ("## a\n\nNothing.\n", "line 3: write a fenced text, a table, or `No finding.`"),
    ] {
        assert_eq!(parse(markdown).err().as_deref(), Some(expected), "{markdown}");
    }
}
