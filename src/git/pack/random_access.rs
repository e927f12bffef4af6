//! A pack from which single objects are read. Its index stays in the file: a commit needs few objects of a large pack.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::{Decompress, FlushDecompress, Status};

use super::delta::result_size;
use super::entry::{MAX_HEADER, RawBase, RawHeader};
use super::error::{EntryError, PackError};
use super::file_bytes::{FileBytes, Window};
use super::folder::PackPath;
use super::index::PackIndex;
use super::whole::{ENTRY_AHEAD, check_claim, check_pack, check_sum};
use crate::git::object_types::{MAX_OBJECT_BYTES, ObjectKind};
use crate::git::oid::{ObjectFormat, Oid};

/// Largest number of compressed bytes that are read at once: 256 KiB.
const MAX_PART: u64 = 256 << 10;

/// Largest length of the two sizes that a delta begins with, in bytes.
const MAX_SIZES: usize = 20;

/// Why an entry cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// It does not have the format.
    Broken(EntryError),
    /// It is larger than the limit for objects.
    TooLarge,
}

impl From<EntryError> for Damage {
    fn from(error: EntryError) -> Self {
        Self::Broken(error)
    }
}

/// The number of the next pack.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// A pack, opened for single objects.
#[derive(Debug)]
pub(crate) struct RandomAccessPack {
    number: u64,
    path: PackPath,
    index: PackIndex,
    format: ObjectFormat,
    /// The pack itself and the end of its entries, opened on first use.
    data: OnceLock<Result<(FileBytes, u64), EntryError>>,
}

/// The header of an entry, with its place in the pack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PackedEntry {
    /// The kind of the object; `None` for a delta.
    pub(crate) kind: Option<ObjectKind>,
    pub(crate) base: PackedBase,
    /// Number of bytes to which the entry inflates; at most [`MAX_OBJECT_BYTES`].
    size: usize,
    /// Offset in the pack of the header, and of the compressed bytes.
    header: u64,
    start: u64,
}

/// The base of an entry.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PackedBase {
    /// The entry is not a delta.
    None,
    /// The entry at this offset of the same pack.
    Offset(u64),
    /// The object of this name.
    Object(Oid),
}

/// Buffers for reading and inflating entries.
pub(crate) struct Inflater {
    stream: Decompress,
    window: Window,
}

impl Inflater {
    pub(crate) fn new() -> Self {
        Self { stream: Decompress::new(true), window: Window::with_ahead(ENTRY_AHEAD) }
    }
}

impl RandomAccessPack {
    /// Opens the index of a pack.
    ///
    /// # Errors
    /// Returns an error if the index cannot be read or does not have the format.
    pub(crate) fn open(path: PackPath, format: ObjectFormat) -> Result<Self, PackError> {
        let index = path.open_index(format)?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Ok(Self { number, path, index, format, data: OnceLock::new() })
    }

    /// Returns a number that no other pack of this process has. It is not 0.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Returns the offset of an object in the pack, and the checksum of its entry if the index has one.
    pub(crate) fn find(&self, oid: &Oid) -> Option<(u64, Option<u32>)> {
        let position = self.index.find(oid)?;
        // An offset that the index does not hold is outside of the pack: reading there reports the damage.
        Some((self.index.offset(position).unwrap_or(u64::MAX), self.index.checksum(position)))
    }

    /// Compares an entry that was just inflated with its checksum.
    pub(crate) fn check(
        &self,
        entry: &PackedEntry,
        checksum: Option<u32>,
        inflater: &mut Inflater,
    ) -> Result<(), EntryError> {
        let (data, _) = self.data()?;
        let length = entry.start - entry.header + inflater.stream.total_in();
        let length = usize::try_from(length).map_err(|_| EntryError("it is too large"))?;
        check_sum(inflater.window.get(data, entry.header, length)?, checksum)
    }

