//! Entries of trees that were looked at lately. Trees that follow one another hold nearly the same entries, also where
//! one is not stored as a difference to the other; looking one up anew costs a memory access that nothing foresees.

use crate::git::{EntryKind, Oid, TreeEntry};

/// So many are kept, a megabyte: a large folder holds thousands.
const MOST: usize = 1 << 14;

/// Entries with longer names are looked up each time, so that an entry takes no more than a line of the cache.
const LONGEST: usize = 21;

/// What is known of entries, each at the place that its object's name says. One that comes takes the place of another.
pub(crate) struct Recent<T>(Vec<Option<Known<T>>>);

struct Known<T> {
    oid: Oid,
    kind: EntryKind,
    name: Name,
    what: T,
}

/// A short name.
#[derive(PartialEq, Eq)]
struct Name {
    length: u8,
    bytes: [u8; LONGEST],
}

impl Name {
    fn of(name: &[u8]) -> Option<Self> {
        let mut bytes = [0; LONGEST];
        bytes.get_mut(..name.len())?.copy_from_slice(name);
        Some(Self { length: u8::try_from(name.len()).ok()?, bytes })
    }
}

impl<T: Copy> Recent<T> {
    /// What is known of an entry; `look` finds it out.
    pub(crate) fn of(&mut self, entry: &TreeEntry<'_>, look: impl FnOnce() -> T) -> T {
        let Some(name) = Name::of(entry.name) else { return look() };
        if self.0.is_empty() {
            self.0.resize_with(MOST, || None);
        }
        let bytes = entry.oid.as_bytes();
        let place = &mut self.0[usize::from(u16::from_le_bytes([bytes[0], bytes[1]])) % MOST];
        if let Some(known) = place
            && known.oid == entry.oid
            && known.kind == entry.kind
            && known.name == name
        {
            return known.what;
        }
        let what = look();
        *place = Some(Known { oid: entry.oid, kind: entry.kind, name, what });
        what
    }
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_looked_at_once_and_another_anew() {
        let oid = |last: u8| Oid::from_bytes(&[[0; 19].as_slice(), &[last]].concat()).unwrap();
        let entry = |name, last, kind| TreeEntry { kind, name, oid: oid(last), span: (0, 0) };
        let mut recent = Recent::default();
        let one = entry(b"one", 1, EntryKind::File);
        assert_eq!([recent.of(&one, || 1), recent.of(&one, || 2)], [1, 1]);
        let long = [b'x'; LONGEST + 1];
        let others = [
            entry(b"two", 1, EntryKind::File),
            entry(b"one", 2, EntryKind::File),
            entry(b"one", 1, EntryKind::Tree),
        ];
        for other in &others {
            recent.of(&one, || 1);
            assert_eq!([recent.of(other, || 3), recent.of(other, || 4)], [3, 3]);
        }
        assert!(std::mem::size_of::<Option<Known<[u32; 2]>>>() <= 64);
        let long = entry(&long, 1, EntryKind::File);
        assert_eq!([recent.of(&long, || 5), recent.of(&long, || 6)], [5, 6]);
    }
}
