//! Entries of trees that were looked at lately. Trees that follow one another hold nearly the same entries, also where
//! one is not stored as a difference to the other; looking one up anew costs a memory access that nothing foresees.

use crate::source::git::{EntryKind, Oid, TreeEntry};

/// So many are kept, some megabyte: a large folder holds thousands.
const MOST: usize = 1 << 13;

/// What is known of entries, each at the place that its object's name says. One that comes takes the place of another.
pub(super) struct Recent<T>(Vec<Option<Known<T>>>);

struct Known<T> {
    oid: Oid,
    kind: EntryKind,
    name: Vec<u8>,
    what: T,
}

impl<T: Copy> Recent<T> {
    /// What is known of an entry; `look` finds it out.
    pub(super) fn of(&mut self, entry: &TreeEntry<'_>, look: impl FnOnce() -> T) -> T {
        if self.0.is_empty() {
            self.0.resize_with(MOST, || None);
        }
        let bytes = entry.oid.as_bytes();
        let place = &mut self.0[usize::from(u16::from_le_bytes([bytes[0], bytes[1]])) % MOST];
        let known = place
            .as_ref()
            .filter(|known| known.oid == entry.oid && known.kind == entry.kind && known.name == entry.name);
        if let Some(known) = known {
            return known.what;
        }
        let what = look();
        let name = place.take().map_or_else(Vec::new, |known| known.name);
        *place = Some(Known { oid: entry.oid, kind: entry.kind, name: renewed(name, entry.name), what });
        what
    }
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// A buffer with other bytes.
fn renewed(mut buffer: Vec<u8>, bytes: &[u8]) -> Vec<u8> {
    buffer.clear();
    buffer.extend_from_slice(bytes);
    buffer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_looked_at_once_and_another_anew() {
        let oid = |last: u8| Oid::from_bytes(&[[0; 19].as_slice(), &[last]].concat()).unwrap();
        let entry = |name, last, kind| TreeEntry { kind, name, oid: oid(last), place: (0, 0) };
        let mut recent = Recent::default();
        let one = entry(b"one", 1, EntryKind::File);
        assert_eq!([recent.of(&one, || 1), recent.of(&one, || 2)], [1, 1]);
        let others = [
            entry(b"two", 1, EntryKind::File),
            entry(b"one", 2, EntryKind::File),
            entry(b"one", 1, EntryKind::Tree),
        ];
        for other in &others {
            recent.of(&one, || 1);
            assert_eq!([recent.of(other, || 3), recent.of(other, || 4)], [3, 3]);
        }
    }
}
