//! Reads a file of an agent whole.

use std::io::{self, Read as _};
use std::path::Path;

use crate::source::open_file::{OpenedFile, open};

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 512 << 20;

/// Reads a file. Its last component may not be a link.
///
/// # Errors
/// It cannot be read, is no regular file, or has more than 512 MiB.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let OpenedFile::File(file, size) = open(path)? else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a link"));
    };
    if size > MAX_BYTES {
        return Err(io::Error::other("it has more than 512 MiB; `skant scan FILE` reads it"));
    }
    let mut content = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut content)?;
    Ok(content)
}
