//! The index of several packs (`multi-pack-index`). It is read only for packs without an index of their own.
//!
//! Nothing in it is trusted: each table is checked to be inside of the file. Checksums are not verified.
//! Format: git's documentation, `gitformat-pack`, "multi-pack-index (MIDX) files have the following format".

use std::collections::BTreeMap;

use crate::git::oid::ObjectFormat;

/// Size of signature, version, hash version and counts.
const HEADER: usize = 12;

/// Size of an entry in the table of chunks: a name and an offset.
const CHUNK: usize = 12;

const SHORT: &str = "it is shorter than its tables";

/// The names and offsets of all packs, by the number of the pack.
#[derive(Debug)]
pub(crate) struct MultiPackIndex {
    /// The file name of each pack's index.
    names: Vec<Vec<u8>>,
    /// The name and offset of each object, by the number of its pack.
    objects: Vec<Vec<(Vec<u8>, u64)>>,
    name_len: usize,
}

impl MultiPackIndex {
    /// Parses the index.
    ///
    /// # Errors
    /// Returns a reason if the version is not known, or if a table is not inside of the file.
    pub(crate) fn parse(bytes: &[u8], format: ObjectFormat) -> Result<Self, &'static str> {
        let header = bytes.get(..HEADER).ok_or("it is shorter than its header")?;
        let hash = match format {
            ObjectFormat::Sha1 => 1,
            ObjectFormat::Sha256 => 2,
        };
        if !header.starts_with(b"MIDX") || !matches!(header[4], 1 | 2) || header[5] != hash {
            return Err("it is of a version that is not known");
        }
        let chunks = chunks(bytes, usize::from(header[6]))?;
        let chunk = |name: &[u8; 4]| chunks.get(name).copied();
        let names: Vec<Vec<u8>> = chunk(b"PNAM")
            .ok_or("it has no names of packs")?
            .split(|byte| *byte == 0)
            .filter(|name| !name.is_empty())
            .map(<[u8]>::to_vec)
            .collect();
        let name_len = format.raw_len();
        let fanout = chunk(b"OIDF").filter(|table| table.len() == 256 * 4).ok_or(SHORT)?;
        let count = be_u32(&fanout[255 * 4..]) as usize;
        let oids = chunk(b"OIDL").filter(|table| table.len() / name_len >= count).ok_or(SHORT)?;
        let offsets = chunk(b"OOFF").filter(|table| table.len() / 8 >= count).ok_or(SHORT)?;
        let large = chunk(b"LOFF").unwrap_or_default();
        let mut objects = vec![Vec::new(); names.len()];
        for (name, place) in oids.chunks_exact(name_len).zip(offsets.chunks_exact(8)).take(count) {
            // A number that no pack has, and an offset that the table does not hold, place the object nowhere.
            let pack = objects.get_mut(be_u32(place) as usize);
            if let Some((pack, offset)) = pack.zip(offset(be_u32(&place[4..]), large)) {
                pack.push((name.to_vec(), offset));
            }
        }
        Ok(Self { names, objects, name_len })
    }

    /// Writes an index of version 2 for one pack, given the file name of its index; `None` if the pack is not listed.
    /// An object that several packs hold is listed for one of them only.
    pub(crate) fn index_of(&self, name: &[u8]) -> Option<Vec<u8>> {
        let at = self.names.iter().position(|known| known == name)?;
        let mut objects: Vec<&(Vec<u8>, u64)> = self.objects.get(at)?.iter().collect();
        objects.sort();
        let mut counts = [0_u32; 256];
        for (oid, _) in &objects {
            let first = usize::from(*oid.first()?);
            counts[first..].iter_mut().for_each(|count| *count += 1);
        }
        let mut index = b"\xfftOc\0\0\0\x02".to_vec();
        index.extend(counts.iter().flat_map(|count| count.to_be_bytes()));
        index.extend(objects.iter().flat_map(|(oid, _)| oid));
        index.resize(index.len() + objects.len() * 4, 0);
        let mut large = Vec::new();
        for (_, offset) in objects {
            let small = u32::try_from(*offset).ok().filter(|small| small & 0x8000_0000 == 0);
            let reference = small.or_else(|| Some(u32::try_from(large.len() / 8).ok()? | 0x8000_0000))?;
            index.extend(reference.to_be_bytes());
            if small.is_none() {
                large.extend(offset.to_be_bytes());
            }
        }
        index.extend(large);
        index.resize(index.len() + 2 * self.name_len, 0);
        Some(index)
    }
}

