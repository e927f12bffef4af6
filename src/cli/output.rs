//! The destinations of reports and of other output.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::args::{Common, When};
use super::error::{CliError, IoError};
use super::exit::Exit;
use crate::finding::Report;
use crate::policy::clock;
use crate::report;
use crate::report::human;
use crate::report::human::Detail;
use crate::report::{Format, Options, Times};

/// A report that cannot be written.
#[derive(Debug, Error, Diagnostic)]
enum OutputError {
    #[error("there is no format `{name}`")]
    #[diagnostic(
        code(skant::output::unknown_format),
        help(
            "`skant scan --help` lists the formats; to write a file with that name, use `human:{name}:{file}`"
        )
    )]
    UnknownFormat { name: String, file: String },
    #[error("cannot write the report: {0}")]
    #[diagnostic(code(skant::output::stdout), help("`--output FILE` writes the report to a file"))]
    Stdout(io::Error),
    #[error("cannot write the report to {}: {source}", path.display())]
    #[diagnostic(code(skant::output::file), help("name a file in a folder that you may write to"))]
    File { path: PathBuf, source: io::Error },
}

/// One report to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    format: Format,
    /// `None` is standard output.
    file: Option<PathBuf>,
}

impl Target {
    /// Returns the target of a report on standard output.
    pub(crate) fn stdout(format: Format) -> Self {
        Self { format, file: None }
    }
}

/// Returns the reports that `--format` and `--output` ask for. `FILE` alone replaces standard output. With
/// `FORMAT:FILE` standard output stays human unless `--format` names another format.
///
/// # Errors
/// Fails if the word before the first `:` looks like a format and is not one.
pub(crate) fn targets(format: Option<Format>, outputs: &[OsString]) -> Result<Vec<Target>, CliError> {
    let mut targets = Vec::new();
    let mut to_stdout = true;
    for output in outputs {
        let (own_format, file) = split(output)?;
        if own_format.is_none() {
            to_stdout = false;
        }
        let file = (file != OsStr::new("-")).then(|| PathBuf::from(file));
        to_stdout &= file.is_some();
        targets.push(Target { format: own_format.or(format).unwrap_or_default(), file });
    }
    if to_stdout {
        targets.insert(0, Target::stdout(format.unwrap_or_default()));
    }
    Ok(targets)
}

/// Splits `FORMAT:FILE`. A single letter before the colon may be a drive, so only longer words are formats.
fn split(output: &OsStr) -> Result<(Option<Format>, &OsStr), OutputError> {
    let Some((name, file)) = output.to_str().and_then(|text| text.split_once(':')) else {
        return Ok((None, output));
    };
    match name.parse::<Format>() {
        Ok(format) => Ok((Some(format), OsStr::new(file))),
        Err(_) if name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            Err(OutputError::UnknownFormat { name: name.to_owned(), file: file.to_owned() })
        }
        Err(_) => Ok((None, output)),
    }
}

/// Writes a report to all its targets. `started` is the time at which the scan began, in seconds since 1970.
pub(crate) fn write(
    report: &Report,
    targets: &[Target],
    common: &Common,
    started: i64,
) -> Result<(), CliError> {
    let times = Times { started, ended: report_time() };
    for target in targets {
        match &target.file {
            None => {
                let human = human_options(common, io::stdout().is_terminal());
                let options = Options { human, times };
                let written = report::write(target.format, report, &options, &mut io::stdout().lock());
                ignore_closed_pipe(written).map_err(OutputError::Stdout)?;
            }
            Some(path) => {
                let mut content = Vec::new();
                let options = Options { human: human_options(common, false), times };
                report::write(target.format, report, &options, &mut content)
                    .and_then(|()| replace_file(path, &content))
                    .map_err(|source| OutputError::File { path: path.clone(), source })?;
            }
        }
    }
    Ok(())
}

