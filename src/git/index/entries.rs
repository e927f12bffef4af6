//! The entries of one index file, versions 2 to 4: where each begins, and where its path stands.
//! Decodes nothing else up front, as most runs look at few of them; allocates nothing per entry.

use std::cmp::Ordering;

use crate::git::index::reader::Reader;
use crate::git::index::{Entry, IndexError, addressable};
use crate::git::{ObjectFormat, Oid};

/// What `stat` knew about the file, before the object name.
const STAT: usize = 40;
/// The mode within it.
const MODE: usize = 24;
const EXTENDED: u16 = 0x4000;
const NAME_LEN: u16 = 0x0fff;
const SKIP_WORKTREE: u16 = 0x4000;
const INTENT_TO_ADD: u16 = 0x2000;
/// How far the names of version 4 may unfold: the average path may be a thousand bytes long, and a small
/// index of very long paths is fine too. Else each entry could repeat a name of the size of the file.
const UNFOLD_FACTOR: usize = 16;
const UNFOLD_FREE: usize = 4 << 20;

/// An entry, as places in the buffer. Both were checked to be inside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record {
    head: u32,
    path: u32,
    path_len: u32,
}

impl Record {
    /// Where the entry begins.
    pub(crate) fn head(self) -> usize {
        self.head as usize
    }

    /// Moves along as its file moves in the buffer, which must stay within what four bytes can address.
    pub(crate) fn shift(&mut self, by: u32) {
        self.head += by;
        self.path += by;
    }

    pub(crate) fn has_path(self) -> bool {
        self.path_len > 0
    }

    /// This entry under the path of another: how a split index replaces one of its base.
    pub(crate) fn with_path_of(self, other: Self) -> Self {
        Self { head: self.head, ..other }
    }
}

/// The buffer that records point into.
#[derive(Clone, Copy)]
pub(crate) struct Arena<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) format: ObjectFormat,
}

