//! The entries of all trees, each different one with a number.

use std::collections::HashMap;

use crate::git::{EntryKind, EntryNames, Oid, TreeEntry};
use crate::source::history::ObjectSet;

/// An object in the table: its number in the [`ObjectSet`], or a number from the bound of that set on.
pub(super) type ObjectNumber = u32;

/// An entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Entry {
    /// The number of its name.
    pub(super) name: u32,
    pub(super) object: ObjectNumber,
    pub(super) kind: EntryKind,
}

/// Entries, names and objects by their numbers.
#[derive(Debug)]
pub(super) struct EntryTable<'o> {
    objects: &'o ObjectSet,
    entries: Vec<Entry>,
    numbers: HashMap<Entry, u32>,
    names: EntryNames,
    /// The objects that the set does not hold.
    others: Vec<Oid>,
    other_numbers: HashMap<Oid, ObjectNumber>,
}

impl<'o> EntryTable<'o> {
    pub(super) fn new(objects: &'o ObjectSet) -> Self {
        Self {
            objects,
            entries: Vec::new(),
            numbers: HashMap::new(),
            names: EntryNames::default(),
            others: Vec::new(),
            other_numbers: HashMap::new(),
        }
    }

    /// Returns the number of an object, and gives it one if it has none.
    pub(super) fn object(&mut self, oid: &Oid) -> ObjectNumber {
        if let Some(known) = self.objects.number(oid) {
            return known;
        }
        let next = self.objects.number_bound() + self.others.len();
        *self.other_numbers.entry(*oid).or_insert_with(|| {
            self.others.push(*oid);
            ObjectNumber::try_from(next).unwrap_or(ObjectNumber::MAX)
        })
    }

    /// Returns the name of an object.
    pub(super) fn oid(&self, object: ObjectNumber) -> Option<Oid> {
        let other = (object as usize).checked_sub(self.objects.number_bound());
        other.map_or_else(|| self.objects.oid(object), |other| self.others.get(other).copied())
    }

    /// Returns the number of an entry, and adds the entry if it is new.
    pub(super) fn insert(&mut self, entry: &TreeEntry<'_>) -> u32 {
        let entry =
            Entry { name: self.names.insert(entry.name), object: self.object(&entry.oid), kind: entry.kind };
        // Four billion entries would not fit into memory.
        let next = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(entry).or_insert_with(|| {
            self.entries.push(entry);
            next
        })
    }

    /// Returns the entry with a number.
    pub(super) fn get(&self, number: u32) -> Option<Entry> {
        self.entries.get(number as usize).copied()
    }

    /// Returns the key by which entries are sorted.
    pub(super) fn key(&self, entry: &Entry) -> (&[u8], ObjectNumber) {
        (self.name(entry), entry.object)
    }

    /// Returns the name of an entry.
    pub(super) fn name(&self, entry: &Entry) -> &[u8] {
        self.names.get(entry.name)
    }
}
