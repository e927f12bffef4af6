//! Golden reports: `fixtures/reports/SAMPLE/FILE` holds each sample in each format, so that reviewers and viewers can
//! open them. `SNAPSHOTS=overwrite cargo test --lib report` rewrites them.

use std::path::Path;

use crate::finding::Report;
use crate::report::{Format, human, samples};

/// The file of each format.
const FILES: [(Format, &str); 10] = [
    (Format::Human, "human.txt"),
    (Format::Json, "report.json"),
    (Format::Jsonl, "report.jsonl"),
    (Format::Sarif, "report.sarif"),
    (Format::Junit, "junit.xml"),
    (Format::Github, "github.txt"),
    (Format::Gitlab, "gitlab.json"),
    (Format::Markdown, "summary.md"),
    (Format::Html, "report.html"),
    (Format::Csv, "report.csv"),
];

fn samples() -> [(&'static str, Report); 11] {
    [
        ("empty", Report::default()),
        ("staged", samples::staged()),
        ("history", samples::history()),
        ("removed", samples::removed()),
        ("unreachable", samples::unreachable()),
        ("locations", samples::odd_places()),
        ("pair", samples::paired()),
        ("verified", samples::verified()),
        ("problems", samples::troubled()),
        ("hostile", samples::hostile()),
        ("many", samples::many(3, 7)),
    ]
}

fn check(sample: &str, file: &str, rendered: String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reports").join(sample).join(file);
    let expected = snapbox::Data::read_from(&path, Some(snapbox::data::DataFormat::Text));
    snapbox::Assert::new().action_env("SNAPSHOTS").eq(snapbox::Data::text(rendered).raw(), expected.raw());
}

#[test]
fn every_format_matches_its_golden_files() {
    let (listed, known) = (FILES.map(|(format, _)| format), Format::TABLE.map(|(format, ..)| format));
    assert!(
        listed.as_slice() == known.as_slice(),
        "FILES needs a row for each format, in the order of Format::TABLE"
    );
    for (name, report) in samples() {
        for (format, file) in FILES {
            // The style and the script of a page are in each of them; two show all that differs.
            if format == Format::Html && !matches!(name, "history" | "hostile") {
                continue;
            }
            check(name, file, samples::render(format, &report));
        }
    }
}

#[test]
fn narrow_terminals_match_their_golden_file() {
    let mut out = Vec::new();
    let options = human::Options { width: 80, ..human::Options::default() };
    human::write(&samples::staged(), &options, &mut out).unwrap();
    check("staged", "human-80-columns.txt", String::from_utf8(out).unwrap());
}
