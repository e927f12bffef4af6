//! Which trees hold interesting objects, directly or below. All trees are walked once for the shape of the
//! forest, then once more for what the few that matter hold. A tree that is stored as a difference to another
//! takes over what that one was found to hold, so that only its new entries are looked up.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::{ByObject, ValueIndex};
use crate::source::git::{EntryKind, ObjectFormat, Oid, OpenError, Repository, TreeEntry, tree_entries};
use crate::source::history::{Contents, Present, visit_trees, visit_with_libgit2};
use crate::source::trees::{Known, take_over};
use crate::source::{Blob, Copied, Stop, Visitor};

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
    /// Finds the trees among `trees` (sorted) that hold something of interest.
    ///
    /// # Errors
    /// The object database cannot be opened.
    pub fn find(
        repository: &Repository,
        contents: &Contents,
        trees: &[Oid],
        interest: &Interest,
    ) -> Result<Self, OpenError> {
        if interest.blobs.is_empty() && interest.names.is_empty() {
            return Ok(Self::default());
        }
        let places: HashMap<Oid, u32> = trees.iter().copied().zip(0..).collect();
        let blobs: Vec<Oid> = interest.blobs.keys().copied().collect();
        let shape = Shape {
            format: repository.format,
            places: &places,
            interest,
            blobs: Present::new(&blobs),
            found: Mutex::default(),
        };
        visit_trees(repository, contents, trees, &shape)?;
        let matter = shape.matter(trees);
        let reader = Reader { format: repository.format, interest, matter: &matter, found: Mutex::default() };
        if matter.len() * FEW < trees.len() {
            let mut few: Vec<Oid> = matter.iter().copied().collect();
            few.sort_unstable();
            visit_with_libgit2(repository, &few, &reader, &Stop::default())?;
        } else {
            visit_trees(repository, contents, trees, &reader)?;
        }
        let mut holdings = Self {
            trees: reader.found.into_inner().unwrap_or_else(PoisonError::into_inner),
            values: HashMap::new(),
        };
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

/// Walks trees for the shape of the forest.
struct Shape<'s> {
    format: ObjectFormat,
    /// The number of each tree.
    places: &'s HashMap<Oid, u32>,
    interest: &'s Interest,
    /// The blobs of interest, quick to ask.
    blobs: Present,
    found: Mutex<Edges>,
}

/// Which tree is in which, by number, so that millions of pairs fit.
#[derive(Default)]
struct Edges {
    /// Child and parent.
    pairs: Vec<(u32, u32)>,
    /// Trees that hold something of interest themselves.
    direct: Vec<u32>,
}

/// Stands for a blob of interest where a tree's number would stand.
const BLOB: u32 = u32::MAX;

/// Stands for everything else.
const NOTHING: u32 = u32::MAX - 1;

impl Shape<'_> {
    fn what(&self, entry: &TreeEntry<'_>) -> u32 {
        match entry.kind {
            EntryKind::Tree => self.places.get(&entry.oid).copied().unwrap_or(NOTHING),
            EntryKind::Submodule => NOTHING,
            _ if self.blobs.has(&entry.oid) => BLOB,
            _ => NOTHING,
        }
    }

    fn keep(&self, blob: &Blob<'_>, entries: &[(u32, u32)]) {
        let Some(own) = self.places.get(&blob.oid).copied() else { return };
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found
            .pairs
            .extend(entries.iter().filter(|(_, what)| *what < NOTHING).map(|(_, child)| (*child, own)));
        if entries.iter().any(|(_, what)| *what == BLOB) || self.interest.names.contains_key(&blob.oid) {
            found.direct.push(own);
        }
    }

    /// The trees that hold something of interest, and all that lead to them.
    fn matter(self, trees: &[Oid]) -> HashSet<Oid> {
        let Edges { mut pairs, direct } = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        pairs.sort_unstable();
        let mut matters = vec![false; trees.len()];
        let mut work = direct;
        while let Some(tree) = work.pop() {
            if std::mem::replace(&mut matters[tree as usize], true) {
                continue;
            }
            let from = pairs.partition_point(|(child, _)| *child < tree);
            let parents = pairs[from..].iter().take_while(|(child, _)| *child == tree);
            work.extend(parents.map(|(_, parent)| *parent));
        }
        trees.iter().zip(matters).filter(|(_, matters)| *matters).map(|(tree, _)| *tree).collect()
    }
}

impl Visitor for Shape<'_> {
    /// What each entry of a tree is: a folder by its number, a blob of interest, or nothing of interest.
    type State = Known<u32>;

    fn root(&self, blob: &Blob<'_>) -> Self::State {
        self.derived(blob, &Vec::new(), &[])
    }

    fn derived(&self, blob: &Blob<'_>, base: &Self::State, copies: &[Copied]) -> Self::State {
        let mut entries = Vec::with_capacity(base.len() + 1);
        // A broken tree is told where all objects are read; here its whole entries count.
        let _ = take_over(blob.bytes, self.format, base, copies, &mut entries, |entry| self.what(entry));
        self.keep(blob, &entries);
        entries
    }
}

/// Walks trees again and keeps what those that matter hold.
struct Reader<'r> {
    format: ObjectFormat,
    interest: &'r Interest,
    matter: &'r HashSet<Oid>,
    found: Mutex<HashMap<Oid, Vec<Held>>>,
}

impl Visitor for Reader<'_> {
    type State = ();

    fn root(&self, blob: &Blob<'_>) {
        if !self.matter.contains(&blob.oid) {
            return;
        }
        let mut kept = Vec::new();
        for entry in tree_entries(blob.bytes, self.format).filter_map(Result::ok) {
            let what = match entry.kind {
                EntryKind::Tree if self.matter.contains(&entry.oid) => What::Tree(entry.oid),
                EntryKind::File | EntryKind::Link if self.interest.blobs.contains_key(&entry.oid) => {
                    What::Blob(entry.oid)
                }
                _ => continue,
            };
            kept.push(Held { name: entry.name.to_vec(), what });
        }
        let names = self.interest.names.get(&blob.oid).into_iter().flatten();
        kept.extend(names.map(|(name, value)| Held { name: name.clone(), what: What::Name(*value) }));
        self.found.lock().unwrap_or_else(PoisonError::into_inner).insert(blob.oid, kept);
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
