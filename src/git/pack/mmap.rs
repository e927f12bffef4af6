//! The files of a pack, mapped into memory. One of two places with `unsafe` in skant.

use std::fs::{self, File};
use std::io;
use std::ops::Deref;
use std::path::Path;

use super::error::PackError;

/// The bytes of a file, or of a vector where there is no file, as in tests.
#[derive(Debug)]
pub struct MappedFile(Bytes);

#[derive(Debug)]
enum Bytes {
    Mapped(memmap2::Mmap),
    Owned(Vec<u8>),
}

impl From<Vec<u8>> for MappedFile {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Bytes::Owned(bytes))
    }
}

impl MappedFile {
    /// Maps a regular file for reading.
    pub(crate) fn open(path: &Path) -> Result<Self, PackError> {
        let unreadable = |source| PackError::Io { path: path.to_path_buf(), source };
        // Checked before it is opened: opening a pipe would wait for a writer.
        if !fs::metadata(path).map_err(unreadable)?.is_file() {
            return Err(unreadable(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")));
        }
        let file = File::open(path).map_err(unreadable)?;
        Self::map(&file).map_err(unreadable)
    }

    #[expect(unsafe_code, reason = "see below: packs are written once and never changed")]
    fn map(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
        }
        // An empty file cannot be mapped.
        if metadata.len() == 0 {
            return Ok(Vec::new().into());
        }
        // SAFETY: the map is read-only, and only `&[u8]` of it is handed out. The file must not be truncated or
        // rewritten while it is mapped: git writes packs and their indexes under another name, renames them into
        // place and never changes them again; `git gc` removes files, which leaves a map valid. Files of the
        // working tree, which anybody may truncate at any time, are read and not mapped.
        let map = unsafe { memmap2::Mmap::map(file)? };
        Ok(Self(Bytes::Mapped(map)))
    }
}

impl Deref for MappedFile {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Bytes::Mapped(map) => map,
            Bytes::Owned(bytes) => bytes,
        }
    }
}
