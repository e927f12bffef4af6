//! The names of tree entries, each with a number.

use std::collections::HashMap;

/// The names of entries, each with a number.
#[derive(Clone, Debug, Default)]
pub(crate) struct EntryNames {
    names: Vec<Vec<u8>>,
    numbers: HashMap<Vec<u8>, u32>,
}

impl EntryNames {
    /// Returns the number of a name, and adds the name if it is new.
    pub(crate) fn insert(&mut self, name: &[u8]) -> u32 {
        if let Some(known) = self.numbers.get(name) {
            return *known;
        }
        // Four billion names would not fit into memory.
        let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.to_vec());
        self.numbers.insert(name.to_vec(), next);
        next
    }

    /// Returns the number of a name; `None` if it was never added.
    pub(crate) fn find(&self, name: &[u8]) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// Returns the name with a number.
    pub(crate) fn get(&self, number: u32) -> &[u8] {
        self.names.get(number as usize).map_or(&[], Vec::as_slice)
    }

    /// Returns all names, by their number.
    pub(crate) fn into_names(self) -> Vec<Vec<u8>> {
        self.names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_number() {
        let mut names = EntryNames::default();
        assert_eq!([b"a", b"b", b"a"].map(|name| names.insert(name)), [0, 1, 0]);
        assert_eq!((names.get(1), names.get(2)), (&b"b"[..], &b""[..]));
        assert_eq!((names.find(b"b"), names.find(b"c")), (Some(1), None));
    }
}
