//! The index of a pack (`.idx`, versions 1 and 2): the names of its objects in order, and their offsets.
//!
//! The checksums of the index itself are not verified, and the order of the names is not: a search in a disordered index finds less.
//! Format: git's documentation, `gitformat-pack`.

use super::file_bytes::{FileBytes, Window};
use crate::git::oid::{ObjectFormat, Oid};

/// Length of the fan-out table: 256 counts. In version 2 the signature and the version are before it.
const FANOUT: usize = 256 * 4;

/// Size of signature and version in version 2.
const PREAMBLE: usize = 8;

/// Size up to which the names with the same first byte are read at once, in bytes.
const MAX_BLOCK: usize = 16 << 10;

/// An index whose tables are inside of the file.
#[derive(Debug)]
pub struct PackIndex {
    bytes: FileBytes,
    /// The number of names whose first byte is at most this one, for each byte.
    counts: Vec<u32>,
    /// Length of a name in bytes.
    name_len: usize,
    /// Start of the first name, and distance from each name to the next one. In version 1 each name follows its
    /// offset; in version 2 names, checksums and offsets have tables of their own.
    names: u64,
    name_stride: usize,
    /// Start of the first offset, and distance from each offset to the next one.
    offsets: u64,
    offset_stride: usize,
    /// Start of the table of 64-bit offsets; `None` in version 1.
    large: Option<u64>,
    /// Start of the table of checksums; `None` in version 1.
    checksums: Option<u64>,
}

/// The offset of an entry in the pack, with the position of its name in the index. Sorting orders entries by offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EntryStart {
    pub(super) offset: u64,
    pub(super) position: u32,
}

