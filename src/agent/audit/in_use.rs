//! Which files other programs have open. What is open is not replaced: the program would go on writing to the old file.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// A lock that is older is left from a program that has ended.
const MAX_LOCK_AGE: Duration = Duration::from_secs(10 * 60);

/// The files that other programs have open now.
pub(crate) struct OpenFiles {
    /// Device and inode of each file; `None` if this system does not tell.
    ids: Option<HashSet<(u64, u64)>>,
}

impl OpenFiles {
    /// Asks the system; programs of other people are not shown.
    pub(crate) fn now() -> Self {
        Self { ids: ids() }
    }

    /// Returns whether this system tells what is open.
    pub(crate) const fn is_known(&self) -> bool {
        self.ids.is_some()
    }

    /// Returns whether a program has a file open, or has just locked it.
    pub(crate) fn contains(&self, path: &Path) -> bool {
        let is_open = self.ids.as_ref().is_some_and(|ids| id(path).is_some_and(|id| ids.contains(&id)));
        is_open || is_locked(path)
    }
}

fn is_locked(path: &Path) -> bool {
    let mut lock = path.as_os_str().to_owned();
    lock.push(".lock");
    let Ok(modified) = fs::metadata(lock).and_then(|metadata| metadata.modified()) else { return false };
    modified.elapsed().is_ok_and(|age| age < MAX_LOCK_AGE)
}

#[cfg(unix)]
fn id(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn id(_: &Path) -> Option<(u64, u64)> {
    None
}

fn ids() -> Option<HashSet<(u64, u64)>> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let own = std::process::id().to_string();
    let is_other_process = |name: &str| name != own && name.bytes().all(|byte| byte.is_ascii_digit());
    let processes = fs::read_dir("/proc").ok()?.filter_map(Result::ok);
    let folders = processes.filter(|entry| entry.file_name().to_str().is_some_and(is_other_process));
    let files = folders.filter_map(|entry| fs::read_dir(entry.path().join("fd")).ok()).flatten();
    Some(files.filter_map(|file| id(&file.ok()?.path())).collect())
}
