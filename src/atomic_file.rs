//! Files that are replaced as a whole. Whoever reads one sees the old content or the new one, also where the program
//! is ended at any moment. What it leaves behind then has a name of its own, and is in nobody's way.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// As many files of a program that was ended before, with the number of this process, are passed by.
const MOST_LEFTOVERS: u32 = 100;

/// Writes beside the file and renames, so a link is replaced, not followed.
///
/// # Errors
/// What the system says; then the file is as it was.
pub fn replace(path: &Path, content: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
    let (beside, mut file) = new_beside(path)?;
    let written = permissions
        .map_or(Ok(()), |permissions| file.set_permissions(permissions))
        .and_then(|()| file.write_all(content))
        .and_then(|()| file.sync_all())
        .and_then(|()| {
            drop(file);
            fs::rename(&beside, path)
        });
    if written.is_err() {
        // The first error is the one to tell; what cannot be removed has a name that says what it is.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// A file that nobody has, in the same folder. Processes have the same number again and again in containers.
fn new_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().ok_or_else(|| io::Error::other("it is no file name"))?;
    let mut taken = None;
    for number in 0..MOST_LEFTOVERS {
        let mut beside = std::ffi::OsString::from(".");
        beside.push(name);
        beside.push(format!(".{}.{number}.tmp", std::process::id()));
        let beside = folder.join(beside);
        match OpenOptions::new().write(true).create_new(true).open(&beside) {
            Ok(file) => return Ok((beside, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => taken = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(taken.unwrap_or_else(|| io::ErrorKind::AlreadyExists.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn what_another_program_left_behind_is_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report");
        for number in 0..3 {
            let left = format!(".report.{}.{number}.tmp", std::process::id());
            fs::write(folder.path().join(left), "half of a rep").unwrap();
        }
        replace(&path, b"whole", None).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        // What others made is not taken away.
        assert_eq!(names(folder.path()), 4);
    }

    #[test]
    fn a_failure_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken");
        fs::create_dir(&taken).unwrap();
        replace(&taken, b"new", None).unwrap_err();
        replace(&folder.path().join("absent/file"), b"new", None).unwrap_err();
        assert_eq!(names(folder.path()), 1);
    }
}
