//! A cache of tree entries. Trees that follow one another have nearly the same entries, also where one is not stored as
//! a delta of the other, and each lookup of an object costs a memory access that the processor cannot predict.

use super::object::{EntryKind, TreeEntry};
use super::oid::Oid;

/// The number of entries in the cache, about a megabyte: a large folder has thousands of entries.
const ENTRIES: usize = 1 << 14;

/// The longest name in the cache, so that an entry fits into one cache line. Longer names are looked up each time.
const MAX_NAME: usize = 21;

/// Values of tree entries, each at the index that its object id gives. A new entry replaces the old one at its index.
pub(crate) struct EntryCache<T>(Vec<Option<CachedEntry<T>>>);

struct CachedEntry<T> {
    oid: Oid,
    kind: EntryKind,
    name: ShortName,
    value: T,
}

#[derive(PartialEq, Eq)]
struct ShortName {
    length: u8,
    bytes: [u8; MAX_NAME],
}

impl ShortName {
    /// Copies a name; `None` if it is too long.
    fn new(name: &[u8]) -> Option<Self> {
        let mut bytes = [0; MAX_NAME];
        bytes.get_mut(..name.len())?.copy_from_slice(name);
        Some(Self { length: u8::try_from(name.len()).ok()?, bytes })
    }
}

impl<T: Copy> EntryCache<T> {
    /// Returns the value of an entry, and computes it if the cache does not have it.
    pub(crate) fn get_or_compute(&mut self, entry: &TreeEntry<'_>, compute: impl FnOnce() -> T) -> T {
        let Some(name) = ShortName::new(entry.name) else { return compute() };
        if self.0.is_empty() {
            self.0.resize_with(ENTRIES, || None);
        }
        let bytes = entry.oid.as_bytes();
        let slot = &mut self.0[usize::from(u16::from_le_bytes([bytes[0], bytes[1]])) % ENTRIES];
        if let Some(cached) = slot
            && cached.oid == entry.oid
            && cached.kind == entry.kind
            && cached.name == name
        {
            return cached.value;
        }
        let value = compute();
        *slot = Some(CachedEntry { oid: entry.oid, kind: entry.kind, name, value });
        value
    }
}

impl<T> Default for EntryCache<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_equal_entry_is_computed_once_and_a_different_one_again() {
        let oid = |last: u8| Oid::from_bytes(&[[0; 19].as_slice(), &[last]].concat()).unwrap();
        let entry = |name, last, kind| TreeEntry { kind, name, oid: oid(last), span: (0, 0) };
        let mut cache = EntryCache::default();
        let one = entry(b"one", 1, EntryKind::File);
        assert_eq!([cache.get_or_compute(&one, || 1), cache.get_or_compute(&one, || 2)], [1, 1]);
        let others = [
            entry(b"two", 1, EntryKind::File),
            entry(b"one", 2, EntryKind::File),
            entry(b"one", 1, EntryKind::Tree),
        ];
        for other in &others {
            cache.get_or_compute(&one, || 1);
            assert_eq!([cache.get_or_compute(other, || 3), cache.get_or_compute(other, || 4)], [3, 3]);
        }
        assert!(std::mem::size_of::<Option<CachedEntry<[u32; 2]>>>() <= 64);
        let long = [b'x'; MAX_NAME + 1];
        let long = entry(&long, 1, EntryKind::File);
        assert_eq!([cache.get_or_compute(&long, || 5), cache.get_or_compute(&long, || 6)], [5, 6]);
    }
}
