//! The index of a pack (`.idx`, version 2): names in order, and where each lies.

use super::Place;
use super::map::Map;
use crate::source::git::{ObjectFormat, Oid};

/// Signature and version, then 256 counts.
const HEADER: usize = 8 + 256 * 4;

/// A mapped index whose tables are known to lie within the file.
#[derive(Debug)]
pub(super) struct PackIndex {
    bytes: Map,
    count: usize,
    name: usize,
    large: usize,
}

impl PackIndex {
    pub(super) fn parse(bytes: Map, format: ObjectFormat) -> Result<Self, &'static str> {
        if !bytes.starts_with(b"\xfftOc\0\0\0\x02") {
            return Err("it is no pack index of version 2");
        }
        let fanout = bytes.get(8..HEADER).ok_or("it is shorter than its header")?;
        let counts: Vec<u32> = fanout.chunks_exact(4).map(number).collect();
        if !counts.is_sorted() {
            return Err("its counts are out of order");
        }
        let count = counts.last().map_or(0, |last| *last as usize);
        let name = format.raw_len();
        let tables = count.checked_mul(name + 8).ok_or("it claims more entries than fit")?;
        // The two checksums at the end are git's affair; a wrong table shows itself.
        let large = HEADER + tables;
        if bytes.len() < large + 2 * name {
            return Err("it is shorter than its tables");
        }
        Ok(Self { bytes, count, name, large })
    }

    pub(super) fn oid(&self, at: usize) -> Option<Oid> {
        if at >= self.count {
            return None;
        }
        Oid::from_bytes(self.bytes.get(HEADER + at * self.name..HEADER + (at + 1) * self.name)?)
    }

    /// The place of a name in the table.
    pub(super) fn find(&self, oid: &Oid) -> Option<usize> {
        let raw = oid.as_bytes();
        if raw.len() != self.name {
            return None;
        }
        let counts = |at: usize| number(&self.bytes[8 + at * 4..12 + at * 4]) as usize;
        let first = usize::from(raw[0]);
        let (mut low, mut high) = (if first == 0 { 0 } else { counts(first - 1) }, counts(first));
        while low < high {
            let middle = low.midpoint(high);
            let name = &self.bytes[HEADER + middle * self.name..HEADER + (middle + 1) * self.name];
            match name.cmp(raw) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    pub(super) fn offset(&self, at: usize) -> Result<u64, &'static str> {
        let small = HEADER + self.count * (self.name + 4) + at * 4;
        let small = number(self.bytes.get(small..small + 4).ok_or("it has no such entry")?);
        if small & 0x8000_0000 == 0 {
            return Ok(u64::from(small));
        }
        // A 64-bit offset; the table ends where the checksums begin.
        let start = (small & 0x7fff_ffff) as usize * 8 + self.large;
        let end = self.bytes.len() - 2 * self.name;
        let large = self.bytes.get(start..start + 8).filter(|_| start + 8 <= end);
        let large = large.ok_or("it names a large offset that it does not hold")?;
        Ok(u64::from(number(&large[..4])) << 32 | u64::from(number(&large[4..])))
    }

    pub(super) fn places(&self) -> Result<Vec<Place>, &'static str> {
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
