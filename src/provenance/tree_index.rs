//! The trees that lead to a value, with the values in and below each of them.
//!
//! Trees, names and lists of values have numbers, and equal lists are stored once: thousands of commits may hold the same
//! thousands of values.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::git::{EntryNames, Oid};
use crate::provenance::tree_shape::TreeShape;
use crate::provenance::{ByObject, ValueIndex};
use crate::source::history::{NumberSet, ObjectSet};

/// The values to track, and the objects that hold them.
#[derive(Debug, Default)]
pub(crate) struct TrackedValues {
    /// Blobs that hold values.
    pub blobs: ByObject,
    /// Blobs that hold a value without being a finding there: they belong to its timeline, but are no location to show.
    pub weak: HashSet<(Oid, ValueIndex)>,
    /// Trees with a name that holds a value: the tree, the name, the value.
    pub names: HashMap<Oid, Vec<(Vec<u8>, ValueIndex)>>,
    /// The values with a finding for each path.
    pub by_path: HashSet<ValueIndex>,
}

/// A tree in a [`TreeIndex`].
pub(crate) type TreeNumber = u32;

/// Stands for a tree that leads to no value.
const NO_TREE: TreeNumber = TreeNumber::MAX;

/// A list of values; 0 is the empty one.
pub(crate) type ListNumber = u32;

/// An entry of a tree that leads to a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IndexEntry {
    name: u32,
    pub(crate) target: EntryTarget,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryTarget {
    /// A folder that leads to a value.
    Tree(TreeNumber),
    /// A blob that holds values.
    Blob(u32),
    /// A name that holds a value.
    Name(ValueIndex),
}

/// The trees that lead to a value.
#[derive(Debug, Default)]
pub(crate) struct TreeIndex {
    /// The tree of each object, or [`NO_TREE`].
    by_object: Vec<TreeNumber>,
    trees: Vec<Tree>,
    entries: Vec<IndexEntry>,
    names: Vec<Vec<u8>>,
    /// The blobs that hold values, sorted.
    blobs: Vec<(Oid, Vec<ValueIndex>)>,
    /// As in [`TrackedValues`].
    weak: HashSet<(Oid, ValueIndex)>,
    lists: ValueLists,
}

/// The range of a tree's entries, and the list of the values in and below it.
#[derive(Clone, Copy, Debug, Default)]
struct Tree {
    start: u32,
    end: u32,
    list: ListNumber,
}

impl TreeIndex {
    /// Builds the index from the shape of all trees. `names` are the names in the shape.
    #[must_use]
    pub(crate) fn new(
        objects: &ObjectSet,
        shape: &TreeShape,
        names: EntryNames,
        tracked: &TrackedValues,
    ) -> Self {
        if tracked.blobs.is_empty() && tracked.names.is_empty() {
            return Self::default();
        }
        let mut blobs: Vec<(Oid, Vec<ValueIndex>)> =
            tracked.blobs.iter().map(|(oid, values)| (*oid, values.clone())).collect();
        blobs.sort_unstable();
        let numbered =
            (0_u32..).zip(&blobs).filter_map(|(index, (oid, _))| Some((objects.number(oid)?, index)));
        let blob_indexes: HashMap<u32, u32> = numbered.collect();
        let is_blob = NumberSet::with_bound(objects.number_bound());
        for number in blob_indexes.keys() {
            is_blob.insert(*number);
        }
        let with_names = tracked.names.iter();
        let mut with_names: HashMap<u32, _> = with_names
            .filter_map(|(oid, entries)| Some((objects.number(oid)?, entries.as_slice())))
            .collect();
        let leading = shape.trees_leading_to(&is_blob, with_names.keys().copied(), objects.number_bound());
        let mut index =
            Self { blobs, weak: tracked.weak.clone(), names: names.into_names(), ..Self::default() };
        index.by_object = vec![NO_TREE; objects.number_bound()];
        for (tree, object) in (0..).zip(leading.iter()) {
            index.by_object[object as usize] = tree;
            index.trees.push(Tree::default());
        }
        let target = |index: &Self, object| {
            if is_blob.contains(object) {
                return blob_indexes.get(&object).copied().map(EntryTarget::Blob);
            }
            index.tree_of_object(object).map(EntryTarget::Tree)
        };
        for (tree, entries) in shape.iter().filter(|(tree, _)| leading.contains(*tree)) {
            let mut indexed: Vec<IndexEntry> = entries
                .filter_map(|entry| {
                    Some(IndexEntry { name: entry.name, target: target(&index, entry.object)? })
                })
                .collect();
            for (name, value) in with_names.remove(&tree).into_iter().flatten() {
                indexed.push(index.name_entry(name, *value));
            }
            index.set_entries(tree, &indexed);
        }
        // Trees in which only a name holds a value are not in the shape.
        for (tree, entries) in with_names {
            let indexed: Vec<IndexEntry> =
                entries.iter().map(|(name, value)| index.name_entry(name, *value)).collect();
            index.set_entries(tree, &indexed);
        }
        for (tree, same) in shape.aliases() {
            index.by_object[tree as usize] = index.by_object[same as usize];
        }
        index.sum_up_values();
        index
    }

