//! The destinations of reports and of other output.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::args::Common;
use super::error::{CliError, IoError};
use super::exit::Exit;
use super::link_base;
use super::report_targets::Target;
use super::terminal::human_options;
use crate::finding::Report;
use crate::policy::{RunMode, clock};
use crate::report;
use crate::report::human;
use crate::report::{Format, Options, Times};

/// A report that cannot be written.
#[derive(Debug, Error, Diagnostic)]
enum OutputError {
    #[error("cannot write the report: {0}")]
    #[diagnostic(code(skant::output::stdout), help("`--output FILE` writes the report to a file"))]
    Stdout(io::Error),
    #[error("cannot write the report to {}: {source}", path.display())]
    #[diagnostic(code(skant::output::file), help("name a file in a folder that you may write to"))]
    File { path: PathBuf, source: io::Error },
}

/// Writes a report to all its targets. `started` is the time at which the scan began, in seconds since 1970; what fails a
/// run of this mode comes first.
pub(crate) fn write(
    report: &Report,
    targets: &[Target],
    common: &Common,
    (started, mode): (i64, RunMode),
) -> Result<(), CliError> {
    write_with(report, targets, common, Times { started, ended: report_time() }, mode)
}

/// Writes a report that was made at a time, in seconds since 1970, to all its targets.
pub(crate) fn write_at(
    report: &Report,
    targets: &[Target],
    common: &Common,
    time: i64,
    mode: RunMode,
) -> Result<(), CliError> {
    write_with(report, targets, common, Times { started: time, ended: time }, mode)
}

fn write_with(
    report: &Report,
    targets: &[Target],
    common: &Common,
    times: Times,
    mode: RunMode,
) -> Result<(), CliError> {
    if common.quiet && targets.iter().all(|target| target.file.is_some()) {
        print_problems(report, common);
    }
    let links = link_base::from_environment();
    for target in targets {
        let links = links.clone();
        match &target.file {
            None => {
                let human = human_options(common, io::stdout().is_terminal());
                let options = Options { human, times, mode, links };
                let written = report::write(target.format, report, &options, &mut io::stdout().lock());
                ignore_closed_pipe(written).map_err(OutputError::Stdout)?;
            }
            Some(path) => {
                let mut content = Vec::new();
                // The locale says what the terminal shows, not what a file may hold.
                let human = human::Options { ascii: false, ..human_options(common, false) };
                let options = Options { human, times, mode, links };
                report::write(target.format, report, &options, &mut content)
                    .and_then(|()| replace_file(path, &content))
                    .map_err(|source| OutputError::File { path: path.clone(), source })?;
            }
        }
    }
    Ok(())
}

/// Prints the problems alone to standard error: the report is in a file, and nobody may read it.
fn print_problems(report: &Report, common: &Common) {
    if !report.problems.is_empty() {
        let problems = Report { problems: report.problems.clone(), ..Report::default() };
        write_to_stderr(&problems, common, RunMode::default());
    }
}

/// Returns the time for reports, in seconds since 1970. `SOURCE_DATE_EPOCH` sets it, for reports that are equal on
/// each run.
pub(crate) fn report_time() -> i64 {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|value| value.parse().ok());
    fixed.unwrap_or_else(|| clock::now().as_second())
}

/// Writes text to standard output.
pub(crate) fn print(text: impl AsRef<[u8]>) -> Result<Exit, CliError> {
    // A question ends without a line break, and is to be seen before its answer.
    let mut stdout = io::stdout().lock();
    ignore_closed_pipe(stdout.write_all(text.as_ref()).and_then(|()| stdout.flush()))
        .map_err(|source| IoError::Write { stream: "standard output", source })?;
    Ok(Exit::Clean)
}

/// Writes text to standard error. If it is closed, nobody can be informed.
pub(crate) fn print_to_stderr(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Accepts that the reader of a pipe closed it: it has read enough.
fn ignore_closed_pipe(written: io::Result<()>) -> io::Result<()> {
    written.or_else(|error| if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
}

/// Writes a report for people to standard error, as hooks do.
pub(crate) fn write_to_stderr(report: &Report, common: &Common, mode: RunMode) {
    let options = Options { human: stderr_options(common), mode, ..Options::default() };
    // If standard error is closed, nobody can be informed; the exit code still reports the result.
    let _ = report::write(Format::Human, report, &options, &mut io::stderr().lock());
}

/// Returns the options of text for people on standard error.
pub(crate) fn stderr_options(common: &Common) -> human::Options {
    human_options(common, io::stderr().is_terminal())
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
