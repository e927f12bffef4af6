//! Trees read through the object database: their entries, and lookups by path.
//!
//! Nothing is compared here; that is the subject of `tree_diff`.

use std::collections::HashMap;

use super::object::{EntryKind, tree_entries};
use super::object_types::{ObjectKind, ReadError};
use super::odb::ObjectDatabase;
use super::oid::{ObjectFormat, Oid};

/// An entry of a tree that owns its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedEntry {
    pub(crate) name: Vec<u8>,
    pub(crate) kind: EntryKind,
    pub(crate) oid: Oid,
}

/// Reads the entries of a tree, sorted by name.
pub(crate) fn read_tree(
    objects: &ObjectDatabase,
    format: ObjectFormat,
    oid: &Oid,
) -> Result<Vec<NamedEntry>, ReadError> {
    let bytes = objects.read_as(oid, ObjectKind::Tree)?;
    let mut entries = Vec::new();
    for entry in tree_entries(&bytes, format) {
        let entry = entry.map_err(|_| ReadError::Corrupt(*oid, "the tree is broken".into()))?;
        entries.push(NamedEntry { name: entry.name.to_vec(), kind: entry.kind, oid: entry.oid });
    }
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(entries)
}

/// Finds the entry of a name in entries that are sorted by name.
pub(crate) fn find_name<'e>(entries: &'e [NamedEntry], name: &[u8]) -> Option<&'e NamedEntry> {
    let at = entries.binary_search_by(|entry| entry.name.as_slice().cmp(name)).ok()?;
    Some(&entries[at])
}

/// Returns the path of a name in a folder; the top has an empty path.
pub(crate) fn join_path(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() }
}

/// Finds the entry at a path of a tree.
///
/// # Errors
/// Returns an error if a tree on the way cannot be read.
pub(crate) fn find_entry(
    objects: &ObjectDatabase,
    format: ObjectFormat,
    root: &Oid,
    path: &[u8],
) -> Result<Option<(EntryKind, Oid)>, ReadError> {
    let (mut kind, mut oid) = (EntryKind::Tree, *root);
    for name in path.split(|byte| *byte == b'/') {
        if kind != EntryKind::Tree {
            return Ok(None);
        }
        let bytes = objects.read_as(&oid, ObjectKind::Tree)?;
        let found = tree_entries(&bytes, format).filter_map(Result::ok).find(|entry| entry.name == name);
        match found {
            Some(entry) => (kind, oid) = (entry.kind, entry.oid),
            None => return Ok(None),
        }
    }
    Ok(Some((kind, oid)))
}

/// A cache for many lookups: it reads each tree once. A merge may change many paths of one folder.
pub(crate) struct TreeLookup<'o> {
    objects: &'o ObjectDatabase,
    format: ObjectFormat,
    trees: HashMap<Oid, Vec<NamedEntry>>,
    /// Number of entries in all cached trees.
    cached_entries: usize,
}

/// The cache is emptied before it takes another tree if it holds more entries than this.
const MAX_CACHED_ENTRIES: usize = 1 << 20;

impl<'o> TreeLookup<'o> {
    /// Creates an empty cache.
    #[must_use]
    pub(crate) fn new(objects: &'o ObjectDatabase, format: ObjectFormat) -> Self {
        Self { objects, format, trees: HashMap::new(), cached_entries: 0 }
    }

    /// Finds the entry at a path of a tree.
    ///
    /// # Errors
    /// Returns an error if a tree on the way cannot be read.
    pub(crate) fn find(&mut self, root: &Oid, path: &[u8]) -> Result<Option<(EntryKind, Oid)>, ReadError> {
        let (mut kind, mut oid) = (EntryKind::Tree, *root);
        for name in path.split(|byte| *byte == b'/') {
            if kind != EntryKind::Tree {
                return Ok(None);
            }
            let Some(entry) = find_name(self.entries(&oid)?, name) else { return Ok(None) };
            (kind, oid) = (entry.kind, entry.oid);
        }
        Ok(Some((kind, oid)))
    }

    fn entries(&mut self, tree: &Oid) -> Result<&[NamedEntry], ReadError> {
        if self.cached_entries > MAX_CACHED_ENTRIES {
            self.trees.clear();
            self.cached_entries = 0;
        }
        if !self.trees.contains_key(tree) {
            let entries = read_tree(self.objects, self.format, tree)?;
            self.cached_entries += entries.len();
            self.trees.insert(*tree, entries);
        }
        Ok(self.trees.get(tree).map_or(&[], Vec::as_slice))
    }
}
