//! Which trees hold interesting objects, directly or below. All trees are read once for the shape of the
//! forest, then the few that matter once more.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::{ByObject, ValueIndex};
use crate::source::git::{EntryKind, ObjectKind, Objects, Oid, OpenError, Repository, tree_entries};

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

/// Trees that one worker reads before it takes the next lot.
const LOT: usize = 512;

impl Holdings {
    /// Finds the trees among `trees` that hold something of interest.
    ///
    /// # Errors
    /// The object database cannot be opened.
    pub fn find(repository: &Repository, trees: &[Oid], interest: &Interest) -> Result<Self, OpenError> {
        if interest.blobs.is_empty() && interest.names.is_empty() {
            return Ok(Self::default());
        }
        Objects::open(repository)?;
        let matter = Forest::read(repository, trees, interest).matter();
        let mut kept: Vec<Oid> = trees.iter().filter(|tree| matter.contains(*tree)).copied().collect();
        kept.sort_unstable();
        kept.dedup();
        let read = |objects: &mut Result<Objects, OpenError>, tree: &Oid| {
            let bytes =
                objects.as_ref().ok().and_then(|objects| objects.read_kind(tree, ObjectKind::Tree).ok());
            (*tree, held(repository, &bytes.unwrap_or_default(), tree, interest, &matter))
        };
        let trees: HashMap<Oid, Vec<Held>> =
            kept.par_iter().with_min_len(64).map_init(|| Objects::open(repository), read).collect();
        let mut holdings = Self { trees, values: HashMap::new() };
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
        let mut work = vec![root];
        while let Some(tree) = work.last().copied() {
            if self.values.contains_key(&tree) {
                work.pop();
                continue;
            }
            let open: Vec<Oid> = self
                .held(&tree)
                .iter()
                .filter_map(|held| match held.what {
                    What::Tree(child) if !self.values.contains_key(&child) && !work.contains(&child) => {
                        Some(child)
                    }
                    _ => None,
                })
                .collect();
            if open.is_empty() {
                let values = self.direct(&tree, interest);
                self.values.insert(tree, values);
                work.pop();
            } else {
                work.extend(open);
            }
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

fn held(
    repository: &Repository,
    bytes: &[u8],
    tree: &Oid,
    interest: &Interest,
    matter: &HashSet<Oid>,
) -> Vec<Held> {
    let mut kept = Vec::new();
    for entry in tree_entries(bytes, repository.format).filter_map(Result::ok) {
        let what = match entry.kind {
            EntryKind::Tree if matter.contains(&entry.oid) => What::Tree(entry.oid),
            EntryKind::File | EntryKind::Link if interest.blobs.contains_key(&entry.oid) => {
                What::Blob(entry.oid)
            }
            _ => continue,
        };
        kept.push(Held { name: entry.name.to_vec(), what });
    }
    let names = interest.names.get(tree).into_iter().flatten();
    kept.extend(names.map(|(name, value)| Held { name: name.clone(), what: What::Name(*value) }));
    kept
}

/// What one lot of trees adds: edges, and trees that hold something of interest themselves.
type Shape = (Vec<(u32, u32)>, Vec<u32>);

/// Which tree is in which: pairs of places in a sorted list, so that millions of them fit.
struct Forest {
    trees: Vec<Oid>,
    /// Child and parent.
    edges: Vec<(u32, u32)>,
    /// Trees that hold something of interest themselves.
    direct: Vec<u32>,
}

impl Forest {
    fn read(repository: &Repository, trees: &[Oid], interest: &Interest) -> Self {
        let mut sorted = trees.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let place = |oid: &Oid| sorted.binary_search(oid).ok().and_then(|at| u32::try_from(at).ok());
        let parts: Vec<Shape> = trees
            .par_chunks(LOT)
            .map_init(
                || Objects::open(repository),
                |objects, lot| {
                    let (mut edges, mut direct) = (Vec::new(), Vec::new());
                    for tree in lot {
                        let Some(own) = place(tree) else { continue };
                        let bytes =
                            objects.as_ref().ok().and_then(|o| o.read_kind(tree, ObjectKind::Tree).ok());
                        let mut holds = interest.names.contains_key(tree);
                        let bytes = bytes.unwrap_or_default();
                        for entry in tree_entries(&bytes, repository.format).filter_map(Result::ok) {
                            match entry.kind {
                                EntryKind::Tree => edges.extend(place(&entry.oid).map(|child| (child, own))),
                                EntryKind::Submodule => {}
                                _ => holds |= interest.blobs.contains_key(&entry.oid),
                            }
                        }
                        if holds {
                            direct.push(own);
                        }
                    }
                    (edges, direct)
                },
            )
            .collect();
        let (mut edges, mut direct) = (Vec::new(), Vec::new());
        for (some_edges, some_direct) in parts {
            edges.extend(some_edges);
            direct.extend(some_direct);
        }
        edges.par_sort_unstable();
        Self { trees: sorted, edges, direct }
    }

    /// The trees that hold something of interest, and all that lead to them.
    fn matter(&self) -> HashSet<Oid> {
        let mut matters = vec![false; self.trees.len()];
        let mut work = self.direct.clone();
        while let Some(tree) = work.pop() {
            if std::mem::replace(&mut matters[tree as usize], true) {
                continue;
            }
            let from = self.edges.partition_point(|(child, _)| *child < tree);
            work.extend(
                self.edges[from..].iter().take_while(|(child, _)| *child == tree).map(|(_, parent)| *parent),
            );
        }
        self.trees.iter().zip(matters).filter(|(_, matters)| *matters).map(|(tree, _)| *tree).collect()
    }
}
