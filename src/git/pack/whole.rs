//! A whole pack, for reading all of its entries.

use libdeflater::Decompressor;
use rayon::prelude::*;

use super::entry::{Base, Header, MAX_HEADER, RawBase, RawHeader};
use super::error::{EntryError, PackError};
use super::file_bytes::{FileBytes, Window};
use super::folder::PackPath;
use super::index::{EntryStart, PackIndex};
use crate::git::oid::{ObjectFormat, Oid};

/// Number of bytes that a reader of single entries reads at once: 4 KiB.
pub(super) const ENTRY_AHEAD: usize = 4 << 10;

/// Number of bytes that a reader of all headers reads at once: 256 KiB.
const HEADERS_AHEAD: usize = 256 << 10;

/// A pack with its index.
///
/// An entry has two numbers: its *slot*, in the order of the offsets, and its *position*, in the order of the names.
#[derive(Debug)]
pub struct Pack {
    index: PackIndex,
    data: FileBytes,
    format: ObjectFormat,
    /// The starts of all entries by slot. One more item at the end is the end of the last entry.
    starts: Vec<EntryStart>,
    /// Number of objects in the header of the pack.
    claimed: u32,
}

/// Buffers for reading the entries of one pack.
pub struct EntryBuffers {
    inflater: Decompressor,
    window: Window,
}

impl EntryBuffers {
    /// Creates buffers for reading single entries.
    #[must_use]
    pub fn new() -> Self {
        Self { inflater: Decompressor::new(), window: Window::with_ahead(ENTRY_AHEAD) }
    }

    /// Creates buffers for reading the headers of neighbouring slots one after the other.
    #[must_use]
    pub(crate) fn for_headers() -> Self {
        Self { inflater: Decompressor::new(), window: Window::with_ahead(HEADERS_AHEAD) }
    }
}

impl Default for EntryBuffers {
    fn default() -> Self {
        Self::new()
    }
}

impl Pack {
    /// Opens a pack and reads its index into memory. The pack itself is read into memory if it is not larger than what is
    /// left of `memory`, in bytes; then its size is taken from there.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read or does not have the format.
    pub(crate) fn open(path: &PackPath, format: ObjectFormat, memory: &mut u64) -> Result<Self, PackError> {
        let index = path.read_index(format)?;
        let data = FileBytes::open_or_read(&path.data, memory)?;
        Self::new(index, data, format).map_err(|what| PackError::Form { path: path.data.clone(), what })
    }

