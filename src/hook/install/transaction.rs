//! Changes to the hooks folder, all of them or none. Knows nothing of hooks.

use std::fs::{self, File, Permissions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::atomic_file::replace;
use crate::hook::install::InstallError;

/// One change to one file. The paths' folder is the one that [`apply`] is given.
pub(crate) enum Step {
    /// Writes a new executable file, in the place of a regular file or of nothing.
    Write { path: PathBuf, content: Vec<u8> },
    /// The same in the place of a file or a link, which gets a second name first: at no moment is there none.
    Supersede { path: PathBuf, before: PathBuf, content: Vec<u8> },
    /// Gives a file (or a link itself) another name, in the place of a regular file or of nothing.
    Rename { from: PathBuf, to: PathBuf },
    /// Removes a regular file.
    Remove { path: PathBuf },
}

/// How to take a change back.
enum Undo {
    RemoveFolder(PathBuf),
    PutBack(Saved),
    RenameBack { from: PathBuf, to: Saved },
}

/// A regular file as it was, or that there was none.
struct Saved {
    path: PathBuf,
    file: Option<(Vec<u8>, Permissions)>,
}

/// Waits for other installations and uninstallations in the same folder, which would change what is looked at here:
/// the folder above it is locked, and nothing is written for it. Where that cannot be, or lasts, it goes on without.
pub(crate) fn alone(folder: &Path) -> Option<File> {
    let above = folder.parent()?.ancestors().find(|above| above.is_dir())?;
    let above = File::open(above).ok()?;
    for _ in 0..MOST_WAITS {
        match above.try_lock() {
            Ok(()) => return Some(above),
            Err(TryLockError::WouldBlock) => std::thread::sleep(WAIT),
            Err(TryLockError::Error(_)) => return None,
        }
    }
    None
}

/// Ten seconds in all; an installation takes some milliseconds.
const MOST_WAITS: usize = 1000;
const WAIT: Duration = Duration::from_millis(10);

/// Makes the folder where it is missing, then takes each step.
pub(crate) fn apply(folder: &Path, steps: &[Step]) -> Result<(), InstallError> {
    let mut done = Vec::new();
    let result = make_folder(folder, &mut done)
        .and_then(|()| steps.iter().try_for_each(|step| step.take().map(|undo| done.push(undo))));
    result.map_err(|mut error| {
        for undo in done.into_iter().rev() {
            let path = undo.path().to_path_buf();
            if undo.take().is_err() {
                error.not_undone(path);
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
    fn take(&self) -> Result<Undo, InstallError> {
        match self {
            Self::Write { path, content } => {
                let saved = Saved::of(path).map_err(|source| InstallError::io("read", path, source))?;
                replace(path, content, executable())
                    .map_err(|source| InstallError::io("write", path, source))?;
                Ok(Undo::PutBack(saved))
            }
            Self::Supersede { path, before, content } => {
                keep(path, before).map_err(|source| InstallError::io("keep", path, source))?;
                let saved = Saved { path: before.clone(), file: None };
                let undo = Undo::RenameBack { from: path.clone(), to: saved };
                if let Err(source) = replace(path, content, executable()) {
                    // Two names of one file are not exchanged by a renaming.
                    let taken_back = if path.symlink_metadata().is_ok() {
                        fs::remove_file(before)
                    } else {
                        fs::rename(before, path)
                    };
                    let mut error = InstallError::io("write", path, source);
                    if taken_back.is_err() {
                        error.not_undone(before.clone());
                    }
                    return Err(error);
                }
                Ok(undo)
            }
            Self::Rename { from, to } => {
                let saved = Saved::of(to).map_err(|source| InstallError::io("read", to, source))?;
                fs::rename(from, to).map_err(|source| InstallError::io("rename", from, source))?;
                Ok(Undo::RenameBack { from: from.clone(), to: saved })
            }
            Self::Remove { path } => {
                let saved = Saved::of(path).map_err(|source| InstallError::io("read", path, source))?;
                fs::remove_file(path).map_err(|source| InstallError::io("remove", path, source))?;
                Ok(Undo::PutBack(saved))
            }
        }
    }
}

impl Undo {
    fn path(&self) -> &Path {
        match self {
            Self::RemoveFolder(path) | Self::RenameBack { from: path, .. } => path,
            Self::PutBack(saved) => &saved.path,
        }
    }

    fn take(self) -> io::Result<()> {
        match self {
            Self::RemoveFolder(path) => fs::remove_dir(path),
            Self::PutBack(saved) => saved.put_back(),
            Self::RenameBack { from, to } => {
                fs::rename(&to.path, from)?;
                to.put_back()
            }
        }
    }
}

impl Saved {
    /// Only regular files are ever replaced, so anything else is an error here.
    fn of(path: &Path) -> io::Result<Self> {
        let file = match path.symlink_metadata() {
            Ok(found) if found.is_file() => Some((fs::read(path)?, found.permissions())),
            Ok(_) => return Err(io::Error::new(io::ErrorKind::AlreadyExists, "it is not a regular file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        Ok(Self { path: path.to_path_buf(), file })
    }

    fn put_back(self) -> io::Result<()> {
        match self.file {
            Some((content, permissions)) => replace(&self.path, &content, Some(permissions)),
            None if self.path.symlink_metadata().is_ok() => fs::remove_file(self.path),
            None => Ok(()),
        }
    }
}

/// Gives a hook a second name, which an earlier attempt may have done already.
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
        // Some file systems know no second names.
        Err(_) if path.symlink_metadata().is_ok_and(|found| found.is_file()) => {
            let permissions = path.metadata()?.permissions();
            replace(before, &fs::read(path)?, Some(permissions))
        }
        Err(_) => fs::rename(path, before),
        Ok(()) => Ok(()),
    }
}

/// Whether two names stand for the same: links to one place, or files with the same content.
pub(crate) fn is_copy(one: &Path, other: &Path) -> bool {
    match (fs::read_link(one), fs::read_link(other)) {
        (Ok(one), Ok(other)) => one == other,
        (Err(_), Err(_)) => fs::read(one).is_ok_and(|one| fs::read(other).is_ok_and(|other| one == other)),
        _ => false,
    }
}

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

    /// Every name below a folder with its content, or where a link leads, and its mode.
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
            let error = apply(folder, &steps).unwrap_err();
            assert!(
                matches!(&error, InstallError::Io { not_undone, .. } if not_undone.is_empty()),
                "{error}"
            );
            assert_eq!(listing(folder), before);
            steps.pop();
        }
        apply(folder, &steps).unwrap();
        assert_ne!(listing(folder), before);
    }

    #[test]
    fn folders_are_made_and_taken_away_again() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/b");
        let good = Step::Write { path: folder.join("hook"), content: Vec::new() };
        let bad = Step::Remove { path: folder.join("missing") };
        let steps = [good, bad];
        apply(&folder, &steps).unwrap_err();
        assert!(listing(root.path()).is_empty());
        apply(&folder, &steps[..1]).unwrap();
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
        apply(folder, &[Step::Supersede { path, before, content: b"new".to_vec() }]).unwrap();
        assert_eq!(fs::read_link(folder.join("hook.before")).unwrap(), Path::new("target"));
        assert_eq!(fs::read(folder.join("target")).unwrap(), b"target");
        assert_eq!(fs::read(folder.join("hook")).unwrap(), b"new");
    }
    /// A program that is ended between the two has given a second name, and no more.
    #[test]
    fn a_second_name_that_is_there_already_is_taken_up() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        let step = || Step::Supersede { path: at("hook"), before: at("before"), content: b"new".to_vec() };
        fs::write(at("hook"), "old").unwrap();
        keep(&at("hook"), &at("before")).unwrap();
        assert_eq!(fs::read(at("hook")).unwrap(), b"old");
        apply(root.path(), &[step()]).unwrap();
        assert_eq!(fs::read(at("hook")).unwrap(), b"new");
        assert_eq!(fs::read(at("before")).unwrap(), b"old");
        // Another hook's second name is not.
        fs::write(at("hook"), "other").unwrap();
        apply(root.path(), &[step()]).unwrap_err();
        assert_eq!(fs::read(at("hook")).unwrap(), b"other");
        assert_eq!(fs::read(at("before")).unwrap(), b"old");
    }
}