/// Returns the chunks by name. The table of chunks has one more entry, which ends the last chunk.
fn chunks(bytes: &[u8], count: usize) -> Result<BTreeMap<[u8; 4], &[u8]>, &'static str> {
    let table = bytes.get(HEADER..HEADER + (count + 1) * CHUNK).ok_or(SHORT)?;
    let mut found = BTreeMap::new();
    for pair in table.windows(2 * CHUNK).step_by(CHUNK) {
        let [from, to] = [4, 4 + CHUNK].map(|at| usize::try_from(be_u64(&pair[at..])).ok());
        let chunk = from.zip(to).and_then(|(from, to)| bytes.get(from..to)).ok_or(SHORT)?;
        found.insert([pair[0], pair[1], pair[2], pair[3]], chunk);
    }
    Ok(found)
}

/// Returns an offset, which may be in the table of large offsets.
fn offset(small: u32, large: &[u8]) -> Option<u64> {
    if small & 0x8000_0000 == 0 || large.is_empty() {
        return Some(u64::from(small));
    }
    let start = (small & 0x7fff_ffff) as usize * 8;
    large.get(start..start + 8).map(be_u64)
}

fn be_u32(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn be_u64(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::oid::Oid;
    use crate::git::pack::PackIndex;

    fn written() -> Vec<u8> {
        let names = b"pack-a.idx\0pack-b.idx\0\0\0".to_vec();
        let oids: Vec<u8> = [1_u8, 2, 9].iter().flat_map(|byte| [*byte; 20]).collect();
        let counts = |first: u32| [1, 2, 9].iter().filter(|byte| **byte <= first).count();
        let fanout = (0..256).flat_map(|first| u32::try_from(counts(first)).unwrap().to_be_bytes()).collect();
        let places = [[0_u32, 12], [1, 0x8000_0000], [0, 500]];
        let places: Vec<u8> = places.concat().iter().flat_map(|number| number.to_be_bytes()).collect();
        let large = 0x1_2345_6789_u64.to_be_bytes().to_vec();
        let chunks =
            [(b"PNAM", names), (b"OIDF", fanout), (b"OIDL", oids), (b"OOFF", places), (b"LOFF", large)];
        let mut bytes = b"MIDX\x01\x01\x05\0\0\0\0\x02".to_vec();
        let mut at = (HEADER + 6 * CHUNK) as u64;
        for (name, chunk) in &chunks {
            bytes.extend(*name);
            bytes.extend(at.to_be_bytes());
            at += chunk.len() as u64;
        }
        bytes.extend([0; 4]);
        bytes.extend(at.to_be_bytes());
        bytes.extend(chunks.into_iter().flat_map(|(_, chunk)| chunk));
        bytes.extend([0; 20]);
        bytes
    }

    #[test]
    fn index_of_one_pack_holds_its_objects() {
        let index = MultiPackIndex::parse(&written(), ObjectFormat::Sha1).unwrap();
        let offsets = |name: &[u8]| {
            let index = PackIndex::parse(index.index_of(name).unwrap(), ObjectFormat::Sha1).unwrap();
            [1_u8, 2, 9].map(|byte| {
                let at = index.find(&Oid::from_bytes(&[byte; 20]).unwrap());
                at.map(|at| index.offset(at).unwrap())
            })
        };
        assert_eq!(offsets(b"pack-a.idx"), [Some(12), None, Some(500)]);
        assert_eq!(offsets(b"pack-b.idx"), [None, Some(0x1_2345_6789), None]);
        assert_eq!(index.index_of(b"pack-c.idx"), None);
    }

    #[test]
    fn truncated_and_other_files_are_errors() {
        let whole = written();
        for cut in 0..whole.len() - 20 {
            assert!(MultiPackIndex::parse(&whole[..cut], ObjectFormat::Sha1).is_err(), "{cut}");
        }
        assert!(MultiPackIndex::parse(&whole, ObjectFormat::Sha256).is_err());
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_changes_do_not_panic(
            changes in proptest::collection::vec((0_usize..2000, proptest::num::u8::ANY), 1..6),
        ) {
            let mut bytes = written();
            for (at, byte) in changes {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            if let Ok(index) = MultiPackIndex::parse(&bytes, ObjectFormat::Sha1)
                && let Some(index) = index.index_of(b"pack-a.idx")
            {
                let _ = PackIndex::parse(index, ObjectFormat::Sha1);
            }
        }
    }
}