    fn data(&self) -> Result<&(FileBytes, u64), EntryError> {
        let open = || {
            let data =
                FileBytes::open(&self.path.data).map_err(|_| EntryError("its pack cannot be opened"))?;
            let (end, _) = check_pack(&data, self.format).map_err(EntryError)?;
            Ok((data, end))
        };
        self.data.get_or_init(open).as_ref().map_err(|error| *error)
    }

    /// Reads the header of the entry at an offset.
    pub(crate) fn entry(&self, offset: u64, inflater: &mut Inflater) -> Result<PackedEntry, Damage> {
        let (data, end) = self.data()?;
        let rest = end.checked_sub(offset).filter(|rest| *rest > 0);
        let rest = rest.ok_or(EntryError("it is outside of the pack"))?;
        let length = usize::try_from(rest.min(MAX_HEADER as u64)).unwrap_or_default();
        let bytes = inflater.window.get(data, offset, length)?;
        let (header, length) = RawHeader::parse(bytes, self.format)?;
        check_claim(header.size, rest - length as u64)?;
        let size = usize::try_from(header.size).ok().filter(|size| *size <= MAX_OBJECT_BYTES);
        let base = match header.base {
            RawBase::None => PackedBase::None,
            RawBase::Distance(distance) => {
                let base = offset.checked_sub(distance).ok_or(EntryError("its base is before the pack"))?;
                PackedBase::Offset(base)
            }
            RawBase::Object(oid) => PackedBase::Object(oid),
        };
        Ok(PackedEntry {
            kind: header.kind,
            base,
            size: size.ok_or(Damage::TooLarge)?,
            header: offset,
            start: offset + length as u64,
        })
    }

    /// Inflates an entry.
    pub(crate) fn inflate(
        &self,
        entry: &PackedEntry,
        inflater: &mut Inflater,
    ) -> Result<Vec<u8>, EntryError> {
        const BROKEN: EntryError = EntryError("its bytes cannot be inflated");
        let (data, end) = self.data()?;
        let mut out = Vec::new();
        // One byte more shows that the entry is larger than its header says.
        out.try_reserve_exact(entry.size + 1).map_err(|_| EntryError("there is not enough memory for it"))?;
        inflater.stream.reset(true);
        let mut at = entry.start;
        loop {
            // Most entries are smaller than their content, so one part is enough.
            let part = (entry.size as u64 + 64).min(MAX_PART).min(end.saturating_sub(at));
            let part = inflater.window.get(data, at, usize::try_from(part).unwrap_or_default())?;
            let (before, filled) = (inflater.stream.total_in(), out.len());
            let status = inflater.stream.decompress_vec(part, &mut out, FlushDecompress::None);
            let status = status.map_err(|_| BROKEN)?;
            if status == Status::StreamEnd {
                break;
            }
            let taken = inflater.stream.total_in() - before;
            if out.len() > entry.size || (taken == 0 && out.len() == filled) {
                return Err(BROKEN);
            }
            at += taken;
        }
        if out.len() == entry.size { Ok(out) } else { Err(EntryError("it is not of the size of its header")) }
    }

    /// Returns the size of an entry's object: of the result, if the entry is a delta. The result of a damaged delta is
    /// 0.
    pub(crate) fn object_size(
        &self,
        entry: &PackedEntry,
        inflater: &mut Inflater,
    ) -> Result<u64, EntryError> {
        if matches!(entry.base, PackedBase::None) {
            return Ok(entry.size as u64);
        }
        let (data, end) = self.data()?;
        let part =
            usize::try_from(end.saturating_sub(entry.start).min(MAX_HEADER as u64)).unwrap_or_default();
        let part = inflater.window.get(data, entry.start, part)?;
        let mut head = [0; MAX_SIZES];
        inflater.stream.reset(true);
        // The rest of the delta does not fit into `head`, so the result is of no use; damage shows in decoding.
        let _ = inflater.stream.decompress(part, &mut head, FlushDecompress::None);
        let length = usize::try_from(inflater.stream.total_out()).unwrap_or(MAX_SIZES);
        result_size(head.get(..length).unwrap_or(&head))
    }
}
