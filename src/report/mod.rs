//! How a scan is told: one file and one `write` per format. No policy: what is found, what fails the run and
//! what may be shown was decided before; all text in a [`Report`] is masked and escaped already, and a format
//! only adds the escapes of its own syntax.

pub mod github;
pub mod gitlab;
pub mod human;
pub mod json;
pub mod jsonl;
pub mod junit;
mod level;
pub mod markdown;
#[cfg(test)]
mod samples;
pub mod sarif;
mod schema;
mod times;
mod words;

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::str::FromStr;

pub use self::times::Times;
use crate::finding::Report;

/// The formats of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people, in a terminal.
    #[default]
    Human,
    /// One JSON object, schema version 1.
    Json,
    /// One finding a line, then a summary line.
    Jsonl,
    /// SARIF 2.1.0, which code hosts and editors show.
    Sarif,
    /// JUnit XML, for whatever shows tests.
    Junit,
    /// Workflow commands for GitHub Actions, which annotate the changed lines.
    Github,
    /// GitLab's secret detection report.
    Gitlab,
    /// Markdown for a job summary or a comment.
    Markdown,
}

impl Format {
    /// Every format with its name and a line of help, in the order in which help lists them.
    pub const TABLE: [(Self, &'static str, &'static str); 8] = [
        (Self::Human, "human", "for people, in a terminal"),
        (Self::Json, "json", "one JSON object, schema version 1"),
        (Self::Jsonl, "jsonl", "one finding a line, then a summary line"),
        (Self::Sarif, "sarif", "SARIF 2.1.0, for code hosts and editors"),
        (Self::Junit, "junit", "JUnit XML, for whatever shows tests"),
        (Self::Github, "github", "annotations for GitHub Actions"),
        (Self::Gitlab, "gitlab", "GitLab's secret detection report"),
        (Self::Markdown, "markdown", "for a job summary or a comment"),
    ];

    /// The name on the command line.
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
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A name that no format has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown format; there are {}", Format::TABLE.map(|(_, name, _)| name).join(", "))]
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

/// What the formats have to know besides the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// How people want it.
    pub human: human::Options,
    /// When it was scanned, for formats that ask.
    pub times: Times,
}

/// Writes a report in one of the formats.
///
/// # Errors
/// Whatever `out` fails with.
pub fn write(format: Format, report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    match format {
        Format::Human => human::write(report, &options.human, &mut out)?,
        Format::Json => json::write(report, &mut out)?,
        Format::Jsonl => jsonl::write(report, &mut out)?,
        Format::Sarif => sarif::write(report, &mut out)?,
        Format::Junit => junit::write(report, options.times, &mut out)?,
        Format::Github => github::write(report, &mut out)?,
        Format::Gitlab => gitlab::write(report, options.times, &mut out)?,
        Format::Markdown => markdown::write(report, &mut out)?,
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_found_by_its_name() {
        for (format, name, help) in Format::TABLE {
            assert_eq!((name.parse(), format.name()), (Ok(format), name));
            assert!(!help.is_empty());
        }
        let error = "yaml".parse::<Format>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown format; there are human, json, jsonl, sarif, junit, github, gitlab, markdown"
        );
    }

    #[test]
    fn every_format_says_the_same_on_every_run() {
        for report in samples::all() {
            for (format, name, _) in Format::TABLE {
                let told = samples::told(format, &report);
                assert_eq!(told, samples::told(format, &report), "{name}");
                assert!(told.ends_with('\n'), "{name} ends with a line break");
                assert!(!told.contains('\u{1b}'), "{name} has no escape sequences without colours");
            }
        }
    }

    #[test]
    fn every_format_tells_the_other_half_and_the_line_inside_of_an_archive() {
        for (format, name, _) in Format::TABLE {
            let told = samples::told(format, &samples::paired());
            // Markdown writes signs as numbers.
            let told = told.replace("&#46;", ".").replace("&#58;", ":");
            assert!(told.contains("AKIA...7WLM") && told.contains("AWS access key id"), "{name}: {told}");
            let told = samples::told(format, &samples::odd_places()).replace("&#58;", ":");
            let is_told = match format {
                Format::Json => told.contains("\"in_member\": {\n            \"line\": 12,"),
                Format::Jsonl => told.contains("\"in_member\":{\"line\":12,"),
                _ => told.contains("line 12 inside zip:inner/config.env"),
            };
            assert!(is_told, "{name}: {told}");
        }
    }

    #[test]
    fn an_error_of_the_writer_comes_back() {
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
            report.findings[0].reasons.push(crate::text::escape_terminal(&name));
            let xml = samples::told(Format::Junit, &report);
            proptest::prop_assert!(roxmltree::Document::parse(&xml).is_ok(), "{xml}");
            let commands = samples::told(Format::Github, &report);
            proptest::prop_assert!(commands.lines().all(|line| line.starts_with("::") || line.starts_with("skant: ")));
            for format in [Format::Json, Format::Sarif, Format::Jsonl, Format::Gitlab] {
                let told = samples::told(format, &report);
                let lines: Vec<&str> = if format == Format::Jsonl { told.lines().collect() } else { vec![&told] };
                for line in lines {
                    proptest::prop_assert!(serde_json::from_str::<serde_json::Value>(line).is_ok());
                }
            }
            let mut out = Vec::new();
            let options = Options { human: human::Options { width, ..human::Options::default() }, ..Options::default() };
            write(Format::Human, &report, &options, &mut out).unwrap();
            let told = String::from_utf8(out).unwrap();
            proptest::prop_assert!(told.chars().all(|character| character == '\n' || !character.is_control()));
        }
    }
}
