//! The order in which objects lie in packs. Reading them in that order finds each delta's base still at hand.
//! An order only: what an index does not say, or says wrongly, costs time and hides nothing.
//! Format: git's documentation, `gitformat-pack`, "version 2 pack-*.idx files".

use std::fs;
use std::path::PathBuf;

use super::git::{Oid, Repository};

/// The objects of all packs, pack by pack in order of offset.
pub(super) fn packed(repository: &Repository) -> Vec<Oid> {
    let mut indexes: Vec<PathBuf> = repository
        .object_dirs
        .iter()
        .filter_map(|folder| fs::read_dir(folder.join("pack")).ok())
        .flat_map(|entries| entries.filter_map(Result::ok).map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "idx"))
        .collect();
    indexes.sort();
    let mut order = Vec::new();
    for index in indexes {
        if let Ok(bytes) = fs::read(index) {
            order.extend(by_offset(&bytes, repository.format.raw_len()).unwrap_or_default());
        }
    }
    order
}

/// The names in one index, by offset.
fn by_offset(bytes: &[u8], name: usize) -> Option<Vec<Oid>> {
    const HEADER: usize = 8 + 256 * 4;
    if !bytes.starts_with(b"\xfftOc\0\0\0\x02") {
        return None;
    }
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let count = usize::try_from(number(HEADER - 4)?).ok()?;
    let names = bytes.get(HEADER..HEADER + count.checked_mul(name)?)?;
    let offsets = HEADER + count * (name + 4);
    let large = offsets + count * 4;
    let mut placed = Vec::with_capacity(count);
    for (at, oid) in names.chunks_exact(name).enumerate() {
        let offset = number(offsets + at * 4)?;
        let offset = if offset & 0x8000_0000 == 0 {
            u64::from(offset)
        } else {
            let at = large + usize::try_from(offset & 0x7fff_ffff).ok()? * 8;
            u64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?)
        };
        placed.push((offset, Oid::from_bytes(oid)?));
    }
    placed.sort_unstable();
    Some(placed.into_iter().map(|(_, oid)| oid).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_by_offset_and_a_broken_index_is_none() {
        let mut bytes = b"\xfftOc\0\0\0\x02".to_vec();
        bytes.extend([0_u8; 255 * 4]);
        bytes.extend(2_u32.to_be_bytes());
        bytes.extend([[1_u8; 20], [2; 20]].concat());
        bytes.extend([0; 8]);
        bytes.extend(500_u32.to_be_bytes());
        bytes.extend(12_u32.to_be_bytes());
        let order = by_offset(&bytes, 20).unwrap();
        assert_eq!(order, [Oid::from_bytes(&[2; 20]).unwrap(), Oid::from_bytes(&[1; 20]).unwrap()]);
        bytes.truncate(bytes.len() - 1);
        assert_eq!(by_offset(&bytes, 20), None);
        assert_eq!(by_offset(b"old", 20), None);
    }
}
