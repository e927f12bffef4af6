//! The bytes of a file of a pack, in memory or read in parts when they are needed.
//!
//! Files are not mapped: another process may truncate a file, and then the next access to its map would end this
//! process by a signal.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::error::{EntryError, PackError};
use crate::git::files::{open_regular, read_at};

/// Number of files that stay open. Further files are opened for each read, because a system allows few open files:
/// 256 on macOS, 1024 on most others.
const MAX_OPEN: usize = 100;

/// Number of files that are open now.
static OPEN: AtomicUsize = AtomicUsize::new(0);

/// The number of the next file.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// The bytes of a file, or of a vector.
#[derive(Debug)]
pub struct FileBytes {
    source: Source,
    /// Tells the file from all others of this process.
    number: u64,
}

#[derive(Debug)]
enum Source {
    Memory(Vec<u8>),
    /// A file that stays open, and its length.
    Open(CountedFile, u64),
    /// A file that is opened for each read, and its length.
    Closed(PathBuf, u64),
}

/// A file that is counted in [`OPEN`].
#[derive(Debug)]
struct CountedFile(File);

impl Drop for CountedFile {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Ordering::Relaxed);
    }
}

impl From<Vec<u8>> for FileBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(Source::Memory(bytes))
    }
}

impl FileBytes {
    fn new(source: Source) -> Self {
        Self { source, number: NEXT.fetch_add(1, Ordering::Relaxed) }
    }

    /// Opens a regular file, for reading it in parts.
    pub(crate) fn open(path: &Path) -> Result<Self, PackError> {
        let unreadable = |source| PackError::Io { path: path.to_path_buf(), source };
        let (file, length) = open_regular(path).map_err(unreadable)?;
        if OPEN.fetch_add(1, Ordering::Relaxed) < MAX_OPEN {
            return Ok(Self::new(Source::Open(CountedFile(file), length)));
        }
        OPEN.fetch_sub(1, Ordering::Relaxed);
        Ok(Self::new(Source::Closed(path.to_path_buf(), length)))
    }

    /// Reads a regular file into memory if it has at most `memory` bytes, and takes its size from there; else opens it for
    /// reading in parts.
    pub(crate) fn open_or_read(path: &Path, memory: &mut u64) -> Result<Self, PackError> {
        let opened = Self::open(path)?;
        if opened.len() > *memory {
            return Ok(opened);
        }
        let read = Self::read_whole(path)?;
        *memory = memory.saturating_sub(read.len());
        Ok(read)
    }

    /// Reads a regular file into memory.
    pub(crate) fn read_whole(path: &Path) -> Result<Self, PackError> {
        let bytes = crate::git::files::read_regular(path);
        let bytes = bytes.map_err(|source| PackError::Io { path: path.to_path_buf(), source })?;
        Ok(bytes.into())
    }

    /// Returns the number of bytes. A file may be shorter by now; reading beyond its end is then an error.
    pub(super) fn len(&self) -> u64 {
        match &self.source {
            Source::Memory(bytes) => bytes.len() as u64,
            Source::Open(_, length) | Source::Closed(_, length) => *length,
        }
    }

    /// Returns all bytes, if they are in memory.
    pub(super) fn in_memory(&self) -> Option<&[u8]> {
        match &self.source {
            Source::Memory(bytes) => Some(bytes),
            Source::Open(..) | Source::Closed(..) => None,
        }
    }

    /// Fills a buffer with the bytes from an offset on.
    ///
    /// # Errors
    /// Returns an error if the file ends before, or if it cannot be read.
    pub(super) fn fill(&self, from: u64, buffer: &mut [u8]) -> Result<(), EntryError> {
        let end = from.checked_add(buffer.len() as u64).filter(|end| *end <= self.len());
        end.ok_or(EntryError("it is outside of its file"))?;
        let read = match &self.source {
            Source::Memory(bytes) => {
                let from = usize::try_from(from).map_err(|_| EntryError("it is outside of its file"))?;
                let source = bytes.get(from..from + buffer.len());
                buffer.copy_from_slice(source.ok_or(EntryError("it is outside of its file"))?);
                Ok(())
            }
            Source::Open(file, _) => read_at(&file.0, from, buffer),
            Source::Closed(path, length) => {
                reopen(path, *length).and_then(|file| read_at(&file, from, buffer))
            }
        };
        read.map_err(|_| EntryError("its file has changed, or cannot be read"))
    }
}

