//! The parts of one index file, and how a split index is combined from two files.

use std::io;

use super::entries;
use super::entries::Record;
use super::error::IndexError;
use super::extensions;
use super::extensions::Extensions;
use super::reader::{Reader, addressable};
use crate::git::oid::{ObjectFormat, Oid};

/// The content of one file, before a split index is merged.
pub(super) struct IndexFile {
    pub(super) records: Vec<Record>,
    pub(super) extensions: Extensions,
}

/// The part of the buffer before the index file itself: the shared file of a split index, or nothing.
#[derive(Default)]
pub(super) struct SharedPart {
    /// Length in bytes.
    pub(super) len: usize,
    /// The name of the shared file.
    pub(super) base: Option<Oid>,
}

impl SharedPart {
    /// Returns the distance by which the index file moves in the buffer, if the joined buffer can be addressed.
    pub(super) fn shift(&self, joined_len: usize) -> Result<u32, IndexError> {
        addressable(joined_len)?;
        addressable(self.len)
    }

    /// Returns the error for damage at a position of the buffer. The error gives the position in the file that
    /// the damaged bytes came from.
    pub(super) fn damaged(&self, at: usize, what: &'static str) -> IndexError {
        match self.base {
            Some(base) if at < self.len => {
                IndexError::Shared { base, source: Box::new(IndexError::Damaged { offset: at, what }) }
            }
            _ => IndexError::Damaged { offset: at - self.len, what },
        }
    }
}

/// Reads the file that the buffer holds, and appends its unfolded paths to the buffer.
pub(super) fn read_file(bytes: &mut Vec<u8>, format: ObjectFormat) -> Result<IndexFile, IndexError> {
    const SHORT: &str = "the file is shorter than its header";
    addressable(bytes.len())?;
    let end = bytes.len().saturating_sub(format.raw_len());
    let mut reader = Reader::new(bytes, 0..end, 0);
    if reader.take(4, SHORT)? != b"DIRC" {
        return Err(IndexError::Signature);
    }
    let version = reader.u32(SHORT)?;
    if !(2..=4).contains(&version) {
        return Err(IndexError::Version(version));
    }
    let count = reader.u32(SHORT)?;
    let entries = entries::read(&mut reader, version, count, format, bytes.len())?;
    let extensions = extensions::read(&mut reader)?;
    bytes.extend_from_slice(&entries.names);
    Ok(IndexFile { records: entries.records, extensions })
}

/// Reads the shared file of a split index. Its bytes become the beginning of the buffer, because it is the larger
/// file.
pub(super) fn read_shared(
    base: Oid,
    shared: impl FnOnce(&Oid) -> io::Result<Vec<u8>>,
    format: ObjectFormat,
) -> Result<(Vec<u8>, IndexFile), IndexError> {
    let mut bytes = shared(&base).map_err(|source| IndexError::NoShared { base, source })?;
    let wrong = |source| IndexError::Shared { base, source: Box::new(source) };
    let offset = bytes.len().saturating_sub(format.raw_len());
    if !bytes.ends_with(base.as_bytes()) {
        let what = "its checksum is not the one that the index asks for";
        return Err(wrong(IndexError::Damaged { offset, what }));
    }
    let file = read_file(&mut bytes, format).map_err(wrong)?;
    if let Some(link) = file.extensions.link {
        return Err(wrong(IndexError::Damaged { offset: link.start, what: "it is itself split" }));
    }
    Ok((bytes, file))
}
