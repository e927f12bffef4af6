//! Packs, read directly: index, entry headers, inflated bytes, deltas.
//!
//! Nothing in a pack is trusted: each length, offset and instruction is checked. A part that does not fit is an
//! [`EntryError`], and the caller can then read the object through libgit2, which reports what is wrong. This module
//! decodes single entries; the order in which a whole pack is decoded is in [`crate::source::history`].
//! Format: git's documentation, `gitformat-pack`.

pub(crate) mod delta;
pub(crate) mod entry;
pub(crate) mod error;
pub(crate) mod index;
pub(crate) mod mmap;
pub(crate) mod sizes;

use std::path::Path;

pub use delta::{apply, result_size};
pub use entry::{Base, Header, RawBase, RawHeader};
pub(crate) use error::{EntryError, PackError};
pub use index::PackIndex;
pub(crate) use mmap::MappedFile;
pub(crate) use sizes::PackSizes;

use self::index::EntryStart;
use super::oid::{ObjectFormat, Oid};

/// A pack with its index, both mapped.
///
/// An entry has two numbers: its *slot*, in the order of the offsets, and its *position*, in the order of the names.
#[derive(Debug)]
pub struct Pack {
    index: PackIndex,
    data: MappedFile,
    format: ObjectFormat,
    /// The starts of all entries by slot. One more item at the end is the end of the last entry.
    starts: Vec<EntryStart>,
}

impl Pack {
    /// Opens the pack of an index file.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read or does not have the format.
    pub fn open(index_path: &Path, format: ObjectFormat) -> Result<Self, PackError> {
        let form = |what| PackError::Form { path: index_path.to_path_buf(), what };
        let index = PackIndex::parse(MappedFile::open(index_path)?, format).map_err(form)?;
        let data_path = index_path.with_extension("pack");
        let data = MappedFile::open(&data_path)?;
        Self::new(index, data, format).map_err(|what| PackError::Form { path: data_path, what })
    }

    /// Combines a pack and its index.
    ///
    /// # Errors
    /// Returns a reason if the pack does not have the format, or if it is shorter than the index says.
    pub fn new(
        index: PackIndex,
        data: impl Into<MappedFile>,
        format: ObjectFormat,
    ) -> Result<Self, &'static str> {
        let data = data.into();
        let end = data.len().checked_sub(format.raw_len()).ok_or("it is shorter than its checksum")?;
        if data.get(..8).is_none_or(|head| !head.starts_with(b"PACK") || !matches!(head[7], 2 | 3)) {
            return Err("it is no pack of version 2 or 3");
        }
        let mut starts = index.entry_starts()?;
        starts.sort_unstable();
        if starts.last().is_some_and(|last| last.offset >= end as u64) {
            return Err("its index names an offset after its end");
        }
        starts.push(EntryStart { offset: end as u64, position: u32::MAX });
        Ok(Self { index, data, format, starts })
    }

    /// Returns the number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the size of the pack in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.data.len() as u64
    }

    /// Returns the name of the entry at a slot.
    #[must_use]
    pub fn oid(&self, slot: usize) -> Option<Oid> {
        self.index.oid(self.starts.get(slot)?.position as usize)
    }

    /// Returns the name at a position.
    #[must_use]
    pub fn oid_at_position(&self, position: usize) -> Option<Oid> {
        self.index.oid(position)
    }

    /// Returns the position of the entry at a slot.
    #[must_use]
    pub fn position(&self, slot: usize) -> Option<usize> {
        self.starts[..self.len()].get(slot).map(|start| start.position as usize)
    }

    /// Returns the number of bytes that the entry at a slot takes in the pack.
    #[must_use]
    pub fn stored_bytes(&self, slot: usize) -> u64 {
        self.entry_bytes(slot).map_or(0, |bytes| bytes.len() as u64)
    }

    /// Returns the slot of an object.
    #[must_use]
    pub fn find(&self, oid: &Oid) -> Option<usize> {
        let offset = self.index.offset(self.index.find(oid)?).ok()?;
        self.find_slot(offset)
    }

    fn find_slot(&self, offset: u64) -> Option<usize> {
        // A damaged index may give several names the same offset. Any of their slots is right: those without bytes
        // fail to decode, and the caller reads the object through libgit2.
        self.starts[..self.len()].binary_search_by_key(&offset, |start| start.offset).ok()
    }

    /// Returns the header of the entry at a slot without resolving its base, and the length of the header in bytes.
    ///
    /// # Errors
    /// Returns an error if the header does not have the format.
    pub fn raw_header(&self, slot: usize) -> Result<(RawHeader, usize), EntryError> {
        let bytes = self.entry_bytes(slot)?;
        let (raw, start) = RawHeader::parse(bytes, self.format)?;
        // Deflate compresses at most 1032 to 1. A larger claim is false, so nothing is allocated for it.
        if raw.size > (bytes.len() - start) as u64 * 1032 + 64 {
            return Err(EntryError("it claims to be larger than its bytes can hold"));
        }
        Ok((raw, start))
    }

    /// Returns the header of the entry at a slot.
    ///
    /// # Errors
    /// Returns an error if the header does not have the format, or if its base is not the start of an entry.
    pub fn header(&self, slot: usize) -> Result<Header, EntryError> {
        let (raw, start) = self.raw_header(slot)?;
        let base = match raw.base {
            RawBase::None => Base::None,
            RawBase::Distance(distance) => {
                let offset = self.starts[slot].offset.checked_sub(distance);
                let offset = offset.ok_or(EntryError("its base is before the pack"))?;
                Base::Slot(self.find_slot(offset).ok_or(EntryError("its base is no entry"))?)
            }
            RawBase::Object(oid) => match self.find(&oid) {
                Some(base) if base != slot => Base::Slot(base),
                _ => Base::External(oid),
            },
        };
        Ok(Header { kind: raw.kind, base, size: raw.size, start })
    }

    /// Inflates the entry at a slot and replaces `out` with the result. `size` and `start` are those of the header:
    /// the size of the result, and the length of the header.
    ///
    /// # Errors
    /// Returns an error if the bytes are not a zlib stream of that size.
    pub fn inflate(
        &self,
        slot: usize,
        (size, start): (u64, usize),
        inflater: &mut libdeflater::Decompressor,
        out: &mut Vec<u8>,
    ) -> Result<(), EntryError> {
        let bytes = self.entry_bytes(slot)?;
        let bytes = bytes.get(start..).ok_or(EntryError("its header is another entry's"))?;
        let size = usize::try_from(size).map_err(|_| EntryError("it is too large"))?;
        // The old content is overwritten. Clearing the buffer first would cost a pass over memory.
        out.resize(size, 0);
        let written =
            inflater.zlib_decompress(bytes, out).map_err(|_| EntryError("its bytes cannot be inflated"))?;
        if written == size { Ok(()) } else { Err(EntryError("it is shorter than its header says")) }
    }

    fn entry_bytes(&self, slot: usize) -> Result<&[u8], EntryError> {
        let range = self.starts.get(slot).zip(self.starts.get(slot + 1));
        let (from, to) = range.ok_or(EntryError("there is no such entry"))?;
        let range = usize::try_from(from.offset).ok().zip(usize::try_from(to.offset).ok());
        let (from, to) = range.ok_or(EntryError("its offset is larger than this machine can map"))?;
        self.data.get(from..to).ok_or(EntryError("it is outside of the pack"))
    }
}
