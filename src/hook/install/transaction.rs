//! Changes to the files of the hooks folder: all of them or none. Knows nothing of hooks.

use std::fs::{self, File, Permissions, TryLockError};
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::InstallError;
use crate::atomic_file::replace;
use crate::git::open_regular;

/// One change to one file. All paths are in the folders that [`apply`] takes.
pub(crate) enum Step {
    /// Writes an executable file. It may replace a regular file.
    Write { path: PathBuf, content: Vec<u8> },
    /// Writes an executable file that replaces a file or a link. The old one gets a second name first, so that a hook
    /// exists at every moment.
    Supersede { path: PathBuf, before: PathBuf, content: Vec<u8> },
    /// Gives a file a second name, which is not taken or leads to the same file.
    Link { from: PathBuf, to: PathBuf },
    /// Renames a file or a link itself. It may replace a regular file.
    Rename { from: PathBuf, to: PathBuf },
    /// Removes a regular file.
    Remove { path: PathBuf },
}

/// The reverse of a finished change.
enum Undo {
    RemoveFolder(PathBuf),
    Restore(Saved),
    RenameBack { from: PathBuf, to: Saved },
}

/// A path with the regular file that was there; `None` if there was no file.
struct Saved {
    path: PathBuf,
    file: Option<(Vec<u8>, Permissions)>,
}

/// Locks the parent of the folder until the returned file is dropped, so that another installation cannot change the
/// files between reading and writing. Locking writes nothing. Returns `None`, and the caller goes on without a lock, if
/// the parent cannot be locked or stays locked for ten seconds.
pub(crate) fn lock(folder: &Path) -> Option<File> {
    let above = folder.parent()?.ancestors().find(|above| above.is_dir())?;
    let above = File::open(above).ok()?;
    for _ in 0..MAX_WAITS {
        match above.try_lock() {
            Ok(()) => return Some(above),
            Err(TryLockError::WouldBlock) => std::thread::sleep(WAIT),
            Err(TryLockError::Error(_)) => return None,
        }
    }
    None
}

/// The number of attempts, ten seconds in total. An installation takes some milliseconds.
const MAX_WAITS: usize = 1000;
/// The pause between two attempts.
const WAIT: Duration = Duration::from_millis(10);

/// Makes the folders that are missing, then runs each step. After a failure it undoes all finished steps.
pub(crate) fn apply(folders: &[&Path], steps: &[Step]) -> Result<(), InstallError> {
    let mut done = Vec::new();
    let result = folders
        .iter()
        .try_for_each(|folder| make_folder(folder, &mut done))
        .and_then(|()| steps.iter().try_for_each(|step| step.run().map(|undo| done.push(undo))));
    result.map_err(|mut error| {
        for undo in done.into_iter().rev() {
            let path = undo.path().to_path_buf();
            if undo.run().is_err() {
                error.add_not_restored(path);
            }
        }
        error
    })
}

fn make_folder(folder: &Path, done: &mut Vec<Undo>) -> Result<(), InstallError> {
    let missing: Vec<&Path> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
    for folder in missing.into_iter().rev() {
        fs::create_dir(folder).map_err(|source| InstallError::io("make", folder, source))?;
        done.push(Undo::RemoveFolder(folder.to_path_buf()));
    }
    Ok(())
}

impl Step {
    fn run(&self) -> Result<Undo, InstallError> {
        match self {
            Self::Write { path, content } => {
                let saved = Saved::read(path).map_err(|source| InstallError::io("read", path, source))?;
                replace(path, content, executable())
                    .map_err(|source| InstallError::io("write", path, source))?;
                Ok(Undo::Restore(saved))
            }
            Self::Supersede { path, before, content } => {
                keep(path, before).map_err(|source| InstallError::io("keep", path, source))?;
                let saved = Saved { path: before.clone(), file: None };
                let undo = Undo::RenameBack { from: path.clone(), to: saved };
                if let Err(source) = replace(path, content, executable()) {
                    // Renaming one name of a file to another name of the same file does nothing.
                    let undone = if path.symlink_metadata().is_ok() {
                        fs::remove_file(before)
                    } else {
                        fs::rename(before, path)
                    };
                    let mut error = InstallError::io("write", path, source);
                    if undone.is_err() {
                        error.add_not_restored(before.clone());
                    }
                    return Err(error);
                }
                Ok(undo)
            }
            Self::Link { from, to } => {
                keep(from, to).map_err(|source| InstallError::io("keep", from, source))?;
                Ok(Undo::Restore(Saved { path: to.clone(), file: None }))
            }
            Self::Rename { from, to } => {
                let saved = Saved::read(to).map_err(|source| InstallError::io("read", to, source))?;
                fs::rename(from, to).map_err(|source| InstallError::io("rename", from, source))?;
                Ok(Undo::RenameBack { from: from.clone(), to: saved })
            }
            Self::Remove { path } => {
                let saved = Saved::read(path).map_err(|source| InstallError::io("read", path, source))?;
                fs::remove_file(path).map_err(|source| InstallError::io("remove", path, source))?;
                Ok(Undo::Restore(saved))
            }
        }
    }
}

