//! Trees reduced to the values that have a finding for each path: only names and such values remain, and equal trees
//! have the same number. So two commits have the same root exactly if they hold the same values at the same paths.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;

use crate::git::EntryNames;
use crate::provenance::ValueIndex;
use crate::provenance::tree_index::{EntryTarget, TreeIndex, TreeNumber};

/// A reduced tree; 0 is the empty one.
pub(crate) type PathTree = u32;

/// An entry of a reduced tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PathEntry {
    /// The number of the name.
    pub(crate) name: u32,
    /// The folder of this name; empty if there is none.
    pub(crate) folder: PathTree,
    /// The number of the list of the values in the file of this name and in the name itself.
    values: u32,
}

/// The reduced trees of a [`TreeIndex`].
#[derive(Debug, Default)]
pub(crate) struct PathTrees {
    /// The reduced tree of each tree.
    reduced: Vec<PathTree>,
    trees: Numbered<Vec<PathEntry>>,
    lists: Numbered<Vec<ValueIndex>>,
    names: EntryNames,
}

/// Items of which equal ones have the same number. The first one, number 0, is the empty one.
#[derive(Debug)]
struct Numbered<T> {
    items: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T: Clone + Default + Eq + Hash> Default for Numbered<T> {
    fn default() -> Self {
        Self { items: vec![T::default()], numbers: HashMap::from([(T::default(), 0)]) }
    }
}

impl<T: Clone + Eq + Hash> Numbered<T> {
    fn insert(&mut self, item: T) -> u32 {
        if let Some(known) = self.numbers.get(&item) {
            return *known;
        }
        let next = u32::try_from(self.items.len()).unwrap_or(0);
        self.items.push(item.clone());
        self.numbers.insert(item, next);
        next
    }
}

impl PathTrees {
    /// Reduces all trees of an index. `by_path` are the values that remain.
    pub(crate) fn new(index: &TreeIndex, by_path: &HashSet<ValueIndex>) -> Self {
        let mut reduced = Self { reduced: vec![0; index.tree_count()], ..Self::default() };
        if by_path.is_empty() {
            return reduced;
        }
        for tree in index.children_first() {
            reduced.reduced[tree as usize] = reduced.reduce(index, tree, by_path);
        }
        reduced
    }

    fn reduce(&mut self, index: &TreeIndex, tree: TreeNumber, by_path: &HashSet<ValueIndex>) -> PathTree {
        let mut by_name: BTreeMap<u32, (PathTree, Vec<ValueIndex>)> = BTreeMap::new();
        for entry in index.entries(tree) {
            let (mut folder, mut values) = (0, Vec::new());
            match entry.target {
                EntryTarget::Tree(child) => folder = self.reduced(child),
                EntryTarget::Blob(blob) => values.extend(index.blob(blob).1),
                EntryTarget::Name(value) => values.push(value),
            }
            values.retain(|value| by_path.contains(value));
            if folder == 0 && values.is_empty() {
                continue;
            }
            let name = self.names.insert(index.name(entry));
            let known = by_name.entry(name).or_default();
            known.0 = known.0.max(folder);
            known.1.append(&mut values);
        }
        let entries = by_name.into_iter().map(|(name, (folder, mut values))| {
            values.sort_unstable();
            values.dedup();
            PathEntry { name, folder, values: self.lists.insert(values) }
        });
        let entries = entries.collect();
        self.trees.insert(entries)
    }

    /// Returns the reduced tree of a tree of the index.
    pub(crate) fn reduced(&self, tree: TreeNumber) -> PathTree {
        self.reduced.get(tree as usize).copied().unwrap_or(0)
    }

    /// Returns the entries of a tree, sorted by the number of their name.
    pub(crate) fn entries(&self, tree: PathTree) -> &[PathEntry] {
        self.trees.items.get(tree as usize).map_or(&[], Vec::as_slice)
    }

    /// Returns the values of an entry, sorted.
    pub(crate) fn values(&self, entry: &PathEntry) -> &[ValueIndex] {
        self.lists.items.get(entry.values as usize).map_or(&[], Vec::as_slice)
    }

    /// Returns the numbers of the names of a path; `None` if no tree has one of them.
    pub(crate) fn numbers_of(&self, path: &[u8]) -> Option<Vec<u32>> {
        path.split(|byte| *byte == b'/').map(|name| self.names.find(name)).collect()
    }

    /// Whether a tree holds a value at a path, which is given by [`PathTrees::numbers_of`].
    pub(crate) fn holds(&self, mut tree: PathTree, path: &[u32], value: ValueIndex) -> bool {
        let Some((last, folders)) = path.split_last() else { return false };
        let find = |tree: PathTree, name: u32| {
            let entries = self.entries(tree);
            entries.binary_search_by_key(&name, |entry| entry.name).ok().map(|at| &entries[at])
        };
        for name in folders {
            let Some(entry) = find(tree, *name) else { return false };
            tree = entry.folder;
        }
        find(tree, *last).is_some_and(|entry| self.values(entry).binary_search(&value).is_ok())
    }

    /// Returns the name with a number.
    pub(crate) fn name(&self, name: u32) -> &[u8] {
        self.names.get(name)
    }
}