    /// Creates an entry whose name holds a value. There are few of these, so each has a name of its own.
    fn name_entry(&mut self, name: &[u8], value: ValueIndex) -> IndexEntry {
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.to_vec());
        IndexEntry { name: number, target: EntryTarget::Name(value) }
    }

    fn set_entries(&mut self, object: u32, entries: &[IndexEntry]) {
        let start = self.entries.len();
        self.entries.extend(entries);
        // Four billion entries would not fit into memory.
        let [start, end] = [start, self.entries.len()].map(|index| u32::try_from(index).unwrap_or(u32::MAX));
        if let Some(tree) = self.tree_of_object(object) {
            self.trees[tree as usize] = Tree { start, end, list: 0 };
        }
    }

    fn tree_of_object(&self, object: u32) -> Option<TreeNumber> {
        self.by_object.get(object as usize).copied().filter(|tree| *tree != NO_TREE)
    }

    /// Returns the number of a tree; `None` if it leads to no value.
    pub(crate) fn tree(&self, objects: &ObjectSet, oid: &Oid) -> Option<TreeNumber> {
        if self.trees.is_empty() { None } else { self.tree_of_object(objects.number(oid)?) }
    }

    /// The number of trees.
    pub(crate) fn tree_count(&self) -> usize {
        self.trees.len()
    }

    /// Returns the list of the values in and below a tree.
    pub(crate) fn list(&self, tree: TreeNumber) -> ListNumber {
        self.trees.get(tree as usize).map_or(0, |tree| tree.list)
    }

    /// The number of lists.
    pub(crate) fn list_count(&self) -> usize {
        self.lists.lists.len().max(1)
    }

    /// Returns the values of a list, sorted.
    pub(crate) fn values(&self, list: ListNumber) -> &[ValueIndex] {
        self.lists.values(list)
    }

    /// Returns the entries of a tree that lead to a value.
    pub(crate) fn entries(&self, tree: TreeNumber) -> &[IndexEntry] {
        let tree = self.trees.get(tree as usize).copied().unwrap_or_default();
        &self.entries[tree.start as usize..tree.end as usize]
    }

    pub(crate) fn name(&self, entry: &IndexEntry) -> &[u8] {
        self.names.get(entry.name as usize).map_or(&[], Vec::as_slice)
    }

    /// Returns a blob, and the values in it.
    pub(crate) fn blob(&self, blob: u32) -> (&Oid, &[ValueIndex]) {
        let (oid, values) = &self.blobs[blob as usize];
        (oid, values)
    }

    /// Whether a blob holds a value without being a finding.
    pub(crate) fn is_weak(&self, blob: u32, value: ValueIndex) -> bool {
        self.weak.contains(&(*self.blob(blob).0, value))
    }

    /// Computes the list of each tree, children first.
    fn sum_up_values(&mut self) {
        let by_blob: Vec<ListNumber> =
            self.blobs.iter().map(|(_, values)| self.lists.insert(values.clone())).collect();
        for tree in self.children_first() {
            self.trees[tree as usize].list = self.sum_up_tree(tree, &by_blob);
        }
    }

    /// Returns all trees, each after the trees in it. A cycle, which needs a tree whose object id is wrong, is cut.
    pub(crate) fn children_first(&self) -> Vec<TreeNumber> {
        let mut order = Vec::with_capacity(self.trees.len());
        let (mut is_done, mut is_open) = (vec![false; self.trees.len()], vec![false; self.trees.len()]);
        for root in (0_u32..).take(self.trees.len()) {
            // Each tree is pushed twice: to open it, and to add it after its children.
            let mut work = vec![(root, false)];
            while let Some((tree, are_children_done)) = work.pop() {
                let index = tree as usize;
                if are_children_done {
                    order.push(tree);
                    is_done[index] = true;
                    continue;
                }
                if is_done[index] || std::mem::replace(&mut is_open[index], true) {
                    continue;
                }
                work.push((tree, true));
                work.extend(self.entries(tree).iter().filter_map(|entry| match entry.target {
                    EntryTarget::Tree(child) if is_done.get(child as usize) == Some(&false) => {
                        Some((child, false))
                    }
                    _ => None,
                }));
            }
        }
        order
    }

    fn sum_up_tree(&mut self, tree: TreeNumber, by_blob: &[ListNumber]) -> ListNumber {
        let mut parts = Vec::new();
        for index in self.trees[tree as usize].start..self.trees[tree as usize].end {
            parts.push(match self.entries[index as usize].target {
                EntryTarget::Tree(child) => self.list(child),
                EntryTarget::Blob(blob) => by_blob.get(blob as usize).copied().unwrap_or(0),
                EntryTarget::Name(value) => self.lists.insert(vec![value]),
            });
        }
        self.lists.union(parts)
    }
}

