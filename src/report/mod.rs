//! Report formats: one file and one `write` function each.
//!
//! A format decides nothing: findings, exit codes and masking are settled before. All text in a [`Report`] is masked
//! and escaped; a format only adds the escapes of its own syntax.

pub(crate) mod csv;
pub(crate) mod difference;
mod entries;
mod filter;
pub(crate) mod fleet;
pub(crate) mod github;
pub(crate) mod gitlab;
#[cfg(test)]
mod goldens;
pub(crate) mod html;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod jsonl;
pub(crate) mod junit;
mod level;
mod links;
pub(crate) mod markdown;
#[cfg(test)]
mod neighbours;
mod order;
#[cfg(test)]
mod samples;
pub(crate) mod sarif;
pub(crate) mod saved;
mod schema;
mod times;
pub(crate) mod whereabouts;
pub(crate) mod words;

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::str::FromStr;

pub(crate) use self::filter::{Filter, RulePattern, Since};
pub(crate) use self::links::LinkBase;
pub use self::times::Times;
use crate::finding::Report;
use crate::policy::RunMode;

/// The formats of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Text for a terminal.
    #[default]
    Human,
    /// One JSON object, schema version 1.
    Json,
    /// JSON lines: one finding per line, then a summary.
    Jsonl,
    /// SARIF 2.1.0, for code hosts and editors.
    Sarif,
    /// JUnit XML, for test views.
    Junit,
    /// Workflow commands of GitHub Actions: annotations on changed lines.
    Github,
    /// GitLab's secret detection report.
    Gitlab,
    /// Markdown for a job summary or a comment.
    Markdown,
    /// A page that loads nothing: a summary, a timeline, a table with filters.
    Html,
    /// CSV, for spreadsheets.
    Csv,
}

impl Format {
    /// All formats with their names and descriptions, in the order of the help text.
    pub const TABLE: [(Self, &'static str, &'static str); 10] = [
        (Self::Human, "human", "text for a terminal"),
        (Self::Json, "json", "one JSON object, schema version 1"),
        (Self::Jsonl, "jsonl", "one finding per line, then a summary"),
        (Self::Sarif, "sarif", "SARIF 2.1.0, for code hosts and editors"),
        (Self::Junit, "junit", "JUnit XML, for test views"),
        (Self::Github, "github", "annotations for GitHub Actions"),
        (Self::Gitlab, "gitlab", "GitLab's secret detection report"),
        (Self::Markdown, "markdown", "Markdown for a job summary or a comment"),
        (Self::Html, "html", "a page to read, filter and hand on"),
        (Self::Csv, "csv", "a row for each finding, for spreadsheets"),
    ];

    /// Returns the name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Csv => "csv",
        }
    }

    /// Writes a report in this format. `times` are in JUnit XML, HTML and GitLab's reports.
    ///
    /// # Errors
    /// Returns the errors of `out`.
    pub fn write(self, report: &Report, times: Times, out: &mut dyn Write) -> io::Result<()> {
        write(self, report, &Options { times, ..Options::default() }, out)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The error for an unknown format name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown format; known formats: {}", Format::TABLE.map(|(_, name, _)| name).join(", "))]
pub struct UnknownFormat;

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::TABLE
            .into_iter()
            .find(|(_, known, _)| *known == name)
            .map(|(format, ..)| format)
            .ok_or(UnknownFormat)
    }
}

/// Returns a report as `json`, from which [`saved::read`] makes the same report again.
pub(crate) fn to_json(report: &Report) -> Vec<u8> {
    let mut text = Vec::new();
    // A vector takes everything.
    let _ = json::write(report, &mut text);
    text
}

/// Settings of the formats.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// Settings of the human format.
    pub human: human::Options,
    /// Start and end of the scan, for formats with a time.
    pub times: Times,
    /// The kind of run: what fails it comes first.
    pub mode: RunMode,
    /// Where Markdown links to.
    pub links: Option<LinkBase>,
}