impl PackIndex {
    /// Parses an index.
    ///
    /// # Errors
    /// Returns a reason if the version is unknown, or if the file is shorter than its tables.
    pub fn parse(bytes: impl Into<FileBytes>, format: ObjectFormat) -> Result<Self, &'static str> {
        const SHORT: &str = "it is shorter than its header";
        let bytes = bytes.into();
        let mut preamble = [0; PREAMBLE];
        bytes.fill(0, &mut preamble).map_err(|_| SHORT)?;
        let is_second = preamble.starts_with(b"\xfftOc");
        if is_second && preamble[4..] != [0, 0, 0, 2] {
            return Err("it is of a version that is not known");
        }
        let mut fanout = vec![0; FANOUT];
        let start = if is_second { PREAMBLE as u64 } else { 0 };
        bytes.fill(start, &mut fanout).map_err(|_| SHORT)?;
        let counts: Vec<u32> = fanout.chunks_exact(4).map(be_u32).collect();
        if !counts.is_sorted() {
            return Err("its counts are out of order");
        }
        let count = counts.last().map_or(0, |last| u64::from(*last));
        let (tables, name_len) = (start + FANOUT as u64, format.raw_len());
        let stride = if is_second { name_len + 8 } else { name_len + 4 };
        let end = tables + count * stride as u64;
        // The two checksums at the end are not verified; damage to a table shows when an entry is decoded.
        if bytes.len() < end + 2 * name_len as u64 {
            return Err("it is shorter than its tables");
        }
        Ok(if is_second {
            let offsets = tables + count * (name_len as u64 + 4);
            let checksums = Some(tables + count * name_len as u64);
            let (names, name_stride, offset_stride, large) = (tables, name_len, 4, Some(end));
            Self { bytes, counts, name_len, names, name_stride, offsets, offset_stride, large, checksums }
        } else {
            let (offsets, names) = (tables, tables + 4);
            let (name_stride, offset_stride, large, checksums) = (stride, stride, None, None);
            Self { bytes, counts, name_len, names, name_stride, offsets, offset_stride, large, checksums }
        })
    }

    /// Returns the number of names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.counts.last().map_or(0, |last| *last as usize)
    }

    /// Whether there are no names.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the name at a position.
    #[must_use]
    pub fn oid(&self, position: usize) -> Option<Oid> {
        if position >= self.len() {
            return None;
        }
        let mut name = [0; 32];
        let name = &mut name[..self.name_len];
        self.bytes.fill(self.name_start(position), name).ok()?;
        Oid::from_bytes(name)
    }

    fn name_start(&self, position: usize) -> u64 {
        self.names + position as u64 * self.name_stride as u64
    }

    /// Returns the position of a name.
    #[must_use]
    pub fn find(&self, oid: &Oid) -> Option<usize> {
        let raw = oid.as_bytes();
        if raw.len() != self.name_len {
            return None;
        }
        let first = usize::from(raw[0]);
        let mut low = if first == 0 { 0 } else { self.counts[first - 1] as usize };
        let mut high = self.counts[first] as usize;
        // Many names in a file are narrowed down by reading one at a time, the last ones are read at once.
        while self.bytes.in_memory().is_none() && (high - low) * self.name_stride > MAX_BLOCK {
            let middle = low.midpoint(high);
            if self.oid(middle)?.as_bytes() <= raw { low = middle } else { high = middle }
        }
        let mut window = Window::default();
        let length = (high - low) * self.name_stride;
        // The last name of version 2 has its neighbours in other tables, and the block may not reach into them.
        let length = length.checked_sub(self.name_stride - self.name_len).filter(|_| high > low)?;
        let block = window.get(&self.bytes, self.name_start(low), length).ok()?;
        let name_at = |at: usize| &block[at * self.name_stride..][..self.name_len];
        let (mut from, mut to) = (0, high - low);
        while from < to {
            let middle = from.midpoint(to);
            match name_at(middle).cmp(raw) {
                std::cmp::Ordering::Less => from = middle + 1,
                std::cmp::Ordering::Greater => to = middle,
                std::cmp::Ordering::Equal => return Some(low + middle),
            }
        }
        None
    }

    /// Returns the offset in the pack of the entry at a position.
    ///
    /// # Errors
    /// Returns a reason if there is no such position, or if the table of large offsets is too short.
    pub fn offset(&self, position: usize) -> Result<u64, &'static str> {
        const UNREADABLE: &str = "its offsets cannot be read";
        if position >= self.len() {
            return Err("it has no such entry");
        }
        let mut small = [0; 4];
        let at = self.offsets + position as u64 * self.offset_stride as u64;
        self.bytes.fill(at, &mut small).map_err(|_| UNREADABLE)?;
        let small = u32::from_be_bytes(small);
        let Some(large) = self.large.filter(|_| small & 0x8000_0000 != 0) else {
            return Ok(u64::from(small));
        };
        // A 64-bit offset; the table ends where the checksums begin.
        let start = u64::from(small & 0x7fff_ffff) * 8 + large;
        if start + 8 > self.bytes.len() - 2 * self.name_len as u64 {
            return Err("it names a large offset that it does not hold");
        }
        let mut large = [0; 8];
        self.bytes.fill(start, &mut large).map_err(|_| UNREADABLE)?;
        Ok(u64::from_be_bytes(large))
    }

    /// Returns the CRC-32 of the entry at a position, header and compressed bytes; `None` if the index does not know it.
    pub(super) fn checksum(&self, position: usize) -> Option<u32> {
        let start = self.checksums.filter(|_| position < self.len())?;
        let mut sum = [0; 4];
        self.bytes.fill(start + position as u64 * 4, &mut sum).ok()?;
        // Indexes that are made from others have zeros.
        Some(u32::from_be_bytes(sum)).filter(|sum| *sum != 0)
    }

    /// Returns the starts of all entries, in the order of their names. An offset that the index does not hold is
    /// `u64::MAX`: it is outside of every pack.
    pub(super) fn entry_starts(&self) -> Vec<EntryStart> {
        let positions = (0..self.len()).filter_map(|at| u32::try_from(at).ok());
        positions
            .map(|position| EntryStart {
                offset: self.offset(position as usize).unwrap_or(u64::MAX),
                position,
            })
            .collect()
    }
}

