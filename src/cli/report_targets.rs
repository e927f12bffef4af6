//! Where the reports of a scan go: `--format`, `--json` and `--output`.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use crate::report::Format;

/// One report to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) format: Format,
    /// `None` is standard output.
    pub(crate) file: Option<PathBuf>,
}

/// A value of `--output` that names no report.
#[derive(Debug, Error, Diagnostic)]
pub(crate) enum TargetError {
    #[error("there is no format `{name}`")]
    #[diagnostic(
        code(skant::output::unknown_format),
        help(
            "`skant scan --help` lists the formats; to write a file with that name, use `human:{name}:{file}`"
        )
    )]
    UnknownFormat { name: String, file: String },
    #[error("the ending of {} names no format", .0.display())]
    #[diagnostic(
        code(skant::output::unknown_ending),
        help("write `FORMAT:FILE`, such as `json:report`, or add `--format FORMAT`")
    )]
    UnknownEnding(PathBuf),
}

/// The endings of file names that say which format is meant.
const ENDINGS: [(&str, Format); 11] = [
    ("txt", Format::Human),
    ("log", Format::Human),
    ("json", Format::Json),
    ("jsonl", Format::Jsonl),
    ("ndjson", Format::Jsonl),
    ("sarif", Format::Sarif),
    ("xml", Format::Junit),
    ("md", Format::Markdown),
    ("html", Format::Html),
    ("htm", Format::Html),
    ("csv", Format::Csv),
];

impl Target {
    /// Returns the target of a report on standard output.
    pub(crate) fn stdout(format: Format) -> Self {
        Self { format, file: None }
    }
}

/// What the command line says about reports.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'r> {
    pub(crate) format: Option<Format>,
    pub(crate) outputs: &'r [OsString],
    /// The folder that the program was started in: `-C` does not move the reports.
    pub(crate) folder: &'r Path,
    /// Whether a report in a file makes the one on standard output unnecessary (`--quiet`).
    pub(crate) quiet: bool,
}

impl Request<'_> {
    /// Returns the reports to write. `FILE` alone replaces standard output. With `FORMAT:FILE` standard output stays
    /// human unless `--format` names another format. A format is that before the colon, else that of `--format`, else
    /// that of the file's ending.
    ///
    /// # Errors
    /// Fails if the word before the first `:` looks like a format and is not one, and if nothing names a format.
    pub(crate) fn targets(&self) -> Result<Vec<Target>, TargetError> {
        let mut targets = Vec::new();
        let mut to_stdout = true;
        for output in self.outputs {
            let (own_format, file) = split(output)?;
            to_stdout &= own_format.is_some();
            let file = (file != OsStr::new("-")).then(|| self.folder.join(file));
            to_stdout &= file.is_some();
            let format = match (own_format.or(self.format), &file) {
                (Some(format), _) => format,
                (None, None) => Format::default(),
                (None, Some(path)) => format_of(path)?,
            };
            targets.push(Target { format, file });
        }
        let is_quiet = self.quiet && self.format.is_none() && !targets.is_empty();
        if to_stdout && !is_quiet {
            targets.insert(0, Target::stdout(self.format.unwrap_or_default()));
        }
        Ok(targets)
    }
}

/// Returns the format of a file by its ending. A device such as `/dev/stderr` has none, and gets text for people.
fn format_of(path: &Path) -> Result<Format, TargetError> {
    if path.starts_with("/dev") {
        return Ok(Format::Human);
    }
    let ending = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    let known = ENDINGS.iter().find(|(known, _)| ending.as_deref() == Some(*known));
    known.map(|(_, format)| *format).ok_or_else(|| TargetError::UnknownEnding(path.to_path_buf()))
}

/// Splits `FORMAT:FILE`. A single letter before the colon may be a drive, so only longer words are formats.
fn split(output: &OsStr) -> Result<(Option<Format>, &OsStr), TargetError> {
    let Some((name, file)) = output.to_str().and_then(|text| text.split_once(':')) else {
        return Ok((None, output));
    };
    match name.parse::<Format>() {
        Ok(format) => Ok((Some(format), OsStr::new(file))),
        Err(_) if name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            Err(TargetError::UnknownFormat { name: name.to_owned(), file: file.to_owned() })
        }
        Err(_) => Ok((None, output)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(format: Option<Format>, outputs: &[&str], quiet: bool) -> Result<Vec<Target>, TargetError> {
        let outputs: Vec<OsString> = outputs.iter().map(OsString::from).collect();
        Request { format, outputs: &outputs, folder: Path::new("at"), quiet }.targets()
    }

    fn parsed(format: Option<Format>, outputs: &[&str]) -> Vec<(Format, Option<String>)> {
        let targets = request(format, outputs, false).unwrap();
        let name = |file: PathBuf| file.to_str().unwrap().replace('\\', "/");
        targets.into_iter().map(|target| (target.format, target.file.map(name))).collect()
    }

    #[test]
    fn format_and_output_give_these_targets() {
        let file = |name: &str| Some(format!("at/{name}"));
        assert_eq!(parsed(None, &[]), [(Format::Human, None)]);
        assert_eq!(parsed(Some(Format::Json), &[]), [(Format::Json, None)]);
        assert_eq!(parsed(Some(Format::Json), &["a.xml"]), [(Format::Json, file("a.xml"))]);
        let both = [(Format::Human, None), (Format::Sarif, file("a.json"))];
        assert_eq!(parsed(None, &["sarif:a.json"]), both);
        assert_eq!(parsed(None, &["sarif:-"]), [(Format::Sarif, None)]);
        assert_eq!(parsed(None, &["-"]), [(Format::Human, None)]);
        assert_eq!(parsed(None, &["c:report.txt"]), [(Format::Human, file("c:report.txt"))]);
        assert_eq!(parsed(None, &["./x:y.txt", "a-b:c.md"]).len(), 2);
        assert_eq!(parsed(None, &["/dev/stderr"]), [(Format::Human, Some("/dev/stderr".to_owned()))]);
        assert_eq!(
            parsed(Some(Format::Jsonl), &["sarif:a", "json:b"]),
            [(Format::Jsonl, None), (Format::Sarif, file("a")), (Format::Json, file("b"))]
        );
    }

    #[test]
    fn the_ending_of_a_file_names_its_format() {
        for (ending, format) in ENDINGS {
            assert_eq!(parsed(None, &[&format!("a.{ending}")])[0].0, format, "{ending}");
            assert_eq!(parsed(None, &[&format!("a.{}", ending.to_uppercase())])[0].0, format, "{ending}");
        }
        for name in ["a", "a.xyz", "json", ".json", "a.json.gz"] {
            assert!(matches!(request(None, &[name], false), Err(TargetError::UnknownEnding(_))), "{name}");
            assert!(request(Some(Format::Human), &[name], false).is_ok(), "{name}");
        }
        assert!(matches!(request(None, &["sariff:a.sarif"], false), Err(TargetError::UnknownFormat { .. })));
    }

    #[test]
    fn a_quiet_run_prints_no_report_beside_a_file() {
        let files = |format, outputs: &[&str]| request(format, outputs, true).unwrap().len();
        assert_eq!(files(None, &["sarif:a"]), 1);
        assert_eq!(files(None, &[]), 1);
        // What the user asks for by name is written.
        assert_eq!(files(Some(Format::Json), &["sarif:a"]), 2);
    }
}