/// Lists of values, each stored once.
#[derive(Debug, Default)]
struct ValueLists {
    lists: Vec<Arc<[ValueIndex]>>,
    by_content: HashMap<Arc<[ValueIndex]>, ListNumber>,
    /// The unions that have been computed.
    unions: HashMap<Vec<ListNumber>, ListNumber>,
}

impl ValueLists {
    fn values(&self, list: ListNumber) -> &[ValueIndex] {
        self.lists.get(list as usize).map_or(&[], |values| values)
    }

    /// Returns the list of some values, in any order.
    fn insert(&mut self, mut values: Vec<ValueIndex>) -> ListNumber {
        values.sort_unstable();
        values.dedup();
        if self.lists.is_empty() {
            self.lists.push(Arc::new([]));
            self.by_content.insert(Arc::new([]), 0);
        }
        if let Some(known) = self.by_content.get(values.as_slice()) {
            return *known;
        }
        let list = ListNumber::try_from(self.lists.len()).unwrap_or(0);
        let values: Arc<[ValueIndex]> = values.into();
        self.lists.push(Arc::clone(&values));
        self.by_content.insert(values, list);
        list
    }

    /// Returns the list of the values of several lists.
    fn union(&mut self, mut parts: Vec<ListNumber>) -> ListNumber {
        parts.sort_unstable();
        parts.dedup();
        parts.retain(|part| *part != 0);
        if parts.len() < 2 {
            return parts.first().copied().unwrap_or(0);
        }
        if let Some(known) = self.unions.get(&parts) {
            return *known;
        }
        let values = parts.iter().flat_map(|part| self.values(*part)).copied().collect();
        let list = self.insert(values);
        self.unions.insert(parts, list);
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of each tree, which has the given entries.
    fn summed(trees: &[&[EntryTarget]]) -> Vec<Vec<ValueIndex>> {
        let mut index = TreeIndex::default();
        for targets in trees {
            let start = u32::try_from(index.entries.len()).unwrap();
            index.entries.extend(targets.iter().map(|target| IndexEntry { name: 0, target: *target }));
            let end = u32::try_from(index.entries.len()).unwrap();
            index.trees.push(Tree { start, end, list: 0 });
        }
        index.sum_up_values();
        (0..).take(trees.len()).map(|tree| index.values(index.list(tree)).to_vec()).collect()
    }

    #[test]
    fn a_folder_next_to_and_below_another_one_counts_in_both() {
        for order in [[1, 2], [2, 1]] {
            let root = order.map(EntryTarget::Tree);
            let values = summed(&[&root, &[EntryTarget::Name(7)], &[EntryTarget::Tree(1)]]);
            assert_eq!(values, [[7], [7], [7]], "{order:?}");
        }
    }

    #[test]
    fn a_cycle_of_trees_ends() {
        assert_eq!(summed(&[&[EntryTarget::Tree(0), EntryTarget::Name(7)]]), [[7]]);
    }

    #[test]
    fn equal_lists_are_stored_once() {
        let mut lists = ValueLists::default();
        let [one, other] = [vec![1, 2], vec![2, 3]].map(|values| lists.insert(values));
        let both = lists.union(vec![other, 0, one, one]);
        assert_eq!(lists.values(both), [1, 2, 3]);
        assert_eq!(lists.union(vec![one, other]), both);
        assert_eq!(lists.insert(vec![3, 2, 1, 1]), both);
        assert_eq!((lists.union(vec![0, one]), lists.union(vec![])), (one, 0));
    }
}
