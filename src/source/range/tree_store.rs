//! Many trees in little memory: each as its difference from a similar tree, or as the list of its entries.
//!
//! A version of a folder with twenty thousand names differs from the next one by a few. The difference of two versions
//! is summed up from the differences between them, so its cost follows the changes and not the size of the folder.

use super::edit_script::{EditScript, edit_script};

/// A tree in the store.
pub(super) type StoredTree = u32;

/// The trees. An entry is a number that the caller gives it.
#[derive(Debug, Default)]
pub(super) struct TreeStore {
    trees: Vec<TreeRow>,
    /// The entries of whole trees, and the removed and added entries of the others.
    entries: Vec<u32>,
}

/// A tree: the ranges of its removed and added entries. A tree without a base has all its entries added.
#[derive(Clone, Copy, Debug)]
struct TreeRow {
    base: Option<StoredTree>,
    removed: usize,
    added: usize,
    end: usize,
    /// The number of trees between this one and the one without a base.
    depth: u32,
    /// The number of entries in all differences from the tree without a base.
    cost: usize,
}

/// A chain of differences may be this long although its trees have fewer entries.
const MIN_CHAIN: usize = 64;

impl TreeStore {
    /// Adds a tree with its entries. `base` is a similar tree of the store, and the difference from it.
    pub(super) fn add(&mut self, entries: &[u32], base: Option<(StoredTree, EditScript)>) -> StoredTree {
        let with_cost = base.map(|(tree, script)| {
            let base = self.trees[tree as usize];
            (tree, base.depth + 1, base.cost + script.len() + 1, script)
        });
        // Longer chains would cost more than the tree itself.
        let in_chain = with_cost.filter(|(_, _, cost, _)| *cost <= entries.len().max(MIN_CHAIN));
        let (base, depth, cost, script) = match in_chain {
            Some((tree, depth, cost, script)) => (Some(tree), depth, cost, script),
            None => (None, 0, 0, EditScript { removed: Vec::new(), added: entries.to_vec() }),
        };
        let removed = self.entries.len();
        self.entries.extend(script.removed);
        let added = self.entries.len();
        self.entries.extend(script.added);
        let next = StoredTree::try_from(self.trees.len()).unwrap_or(StoredTree::MAX);
        self.trees.push(TreeRow { base, removed, added, end: self.entries.len(), depth, cost });
        next
    }

    /// Returns the entries that `old` has and `new` has not, and the reverse; `None` is an empty tree.
    pub(super) fn difference(&self, old: Option<StoredTree>, new: Option<StoredTree>) -> EditScript {
        if old == new {
            return EditScript::default();
        }
        let (mut old, mut new, mut counts) = (old, new, Vec::new());
        while old != new {
            let depth = |tree: Option<StoredTree>| tree.map(|tree| self.trees[tree as usize].depth);
            let is_new = depth(new) >= depth(old);
            let tree = if is_new { new } else { old };
            let Some(row) = tree.map(|tree| self.trees[tree as usize]) else { break };
            // Two trees of different chains are compared whole: usually they are similar, too.
            if row.base.is_none()
                && let (Some(one), Some(other)) = (old, new)
            {
                let script = edit_script(self.added(one), self.added(other));
                counts.extend(script.removed.into_iter().map(|entry| (entry, -1)));
                counts.extend(script.added.into_iter().map(|entry| (entry, 1)));
                break;
            }
            let sign = if is_new { 1 } else { -1 };
            counts.extend(self.entries[row.removed..row.added].iter().map(|entry| (*entry, -sign)));
            counts.extend(self.entries[row.added..row.end].iter().map(|entry| (*entry, sign)));
            *(if is_new { &mut new } else { &mut old }) = row.base;
        }
        EditScript::from_counts(counts)
    }

    fn added(&self, tree: StoredTree) -> &[u32] {
        let row = self.trees[tree as usize];
        &self.entries[row.added..row.end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a tree's entries, sorted.
    fn all(store: &TreeStore, tree: StoredTree) -> Vec<u32> {
        store.difference(None, Some(tree)).added
    }

    proptest::proptest! {
        #[test]
        fn differences_are_those_of_the_whole_trees(
            steps in proptest::collection::vec((0_usize..20, 0_usize..200, 0_u32..300, 0..3_u8), 1..40),
        ) {
            let mut store = TreeStore::default();
            let mut trees: Vec<(StoredTree, Vec<u32>)> = Vec::new();
            for (base, at, entry, what) in steps {
                let base = trees.get(base % trees.len().max(1));
                let mut entries = base.map_or_else(|| (0..150).collect(), |(_, entries)| entries.clone());
                match what {
                    0 => entries.insert(at.min(entries.len()), entry),
                    1 if at < entries.len() => drop(entries.remove(at)),
                    _ => entries.truncate(at),
                }
                let base = base.map(|(tree, base)| (*tree, edit_script(base, &entries)));
                let tree = store.add(&entries, base);
                trees.push((tree, entries));
            }
            for (one, old) in &trees {
                let mut sorted = old.clone();
                sorted.sort_unstable();
                proptest::prop_assert_eq!(all(&store, *one), sorted.clone());
                proptest::prop_assert_eq!(store.difference(Some(*one), None).removed, sorted);
                for (other, new) in &trees {
                    let (found, mut expected) = (store.difference(Some(*one), Some(*other)), edit_script(old, new));
                    expected.removed.sort_unstable();
                    expected.added.sort_unstable();
                    proptest::prop_assert_eq!(found, expected);
                }
            }
        }
    }

    #[test]
    fn a_long_chain_is_cut_and_small_trees_stay_in_one() {
        let mut store = TreeStore::default();
        let mut entries: Vec<u32> = (0..1_000).collect();
        let mut last = store.add(&entries, None);
        for step in 0..3_000_u32 {
            let before = entries.clone();
            entries[step as usize % 1_000] = 10_000 + step;
            last = store.add(&entries, Some((last, edit_script(&before, &entries))));
        }
        assert!(store.trees.iter().all(|row| row.cost <= 1_000));
        // Two entries for each change, and a whole tree for each third of a thousand changes.
        assert!(store.entries.len() < 3_000 * 2 + 10 * 1_000, "{}", store.entries.len());
        let mut sorted = entries;
        sorted.sort_unstable();
        assert_eq!(all(&store, last), sorted);
    }
}
