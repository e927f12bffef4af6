//! A saved JSON report, read again, so that every format can be made from it.
//!
//! The file may come from anywhere: unknown fields are ignored, numbers are limited, and text is escaped once more. Text
//! that skant wrote stays as it is.

pub(crate) mod error;
mod history;
mod names;
mod sanitize;
mod shape;
mod verified;

pub(crate) use self::error::{MAX_BYTES, SavedError};
use self::shape::SavedReport;
use crate::finding::Report;
use crate::scan::ReportForm;

/// The form in which an audit state keeps its report.
pub(crate) const KEPT: ReportForm = ReportForm { write: super::to_json, read: |text| read(text).ok() };

/// What says which kind of file it is.
#[derive(serde::Deserialize)]
struct Head {
    tool: Option<String>,
    schema: Option<u64>,
}

/// Reads a report in the format `json`.
///
/// # Errors
/// Fails if the text is no such report.
pub(crate) fn read(text: &[u8]) -> Result<Report, SavedError> {
    if text.len() > MAX_BYTES {
        return Err(SavedError::TooLarge);
    }
    let head: Head = serde_json::from_slice(text).map_err(|error| not_json(&error))?;
    match (head.tool.as_deref(), head.schema) {
        (Some("skant"), Some(1)) => {}
        (Some("skant"), Some(other)) => return Err(SavedError::Schema(other)),
        _ => return Err(SavedError::NotAReport),
    }
    let saved: SavedReport = serde_json::from_slice(text).map_err(|error| not_json(&error))?;
    saved.into_report()
}

/// Describes a mistake by its kind and place: the text of the error may quote the file.
fn not_json(error: &serde_json::Error) -> SavedError {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Data => "a field is missing or has another type",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "it is not JSON",
    };
    SavedError::NotJson(format!("{what} (line {}, column {})", error.line(), error.column()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Format, samples};

    #[test]
    fn every_format_of_a_saved_report_is_that_of_the_scan() {
        for (number, report) in samples::all().iter().enumerate() {
            let saved = read(samples::render(Format::Json, report).as_bytes()).unwrap();
            for (format, name, _) in Format::TABLE {
                let [direct, again] = [report, &saved].map(|report| samples::render(format, report));
                assert!(direct == again, "{name} of sample {number}:\n{direct}\n{again}");
            }
        }
    }

    #[test]
    fn what_is_no_report_is_refused() {
        let report = samples::render(Format::Json, &samples::history());
        let cut = &report[..report.len() / 2];
        let wrong = |from: &str, to: &str| {
            assert!(report.contains(from), "{from}");
            report.replacen(from, to, 1)
        };
        for (text, expected) in [
            ("", "it is no JSON report: it ends too early (line 1, column 0)"),
            ("skant: 1 secret", "it is no JSON report: it is not JSON (line 1, column 1)"),
            ("{}", "it is JSON, but no report of skant"),
            ("{\"tool\": \"other\", \"schema\": 1}", "it is JSON, but no report of skant"),
            (&wrong("\"schema\": 1", "\"schema\": 2"), "it has schema version 2, and"),
            (&wrong("\"critical\"", "\"huge\""), "its field `severity` has the unknown value `huge`"),
            (&wrong("\"places\": 9", "\"places\": -9"), "a field is missing or has another type"),
            (
                &wrong("\"fingerprint\": \"", "\"fingerprint\": \"x"),
                "its field `fingerprint` has the unknown value",
            ),
            (cut, "it ends too early"),
        ] {
            let error = read(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn a_report_that_says_it_is_incomplete_stays_incomplete() {
        let report = samples::render(Format::Json, &samples::staged());
        let read = read(report.replacen("\"complete\": true", "\"complete\": false", 1).as_bytes()).unwrap();
        assert!(!read.is_complete());
    }

    /// Changes the string at a position in the order of the file; returns whether there is one.
    fn change_string(value: &mut serde_json::Value, at: &mut usize, with: &str) -> bool {
        match value {
            serde_json::Value::String(text) if *at == 0 => {
                text.push_str(with);
                true
            }
            serde_json::Value::String(_) => {
                *at -= 1;
                false
            }
            serde_json::Value::Array(list) => list.iter_mut().any(|one| change_string(one, at, with)),
            serde_json::Value::Object(object) => {
                object.iter_mut().any(|(_, one)| change_string(one, at, with))
            }
            _ => false,
        }
    }

    #[test]
    fn no_string_of_a_report_brings_control_characters_or_markup_into_a_format() {
        let with = "\u{1b}[31m\u{7}\r\n::error::x\u{202e}\u{9b}2J<script>";
        let is_control =
            |character: char| character.is_control() && character != '\n' || character == '\u{202e}';
        for report in [samples::history(), samples::troubled(), samples::paired()] {
            let saved: serde_json::Value =
                serde_json::from_str(&samples::render(Format::Json, &report)).unwrap();
            let mut strings = 0;
            loop {
                let mut changed = saved.clone();
                if !change_string(&mut changed, &mut strings.clone(), with) {
                    break;
                }
                strings += 1;
                let report = match read(changed.to_string().as_bytes()) {
                    Ok(report) => report,
                    Err(error) => {
                        assert!(!error.to_string().contains(is_control), "{error:?}");
                        continue;
                    }
                };
                for (format, name, _) in Format::TABLE {
                    // Lines of CSV end with both characters.
                    let rendered = samples::render(format, &report).replace("\r\n", "\n");
                    assert!(!rendered.contains(is_control), "{name}: {rendered:?}");
                    assert!(
                        !rendered.lines().any(|line| line.starts_with("::error::x")),
                        "{name}: {rendered}"
                    );
                    let is_markup = matches!(name, "html" | "junit" | "markdown");
                    assert!(!is_markup || !rendered.contains("2J<script>"), "{name}: {rendered}");
                }
            }
            assert!(strings > 20, "{strings}");
        }
    }

    proptest::proptest! {
        #[test]
        fn changed_reports_break_nothing(sample in 0usize..9, at in 0usize..20_000, with in "\\PC{0,6}|[0-9]{1,20}|\\x1b\\[31m|\\\\u001b|null") {
            let mut text = samples::render(Format::Json, &samples::all()[sample]).into_bytes();
            let at = at % text.len();
            text.splice(at..=at, with.bytes());
            if let Ok(report) = read(&text) {
                for (format, ..) in Format::TABLE {
                    let render = samples::render(format, &report);
                    let has_escape = render.contains('\u{1b}');
                    proptest::prop_assert!(!has_escape);
                }
            }
        }
    }
}
