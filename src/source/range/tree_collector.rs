//! Reads the trees of an object database into a [`TreeStore`], each once. A tree that is stored as a delta of another
//! one reuses the entries of that one.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::edit_script::{EditScript, edit_script};
use super::entry_table::EntryTable;
use super::tree_store::{StoredTree, TreeStore};
use crate::git::tree_delta::{EntryValues, map_entries};
use crate::git::{EntryCache, ObjectDatabase, ObjectFormat, ObjectKind, Oid, ReadError};
use crate::source::history::ObjectSet;
use crate::source::visitor::{ObjectView, Visitor};
use crate::text::CopiedRange;

/// Stores trees while they are read, on any number of threads.
pub(super) struct TreeCollector<'o> {
    format: ObjectFormat,
    trees: Mutex<StoredTrees<'o>>,
    /// One cache for each thread.
    caches: Vec<Mutex<EntryCache<u32>>>,
}

/// The trees of an object database.
pub(super) struct StoredTrees<'o> {
    pub(super) table: EntryTable<'o>,
    pub(super) store: TreeStore,
    /// The tree of each object, by number; `NO_TREE` if it is none, or if it is not read yet.
    by_object: Vec<StoredTree>,
    cache: EntryCache<u32>,
}

const NO_TREE: StoredTree = StoredTree::MAX;

/// What is known of a tree: its number in the store if it is whole, and its entries.
pub(super) struct TreeState {
    stored: Option<StoredTree>,
    /// The numbers of the entries, with their offsets.
    values: EntryValues<u32>,
    /// The numbers alone.
    entries: Vec<u32>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'o> TreeCollector<'o> {
    pub(super) fn new(objects: &'o ObjectSet, format: ObjectFormat) -> Self {
        let trees = StoredTrees {
            table: EntryTable::new(objects),
            store: TreeStore::default(),
            by_object: vec![NO_TREE; objects.number_bound()],
            cache: EntryCache::default(),
        };
        let caches = (0..=rayon::current_num_threads()).map(|_| Mutex::default()).collect();
        Self { format, trees: Mutex::new(trees), caches }
    }

    pub(super) fn into_trees(self) -> StoredTrees<'o> {
        self.trees.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn visit_tree(
        &self,
        tree: &ObjectView<'_>,
        base: Option<&TreeState>,
        copies: &[CopiedRange],
    ) -> TreeState {
        let base_values = base.map_or(&[][..], |base| &base.values);
        let mut values = Vec::with_capacity(base_values.len() + 1);
        let thread = rayon::current_thread_index().map_or(0, |thread| thread + 1);
        let mut cache = lock(&self.caches[thread % self.caches.len()]);
        let result = map_entries(tree.bytes, self.format, base_values, copies, &mut values, |entry| {
            cache.get_or_compute(entry, || lock(&self.trees).table.insert(entry))
        });
        drop(cache);
        let entries: Vec<u32> = values.iter().map(|(_, entry)| *entry).collect();
        let base = base.and_then(|base| Some((base.stored?, edit_script(&base.entries, &entries))));
        // A damaged tree is read again when it is compared, and then gives an error.
        let stored = result.is_ok().then(|| lock(&self.trees).add(&tree.oid, &entries, base));
        TreeState { stored, values, entries }
    }
}

impl Visitor for TreeCollector<'_> {
    type State = TreeState;

    fn visit_full(&self, tree: &ObjectView<'_>) -> TreeState {
        self.visit_tree(tree, None, &[])
    }

    fn visit_delta(&self, tree: &ObjectView<'_>, base: &TreeState, copies: &[CopiedRange]) -> TreeState {
        self.visit_tree(tree, Some(base), copies)
    }
}

impl StoredTrees<'_> {
    fn add(&mut self, oid: &Oid, entries: &[u32], base: Option<(StoredTree, EditScript)>) -> StoredTree {
        let stored = self.store.add(entries, base);
        let object = self.table.object(oid) as usize;
        if object >= self.by_object.len() {
            self.by_object.resize(object + 1, NO_TREE);
        }
        self.by_object[object] = stored;
        stored
    }

    /// Returns the tree with a name. A tree that is not stored yet is read through the object database.
    ///
    /// # Errors
    /// Returns an error if the tree cannot be read.
    pub(super) fn get(
        &mut self,
        database: &ObjectDatabase,
        format: ObjectFormat,
        oid: &Oid,
    ) -> Result<StoredTree, ReadError> {
        let object = self.table.object(oid) as usize;
        if let Some(known) = self.by_object.get(object).filter(|tree| **tree != NO_TREE) {
            return Ok(*known);
        }
        let bytes = database.read_as(oid, ObjectKind::Tree)?;
        let mut entries = Vec::new();
        let (cache, table) = (&mut self.cache, &mut self.table);
        map_entries(&bytes, format, &[], &[], &mut entries, |entry| {
            cache.get_or_compute(entry, || table.insert(entry))
        })
        .map_err(|_| ReadError::Corrupt(*oid, "the tree is broken".into()))?;
        let entries: Vec<u32> = entries.into_iter().map(|(_, id)| id).collect();
        Ok(self.add(oid, &entries, None))
    }
}
