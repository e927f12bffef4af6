//! Replaces a file of an agent by one without secrets. The mode, the owner and the times stay.

use std::fs;
use std::io;
use std::path::Path;

use super::read::read;
use super::rewrite::without_secrets;
use crate::atomic_file;
use crate::decode::archive::sqlite;
use crate::scan::Scanner;

/// Why a file stays as it is.
#[derive(Debug)]
pub(crate) enum Left {
    /// A program has it open or has locked it.
    InUse,
    /// It was changed while it was rewritten.
    Changed,
    /// A secret in it cannot be replaced without damage.
    NotReplaceable,
    Io(io::Error),
}

impl Left {
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::InUse => "a program has it open; close the agent, then run this again".to_owned(),
            Self::Changed => "it was changed meanwhile; close the agent, then run this again".to_owned(),
            Self::NotReplaceable => {
                "the value cannot be replaced in a file of this kind; delete the conversation in the agent"
                    .to_owned()
            }
            Self::Io(error) => error.to_string(),
        }
    }
}

/// Replaces a file. A killed run leaves the old file or the new one.
///
/// # Errors
/// The file stays as it is.
pub(crate) fn replace(scanner: &Scanner, path: &Path, is_open: &dyn Fn(&Path) -> bool) -> Result<(), Left> {
    let before = fs::symlink_metadata(path).map_err(Left::Io)?;
    let content = read(path).map_err(Left::Io)?;
    if content.starts_with(sqlite::MAGIC) {
        return Err(Left::NotReplaceable);
    }
    let rewritten = without_secrets(scanner, &content).ok_or(Left::NotReplaceable)?;
    if is_open(path) {
        return Err(Left::InUse);
    }
    let now = fs::symlink_metadata(path).map_err(Left::Io)?;
    let is_same = now.len() == before.len() && now.modified().ok() == before.modified().ok();
    if !is_same || content.len() as u64 != now.len() {
        return Err(Left::Changed);
    }
    atomic_file::replace(path, &rewritten, Some(before.permissions())).map_err(Left::Io)?;
    keep_owner(path, &before).map_err(Left::Io)?;
    keep_times(path, &before).map_err(Left::Io)
}

fn keep_times(path: &Path, before: &fs::Metadata) -> io::Result<()> {
    let mut times = fs::FileTimes::new();
    if let Ok(time) = before.modified() {
        times = times.set_modified(time);
    }
    if let Ok(time) = before.accessed() {
        times = times.set_accessed(time);
    }
    // The owner may set the times of a file that he may not write.
    fs::File::open(path)?.set_times(times)
}

#[cfg(unix)]
fn keep_owner(path: &Path, before: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let now = fs::symlink_metadata(path)?;
    if (now.uid(), now.gid()) == (before.uid(), before.gid()) {
        return Ok(());
    }
    std::os::unix::fs::lchown(path, Some(before.uid()), Some(before.gid()))
}

#[cfg(not(unix))]
fn keep_owner(_: &Path, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}