/// Returns the time for reports, in seconds since 1970. `SOURCE_DATE_EPOCH` sets it, for reports that are equal on
/// each run.
pub(crate) fn report_time() -> i64 {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|value| value.parse().ok());
    fixed.unwrap_or_else(|| clock::now().as_second())
}

/// Writes text to standard output.
pub(crate) fn print(text: impl AsRef<[u8]>) -> Result<Exit, CliError> {
    ignore_closed_pipe(io::stdout().lock().write_all(text.as_ref()))
        .map_err(|source| IoError::Write { stream: "standard output", source })?;
    Ok(Exit::Clean)
}

/// Accepts that the reader of a pipe closed it: it has read enough.
fn ignore_closed_pipe(written: io::Result<()>) -> io::Result<()> {
    written.or_else(|error| if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
}

/// Writes a report for people to standard error, as hooks do.
pub(crate) fn write_to_stderr(report: &Report, common: &Common) {
    let options = Options { human: stderr_options(common), ..Options::default() };
    // If standard error is closed, nobody can be informed; the exit code still reports the result.
    let _ = report::write(Format::Human, report, &options, &mut io::stderr().lock());
}

/// Returns the options of text for people on standard error.
pub(crate) fn stderr_options(common: &Common) -> human::Options {
    human_options(common, io::stderr().is_terminal())
}

fn human_options(common: &Common, is_terminal: bool) -> human::Options {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let color = match common.color {
        When::Always => true,
        When::Never => false,
        When::Auto => {
            is_terminal && !is_set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    };
    let detail = match (common.quiet, common.verbose) {
        (true, _) => Detail::Quiet,
        (false, 0) => Detail::Normal,
        (false, _) => Detail::Verbose,
    };
    human::Options { color, detail, ..human::Options::default() }
}

/// Replaces a file as a whole: a reader sees the old content or the new one. A link is replaced and not followed. A
/// device such as `/dev/stdout` is written to.
pub(crate) fn replace_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let is_special = fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir());
    if is_special {
        return fs::OpenOptions::new().write(true).open(path)?.write_all(content);
    }
    // The new file keeps the permissions of the old one: others may read it, or only its owner.
    let old = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file);
    crate::atomic_file::replace(path, content, old.map(|old| old.permissions()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(format: Option<Format>, outputs: &[&str]) -> Vec<(Format, Option<String>)> {
        let outputs: Vec<OsString> = outputs.iter().map(OsString::from).collect();
        targets(format, &outputs)
            .unwrap()
            .into_iter()
            .map(|target| (target.format, target.file.map(|file| file.display().to_string())))
            .collect()
    }

    #[test]
    fn format_and_output_give_these_targets() {
        let file = |name: &str| Some(name.to_owned());
        assert_eq!(parsed(None, &[]), [(Format::Human, None)]);
        assert_eq!(parsed(Some(Format::Json), &[]), [(Format::Json, None)]);
        assert_eq!(parsed(Some(Format::Json), &["a.json"]), [(Format::Json, file("a.json"))]);
        assert_eq!(
            parsed(None, &["sarif:a.sarif"]),
            [(Format::Human, None), (Format::Sarif, file("a.sarif"))]
        );
        assert_eq!(parsed(None, &["sarif:-"]), [(Format::Sarif, None)]);
        assert_eq!(parsed(None, &["c:report.txt"]), [(Format::Human, file("c:report.txt"))]);
        assert_eq!(parsed(None, &["./x:y", "a-b:c"]).len(), 2);
        assert!(targets(None, &["sariff:a.sarif".into()]).is_err());
        assert_eq!(
            parsed(Some(Format::Jsonl), &["sarif:a", "json:b"]),
            [(Format::Jsonl, None), (Format::Sarif, file("a")), (Format::Json, file("b"))]
        );
    }

    #[test]
    fn a_file_is_replaced_and_a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, "old").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(&target, &link).unwrap();
        replace_file(&link, b"new").unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "old");
        assert_eq!(fs::read_to_string(&link).unwrap(), "new");
        assert!(replace_file(&folder.path().join("absent/x"), b"").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
