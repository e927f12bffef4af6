//! The decoded sizes of a pack's objects, found without decoding them: a delta of a few bytes may unfold to
//! gigabytes.

use std::path::Path;

use flate2::{Decompress, FlushDecompress};

use super::delta::result_size;
use super::entry::{RawBase, RawHeader};
use super::error::{EntryError, PackError};
use super::index::PackIndex;
use super::mmap::MappedFile;
use crate::git::oid::{ObjectFormat, Oid};

/// Length limit of a delta chain. No writer of packs makes chains as long as this.
const MAX_CHAIN: usize = 8192;

/// Largest length of the two sizes that a delta begins with, in bytes.
const MAX_SIZES: usize = 20;

/// A pack, opened for the sizes of its objects.
#[derive(Debug)]
pub(crate) struct PackSizes {
    index: PackIndex,
    data: MappedFile,
    format: ObjectFormat,
}

impl PackSizes {
    /// Opens the pack of an index file.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read, or if the index does not have the format.
    pub(crate) fn open(index_path: &Path, format: ObjectFormat) -> Result<Self, PackError> {
        let form = |what| PackError::Form { path: index_path.to_path_buf(), what };
        let index = PackIndex::parse(MappedFile::open(index_path)?, format).map_err(form)?;
        Ok(Self { index, data: MappedFile::open(&index_path.with_extension("pack"))?, format })
    }

    /// Returns the size of the largest buffer that decoding an object needs: for the object, for one of its bases, or
    /// for a delta on the way. `None` if the pack does not hold the object.
    ///
    /// The result is too small where the pack is damaged; decoding then fails before the buffer is allocated.
    #[must_use]
    pub(crate) fn max_decoded(&self, oid: &Oid) -> Option<u64> {
        let offset = self.index.offset(self.index.find(oid)?).ok()?;
        let (mut largest, mut next) = (0, Some(offset));
        for _ in 0..MAX_CHAIN {
            let Some((size, base)) = next.and_then(|offset| self.entry(offset).ok()) else {
                return Some(largest);
            };
            largest = largest.max(size);
            next = base;
        }
        // The chain is a circle, or it is as long as if it were one.
        Some(u64::MAX)
    }

    /// Returns the decoded size of the entry at an offset, and the offset of its base.
    fn entry(&self, offset: u64) -> Result<(u64, Option<u64>), EntryError> {
        const OUTSIDE: EntryError = EntryError("it is outside of the pack");
        let from = usize::try_from(offset).map_err(|_| OUTSIDE)?;
        let bytes = self.data.get(from..).ok_or(OUTSIDE)?;
        let (header, start) = RawHeader::parse(bytes, self.format)?;
        let base = match header.base {
            RawBase::None => return Ok((header.size, None)),
            RawBase::Distance(distance) => offset.checked_sub(distance),
            RawBase::Object(oid) => self.index.find(&oid).and_then(|at| self.index.offset(at).ok()),
        };
        let mut head = [0; MAX_SIZES];
        let mut stream = Decompress::new(true);
        // The rest of the delta does not fit into `head`, so the result is of no use; damage shows in decoding.
        let _ = stream.decompress(&bytes[start..], &mut head, FlushDecompress::None);
        let length = usize::try_from(stream.total_out()).unwrap_or(MAX_SIZES);
        let result = result_size(head.get(..length).unwrap_or(&head))?;
        Ok((result.max(header.size), base))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn number(mut value: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        while value > 0x7f {
            bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
            value >>= 7;
        }
        bytes.push(u8::try_from(value).unwrap());
        bytes
    }

    /// A pack of a blob of three bytes and of deltas, each to the entry before it.
    fn pack(results: &[u64]) -> PackSizes {
        let mut data = b"PACK\0\0\0\x02\0\0\0\x01".to_vec();
        let mut offsets = vec![data.len()];
        data.push(0x33);
        data.extend(deflated(b"abc"));
        for result in results {
            let at = data.len();
            data.extend([0x6f, u8::try_from(at - offsets[offsets.len() - 1]).unwrap()]);
            data.extend(deflated(&[number(3), number(*result), vec![0x90, 3]].concat()));
            offsets.push(at);
        }
        data.extend([0; 20]);
        let names: Vec<u8> = (1..).take(offsets.len()).collect();
        let counts = (0..=255_u8).flat_map(|first| {
            let count = names.iter().filter(|name| **name <= first).count();
            u32::try_from(count).unwrap().to_be_bytes()
        });
        let mut index = [b"\xfftOc\0\0\0\x02".to_vec(), counts.collect()].concat();
        index.extend(names.iter().flat_map(|name| [*name; 20]));
        index.extend(vec![0; names.len() * 4]);
        index.extend(offsets.iter().flat_map(|offset| u32::try_from(*offset).unwrap().to_be_bytes()));
        index.extend([0; 40]);
        let format = ObjectFormat::Sha1;
        PackSizes { index: PackIndex::parse(index, format).unwrap(), data: data.into(), format }
    }

    #[test]
    fn the_largest_size_of_a_chain_counts() {
        let max_decoded =
            |pack: &PackSizes, name: u8| pack.max_decoded(&Oid::from_bytes(&[name; 20]).unwrap());
        let sizes = pack(&[1 << 40, 7, 9]);
        let found = [1, 2, 4, 9].map(|name| max_decoded(&sizes, name));
        assert_eq!(found, [Some(3), Some(1 << 40), Some(1 << 40), None]);
        assert_eq!(max_decoded(&pack(&[20, 19]), 3), Some(20));
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_do_not_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..80), at in 0_usize..80) {
            let mut sizes = pack(&[5, 6]);
            let mut data = sizes.data.to_vec();
            let at = at.min(data.len());
            data.splice(at.., bytes);
            sizes.data = data.into();
            let _ = sizes.max_decoded(&Oid::from_bytes(&[3; 20]).unwrap());
        }
    }
}
