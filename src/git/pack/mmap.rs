//! The bytes of a file, mapped into memory or read. One of two places with `unsafe` in skant.

use std::fs::File;
use std::io;
use std::ops::Deref;

/// The bytes of a file of a pack. From a vector where there is no file, as in tests.
#[derive(Debug)]
pub struct MappedFile(Bytes);

#[derive(Debug)]
enum Bytes {
    Mapped(memmap2::Mmap),
    Held(Vec<u8>),
}

impl From<Vec<u8>> for MappedFile {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Bytes::Held(bytes))
    }
}

impl MappedFile {
    /// Maps a file, for reading.
    #[expect(unsafe_code, reason = "see below: packs are written once and never changed")]
    pub(crate) fn map(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
        }
        // Nothing cannot be mapped.
        if metadata.len() == 0 {
            return Ok(Vec::new().into());
        }
        // SAFETY: the map is read-only, and only `&[u8]` of it is given out. The file must not be cut short or
        // rewritten while it is mapped: git writes packs and their indexes under another name, renames them into
        // place and never touches them again; `git gc` removes files, which leaves a map valid. Files of the
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
            Bytes::Held(bytes) => bytes,
        }
    }
}
