//! Which trees hold interesting objects, directly or below, and what of it. Trees, names and lists of values are
//! numbered, and each list is kept once: thousands of commits may hold the same thousands of values.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::git::Oid;
use crate::provenance::tree_shape::{Names, TreeShape};
use crate::provenance::{ByObject, ValueIndex};
use crate::source::history::{NumberSet, ObjectSet};

/// What is looked for.
#[derive(Debug, Default)]
pub struct Interest {
    /// Blobs that hold values.
    pub blobs: ByObject,
    /// Blobs that hold a value where it is no finding: they belong to its story, and are no place to show.
    pub weak: HashSet<(Oid, ValueIndex)>,
    /// Trees in which a name holds a value: the tree, the name, the value.
    pub names: HashMap<Oid, Vec<(Vec<u8>, ValueIndex)>>,
}

/// A tree that matters, by its place in [`TreeContents`].
pub(crate) type TreeIndex = u32;

/// Stands for a tree that does not matter.
const NOWHERE: TreeIndex = TreeIndex::MAX;

/// A list of values; 0 is the empty one.
pub(crate) type ListIndex = u32;

/// An entry of a tree that matters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) name: u32,
    pub(crate) what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A folder that matters.
    Tree(TreeIndex),
    /// A blob that holds values.
    Blob(u32),
    /// A name that holds a value.
    Name(ValueIndex),
}

/// The trees that matter.
#[derive(Debug, Default)]
pub struct TreeContents {
    /// Of each object the place in `trees`, or [`NOWHERE`].
    places: Vec<TreeIndex>,
    trees: Vec<Tree>,
    entries: Vec<Held>,
    names: Vec<Vec<u8>>,
    /// Blobs that hold values, sorted.
    blobs: Vec<(Oid, Vec<ValueIndex>)>,
    /// As in [`Interest`].
    weak: HashSet<(Oid, ValueIndex)>,
    lists: Lists,
}

/// Where a tree's entries stand, and the values in and below it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tree {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) list: ListIndex,
}

impl TreeContents {
    /// Finds the trees that hold something of interest, directly or below.
    #[must_use]
    pub fn of(contents: &ObjectSet, shape: &TreeShape, names: Names, interest: &Interest) -> Self {
        if interest.blobs.is_empty() && interest.names.is_empty() {
            return Self::default();
        }
        let mut blobs: Vec<(Oid, Vec<ValueIndex>)> =
            interest.blobs.iter().map(|(oid, values)| (*oid, values.clone())).collect();
        blobs.sort_unstable();
        let numbered = (0_u32..).zip(&blobs).filter_map(|(at, (oid, _))| Some((contents.number(oid)?, at)));
        let places: HashMap<u32, u32> = numbered.collect();
        let is_blob = NumberSet::with_bound(contents.number_bound());
        for number in places.keys() {
            is_blob.insert(*number);
        }
        let telling = interest.names.iter();
        let mut telling: HashMap<u32, _> =
            telling.filter_map(|(oid, entries)| Some((contents.number(oid)?, entries.as_slice()))).collect();
        let matter = shape.that_matter(&is_blob, telling.keys().copied(), contents.number_bound());
        let mut holdings = Self { blobs, weak: interest.weak.clone(), names: names.all, ..Self::default() };
        holdings.places = vec![NOWHERE; contents.number_bound()];
        for (at, tree) in (0..).zip(matter.iter()) {
            holdings.places[tree as usize] = at;
            holdings.trees.push(Tree::default());
        }
        let what = |holdings: &Self, object| {
            if is_blob.contains(object) {
                return places.get(&object).copied().map(What::Blob);
            }
            holdings.at(object).map(What::Tree)
        };
        for (tree, entries) in shape.iter().filter(|(tree, _)| matter.contains(*tree)) {
            let mut held: Vec<Held> = entries
                .filter_map(|entry| Some(Held { name: entry.name, what: what(&holdings, entry.object)? }))
                .collect();
            for (name, value) in telling.remove(&tree).into_iter().flatten() {
                held.push(holdings.named(name, *value));
            }
            holdings.keep(tree, &held);
        }
        // Trees of which nothing but a name is of interest.
        for (tree, entries) in telling {
            let held: Vec<Held> = entries.iter().map(|(name, value)| holdings.named(name, *value)).collect();
            holdings.keep(tree, &held);
        }
        holdings.sum_up();
        holdings
    }

