//! The merged view as CSV: a row for each value, with its repositories in one cell.

use std::io::{self, Write};

use super::merged::{Merged, MergedValue};
use crate::finding::{Verdict, Verification};
use crate::report::csv::quoted;
use crate::report::words;

/// The names of the columns.
const COLUMNS: [&str; 17] = [
    "rule",
    "title",
    "severity",
    "confidence",
    "secret",
    "fingerprint",
    "repositories",
    "repository_names",
    "first_repository",
    "first_date",
    "first_author",
    "first_commit",
    "first_path",
    "at_heads",
    "still_at",
    "verdict",
    "verified",
];

/// Writes the values, with a header.
///
/// # Errors
/// Whatever `out` fails with.
pub(super) fn write(merged: &Merged, out: &mut dyn Write) -> io::Result<()> {
    row(&COLUMNS.map(str::to_owned), out)?;
    merged.values().iter().try_for_each(|value| row(&cells(merged, value), out))
}

fn cells(merged: &Merged, value: &MergedValue) -> [String; COLUMNS.len()] {
    let name = |index: usize| merged.coverage.get(index).map_or("", |one| one.repository.as_str());
    let finding = &value.finding;
    let first = value.first();
    let event = first.and_then(|first| first.introduced.as_ref());
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let mut names: Vec<&str> = value.sightings.iter().map(|sighting| name(sighting.repository)).collect();
    names.dedup();
    let still = value.sightings.iter().filter(|sighting| sighting.at_head);
    let still: Vec<String> =
        still.map(|one| format!("{} {}", name(one.repository), one.in_files.join(" "))).collect();
    [
        finding.rule.to_string(),
        finding.title.to_string(),
        finding.severity.name().to_owned(),
        finding.confidence.name().to_owned(),
        finding.secret.text.clone(),
        finding.fingerprint.to_string(),
        value.repositories().to_string(),
        names.join("; "),
        text(first.map(|first| name(first.repository))),
        text(event.and_then(|event| event.commit.date.as_deref())),
        text(event.map(|event| event.commit.author.as_str())),
        text(event.map(|event| words::short(&event.commit.id))),
        text(event.map(|event| event.path.as_str())),
        value.at_heads().to_string(),
        still.iter().map(|text| text.trim_end()).collect::<Vec<_>>().join("; "),
        text(finding.verdict.map(Verdict::name)),
        text(finding.verification().map(Verification::name)),
    ]
}

fn row(cells: &[String; COLUMNS.len()], out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    write!(out, "{}\r\n", cells.join(","))
}

#[cfg(test)]
mod tests {
    use super::super::merged::tests::sample;
    use super::*;

    #[test]
    fn a_value_is_one_row_with_its_repositories() {
        let merged = sample();
        let mut out = Vec::new();
        write(&merged, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let rows: Vec<&str> = text.trim_end().split("\r\n").collect();
        assert_eq!((rows[0], rows.len()), (COLUMNS.join(",").as_str(), merged.values().len() + 1));
        let names = ",2,https://example.org/a.git; https://example.org/b.git,https://example.org/b.git,2020-02-03T04:05:06Z,";
        assert!(rows.iter().any(|row| row.contains(names) && row.contains(",confirmed,")), "{text}");
    }
}