impl Undo {
    fn path(&self) -> &Path {
        match self {
            Self::RemoveFolder(path) | Self::RenameBack { from: path, .. } => path,
            Self::Restore(saved) => &saved.path,
        }
    }

    fn run(self) -> io::Result<()> {
        match self {
            Self::RemoveFolder(path) => fs::remove_dir(path),
            Self::Restore(saved) => saved.restore(),
            Self::RenameBack { from, to } => {
                fs::rename(&to.path, from)?;
                to.restore()
            }
        }
    }
}

impl Saved {
    /// Reads the file at a path. Anything but a regular file is an error, because only regular files are replaced.
    fn read(path: &Path) -> io::Result<Self> {
        let file = match path.symlink_metadata() {
            Ok(found) if found.is_file() => Some((fs::read(path)?, found.permissions())),
            Ok(_) => return Err(io::Error::new(io::ErrorKind::AlreadyExists, "it is not a regular file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        Ok(Self { path: path.to_path_buf(), file })
    }

    fn restore(self) -> io::Result<()> {
        match self.file {
            Some((content, permissions)) => replace(&self.path, &content, Some(permissions)),
            None if self.path.symlink_metadata().is_ok() => fs::remove_file(self.path),
            None => Ok(()),
        }
    }
}

/// Gives a hook a second name. An earlier attempt that was interrupted may have done it already.
fn keep(path: &Path, before: &Path) -> io::Result<()> {
    let linked = fs::hard_link(path, before);
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if is_copy(path, before) {
                Ok(())
            } else {
                Err(error)
            }
        }
        // Some file systems have no hard links.
        Err(_) if path.symlink_metadata().is_ok_and(|found| found.is_file()) => {
            let permissions = path.metadata()?.permissions();
            replace(before, &fs::read(path)?, Some(permissions))
        }
        Err(_) => fs::rename(path, before),
        Ok(()) => Ok(()),
    }
}

/// Returns whether two paths hold the same: links to one target, or files with the same content.
pub(crate) fn is_copy(one: &Path, other: &Path) -> bool {
    match (fs::read_link(one), fs::read_link(other)) {
        (Ok(one), Ok(other)) => one == other,
        (Err(_), Err(_)) => has_same_content(one, other).unwrap_or(false),
        _ => false,
    }
}

/// Compares two regular files block by block: the files of a repository may be of any size.
fn has_same_content(one: &Path, other: &Path) -> io::Result<bool> {
    let ((one, length), (other, other_length)) = (open_regular(one)?, open_regular(other)?);
    if length != other_length || length > MAX_COMPARED {
        return Ok(false);
    }
    let (mut one, mut other) = (BufReader::new(one), BufReader::new(other));
    loop {
        let (left, right) = (one.fill_buf()?, other.fill_buf()?);
        let shared = left.len().min(right.len());
        if left[..shared] != right[..shared] {
            return Ok(false);
        }
        if shared == 0 {
            return Ok(left.len() == right.len());
        }
        one.consume(shared);
        other.consume(shared);
    }
}

/// The most bytes of files that are compared. Larger ones count as different, so that neither is replaced.
const MAX_COMPARED: u64 = 64 << 20;

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no such mode")]
fn executable() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn executable() -> Option<Permissions> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lists every path below a folder with its content or link target, and its mode.
    fn listing(folder: &Path) -> Vec<(PathBuf, Vec<u8>, Permissions)> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            let content = if metadata.is_symlink() {
                fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes()
            } else if metadata.is_dir() {
                found.extend(listing(&path));
                Vec::new()
            } else {
                fs::read(&path).unwrap()
            };
            found.push((path, content, metadata.permissions()));
        }
        found.sort_by(|left, right| left.0.cmp(&right.0));
        found
    }

    #[test]
    fn a_failure_in_the_middle_leaves_everything_as_it_was() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path();
        for name in ["old", "ours", "kept", "gone"] {
            fs::write(folder.join(name), name).unwrap();
        }
        fs::create_dir(folder.join("taken")).unwrap();
        let mut mode = fs::metadata(folder.join("gone")).unwrap().permissions();
        mode.set_readonly(true);
        fs::set_permissions(folder.join("gone"), mode).unwrap();
        let before = listing(folder);

        let at = |name: &str| folder.join(name);
        let write = |name: &str| Step::Write { path: at(name), content: b"new".to_vec() };
        let mut steps = vec![
            Step::Supersede { path: at("old"), before: at("old.before"), content: b"new".to_vec() },
            write("ours"),
            write("fresh"),
            Step::Rename { from: at("kept"), to: at("ours") },
            Step::Remove { path: at("gone") },
        ];
        for last in [
            write("taken"),
            Step::Rename { from: at("ours"), to: at("taken") },
            Step::Rename { from: at("missing"), to: at("other") },
            Step::Remove { path: at("taken") },
            write("missing/file"),
        ] {
            steps.push(last);
            let error = apply(&[folder], &steps).unwrap_err();
            assert!(
                matches!(&error, InstallError::Io { not_restored, .. } if not_restored.is_empty()),
                "{error}"
            );
            assert_eq!(listing(folder), before);
            steps.pop();
        }
        apply(&[folder], &steps).unwrap();
        assert_ne!(listing(folder), before);
    }

    #[test]
    fn folders_are_made_and_removed_after_a_failure() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/b");
        let good = Step::Write { path: folder.join("hook"), content: Vec::new() };
        let bad = Step::Remove { path: folder.join("missing") };
        let steps = [good, bad];
        apply(&[&folder], &steps).unwrap_err();
        assert!(listing(root.path()).is_empty());
        apply(&[&folder], &steps[..1]).unwrap();
        assert!(folder.join("hook").is_file());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_renamed_and_never_written_through() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path();
        fs::write(folder.join("target"), "target").unwrap();
        std::os::unix::fs::symlink("target", folder.join("hook")).unwrap();
        let (path, before) = (folder.join("hook"), folder.join("hook.before"));
        apply(&[folder], &[Step::Supersede { path, before, content: b"new".to_vec() }]).unwrap();
        assert_eq!(fs::read_link(folder.join("hook.before")).unwrap(), Path::new("target"));
        assert_eq!(fs::read(folder.join("target")).unwrap(), b"target");
        assert_eq!(fs::read(folder.join("hook")).unwrap(), b"new");
    }

    #[test]
    fn copies_are_compared_by_content_and_large_files_are_different() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        let long = "x".repeat(100_000);
        for (left, right, expected) in [
            ("", "", true),
            ("a", "a", true),
            ("a", "b", false),
            ("a", "ab", false),
            (&*long, &*long, true),
            (&*long, &*format!("{}y", &long[1..]), false),
        ] {
            fs::write(at("one"), left).unwrap();
            fs::write(at("other"), right).unwrap();
            assert_eq!(is_copy(&at("one"), &at("other")), expected, "{left:.5} {right:.5}");
        }
        for name in ["one", "other"] {
            File::create(at(name)).unwrap().set_len(MAX_COMPARED + 1).unwrap();
        }
        assert!(!is_copy(&at("one"), &at("other")));
    }

    /// A program that is killed in the middle leaves the second name.
    #[test]
    fn a_second_name_of_an_interrupted_attempt_is_reused() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        let step = || Step::Supersede { path: at("hook"), before: at("before"), content: b"new".to_vec() };
        fs::write(at("hook"), "old").unwrap();
        keep(&at("hook"), &at("before")).unwrap();
        assert_eq!(fs::read(at("hook")).unwrap(), b"old");
        apply(&[root.path()], &[step()]).unwrap();
        assert_eq!(fs::read(at("hook")).unwrap(), b"new");
        assert_eq!(fs::read(at("before")).unwrap(), b"old");
        // The second name of another hook is not reused.
        fs::write(at("hook"), "other").unwrap();
        apply(&[root.path()], &[step()]).unwrap_err();
        assert_eq!(fs::read(at("hook")).unwrap(), b"other");
        assert_eq!(fs::read(at("before")).unwrap(), b"old");
    }
}