/// Writes a report in a format.
///
/// # Errors
/// Returns the errors of `out`.
pub(crate) fn write(
    format: Format,
    report: &Report,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    let keeps_places = matches!(format, Format::Json | Format::Jsonl);
    let ordered = (!keeps_places).then(|| order::by_importance(report, options.mode));
    let report = ordered.as_ref().unwrap_or(report);
    match format {
        Format::Human => human::write(report, &options.human, &mut out)?,
        Format::Json => json::write(report, &mut out)?,
        Format::Jsonl => jsonl::write(report, &mut out)?,
        Format::Sarif => sarif::write(report, &mut out)?,
        Format::Junit => junit::write(report, options.times, &mut out)?,
        Format::Github => github::write(report, &mut out)?,
        Format::Gitlab => gitlab::write(report, options.times, &mut out)?,
        Format::Markdown => markdown::write(report, options.links.as_ref(), &mut out)?,
        Format::Html => html::write(report, options.times, options.mode, &mut out)?,
        Format::Csv => csv::write(report, options.mode, &mut out)?,
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_is_found_by_name() {
        for (format, name, help) in Format::TABLE {
            assert_eq!((name.parse(), format.name()), (Ok(format), name));
            assert!(!help.is_empty());
        }
        let error = "yaml".parse::<Format>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown format; known formats: human, json, jsonl, sarif, junit, github, gitlab, markdown, html, csv"
        );
    }

    #[test]
    fn every_format_gives_the_same_bytes_on_every_run() {
        for report in samples::all() {
            for (format, name, _) in Format::TABLE {
                let render = samples::render(format, &report);
                assert_eq!(render, samples::render(format, &report), "{name}");
                assert!(render.ends_with('\n'), "{name} ends with a line break");
                assert!(!render.contains('\u{1b}'), "{name} has no escape sequences without colours");
            }
        }
    }

    #[test]
    fn every_format_shows_the_companion_and_the_line_in_an_archive() {
        for (format, name, _) in Format::TABLE {
            let render = samples::render(format, &samples::paired());
            // Markdown writes punctuation as numbers.
            let render = render.replace("&#46;", ".").replace("&#58;", ":");
            assert!(
                render.contains("AKIA...7WLM") && render.contains("AWS access key id"),
                "{name} does not show the companion (`words::companion`): {render}"
            );
            let render = samples::render(format, &samples::odd_places()).replace("&#58;", ":");
            let is_shown = match format {
                Format::Json => render.contains("\"in_member\": {\n            \"line\": 12,"),
                Format::Jsonl => render.contains("\"in_member\":{\"line\":12,"),
                _ => render.contains("line 12 inside zip:inner/config.env"),
            };
            assert!(is_shown, "{name} does not show the line in the archive (`words::inside`): {render}");
        }
    }

    #[test]
    fn write_returns_errors_of_the_writer() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        for (format, name, _) in Format::TABLE {
            let result = write(format, &samples::staged(), &Options::default(), &mut Full);
            assert_eq!(result.map_err(|error| error.kind()), Err(io::ErrorKind::StorageFull), "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_name_or_line_breaks_a_format(name in proptest::collection::vec(0u8.., 0..40), line in "\\PC{0,200}", a in 0usize..250, b in 0usize..250, width in 0usize..200) {
            let mut report = samples::staged();
            let place = &mut report.findings[0].locations[0];
            place.path = crate::text::escape_path(&name);
            let line = crate::text::escape_terminal(line.as_bytes());
            place.snippet = Some(crate::finding::Snippet { line, span: (a, b) });
            report.findings[0].reasons.push(samples::reason(&crate::text::escape_terminal(&name)));
            let xml = samples::render(Format::Junit, &report);
            proptest::prop_assert!(roxmltree::Document::parse(&xml).is_ok(), "{xml}");
            let commands = samples::render(Format::Github, &report);
            proptest::prop_assert!(commands.lines().all(|line| line.starts_with("::") || line.starts_with("skant: ")));
            for format in [Format::Json, Format::Sarif, Format::Jsonl, Format::Gitlab] {
                let render = samples::render(format, &report);
                let lines: Vec<&str> = if format == Format::Jsonl { render.lines().collect() } else { vec![&render] };
                for line in lines {
                    proptest::prop_assert!(serde_json::from_str::<serde_json::Value>(line).is_ok());
                }
            }
            let mut out = Vec::new();
            let options = Options { human: human::Options { width, ..human::Options::default() }, ..Options::default() };
            write(Format::Human, &report, &options, &mut out).unwrap();
            let render = String::from_utf8(out).unwrap();
            proptest::prop_assert!(render.chars().all(|character| character == '\n' || !character.is_control()));
        }
    }
}