    /// An entry whose name holds a value. These are few, so each has a name of its own.
    fn named(&mut self, name: &[u8], value: ValueIndex) -> Held {
        let at = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.to_vec());
        Held { name: at, what: What::Name(value) }
    }

    fn keep(&mut self, tree: u32, held: &[Held]) {
        let start = self.entries.len();
        self.entries.extend(held);
        // Four billion entries would not fit into memory.
        let [start, end] = [start, self.entries.len()].map(|at| u32::try_from(at).unwrap_or(u32::MAX));
        if let Some(at) = self.at(tree) {
            self.trees[at as usize] = Tree { start, end, list: 0 };
        }
    }

    fn at(&self, number: u32) -> Option<TreeIndex> {
        self.places.get(number as usize).copied().filter(|at| *at != NOWHERE)
    }

    /// A tree, if it matters.
    pub(crate) fn tree(&self, contents: &ObjectSet, oid: &Oid) -> Option<TreeIndex> {
        if self.trees.is_empty() { None } else { self.at(contents.number(oid)?) }
    }

    /// The list of the values in and below a tree.
    pub(crate) fn list(&self, tree: TreeIndex) -> ListIndex {
        self.trees.get(tree as usize).map_or(0, |tree| tree.list)
    }

    /// How many lists there are.
    pub(crate) fn lists(&self) -> usize {
        self.lists.all.len().max(1)
    }

    /// The values of a list, sorted.
    pub(crate) fn values(&self, list: ListIndex) -> &[ValueIndex] {
        self.lists.values(list)
    }

    /// What of a tree matters.
    pub(crate) fn held(&self, tree: TreeIndex) -> &[Held] {
        let tree = self.trees.get(tree as usize).copied().unwrap_or_default();
        &self.entries[tree.start as usize..tree.end as usize]
    }

    /// The name of an entry.
    pub(crate) fn name(&self, held: &Held) -> &[u8] {
        self.names.get(held.name as usize).map_or(&[], Vec::as_slice)
    }

    /// A blob with the values that it holds.
    pub(crate) fn blob(&self, blob: u32) -> (&Oid, &[ValueIndex]) {
        let (oid, values) = &self.blobs[blob as usize];
        (oid, values)
    }

    /// Whether a value is no finding in a blob that holds it.
    pub(crate) fn is_weak(&self, blob: u32, value: ValueIndex) -> bool {
        self.weak.contains(&(*self.blob(blob).0, value))
    }

    /// Sums up the values below each tree, children first, without recursion: trees may be nested deeply.
    fn sum_up(&mut self) {
        let of_blobs: Vec<ListIndex> =
            self.blobs.iter().map(|(_, values)| self.lists.of(values.clone())).collect();
        let (mut summed, mut opened) = (vec![false; self.trees.len()], vec![false; self.trees.len()]);
        for root in (0_u32..).take(self.trees.len()) {
            // A tree comes twice: to open it, and, when what it holds is summed up, to sum it up.
            let mut work = vec![(root, false)];
            while let Some((tree, is_open)) = work.pop() {
                let at = tree as usize;
                if is_open {
                    self.trees[at].list = self.below(tree, &of_blobs);
                    summed[at] = true;
                    continue;
                }
                // Only names that lie make a circle.
                if summed[at] || std::mem::replace(&mut opened[at], true) {
                    continue;
                }
                work.push((tree, true));
                work.extend(self.held(tree).iter().filter_map(|held| match held.what {
                    What::Tree(child) if summed.get(child as usize) == Some(&false) => Some((child, false)),
                    _ => None,
                }));
            }
        }
    }

    fn below(&mut self, tree: TreeIndex, of_blobs: &[ListIndex]) -> ListIndex {
        let mut parts = Vec::new();
        for at in self.trees[tree as usize].start..self.trees[tree as usize].end {
            parts.push(match self.entries[at as usize].what {
                What::Tree(child) => self.list(child),
                What::Blob(blob) => of_blobs.get(blob as usize).copied().unwrap_or(0),
                What::Name(value) => self.lists.of(vec![value]),
            });
        }
        self.lists.joined(parts)
    }
}