    /// Combines a pack and its index. An entry that the index places outside of the pack has no bytes.
    ///
    /// # Errors
    /// Returns a reason if the pack does not have the format.
    pub fn new(
        index: PackIndex,
        data: impl Into<FileBytes>,
        format: ObjectFormat,
    ) -> Result<Self, &'static str> {
        let data = data.into();
        let (end, claimed) = check_pack(&data, format)?;
        let mut starts = index.entry_starts();
        for start in &mut starts {
            start.offset = start.offset.min(end);
        }
        starts.par_sort_unstable();
        starts.push(EntryStart { offset: end, position: u32::MAX });
        Ok(Self { index, data, format, starts, claimed })
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
        self.data.len()
    }

    /// Whether each object of the pack has a name of its own in the index. If two names have one offset, the object at
    /// another offset has none, and nobody reads it.
    #[must_use]
    pub(crate) fn is_complete(&self) -> bool {
        let distinct = self.starts.windows(2).filter(|pair| pair[0].offset < pair[1].offset).count();
        distinct == self.claimed as usize
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
        self.entry_range(slot).map_or(0, |(from, to)| to - from)
    }

    /// Returns the slot of an object.
    #[must_use]
    pub fn find(&self, oid: &Oid) -> Option<usize> {
        let offset = self.index.offset(self.index.find(oid)?).ok()?;
        self.find_slot(offset)
    }

    fn find_slot(&self, offset: u64) -> Option<usize> {
        // A damaged index may give several names the same offset. Any of their slots is right: those without bytes
        // fail to decode, and the caller reads the object through the object database.
        self.starts[..self.len()].binary_search_by_key(&offset, |start| start.offset).ok()
    }

    /// Returns the header of the entry at a slot without resolving its base, and the length of the header in bytes.
    ///
    /// # Errors
    /// Returns an error if the header does not have the format.
    pub fn raw_header(
        &self,
        slot: usize,
        buffers: &mut EntryBuffers,
    ) -> Result<(RawHeader, usize), EntryError> {
        let (from, to) = self.entry_range(slot)?;
        let length = usize::try_from(to - from).unwrap_or(MAX_HEADER).min(MAX_HEADER);
        let bytes = buffers.window.get(&self.data, from, length)?;
        let (raw, start) = RawHeader::parse(bytes, self.format)?;
        check_claim(raw.size, to - from - start as u64)?;
        Ok((raw, start))
    }

    /// Returns the header of the entry at a slot.
    ///
    /// # Errors
    /// Returns an error if the header does not have the format, or if its base is not the start of an entry.
    pub fn header(&self, slot: usize, buffers: &mut EntryBuffers) -> Result<Header, EntryError> {
        let (raw, start) = self.raw_header(slot, buffers)?;
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
    /// Returns an error if the bytes are not a zlib stream of that size, or if they do not have the checksum of the
    /// index.
    pub fn inflate(
        &self,
        slot: usize,
        (size, start): (u64, usize),
        buffers: &mut EntryBuffers,
        out: &mut Vec<u8>,
    ) -> Result<(), EntryError> {
        const TOO_LARGE: EntryError = EntryError("it is too large");
        let (from, to) = self.entry_range(slot)?;
        let length = usize::try_from(to - from).map_err(|_| TOO_LARGE)?;
        let bytes = buffers.window.get(&self.data, from, length)?;
        check_sum(bytes, self.index.checksum(self.starts[slot].position as usize))?;
        let bytes = bytes.get(start..).ok_or(EntryError("its header is another entry's"))?;
        let size = usize::try_from(size).map_err(|_| TOO_LARGE)?;
        // The old content is overwritten. Clearing the buffer first would cost a pass over memory.
        out.resize(size, 0);
        let written = buffers
            .inflater
            .zlib_decompress(bytes, out)
            .map_err(|_| EntryError("its bytes cannot be inflated"))?;
        if written == size { Ok(()) } else { Err(EntryError("it is shorter than its header says")) }
    }

    /// Returns the offsets where the entry at a slot begins and ends.
    fn entry_range(&self, slot: usize) -> Result<(u64, u64), EntryError> {
        let range = self.starts.get(slot).zip(self.starts.get(slot + 1));
        let (from, to) = range.ok_or(EntryError("there is no such entry"))?;
        Ok((from.offset, to.offset))
    }
}

/// Checks the first bytes of a pack. Returns the offset at which its entries end, and the number of its objects.
pub(super) fn check_pack(data: &FileBytes, format: ObjectFormat) -> Result<(u64, u32), &'static str> {
    let mut head = [0; 12];
    let end = data.len().checked_sub(format.raw_len() as u64).ok_or("it is shorter than its checksum")?;
    data.fill(0, &mut head).map_err(|_| "it is shorter than its header")?;
    if !head.starts_with(b"PACK\0\0\0") || !matches!(head[7], 2 | 3) {
        return Err("it is no pack of version 2 or 3");
    }
    Ok((end, u32::from_be_bytes([head[8], head[9], head[10], head[11]])))
}

/// Compares the bytes of an entry with the checksum of the index, if the index has one. A wrong offset or a wrong base
/// would show no other sign, and objects are not hashed again.
pub(super) fn check_sum(bytes: &[u8], expected: Option<u32>) -> Result<(), EntryError> {
    let Some(expected) = expected else { return Ok(()) };
    let mut crc = libdeflater::Crc::new();
    crc.update(bytes);
    if crc.sum() == expected { Ok(()) } else { Err(EntryError("it does not have the checksum of the index")) }
}

/// Checks the claimed size of an entry. Deflate compresses at most 1032 to 1. A larger claim is false, so nothing is
/// allocated for it.
pub(super) fn check_claim(size: u64, compressed: u64) -> Result<(), EntryError> {
    if size > compressed.saturating_mul(1032).saturating_add(64) {
        return Err(EntryError("it claims to be larger than its bytes can hold"));
    }
    Ok(())
}