/// Opens a file again. It must have the length that it had before.
fn reopen(path: &Path, length: u64) -> io::Result<File> {
    let (file, now) = open_regular(path)?;
    if now == length { Ok(file) } else { Err(io::ErrorKind::InvalidData.into()) }
}

/// A buffer for the part of a file that was read last.
#[derive(Debug, Default)]
pub(crate) struct Window {
    /// The number of the file; 0 before the first read.
    file: u64,
    start: u64,
    bytes: Vec<u8>,
    /// Number of bytes that are read at least, where the file has them.
    ahead: usize,
}

/// Size up to which the buffer is kept: 1 MiB.
const MAX_KEPT: usize = 1 << 20;

impl Window {
    /// Creates an empty window. Each read of a file takes at least `ahead` bytes.
    #[must_use]
    pub(crate) const fn with_ahead(ahead: usize) -> Self {
        Self { file: 0, start: 0, bytes: Vec::new(), ahead }
    }

    /// Returns a part of a file.
    ///
    /// # Errors
    /// Returns an error if the file ends before, or if it cannot be read.
    pub(super) fn get<'b>(
        &'b mut self,
        file: &'b FileBytes,
        from: u64,
        count: usize,
    ) -> Result<&'b [u8], EntryError> {
        const OUTSIDE: EntryError = EntryError("it is outside of its file");
        let end = from.checked_add(count as u64).filter(|end| *end <= file.len()).ok_or(OUTSIDE)?;
        if let Some(bytes) = file.in_memory() {
            let (from, end) = (usize::try_from(from), usize::try_from(end));
            return from.ok().zip(end.ok()).and_then(|(from, end)| bytes.get(from..end)).ok_or(OUTSIDE);
        }
        if self.file != file.number || from < self.start || end > self.start + self.bytes.len() as u64 {
            self.load(file, from, count)?;
        }
        let at = usize::try_from(from - self.start).map_err(|_| OUTSIDE)?;
        self.bytes.get(at..at + count).ok_or(OUTSIDE)
    }

    /// Reads `count` bytes, and those after them up to the size of the window.
    fn load(&mut self, file: &FileBytes, from: u64, count: usize) -> Result<(), EntryError> {
        let rest = usize::try_from(file.len() - from).unwrap_or(usize::MAX);
        let size = count.max(self.ahead).min(rest);
        if self.bytes.capacity() > MAX_KEPT && size <= MAX_KEPT {
            self.bytes = Vec::new();
        }
        (self.file, self.start) = (file.number, from);
        self.bytes.resize(size, 0);
        file.fill(from, &mut self.bytes).inspect_err(|_| self.bytes.clear())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_those_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let content: Vec<u8> = (0..5000_u32).map(|number| number.to_le_bytes()[0]).collect();
        std::fs::write(&path, &content).unwrap();
        let closed = FileBytes::new(Source::Closed(path.clone(), 5000));
        for file in [FileBytes::open(&path).unwrap(), content.clone().into(), closed] {
            assert_eq!(file.len(), 5000);
            let mut window = Window::with_ahead(100);
            for (from, count) in [(0, 10), (5, 90), (4990, 10), (200, 4000), (201, 3), (5000, 0)] {
                assert_eq!(window.get(&file, from as u64, count).unwrap(), &content[from..from + count]);
            }
            for (from, count) in [(4991, 10), (5001, 0), (u64::MAX, 2), (0, 5001)] {
                assert!(window.get(&file, from, count).is_err(), "{from} {count}");
            }
        }
    }

    #[test]
    fn a_truncated_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, [7; 100]).unwrap();
        let files = [FileBytes::open(&path).unwrap(), FileBytes::new(Source::Closed(path.clone(), 100))];
        std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(50).unwrap();
        for file in files {
            assert!(Window::default().get(&file, 40, 20).is_err());
        }
    }
}
