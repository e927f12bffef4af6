//! CSV for spreadsheets: RFC 4180, a row for each finding, in the order of importance.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, so such a cell begins with `'`.

use std::io::{self, Write};

use crate::finding::{Context, Finding, Report};
use crate::policy::{RunMode, fails_run};
use crate::report::words;

/// The names of the columns.
const COLUMNS: [&str; 22] = [
    "rule",
    "title",
    "severity",
    "confidence",
    "fails",
    "context",
    "path",
    "line",
    "inside",
    "belongs_to",
    "places",
    "secret",
    "fingerprint",
    "at_head",
    "reachable",
    "introduced_date",
    "introduced_author",
    "introduced_commit",
    "removed_date",
    "removed_commit",
    "first_step",
    "verified",
];

/// Writes the findings as CSV, with a header.
///
/// # Errors
/// Whatever `out` fails with.
pub(crate) fn write(report: &Report, mode: RunMode, out: &mut dyn Write) -> io::Result<()> {
    row(COLUMNS.map(str::to_owned), out)?;
    report.findings.iter().try_for_each(|finding| row(cells(finding, fails_run(finding, mode)), out))
}

/// Returns the cells of a finding; a cell without a value is empty.
fn cells(finding: &Finding, fails: bool) -> [String; COLUMNS.len()] {
    let place = finding.locations.first();
    let history = finding.history.as_ref();
    let introduced = history.and_then(|history| history.introduced.as_ref());
    let removed = history.and_then(|history| history.removed.as_ref());
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    [
        finding.rule.to_string(),
        finding.title.to_string(),
        finding.severity.name().to_owned(),
        finding.confidence.name().to_owned(),
        yes(fails),
        finding.context.unwrap_or(Context::Unknown).name().to_owned(),
        text(place.map(|place| place.path.as_str())),
        place.map(|place| place.start.line.to_string()).unwrap_or_default(),
        place.and_then(words::inside).unwrap_or_default(),
        place.and_then(words::companion).unwrap_or_default(),
        finding.places.max(finding.locations.len()).to_string(),
        finding.secret.text.clone(),
        finding.fingerprint.to_string(),
        history.map(|history| yes(history.at_head)).unwrap_or_default(),
        history.map(|history| yes(history.reachable)).unwrap_or_default(),
        text(introduced.and_then(|event| event.commit.date.as_deref())),
        text(introduced.map(|event| event.commit.author.as_str())),
        text(introduced.map(|event| words::short(&event.commit.id))),
        text(removed.and_then(|event| event.commit.date.as_deref())),
        text(removed.map(|event| words::short(&event.commit.id))),
        text(finding.help.first().map(String::as_str)),
        words::verified(finding).unwrap_or_default(),
    ]
}

fn row(cells: [String; COLUMNS.len()], out: &mut dyn Write) -> io::Result<()> {
    let cells = cells.map(|cell| quoted(&cell));
    write!(out, "{}\r\n", cells.join(","))
}

/// Returns a cell as CSV.
pub(crate) fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cell = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains(['"', ',', '\n', '\r']) || is_formula {
        return format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Format, samples};

    #[test]
    fn a_cell_is_quoted_and_never_a_formula() {
        for (cell, expected) in [
            ("a", "a"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("a\nb", "\"a\nb\""),
            ("=1+1", "\"'=1+1\""),
            ("@sum", "\"'@sum\""),
            ("-x", "\"'-x\""),
            ("a=b", "a=b"),
        ] {
            assert_eq!(quoted(cell), expected, "{cell}");
        }
    }

    #[test]
    fn a_row_has_a_cell_for_each_column() {
        for report in samples::all() {
            let text = samples::render(Format::Csv, &report);
            let mut rows = text.split("\r\n");
            assert_eq!(rows.next().unwrap(), COLUMNS.join(","));
            assert_eq!(rows.filter(|row| !row.is_empty()).count(), report.findings.len());
        }
        let text = samples::render(Format::Csv, &samples::removed());
        let row = text.split("\r\n").nth(1).unwrap();
        assert!(
            row.starts_with("anthropic-api-key,Anthropic API key,critical,high,yes,unknown,app/.env,3,,,1,"),
            "{row}"
        );
        assert!(row.contains(",no,yes,") && row.contains(",998877665544,"), "{row}");
    }
}
