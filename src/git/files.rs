//! Access to git's own files and folders.
//!
//! A path is checked before it is opened: opening a pipe would wait for a writer, and reading a device might never
//! end. Files of the working tree are opened by [`crate::source::open_file`], which follows no link.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// Size limit of [`read_regular`]. No file of git except a pack is larger.
const MAX_BYTES: u64 = u32::MAX as u64;

/// Reads a whole regular file.
///
/// # Errors
/// Returns an error if there is no such file, if it is not a regular file, if it is larger than 4 GiB, or if it
/// cannot be read.
pub(crate) fn read_regular(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    if metadata.len() > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than four gigabytes"));
    }
    fs::read(path)
}

/// Returns the paths of the entries of a folder, in the order of the system; an empty list if there is no such
/// folder.
///
/// # Errors
/// Returns an error if the folder cannot be read.
pub(crate) fn list_folder(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).and_then(|entries| {
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()
    });
    match entries {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(Vec::new())
        }
        entries => entries,
    }
}
