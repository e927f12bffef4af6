//! A file mapped into memory. The one place with `unsafe` in skant.

use std::fs::File;
use std::io;
use std::ops::Deref;

/// A mapped file; an empty one is mapped to nothing.
#[derive(Debug)]
pub(super) struct Map(Option<memmap2::Mmap>);

impl Map {
    /// Maps a file, for reading.
    #[expect(unsafe_code, reason = "see below: packs are written once and never changed")]
    pub(super) fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
        }
        if metadata.len() == 0 {
            return Ok(Self(None));
        }
        // SAFETY: the map is read-only, and only `&[u8]` of it is given out. The file must not be cut short or
        // rewritten while it is mapped: git writes packs and their indexes under another name, renames them into
        // place and never touches them again; `git gc` removes files, which leaves a map valid. Files of the
        // working tree, which anybody may truncate at any time, are read and not mapped.
        let map = unsafe { memmap2::Mmap::map(file)? };
        Ok(Self(Some(map)))
    }
}

impl Deref for Map {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }
}
