//! A saved report as a file or standard input.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::error::{CliError, IoError};
use crate::finding::Report;
use crate::report::saved::{self, SavedError};

#[derive(Debug, Error)]
#[error("cannot read the report {}: {source}", path.display())]
struct UnreadableReport {
    path: PathBuf,
    source: SavedError,
}

impl Diagnostic for UnreadableReport {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.source.code()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.source.help()
    }
}

/// A report, and the time at which its file was written, in seconds since 1970; `None` for standard input.
pub(crate) struct SavedReport {
    pub(crate) report: Report,
    pub(crate) written: Option<i64>,
}

/// Reads a report in the format `json`; `-` is standard input.
///
/// # Errors
/// Fails if the file cannot be read, or is no such report.
pub(crate) fn read(name: &OsStr) -> Result<SavedReport, CliError> {
    let path = Path::new(name);
    let unreadable = |source| IoError::ReadFile { path: path.to_path_buf(), source };
    let mut written = None;
    let content = if name == OsStr::new("-") {
        bounded(io::stdin().lock()).map_err(IoError::ReadStdin)?
    } else {
        let file = std::fs::File::open(path).map_err(unreadable)?;
        let modified = file.metadata().and_then(|metadata| metadata.modified()).ok();
        let age = modified.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        written = age.and_then(|age| i64::try_from(age.as_secs()).ok());
        bounded(file).map_err(unreadable)?
    };
    let report =
        saved::read(&content).map_err(|source| UnreadableReport { path: path.to_path_buf(), source })?;
    Ok(SavedReport { report, written })
}

/// Reads at most one byte more than a report may have.
fn bounded(stream: impl Read) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    stream.take(saved::MAX_BYTES as u64 + 1).read_to_end(&mut content)?;
    Ok(content)
}