/// Lists of values, each once.
#[derive(Debug, Default)]
struct Lists {
    all: Vec<Arc<[ValueIndex]>>,
    by_content: HashMap<Arc<[ValueIndex]>, ListIndex>,
    /// What lists come to together.
    joined: HashMap<Vec<ListIndex>, ListIndex>,
}

impl Lists {
    fn values(&self, list: ListIndex) -> &[ValueIndex] {
        self.all.get(list as usize).map_or(&[], |values| values)
    }

    /// The list of these values, sorted.
    fn of(&mut self, mut values: Vec<ValueIndex>) -> ListIndex {
        values.sort_unstable();
        values.dedup();
        if self.all.is_empty() {
            self.all.push(Arc::new([]));
            self.by_content.insert(Arc::new([]), 0);
        }
        if let Some(known) = self.by_content.get(values.as_slice()) {
            return *known;
        }
        let list = ListIndex::try_from(self.all.len()).unwrap_or(0);
        let values: Arc<[ValueIndex]> = values.into();
        self.all.push(Arc::clone(&values));
        self.by_content.insert(values, list);
        list
    }

    fn joined(&mut self, mut parts: Vec<ListIndex>) -> ListIndex {
        parts.sort_unstable();
        parts.dedup();
        parts.retain(|part| *part != 0);
        if parts.len() < 2 {
            return parts.first().copied().unwrap_or(0);
        }
        if let Some(known) = self.joined.get(&parts) {
            return *known;
        }
        let values = parts.iter().flat_map(|part| self.values(*part)).copied().collect();
        let list = self.of(values);
        self.joined.insert(parts, list);
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summed(trees: &[&[What]]) -> Vec<Vec<ValueIndex>> {
        let mut holdings = TreeContents::default();
        for entries in trees {
            let start = u32::try_from(holdings.entries.len()).unwrap();
            holdings.entries.extend(entries.iter().map(|what| Held { name: 0, what: *what }));
            let end = u32::try_from(holdings.entries.len()).unwrap();
            holdings.trees.push(Tree { start, end, list: 0 });
        }
        holdings.sum_up();
        (0..).take(trees.len()).map(|tree| holdings.values(holdings.list(tree)).to_vec()).collect()
    }

    #[test]
    fn a_folder_that_stands_beside_and_below_another_counts_in_both() {
        for order in [[1, 2], [2, 1]] {
            let root = order.map(What::Tree);
            let values = summed(&[&root, &[What::Name(7)], &[What::Tree(1)]]);
            assert_eq!(values, [[7], [7], [7]], "{order:?}");
        }
    }

    #[test]
    fn names_that_lie_make_no_endless_circle() {
        assert_eq!(summed(&[&[What::Tree(0), What::Name(7)]]), [[7]]);
    }

    #[test]
    fn equal_lists_are_one() {
        let mut lists = Lists::default();
        let [one, other] = [vec![1, 2], vec![2, 3]].map(|values| lists.of(values));
        let both = lists.joined(vec![other, 0, one, one]);
        assert_eq!(lists.values(both), [1, 2, 3]);
        assert_eq!(lists.joined(vec![one, other]), both);
        assert_eq!(lists.of(vec![3, 2, 1, 1]), both);
        assert_eq!((lists.joined(vec![0, one]), lists.joined(vec![])), (one, 0));
    }
}
