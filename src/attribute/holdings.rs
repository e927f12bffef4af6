//! Which trees hold interesting objects, directly or below, and what of it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::trees::{self, Reader};
use super::{ByObject, ValueIndex};
use crate::source::Stop;
use crate::source::git::{Oid, OpenError, Repository};
use crate::source::history::{Contents, Set, visit_trees, visit_with_libgit2};

/// What is looked for.
#[derive(Debug, Default)]
pub struct Interest {
    /// Blobs that hold values.
    pub blobs: ByObject,
    /// Trees in which a name holds a value: the tree, the name, the value.
    pub names: HashMap<Oid, Vec<(Vec<u8>, ValueIndex)>>,
}

/// An entry of a tree that matters.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) name: Vec<u8>,
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    /// A folder that matters.
    Tree(Oid),
    /// A blob that holds values.
    Blob(Oid),
    /// A name that holds a value.
    Name(ValueIndex),
}

/// The trees that matter.
#[derive(Debug, Default)]
pub struct Holdings {
    trees: HashMap<Oid, Vec<Held>>,
    values: HashMap<Oid, Arc<[ValueIndex]>>,
}

/// If fewer than one tree in so many matters, each is read by its name: that costs about so much more than a
/// walk along the deltas.
const FEW: usize = 100;

impl Holdings {
    /// Finds the trees among `trees` that hold something of interest.
    ///
    /// # Errors
    /// The object database cannot be opened.
    pub fn find(
        repository: &Repository,
        contents: &Contents,
        trees: &Set,
        interest: &Interest,
    ) -> Result<Self, OpenError> {
        if interest.blobs.is_empty() && interest.names.is_empty() {
            return Ok(Self::default());
        }
        let matter = trees::that_matter(repository, contents, trees, interest)?;
        let reader = Reader::new(repository.format, contents, interest, &matter);
        if matter.len() * FEW < trees.len() {
            let mut few: Vec<Oid> = matter.numbers().filter_map(|number| contents.name(number)).collect();
            few.sort_unstable();
            visit_with_libgit2(repository, &few, &reader, &Stop::default())?;
        } else {
            visit_trees(repository, contents, trees, &reader)?;
        }
        let mut holdings = Self { trees: reader.into_found(), values: HashMap::new() };
        let mut kept: Vec<Oid> = holdings.trees.keys().copied().collect();
        kept.sort_unstable();
        for tree in kept {
            holdings.sum_up(tree, interest);
        }
        Ok(holdings)
    }

    /// The values below a tree, sorted.
    pub(super) fn values(&self, tree: &Oid) -> &[ValueIndex] {
        self.values.get(tree).map_or(&[], |values| values)
    }

    /// What of a tree matters.
    pub(super) fn held(&self, tree: &Oid) -> &[Held] {
        self.trees.get(tree).map_or(&[], Vec::as_slice)
    }

    /// Sums up the values below a tree, children first, without recursion: trees may be nested deeply.
    fn sum_up(&mut self, root: Oid, interest: &Interest) {
        // A tree comes twice: to open it, and, when what it holds is summed up, to sum it up.
        let (mut work, mut opened) = (vec![(root, false)], HashSet::new());
        while let Some((tree, is_open)) = work.pop() {
            if is_open {
                let values = self.direct(&tree, interest);
                self.values.insert(tree, values);
                continue;
            }
            // Only names that lie make a circle.
            if self.values.contains_key(&tree) || !opened.insert(tree) {
                continue;
            }
            work.push((tree, true));
            work.extend(self.held(&tree).iter().filter_map(|held| match held.what {
                What::Tree(child) if !self.values.contains_key(&child) => Some((child, false)),
                _ => None,
            }));
        }
    }

    fn direct(&self, tree: &Oid, interest: &Interest) -> Arc<[ValueIndex]> {
        let mut values: Vec<ValueIndex> = Vec::new();
        for held in self.held(tree) {
            match &held.what {
                What::Tree(child) => values.extend(self.values(child)),
                What::Blob(blob) => values.extend(interest.blobs.get(blob).into_iter().flatten()),
                What::Name(value) => values.push(*value),
            }
        }
        values.sort_unstable();
        values.dedup();
        values.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oid(number: u8) -> Oid {
        Oid::from_bytes(&[number; 20]).unwrap()
    }

    fn summed(trees: &[(u8, &[(&str, What)])]) -> Holdings {
        let held = |(name, what): &(&str, What)| Held { name: name.as_bytes().to_vec(), what: what.clone() };
        let trees: HashMap<Oid, Vec<Held>> =
            trees.iter().map(|(tree, entries)| (oid(*tree), entries.iter().map(held).collect())).collect();
        let mut holdings = Holdings { trees, values: HashMap::new() };
        holdings.sum_up(oid(1), &Interest::default());
        holdings
    }

    #[test]
    fn a_folder_that_stands_beside_and_below_another_counts_in_both() {
        for order in [[2, 3], [3, 2]] {
            let [first, second] = order.map(|tree| What::Tree(oid(tree)));
            let holdings = summed(&[
                (1, &[("a", first), ("b", second)]),
                (2, &[("key", What::Name(7))]),
                (3, &[("c", What::Tree(oid(2)))]),
            ]);
            for tree in [1, 2, 3] {
                assert_eq!(holdings.values(&oid(tree)), [7], "{order:?} {tree}");
            }
        }
    }

    #[test]
    fn names_that_lie_make_no_endless_circle() {
        let holdings = summed(&[(1, &[("a", What::Tree(oid(1))), ("key", What::Name(7))])]);
        assert_eq!(holdings.values(&oid(1)), [7]);
    }
}