impl<'a> Arena<'a> {
    pub(crate) fn path(self, record: Record) -> &'a [u8] {
        let start = record.path as usize;
        &self.bytes[start..start + record.path_len as usize]
    }

    fn flags(self, record: Record) -> u16 {
        self.u16(record.head() + STAT + self.format.raw_len())
    }

    fn u16(self, at: usize) -> u16 {
        u16::from_be_bytes([self.bytes[at], self.bytes[at + 1]])
    }

    pub(crate) fn stage(self, record: Record) -> u8 {
        stage(self.flags(record))
    }

    /// By path bytes, then stage, as git sorts entries.
    pub(crate) fn compare(self, one: Record, other: Record) -> Ordering {
        self.path(one).cmp(self.path(other)).then_with(|| self.stage(one).cmp(&self.stage(other)))
    }

    pub(crate) fn oid(self, at: usize) -> Option<Oid> {
        self.bytes.get(at..at + self.format.raw_len()).and_then(Oid::from_bytes)
    }

    /// `None` cannot happen: a record is only made of an entry that is there.
    pub(crate) fn entry(self, record: Record) -> Option<Entry<'a>> {
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

    /// The first entry that has no path, or does not come after the one before it, and what is wrong with it.
    pub(crate) fn first_disorder(self, records: &[Record]) -> Option<(Record, &'static str)> {
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

/// The entries of one file, and the unfolded paths of version 4. Those are meant to be appended to the
/// buffer: the records count on it.
pub(crate) struct Entries {
    pub(crate) records: Vec<Record>,
    pub(crate) names: Vec<u8>,
}

/// Reads `count` entries. `names_at` is where the unfolded names will begin in the buffer.
pub(crate) fn read(
    reader: &mut Reader<'_>,
    version: u32,
    count: u32,
    format: ObjectFormat,
    names_at: usize,
) -> Result<Entries, IndexError> {
    // Two bytes of flags, one of name length or padding, one that ends the name.
    let least = STAT + format.raw_len() + 2 + 2;
    let count = count as usize;
    if count > reader.left() / least {
        return Err(reader.damage("more entries are announced than the file can hold"));
    }
    let mut entries = Entries { records: Vec::with_capacity(count), names: Vec::new() };
    if version == 4 {
        let mut names = Names::new(names_at, reader.left());
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

/// The fixed part of an entry: where it begins, and how long its path says it is (`None`: 4095 or more).
fn read_head(reader: &mut Reader<'_>, format: ObjectFormat) -> Result<(usize, Option<usize>), IndexError> {
    const SHORT: &str = "an entry is cut short";
    let head = reader.at();
    let fixed = STAT + format.raw_len() + 2;
    let taken = reader.take(fixed, SHORT)?;
    let flags = u16::from_be_bytes([taken[fixed - 2], taken[fixed - 1]]);
    if flags & EXTENDED != 0 {
        let taken = reader.take(2, SHORT)?;
        let extended = u16::from_be_bytes([taken[0], taken[1]]);
        // As git does: a bit that nobody knows may change what the entry is.
        if extended & !(SKIP_WORKTREE | INTENT_TO_ADD) != 0 {
            return Err(reader.damage("an entry has flags that are not known"));
        }
    }
    let len = flags & NAME_LEN;
    Ok((head, (len != NAME_LEN).then_some(usize::from(len))))
}

/// A path without its first `kept` bytes, and the zero byte that ends it. `said` is how long the whole is.
fn read_name<'a>(reader: &mut Reader<'a>, said: Option<usize>, kept: usize) -> Result<&'a [u8], IndexError> {
    let name = reader.until(0, "the path of an entry does not end")?;
    let len = kept + name.len();
    if said.map_or(len >= usize::from(NAME_LEN), |said| said == len) {
        return Ok(name);
    }
    Err(reader.damage("the path of an entry is not as long as it says"))
}

/// Versions 2 and 3: the whole path, then one to eight zero bytes up to a multiple of eight.
fn read_padded(reader: &mut Reader<'_>, format: ObjectFormat) -> Result<Record, IndexError> {
    let (head, said) = read_head(reader, format)?;
    let path = reader.at();
    let len = read_name(reader, said, 0)?.len();
    let used = reader.at() - head;
    reader.take(used.next_multiple_of(8) - used, "an entry is cut short")?;
    record(head, path, len)
}

/// Version 4 stores of each path what differs from the one before. This is where they unfold.
struct Names {
    bytes: Vec<u8>,
    /// Where `bytes` will begin in the buffer.
    at: usize,
    /// Where the path before begins in `bytes`.
    previous: usize,
    limit: usize,
}

impl Names {
    fn new(at: usize, file_len: usize) -> Self {
        let limit = file_len.saturating_mul(UNFOLD_FACTOR).saturating_add(UNFOLD_FREE);
        Self { bytes: Vec::new(), at, previous: 0, limit }
    }

    fn read_entry(&mut self, reader: &mut Reader<'_>, format: ObjectFormat) -> Result<Record, IndexError> {
        let (head, said) = read_head(reader, format)?;
        let dropped = read_varint(reader)?;
        let previous_len = self.bytes.len() - self.previous;
        let kept = usize::try_from(dropped).ok().and_then(|dropped| previous_len.checked_sub(dropped));
        let Some(kept) = kept else {
            return Err(reader.damage("an entry takes more from the path before it than there is"));
        };
        let suffix = read_name(reader, said, kept)?;
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

/// The variable-width number that git's packs use for offsets, too: each further byte adds one before it shifts.
fn read_varint(reader: &mut Reader<'_>) -> Result<u64, IndexError> {
    const SHORT: &str = "a number in an entry does not end";
    let mut byte = reader.take(1, SHORT)?[0];
    let mut number = u64::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        byte = reader.take(1, SHORT)?[0];
        if number >= 1 << 32 {
            return Err(reader.damage("a number in an entry is too large"));
        }
        number = ((number + 1) << 7) | u64::from(byte & 0x7f);
    }
    Ok(number)
}

fn record(head: usize, path: usize, path_len: usize) -> Result<Record, IndexError> {
    Ok(Record { head: addressable(head)?, path: addressable(path)?, path_len: addressable(path_len)? })
}
