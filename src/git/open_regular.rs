//! Reading git's own files. Nothing but a file is opened: a pipe in its place would be waited for, and a device
//! might never end.

use std::path::Path;
use std::{fs, io};

/// Larger than any file of git's but packs.
const MAX_BYTES: u64 = u32::MAX as u64;

/// Reads a file whole.
///
/// # Errors
/// It is not there, no file, too large, or cannot be read.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
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