fn be_u32(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(bytes: &[u8]) -> Result<PackIndex, &'static str> {
        PackIndex::parse(bytes.to_vec(), ObjectFormat::Sha1)
    }

    fn counts(of: &[u8]) -> Vec<u8> {
        (0..=255_u8)
            .flat_map(|first| {
                u32::try_from(of.iter().filter(|name| **name <= first).count()).unwrap().to_be_bytes()
            })
            .collect()
    }

    fn second_version() -> Vec<u8> {
        let names = [[1_u8; 20], [2; 20], [9; 20]];
        [
            b"\xfftOc\0\0\0\x02".to_vec(),
            counts(&[1, 2, 9]),
            names.concat(),
            vec![0; 12],
            [500_u32, 0x8000_0000, 12].iter().flat_map(|offset| offset.to_be_bytes()).collect(),
            0x1_2345_6789_u64.to_be_bytes().to_vec(),
            vec![0; 40],
        ]
        .concat()
    }

    #[test]
    fn both_versions_are_parsed() {
        let index = parsed(&second_version()).unwrap();
        let name = |byte: u8| Oid::from_bytes(&[byte; 20]).unwrap();
        let offset = |index: &PackIndex, byte| index.find(&name(byte)).map(|at| index.offset(at).unwrap());
        assert_eq!(offset(&index, 1), Some(500));
        assert_eq!(offset(&index, 2), Some(0x1_2345_6789));
        assert_eq!(offset(&index, 9), Some(12));
        assert_eq!((offset(&index, 3), index.oid(2), index.oid(3)), (None, Some(name(9)), None));
        let mut first = counts(&[1, 2]);
        for (offset, byte) in [(500_u32, 1_u8), (12, 2)] {
            first.extend(offset.to_be_bytes());
            first.extend([byte; 20]);
        }
        first.extend([0; 40]);
        let index = parsed(&first).unwrap();
        assert_eq!((offset(&index, 1), offset(&index, 2), offset(&index, 5)), (Some(500), Some(12), None));
    }

    #[test]
    fn names_are_found_in_a_file_as_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        let name = |number: u32| [&[7][..], &number.to_be_bytes(), &[0; 15]].concat();
        let names: Vec<Vec<u8>> = (0..2000).map(|number| name(number * 2)).collect();
        let counts =
            (0..256_u32).flat_map(|first| if first < 7 { 0_u32 } else { 2000 }.to_be_bytes()).collect();
        let second = [b"\xfftOc\0\0\0\x02".to_vec(), counts, names.concat(), vec![0; 16_000], vec![0; 40]];
        std::fs::write(&path, second.concat()).unwrap();
        let in_file = PackIndex::parse(FileBytes::open(&path).unwrap(), ObjectFormat::Sha1).unwrap();
        let in_memory = PackIndex::parse(FileBytes::read_whole(&path).unwrap(), ObjectFormat::Sha1).unwrap();
        for number in 0..4001 {
            let oid = Oid::from_bytes(&name(number)).unwrap();
            let expected = (number % 2 == 0 && number < 4000).then_some(number as usize / 2);
            assert_eq!((in_file.find(&oid), in_memory.find(&oid)), (expected, expected), "{number}");
        }
    }

    #[test]
    fn truncated_and_disordered_indexes_are_errors() {
        let whole = second_version();
        for cut in 0..whole.len() {
            // Without the table of large offsets the index parses, and reading the offset is an error.
            let broken = parsed(&whole[..cut]).and_then(|index| index.offset(1));
            assert!(broken.is_err(), "{cut}");
        }
        let mut disordered = whole.clone();
        disordered[12] = 1;
        assert!(parsed(&disordered).is_err());
        let mut third = whole;
        third[7] = 3;
        assert!(parsed(&third).is_err());
    }
}
