//! Packs, read directly: an index, entry headers, inflated bytes, deltas. Nothing in a pack is trusted: each
//! length, offset and instruction is checked, and what does not fit is an [`EntryError`], so that the caller
//! can ask libgit2, which names what is wrong.
//! Format: git's documentation, `gitformat-pack`.

pub(crate) mod delta;
pub(crate) mod entry;
pub(crate) mod index;
pub(crate) mod mmap;
pub(crate) mod sizes;

use std::path::{Path, PathBuf};
use std::{fs, io};

use thiserror::Error;

use crate::git::{ObjectFormat, ObjectKind, Oid};
pub use delta::{apply, result_size};
pub use entry::{Base, Header, RawBase, RawHeader};
pub use index::PackIndex;
pub use mmap::MappedFile;
pub use sizes::PackSizes;

/// A pack that cannot be used at all.
#[derive(Debug, Error)]
pub enum PackError {
    /// A file of it cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Pack or index is of another form.
    #[error("{}: {what}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        what: &'static str,
    },
}

/// An entry that does not fit the format.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct EntryError(pub &'static str);

/// A pack with its index, both mapped.
#[derive(Debug)]
pub struct Pack {
    index: PackIndex,
    data: MappedFile,
    format: ObjectFormat,
    /// Where each entry begins, sorted, with its place in the index; the last one is where entries end.
    places: Vec<Place>,
}

/// Where an entry begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    offset: u64,
    name: u32,
}

impl Pack {
    /// Opens the pack that belongs to an index file.
    ///
    /// # Errors
    /// A file cannot be read, or is of another form.
    pub fn open(index_path: &Path, format: ObjectFormat) -> Result<Self, PackError> {
        let form = |what| PackError::Form { path: index_path.to_path_buf(), what };
        let index = PackIndex::parse(open(index_path)?, format).map_err(form)?;
        let data_path = index_path.with_extension("pack");
        let data = open(&data_path)?;
        Self::new(index, data, format).map_err(|what| PackError::Form { path: data_path, what })
    }

    /// A pack and its index.
    ///
    /// # Errors
    /// The pack is of another form, or shorter than what the index says.
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
        let mut places = index.places()?;
        places.sort_unstable();
        if places.last().is_some_and(|last| last.offset >= end as u64) {
            return Err("its index names a place behind its end");
        }
        places.push(Place { offset: end as u64, name: u32::MAX });
        Ok(Self { index, data, format, places })
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len() - 1
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes the pack takes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.data.len() as u64
    }

    /// The name of the entry at a slot (entries are numbered by their offset).
    #[must_use]
    pub fn oid(&self, slot: usize) -> Option<Oid> {
        self.index.oid(self.places.get(slot)?.name as usize)
    }

    /// The name at a position in the index, which is in order of name.
    #[must_use]
    pub fn oid_at_position(&self, position: usize) -> Option<Oid> {
        self.index.oid(position)
    }

    /// The position in the index of the entry at a slot.
    #[must_use]
    pub fn position(&self, slot: usize) -> Option<usize> {
        self.places[..self.len()].get(slot).map(|place| place.name as usize)
    }

    /// How many bytes the entry at a slot takes in the pack.
    #[must_use]
    pub fn stored_bytes(&self, slot: usize) -> u64 {
        self.bytes_of(slot).map_or(0, |bytes| bytes.len() as u64)
    }

    /// The slot of an object.
    #[must_use]
    pub fn find(&self, oid: &Oid) -> Option<usize> {
        let offset = self.index.offset(self.index.find(oid)?).ok()?;
        self.slot_at(offset)
    }

    fn slot_at(&self, offset: u64) -> Option<usize> {
        // Of several names for one place any stands for all; those without bytes are read otherwise.
        self.places[..self.len()].binary_search_by_key(&offset, |place| place.offset).ok()
    }

    /// The header of the entry at a slot, whatever its base is, and how long the header is, in bytes.
    ///
    /// # Errors
    /// It is not of git's form.
    pub fn raw_header(&self, slot: usize) -> Result<(RawHeader, usize), EntryError> {
        let bytes = self.bytes_of(slot)?;
        let (raw, start) = RawHeader::parse(bytes, self.format)?;
        // Deflate cannot do better than 1032 to 1, so a larger claim is a lie, and nothing is allocated for it.
        if raw.size > (bytes.len() - start) as u64 * 1032 + 64 {
            return Err(EntryError("it claims to be larger than its bytes can hold"));
        }
        Ok((raw, start))
    }

    /// The header of the entry at a slot.
    ///
    /// # Errors
    /// It is not of git's form, or names a base that is not before it.
    pub fn header(&self, slot: usize) -> Result<Header, EntryError> {
        let (raw, start) = self.raw_header(slot)?;
        let base = match raw.base {
            RawBase::None => Base::None,
            RawBase::Distance(distance) => {
                let offset = self.places[slot].offset.checked_sub(distance);
                let offset = offset.ok_or(EntryError("its base lies before the pack"))?;
                Base::Slot(self.slot_at(offset).ok_or(EntryError("its base is no entry"))?)
            }
            RawBase::Object(oid) => match self.find(&oid) {
                Some(base) if base != slot => Base::Slot(base),
                _ => Base::External(oid),
            },
        };
        Ok(Header { kind: raw.kind, base, size: raw.size, start })
    }

    /// Inflates the entry at a slot into `out`, which it replaces: to `size` bytes, from behind its header, which is
    /// `start` bytes long.
    ///
    /// # Errors
    /// The bytes are no zlib stream of the size that the header names.
    pub fn inflate(
        &self,
        slot: usize,
        (size, start): (u64, usize),
        inflater: &mut libdeflater::Decompressor,
        out: &mut Vec<u8>,
    ) -> Result<(), EntryError> {
        let bytes = self.bytes_of(slot)?;
        let bytes = bytes.get(start..).ok_or(EntryError("its header is another entry's"))?;
        let size = usize::try_from(size).map_err(|_| EntryError("it is too large"))?;
        // Whatever stood there is overwritten; clearing it first would cost a pass over memory.
        out.resize(size, 0);
        let written =
            inflater.zlib_decompress(bytes, out).map_err(|_| EntryError("its bytes cannot be inflated"))?;
        if written == size { Ok(()) } else { Err(EntryError("it is shorter than its header says")) }
    }

    fn bytes_of(&self, slot: usize) -> Result<&[u8], EntryError> {
        let range = self.places.get(slot).zip(self.places.get(slot + 1));
        let (from, to) = range.ok_or(EntryError("there is no such entry"))?;
        let range = usize::try_from(from.offset).ok().zip(usize::try_from(to.offset).ok());
        let (from, to) = range.ok_or(EntryError("it lies behind what this machine can map"))?;
        self.data.get(from..to).ok_or(EntryError("it lies outside of the pack"))
    }
}

/// The kind that a type number stands for; `None` for a delta.
const fn kind_of(number: u8) -> Option<ObjectKind> {
    match number {
        1 => Some(ObjectKind::Commit),
        2 => Some(ObjectKind::Tree),
        3 => Some(ObjectKind::Blob),
        4 => Some(ObjectKind::Tag),
        _ => None,
    }
}

fn open(path: &Path) -> Result<MappedFile, PackError> {
    let io = |source| PackError::Io { path: path.to_path_buf(), source };
    // Looked at before it is opened: opening a pipe would wait for a writer.
    if !fs::metadata(path).map_err(io)?.is_file() {
        return Err(io(std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is no regular file")));
    }
    let file = fs::File::open(path).map_err(io)?;
    MappedFile::map(&file).map_err(io)
}
