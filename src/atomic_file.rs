//! Replaces files atomically: a reader sees the old content or the new content, even if the program is killed at any
//! moment. A killed program leaves a temporary file with a unique name, which does no harm. Makes files and folders that
//! only their owner may read.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The maximum number of temporary files that killed programs with the same process id may have left.
const MAX_LEFTOVERS: u32 = 100;

/// Writes a temporary file in the same folder and renames it to `path`. A link is replaced, not followed.
///
/// # Errors
/// Fails with the error of the system. The file is unchanged then.
pub(crate) fn replace(path: &Path, content: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    replace_from(folder, path, content, permissions)
}

/// Replaces a file like [`replace`], with a temporary file in a folder from which nothing is committed: what a killed
/// program leaves there may hold a secret. In the file's own folder if that is on another file system.
///
/// # Errors
/// Fails with the error of the system. The file is unchanged then.
pub(crate) fn replace_private(
    private: &Path,
    path: &Path,
    content: &[u8],
    permissions: Option<Permissions>,
) -> io::Result<()> {
    match replace_from(private, path, content, permissions.clone()) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => replace(path, content, permissions),
        result => result,
    }
}

/// The mode of a file that only its owner reads and writes.
#[cfg(unix)]
pub(crate) const PRIVATE_MODE: u32 = 0o600;

/// Returns permissions for the owner only; `None` where the system has no modes.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no modes")]
pub(crate) fn private() -> Option<Permissions> {
    Some(std::os::unix::fs::PermissionsExt::from_mode(PRIVATE_MODE))
}

#[cfg(not(unix))]
pub(crate) const fn private() -> Option<Permissions> {
    None
}

/// Makes a new file that only its owner may read.
///
/// # Errors
/// There is one, or the folder cannot be written.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, PRIVATE_MODE);
    options.open(path)
}

/// Returns what makes folders that only their owner may read.
pub(crate) fn private_folders() -> DirBuilder {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

fn replace_from(
    folder: &Path,
    path: &Path,
    content: &[u8],
    permissions: Option<Permissions>,
) -> io::Result<()> {
    let (temporary, mut file) = create_temporary(folder, path)?;
    let written = permissions
        .map_or(Ok(()), |permissions| file.set_permissions(permissions))
        .and_then(|()| file.write_all(content))
        .and_then(|()| file.sync_all())
        .and_then(|()| {
            drop(file);
            fs::rename(&temporary, path)
        });
    if written.is_err() {
        // The first error is reported. A file that cannot be removed has a name that shows what it is.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Creates a new file in a folder, with a name like that of `path`. In containers, process ids repeat.
fn create_temporary(folder: &Path, path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().ok_or_else(|| io::Error::other("it is not a file name"))?;
    let mut taken = None;
    for number in 0..MAX_LEFTOVERS {
        let mut temporary = std::ffi::OsString::from(".");
        temporary.push(name);
        temporary.push(format!(".{}.{number}.tmp", std::process::id()));
        let temporary = folder.join(temporary);
        match OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Ok(file) => return Ok((temporary, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => taken = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(taken.unwrap_or_else(|| io::ErrorKind::AlreadyExists.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count_files(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn the_temporary_files_of_killed_programs_do_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report");
        for number in 0..3 {
            let leftover = format!(".report.{}.{number}.tmp", std::process::id());
            fs::write(folder.path().join(leftover), "half of a rep").unwrap();
        }
        replace(&path, b"whole", None).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        // The files of other programs are not removed.
        assert_eq!(count_files(folder.path()), 4);
    }

    #[test]
    fn a_private_replacement_leaves_the_folder_of_the_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let [private, public] = ["private", "public"].map(|name| folder.path().join(name));
        fs::create_dir(&private).unwrap();
        fs::create_dir(&public).unwrap();
        replace_private(&private, &public.join(".env"), b"new", None).unwrap();
        assert_eq!((count_files(&private), count_files(&public)), (0, 1));
        // A folder in the way: the temporary file is where it was made, and is removed.
        fs::create_dir(public.join("taken")).unwrap();
        replace_private(&private, &public.join("taken"), b"new", None).unwrap_err();
        assert_eq!((count_files(&private), count_files(&public)), (0, 2));
    }

    #[test]
    fn a_failure_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken");
        fs::create_dir(&taken).unwrap();
        replace(&taken, b"new", None).unwrap_err();
        replace(&folder.path().join("absent/file"), b"new", None).unwrap_err();
        assert_eq!(count_files(folder.path()), 1);
    }
}
