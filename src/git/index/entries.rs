//! The entries of one index file, versions 2 to 4: where each begins, and where its path is.
//! Decodes nothing else up front, because most runs use few entries; allocates nothing per entry.

use std::cmp::Ordering;

use super::entry::Entry;
use super::error::IndexError;
use super::reader::{Reader, addressable};
use crate::git::oid::{ObjectFormat, Oid};

/// Length of the data from `stat`, which is before the object name.
const STAT: usize = 40;
/// Offset of the mode in that data.
const MODE: usize = 24;
const EXTENDED: u16 = 0x4000;
const NAME_LEN: u16 = 0x0fff;
const SKIP_WORKTREE: u16 = 0x4000;
const INTENT_TO_ADD: u16 = 0x2000;
/// The names of version 4 may unfold to this many times the size of the file. An average path may then be a thousand
/// bytes long. Without a limit, each entry could repeat a name of the size of the file.
const UNFOLD_FACTOR: usize = 16;
/// Size that the names may have in addition, in bytes, so that a small index may have very long paths.
const UNFOLD_FREE: usize = 4 << 20;

/// An entry, as positions in the buffer. All were checked to be inside of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    head: u32,
    path: u32,
    path_len: u32,
}

impl Record {
    /// Returns the position at which the entry begins.
    pub(super) fn head(self) -> usize {
        self.head as usize
    }

    /// Moves the entry with its file in the buffer, which must stay within the range of four bytes.
    pub(super) fn shift(&mut self, by: u32) {
        self.head += by;
        self.path += by;
    }

    pub(super) fn has_path(self) -> bool {
        self.path_len > 0
    }

    /// Returns this entry with the path of another. A split index replaces an entry of its base in this way.
    pub(super) fn with_path_of(self, other: Self) -> Self {
        Self { head: self.head, ..other }
    }
}

/// The buffer that records point into.
#[derive(Clone, Copy)]
pub(super) struct Arena<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) format: ObjectFormat,
}

impl<'a> Arena<'a> {
    pub(super) fn path(self, record: Record) -> &'a [u8] {
        let start = record.path as usize;
        &self.bytes[start..start + record.path_len as usize]
    }

    fn flags(self, record: Record) -> u16 {
        self.u16(record.head() + STAT + self.format.raw_len())
    }

    fn u16(self, at: usize) -> u16 {
        u16::from_be_bytes([self.bytes[at], self.bytes[at + 1]])
    }

    pub(super) fn stage(self, record: Record) -> u8 {
        stage(self.flags(record))
    }

    /// Compares by path bytes, then by stage, as git sorts entries.
    pub(super) fn compare(self, one: Record, other: Record) -> Ordering {
        self.path(one).cmp(self.path(other)).then_with(|| self.stage(one).cmp(&self.stage(other)))
    }

    pub(super) fn oid(self, at: usize) -> Option<Oid> {
        self.bytes.get(at..at + self.format.raw_len()).and_then(Oid::from_bytes)
    }

    /// Decodes an entry. The result is never `None`: a record exists only for an entry inside of the buffer.
    pub(super) fn entry(self, record: Record) -> Option<Entry<'a>> {
        let head = record.head();
        let mode = self.bytes[head + MODE..head + MODE + 4].iter();
        let flags = self.flags(record);
        let extended =
            if flags & EXTENDED == 0 { 0 } else { self.u16(head + STAT + self.format.raw_len() + 2) };
        Some(Entry {
            path: self.path(record),
            mode: mode.fold(0, |number, &byte| (number << 8) | u32::from(byte)),
            oid: self.oid(head + STAT)?,
            stage: stage(flags),
            skip_worktree: extended & SKIP_WORKTREE != 0,
            intent_to_add: extended & INTENT_TO_ADD != 0,
        })
    }

    /// Returns the first entry that has no path or that is not after the one before it, and what is wrong with it.
    pub(super) fn first_disorder(self, records: &[Record]) -> Option<(Record, &'static str)> {
        // Git 2.47 names a shared index by the checksum that it skipped, and then loses it.
        let what = "an entry has no path, as where `index.skipHash` and a split index come together";
        let nameless = |record: Record| (record, what);
        if let Some(&first) = records.first().filter(|first| !first.has_path()) {
            return Some(nameless(first));
        }
        records.windows(2).find_map(|pair| match self.compare(pair[0], pair[1]) {
            Ordering::Less => None,
            _ if !pair[1].has_path() => Some(nameless(pair[1])),
            Ordering::Equal => Some((pair[1], "two entries have the same path")),
            Ordering::Greater => Some((pair[1], "the entries are not in the order of their paths")),
        })
    }
}

fn stage(flags: u16) -> u8 {
    ((flags >> 12) & 3) as u8
}

/// The entries of one file, and the unfolded paths of version 4. The caller must append these paths to the buffer: the
/// records point to them there.
pub(super) struct Entries {
    pub(super) records: Vec<Record>,
    pub(super) names: Vec<u8>,
}

