//! The index of a pack (`.idx`, versions 1 and 2): names in order, and where each lies.

use crate::git::pack::Place;
use crate::git::pack::mmap::MappedFile;
use crate::git::{ObjectFormat, Oid};

/// 256 counts; in version 2 signature and version stand before them.
const COUNTS: usize = 256 * 4;

/// An index whose tables are known to lie within the file.
#[derive(Debug)]
pub struct PackIndex {
    bytes: MappedFile,
    count: usize,
    /// The length of a name.
    name: usize,
    /// Where the first name begins, and how far it is to the next one: in version 1 each name stands behind its
    /// offset, in version 2 names, checksums and offsets have tables of their own.
    names: usize,
    stride: usize,
    /// The same for offsets.
    offsets: usize,
    offset_stride: usize,
    /// Where the table of 64-bit offsets begins; there is none in version 1.
    large: Option<usize>,
}

impl PackIndex {
    /// Reads an index. Its checksums are not looked at, nor whether its names are in order.
    ///
    /// # Errors
    /// It is of another form, or shorter than what it claims to hold.
    pub fn parse(bytes: impl Into<MappedFile>, format: ObjectFormat) -> Result<Self, &'static str> {
        let bytes = bytes.into();
        let second = bytes.starts_with(b"\xfftOc");
        if second && bytes.get(4..8) != Some(&[0, 0, 0, 2]) {
            return Err("it is of a version that is not known");
        }
        let names = if second { 8 + COUNTS } else { COUNTS };
        let fanout = bytes.get(names - COUNTS..names).ok_or("it is shorter than its header")?;
        let counts: Vec<u32> = fanout.chunks_exact(4).map(number).collect();
        if !counts.is_sorted() {
            return Err("its counts are out of order");
        }
        let count = counts.last().map_or(0, |last| *last as usize);
        let name = format.raw_len();
        let each = if second { name + 8 } else { name + 4 };
        let tables = count.checked_mul(each).ok_or("it claims more entries than fit")?;
        // The two checksums at the end are git's affair; a wrong table shows itself.
        let end = names + tables;
        if bytes.len() < end + 2 * name {
            return Err("it is shorter than its tables");
        }
        Ok(if second {
            let offsets = names + count * (name + 4);
            Self { bytes, count, name, names, stride: name, offsets, offset_stride: 4, large: Some(end) }
        } else {
            Self {
                bytes,
                count,
                name,
                names: names + 4,
                stride: each,
                offsets: names,
                offset_stride: each,
                large: None,
            }
        })
    }

    /// The number of names.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The name at a place in the table.
    #[must_use]
    pub fn oid(&self, at: usize) -> Option<Oid> {
        if at >= self.count {
            return None;
        }
        Oid::from_bytes(self.name_at(at))
    }

    fn name_at(&self, at: usize) -> &[u8] {
        let start = self.names + at * self.stride;
        &self.bytes[start..start + self.name]
    }

    /// The place of a name in the table.
    #[must_use]
    pub fn find(&self, oid: &Oid) -> Option<usize> {
        let raw = oid.as_bytes();
        if raw.len() != self.name {
            return None;
        }
        let start = if self.large.is_some() { 8 } else { 0 };
        let counts = |at: usize| number(&self.bytes[start + at * 4..]) as usize;
        let first = usize::from(raw[0]);
        let (mut low, mut high) = (if first == 0 { 0 } else { counts(first - 1) }, counts(first));
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

    /// Where in the pack the entry at a place in the table begins.
    ///
    /// # Errors
    /// There is no such place, or the table of large offsets does not hold what it refers to.
    pub fn offset(&self, at: usize) -> Result<u64, &'static str> {
        if at >= self.count {
            return Err("it has no such entry");
        }
        let small = self.offsets + at * self.offset_stride;
        let small = number(&self.bytes[small..small + 4]);
        let Some(large) = self.large.filter(|_| small & 0x8000_0000 != 0) else {
            return Ok(u64::from(small));
        };
        // A 64-bit offset; the table ends where the checksums begin.
        let start = (small & 0x7fff_ffff) as usize * 8 + large;
        let end = self.bytes.len() - 2 * self.name;
        let large = self.bytes.get(start..start + 8).filter(|_| start + 8 <= end);
        let large = large.ok_or("it names a large offset that it does not hold")?;
        Ok(u64::from(number(&large[..4])) << 32 | u64::from(number(&large[4..])))
    }

    pub(crate) fn places(&self) -> Result<Vec<Place>, &'static str> {
        (0..self.count)
            .map(|at| {
                Ok(Place {
                    offset: self.offset(at)?,
                    name: u32::try_from(at).map_err(|_| "it is too large")?,
                })
            })
            .collect()
    }
}

fn number(bytes: &[u8]) -> u32 {
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

    fn second() -> Vec<u8> {
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
    fn both_versions_are_read() {
        let index = parsed(&second()).unwrap();
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
    fn what_does_not_fit_is_an_error() {
        let whole = second();
        for cut in 0..whole.len() {
            // Without the table of large offsets the rest is whole, and the offset is an error when it is asked for.
            let broken = parsed(&whole[..cut]).and_then(|index| index.places());
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
