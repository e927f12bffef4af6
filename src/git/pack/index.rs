//! The index of a pack (`.idx`, versions 1 and 2): the names of its objects in order, and their offsets.
//!
//! Checksums are not verified, and the order of the names is not: a search in a disordered index finds less.
//! Format: git's documentation, `gitformat-pack`.

use super::mmap::MappedFile;
use crate::git::oid::{ObjectFormat, Oid};

/// Length of the fan-out table: 256 counts. In version 2 the signature and the version are before it.
const FANOUT: usize = 256 * 4;

/// Size of signature and version in version 2.
const PREAMBLE: usize = 8;

/// An index whose tables are inside of the file.
#[derive(Debug)]
pub struct PackIndex {
    bytes: MappedFile,
    count: usize,
    /// Length of a name in bytes.
    name_len: usize,
    /// Start of the first name, and distance from each name to the next one. In version 1 each name follows its
    /// offset; in version 2 names, checksums and offsets have tables of their own.
    names: usize,
    name_stride: usize,
    /// Start of the first offset, and distance from each offset to the next one.
    offsets: usize,
    offset_stride: usize,
    /// Start of the table of 64-bit offsets; `None` in version 1.
    large: Option<usize>,
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
    pub fn parse(bytes: impl Into<MappedFile>, format: ObjectFormat) -> Result<Self, &'static str> {
        let bytes = bytes.into();
        let is_second = bytes.starts_with(b"\xfftOc");
        if is_second && bytes.get(4..8) != Some(&[0, 0, 0, 2]) {
            return Err("it is of a version that is not known");
        }
        let tables = if is_second { PREAMBLE + FANOUT } else { FANOUT };
        let fanout = bytes.get(tables - FANOUT..tables).ok_or("it is shorter than its header")?;
        let counts: Vec<u32> = fanout.chunks_exact(4).map(be_u32).collect();
        if !counts.is_sorted() {
            return Err("its counts are out of order");
        }
        let count = counts.last().map_or(0, |last| *last as usize);
        let name_len = format.raw_len();
        let stride = if is_second { name_len + 8 } else { name_len + 4 };
        let end = tables + count.checked_mul(stride).ok_or("it claims more entries than fit")?;
        // The two checksums at the end are not verified; damage to a table shows when an entry is decoded.
        if bytes.len() < end + 2 * name_len {
            return Err("it is shorter than its tables");
        }
        Ok(if is_second {
            let offsets = tables + count * (name_len + 4);
            let large = Some(end);
            let (names, name_stride, offset_stride) = (tables, name_len, 4);
            Self { bytes, count, name_len, names, name_stride, offsets, offset_stride, large }
        } else {
            let (offsets, names) = (tables, tables + 4);
            let (name_stride, offset_stride) = (stride, stride);
            Self { bytes, count, name_len, names, name_stride, offsets, offset_stride, large: None }
        })
    }

    /// Returns the number of names.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether there are no names.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns the name at a position.
    #[must_use]
    pub fn oid(&self, position: usize) -> Option<Oid> {
        if position >= self.count {
            return None;
        }
        Oid::from_bytes(self.name_at(position))
    }

    fn name_at(&self, position: usize) -> &[u8] {
        let start = self.names + position * self.name_stride;
        &self.bytes[start..start + self.name_len]
    }

    /// Returns the position of a name.
    #[must_use]
    pub fn find(&self, oid: &Oid) -> Option<usize> {
        let raw = oid.as_bytes();
        if raw.len() != self.name_len {
            return None;
        }
        let fanout = if self.large.is_some() { PREAMBLE } else { 0 };
        let count = |at: usize| be_u32(&self.bytes[fanout + at * 4..]) as usize;
        let first = usize::from(raw[0]);
        let (mut low, mut high) = (if first == 0 { 0 } else { count(first - 1) }, count(first));
        while low < high {
            let middle = low.midpoint(high);
            match self.name_at(middle).cmp(raw) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// Returns the offset in the pack of the entry at a position.
    ///
    /// # Errors
    /// Returns a reason if there is no such position, or if the table of large offsets is too short.
    pub fn offset(&self, position: usize) -> Result<u64, &'static str> {
        if position >= self.count {
            return Err("it has no such entry");
        }
        let small = self.offsets + position * self.offset_stride;
        let small = be_u32(&self.bytes[small..small + 4]);
        let Some(large) = self.large.filter(|_| small & 0x8000_0000 != 0) else {
            return Ok(u64::from(small));
        };
        // A 64-bit offset; the table ends where the checksums begin.
        let start = (small & 0x7fff_ffff) as usize * 8 + large;
        let end = self.bytes.len() - 2 * self.name_len;
        let large = self.bytes.get(start..start + 8).filter(|_| start + 8 <= end);
        let large = large.ok_or("it names a large offset that it does not hold")?;
        Ok(u64::from(be_u32(&large[..4])) << 32 | u64::from(be_u32(&large[4..])))
    }

    /// Returns the starts of all entries, in the order of their names.
    pub(super) fn entry_starts(&self) -> Result<Vec<EntryStart>, &'static str> {
        (0..self.count)
            .map(|at| {
                let position = u32::try_from(at).map_err(|_| "it is too large")?;
                Ok(EntryStart { offset: self.offset(at)?, position })
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
    fn truncated_and_disordered_indexes_are_errors() {
        let whole = second_version();
        for cut in 0..whole.len() {
            // Without the table of large offsets the index parses, and reading the offset is an error.
            let broken = parsed(&whole[..cut]).and_then(|index| index.entry_starts());
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