/// Reads `count` entries. `names_at` is the position in the buffer at which the unfolded names will begin.
pub(super) fn read(
    reader: &mut Reader<'_>,
    version: u32,
    count: u32,
    format: ObjectFormat,
    names_at: usize,
) -> Result<Entries, IndexError> {
    // Two bytes of flags, one byte of name length or padding, one byte that ends the name.
    let min_len = STAT + format.raw_len() + 2 + 2;
    let count = count as usize;
    if count > reader.remaining() / min_len {
        return Err(reader.damaged("more entries are announced than the file can hold"));
    }
    let mut entries = Entries { records: Vec::with_capacity(count), names: Vec::new() };
    if version == 4 {
        let mut names = Names::new(names_at, reader.remaining());
        for _ in 0..count {
            entries.records.push(names.read_entry(reader, format)?);
        }
        entries.names = names.bytes;
    } else {
        for _ in 0..count {
            entries.records.push(read_padded(reader, format)?);
        }
    }
    Ok(entries)
}

/// Reads the fixed part of an entry. Returns the position of the entry, and the stored length of its path (`None` for
/// 4095 and more).
fn read_head(reader: &mut Reader<'_>, format: ObjectFormat) -> Result<(usize, Option<usize>), IndexError> {
    const SHORT: &str = "an entry is cut short";
    let head = reader.at();
    let fixed = STAT + format.raw_len() + 2;
    let taken = reader.take(fixed, SHORT)?;
    let flags = u16::from_be_bytes([taken[fixed - 2], taken[fixed - 1]]);
    if flags & EXTENDED != 0 {
        let taken = reader.take(2, SHORT)?;
        let extended = u16::from_be_bytes([taken[0], taken[1]]);
        // git rejects unknown bits, too: they may change the meaning of the entry.
        if extended & !(SKIP_WORKTREE | INTENT_TO_ADD) != 0 {
            return Err(reader.damaged("an entry has flags that are not known"));
        }
    }
    let len = flags & NAME_LEN;
    Ok((head, (len != NAME_LEN).then_some(usize::from(len))))
}

/// Reads a path without its first `kept` bytes, and the zero byte that ends it. `stored_len` is the length of the
/// whole path.
fn read_name<'a>(
    reader: &mut Reader<'a>,
    stored_len: Option<usize>,
    kept: usize,
) -> Result<&'a [u8], IndexError> {
    let name = reader.take_until(0, "the path of an entry does not end")?;
    let len = kept + name.len();
    if stored_len.map_or(len >= usize::from(NAME_LEN), |stored| stored == len) {
        return Ok(name);
    }
    Err(reader.damaged("the path of an entry is not as long as it says"))
}

/// Reads an entry of version 2 or 3: the whole path, then one to eight zero bytes up to a multiple of eight.
fn read_padded(reader: &mut Reader<'_>, format: ObjectFormat) -> Result<Record, IndexError> {
    let (head, stored_len) = read_head(reader, format)?;
    let path = reader.at();
    let len = read_name(reader, stored_len, 0)?.len();
    let used = reader.at() - head;
    reader.take(used.next_multiple_of(8) - used, "an entry is cut short")?;
    record(head, path, len)
}

/// The paths of version 4, which stores only the part of a path that differs from the path before it.
struct Names {
    bytes: Vec<u8>,
    /// Position in the buffer at which `bytes` will begin.
    at: usize,
    /// Offset of the previous path in `bytes`.
    previous: usize,
    /// Largest length of `bytes`.
    limit: usize,
}

impl Names {
    fn new(at: usize, file_len: usize) -> Self {
        let limit = file_len.saturating_mul(UNFOLD_FACTOR).saturating_add(UNFOLD_FREE);
        Self { bytes: Vec::new(), at, previous: 0, limit }
    }

    fn read_entry(&mut self, reader: &mut Reader<'_>, format: ObjectFormat) -> Result<Record, IndexError> {
        let (head, stored_len) = read_head(reader, format)?;
        let dropped = read_varint(reader)?;
        let previous_len = self.bytes.len() - self.previous;
        let kept = usize::try_from(dropped).ok().and_then(|dropped| previous_len.checked_sub(dropped));
        let Some(kept) = kept else {
            return Err(reader.damaged("an entry takes more from the path before it than there is"));
        };
        let suffix = read_name(reader, stored_len, kept)?;
        let len = kept + suffix.len();
        let start = self.bytes.len();
        if start + len > self.limit {
            return Err(IndexError::TooLarge { size: (start + len) as u64, limit: self.limit as u64 });
        }
        self.bytes.extend_from_within(self.previous..self.previous + kept);
        self.bytes.extend_from_slice(suffix);
        self.previous = start;
        record(head, self.at + start, len)
    }
}

/// Reads a number of variable width. Packs use the same encoding for offsets: each further byte adds one before it
/// shifts.
fn read_varint(reader: &mut Reader<'_>) -> Result<u64, IndexError> {
    const SHORT: &str = "a number in an entry does not end";
    let mut byte = reader.take(1, SHORT)?[0];
    let mut number = u64::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        byte = reader.take(1, SHORT)?[0];
        if number >= 1 << 32 {
            return Err(reader.damaged("a number in an entry is too large"));
        }
        number = ((number + 1) << 7) | u64::from(byte & 0x7f);
    }
    Ok(number)
}

fn record(head: usize, path: usize, path_len: usize) -> Result<Record, IndexError> {
    Ok(Record { head: addressable(head)?, path: addressable(path)?, path_len: addressable(path_len)? })
}
