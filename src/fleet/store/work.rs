//! The folder for the temporary files of one run. A lock shows that the run lives; what a killed run left is removed by
//! the next one.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::atomic_file::private_folders;

/// The lock of a run.
const LOCK: &str = "lock";

/// The start of the name of a folder that is not locked yet.
const NEW: &str = "new-";

/// The folder of one run.
pub(crate) struct WorkFolder {
    path: PathBuf,
    next: AtomicU64,
    /// Held until the end of the run.
    _lock: File,
}

impl WorkFolder {
    /// Makes a folder in `parent`.
    ///
    /// # Errors
    /// It cannot be made or locked.
    pub(crate) fn make(parent: &Path) -> io::Result<Self> {
        for number in 0..100_u32 {
            let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
            let name = format!("{}-{time:x}-{number}", std::process::id());
            // Another run must not see the folder before it is locked.
            let unlocked = parent.join(format!("{NEW}{name}"));
            match private_folders().create(&unlocked) {
                Ok(()) => {
                    let lock = File::create(unlocked.join(LOCK))?;
                    lock.lock()?;
                    let path = parent.join(name);
                    fs::rename(unlocked, &path)?;
                    return Ok(Self { path, next: AtomicU64::new(0), _lock: lock });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Returns a path in the folder that nothing has yet.
    pub(crate) fn new_path(&self, name: &str) -> PathBuf {
        self.path.join(format!("{}-{name}", self.next.fetch_add(1, Ordering::Relaxed)))
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        // The next run removes what is left.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Removes the folders of runs that have ended. Those whose lock cannot be tried stay.
///
/// # Errors
/// The folder cannot be listed.
pub(super) fn remove_leftovers(parent: &Path) -> io::Result<()> {
    for entry in fs::read_dir(parent)? {
        let path = entry?.path();
        let is_new = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(NEW));
        let is_dead = match File::open(path.join(LOCK)) {
            _ if is_new => is_old(&path),
            Ok(lock) => lock.try_lock().is_ok(),
            Err(_) => is_old(&path),
        };
        if is_dead {
            // Another run may remove it at the same time.
            let _ = fs::remove_dir_all(&path);
        }
    }
    Ok(())
}

/// Whether a folder was made more than a minute ago.
fn is_old(path: &Path) -> bool {
    let age =
        fs::metadata(path).and_then(|metadata| metadata.modified()).ok().and_then(|time| time.elapsed().ok());
    age.is_some_and(|age| age.as_secs() > 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_folders_of_ended_runs_are_removed() {
        let parent = tempfile::tempdir().unwrap();
        let count = || fs::read_dir(parent.path()).unwrap().count();
        let living = WorkFolder::make(parent.path()).unwrap();
        fs::create_dir(parent.path().join("1-0-0")).unwrap();
        fs::write(parent.path().join("1-0-0").join(LOCK), "").unwrap();
        fs::create_dir(parent.path().join("2-0-0")).unwrap();
        fs::create_dir(parent.path().join("new-3-0-0")).unwrap();
        fs::write(parent.path().join("new-3-0-0").join(LOCK), "").unwrap();
        remove_leftovers(parent.path()).unwrap();
        // One without a lock may be about to be removed by another run.
        assert_eq!(count(), 3);
        assert_ne!(living.new_path("a"), living.new_path("a"));
        drop(living);
        assert_eq!(count(), 2);
    }
}
