//! Where reports go.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use crate::cli::args::{Common, When};
use crate::cli::{Exit, Failure};
use crate::finding::Report;
use crate::report;
use crate::report::human;
use crate::report::human::Detail;
use crate::report::{Format, Options, Times};

/// One report to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    format: Format,
    /// `None` is standard output.
    file: Option<PathBuf>,
}

/// What `--format` and `--output` come to. `FILE` alone takes the place of standard output; with
/// `FORMAT:FILE` standard output stays human unless `--format` says otherwise.
///
/// # Errors
/// What stands before the first `:` looks like a format and is none.
pub(crate) fn targets(named: Option<Format>, outputs: &[OsString]) -> Result<Vec<Target>, Failure> {
    let mut targets = Vec::new();
    let mut to_stdout = true;
    for output in outputs {
        let (format, file) = split(output)?;
        if format.is_none() {
            to_stdout = false;
        }
        let file = (file != OsStr::new("-")).then(|| PathBuf::from(file));
        to_stdout &= file.is_some();
        targets.push(Target { format: format.or(named).unwrap_or_default(), file });
    }
    if to_stdout {
        targets.insert(0, Target { format: named.unwrap_or_default(), file: None });
    }
    Ok(targets)
}

/// What stands before the first `:` is a format, if it is a word; one letter may be a drive's.
fn split(output: &OsStr) -> Result<(Option<Format>, &OsStr), Failure> {
    let Some((name, file)) = output.to_str().and_then(|text| text.split_once(':')) else {
        return Ok((None, output));
    };
    match name.parse::<Format>() {
        Ok(format) => Ok((Some(format), OsStr::new(file))),
        Err(_) if name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            Err(Failure(format!(
                "there is no format `{name}`; `skant scan --help` lists them (for a file of that name: `human:{name}:{file}`)"
            )))
        }
        Err(_) => Ok((None, output)),
    }
}

/// Writes a report to all its targets.
pub(crate) fn write(
    report: &Report,
    targets: &[Target],
    common: &Common,
    started: i64,
) -> Result<(), Failure> {
    let times = Times { started, ended: now() };
    for target in targets {
        match &target.file {
            None => {
                let options = Options { human: options(common, io::stdout().is_terminal()), times };
                let written = report::write(target.format, report, &options, &mut io::stdout().lock());
                match written {
                    // Whoever reads has seen enough.
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
                    written => {
                        written.map_err(|error| {
                            Failure(format!(
                                "cannot write the report: {error}; `--output FILE` writes it elsewhere"
                            ))
                        })?;
                    }
                }
            }
            Some(path) => {
                let mut content = Vec::new();
                let options = Options { human: options(common, false), times };
                report::write(target.format, report, &options, &mut content)?;
                replace(path, &content).map_err(|error| {
                    Failure(format!(
                        "cannot write the report to {}: {error}; name a file in a folder that can be written",
                        path.display()
                    ))
                })?;
            }
        }
    }
    Ok(())
}

/// The time that reports tell, in seconds since 1970; `SOURCE_DATE_EPOCH` sets it, so that two runs can be alike.
pub(crate) fn now() -> i64 {
    let set = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|value| value.parse().ok());
    set.unwrap_or_else(|| crate::cli::clock::now().as_second())
}

/// Writes text to standard output. Whoever reads may have seen enough; what was done is done all the same.
pub(crate) fn say(text: impl AsRef<[u8]>) -> Result<Exit, Failure> {
    match io::stdout().lock().write_all(text.as_ref()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Clean),
        written => written.map(|()| Exit::Clean).map_err(Failure::from),
    }
}

/// Writes a report for people to standard error, where hooks speak.
pub(crate) fn write_to_stderr(report: &Report, common: &Common) {
    let human = options(common, io::stderr().is_terminal());
    let options = Options { human, ..Options::default() };
    // There is nobody left to tell if standard error is closed; the exit code still speaks.
    let _ = report::write(Format::Human, report, &options, &mut io::stderr().lock());
}

fn options(common: &Common, is_terminal: bool) -> human::Options {
    let wanted = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let color = match common.color {
        When::Always => true,
        When::Never => false,
        When::Auto => {
            is_terminal && !wanted("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    };
    let detail = match (common.quiet, common.verbose) {
        (true, _) => Detail::Quiet,
        (false, 0) => Detail::Normal,
        (false, _) => Detail::Verbose,
    };
    human::Options { color, detail, ..human::Options::default() }
}

/// Replaces a file as a whole: a reader sees the old report or the new one, and a link is replaced, not
/// followed. A device (`/dev/stdout`) is written to as it is.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let is_special = fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir());
    if is_special {
        return fs::OpenOptions::new().write(true).open(path)?.write_all(content);
    }
    // What is replaced may be read by others, or by nobody else.
    let old = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file);
    crate::atomic_file::replace(path, content, old.map(|old| old.permissions()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(named: Option<Format>, outputs: &[&str]) -> Vec<(Format, Option<String>)> {
        let outputs: Vec<OsString> = outputs.iter().map(OsString::from).collect();
        targets(named, &outputs)
            .map_err(|failure| failure.0)
            .unwrap()
            .into_iter()
            .map(|target| (target.format, target.file.map(|file| file.display().to_string())))
            .collect()
    }

    #[test]
    fn targets_are_what_the_contract_says() {
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
        replace(&link, b"new").unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "old");
        assert_eq!(fs::read_to_string(&link).unwrap(), "new");
        assert!(replace(&folder.path().join("absent/x"), b"").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
