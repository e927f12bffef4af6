//! The refs that reach values: 64 values at a time, one bit each, go from the commits that introduced them to all their
//! descendants. So the time does not depend on the number of refs times the number of commits.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::finding::{HeldBy, Holders, RefKind};
use crate::git::Oid;
use crate::provenance::named_root::NamedRoot;
use crate::provenance::path_trees::{PathTree, PathTrees};
use crate::provenance::tree_index::{TreeIndex, TreeNumber};
use crate::provenance::{CommitGraph, ValueIndex};
use crate::source::history::ObjectSet;

/// The values of a block: the bits of a word.
const BLOCK: usize = 64;

/// The most pairs of a ref and a value that are compared. No known repository comes near; beyond it nothing is said.
const MAX_PAIRS: usize = 1 << 28;

/// How the files of a commit hold a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum InFiles {
    /// They do not: it is in a message or a name.
    No,
    /// At any path.
    Anywhere(ValueIndex),
    /// At one path.
    AtPath(ValueIndex, Vec<u8>),
}

/// A value to find in refs.
#[derive(Clone, Debug)]
pub(crate) struct Sought {
    /// The positions in the graph of commits that hold it while no parent does, in their files or their messages.
    pub(crate) introductions: Vec<u32>,
    pub(crate) in_files: InFiles,
    /// The tags and blobs that hold it.
    pub(crate) objects: Vec<Oid>,
    /// The full names of refs that contain it.
    pub(crate) in_names: Vec<Vec<u8>>,
}

/// The refs of a repository, and what its commits hold.
pub(crate) struct HolderSearch<'s> {
    pub(crate) graph: &'s CommitGraph,
    pub(crate) objects: &'s ObjectSet,
    pub(crate) index: &'s TreeIndex,
    pub(crate) path_trees: &'s PathTrees,
    /// The refs, in the order of reports.
    pub(crate) roots: &'s [NamedRoot],
    /// The name of each root, as reports show it.
    pub(crate) names: &'s [String],
}

/// A root, as positions and trees.
struct Place {
    positions: Vec<u32>,
    /// The trees whose files are those of the root.
    trees: Vec<TreeNumber>,
    /// The trees that the root names without a commit.
    has_named_tree: bool,
}

impl HolderSearch<'_> {
    /// Returns for each value the refs that reach it; nothing if there are too many of both.
    pub(crate) fn find(&self, sought: &[Sought]) -> Vec<HeldBy> {
        if self.roots.len().saturating_mul(sought.len()) > MAX_PAIRS {
            return Vec::new();
        }
        let places: Vec<Place> = self.roots.iter().map(|root| self.place(root)).collect();
        sought.par_chunks(BLOCK).flat_map_iter(|block| self.find_block(block, &places)).collect()
    }

    fn place(&self, root: &NamedRoot) -> Place {
        let position = |oid: &Oid| self.graph.position(oid).and_then(|at| u32::try_from(at).ok());
        let root_trees = root.commits.iter().filter_map(|oid| self.graph.root_tree(oid));
        // The files of former tips are in the history of a reflog, not in its files.
        let root_trees = root_trees.filter(|_| root.kind != RefKind::Reflog).chain(&root.trees);
        Place {
            positions: root.commits.iter().filter_map(position).collect(),
            trees: root_trees.filter_map(|oid| self.index.tree(self.objects, oid)).collect(),
            has_named_tree: !root.trees.is_empty(),
        }
    }

    /// Finds at most [`BLOCK`] values.
    fn find_block(&self, block: &[Sought], places: &[Place]) -> Vec<HeldBy> {
        let commits = self.descend(block);
        let mut in_trees = TreeBits::new(self, block);
        let mut found = vec![HeldBy::default(); block.len()];
        let mut other_names: Vec<Vec<(RefKind, usize)>> = vec![Vec::new(); block.len()];
        for (number, (root, place)) in self.roots.iter().zip(places).enumerate() {
            let in_files = place.trees.iter().fold(0, |bits, tree| bits | in_trees.get(*tree));
            let in_history = place.positions.iter().fold(0, |bits, at| bits | commits[*at as usize]);
            let by_tree = if place.has_named_tree { in_files } else { 0 };
            let mut bits = in_history | by_tree | directly_in(root, block);
            while bits != 0 {
                let at = bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let holders = found[at].of_mut(root.kind);
                holders.count += 1;
                if in_files >> at & 1 == 1 {
                    if holders.in_files < Holders::MAX_NAMES {
                        holders.names.push(self.names[number].clone());
                    }
                    holders.in_files += 1;
                } else if holders.count - holders.in_files <= Holders::MAX_NAMES {
                    other_names[at].push((root.kind, number));
                }
            }
        }
        for (held_by, others) in found.iter_mut().zip(other_names) {
            for (kind, number) in others {
                held_by.of_mut(kind).names.push(self.names[number].clone());
            }
        }
        found
    }

    /// Returns for each commit the values that it or an ancestor holds.
    fn descend(&self, block: &[Sought]) -> Vec<u64> {
        let mut commits = vec![0_u64; self.graph.len()];
        let mut first = commits.len();
        for (bit, sought) in block.iter().enumerate() {
            for at in sought.introductions.iter().map(|at| *at as usize) {
                commits[at] |= 1 << bit;
                first = first.min(at);
            }
        }
        // Parents come before children.
        for position in first..commits.len() {
            let inherited = self.graph.parents(position).fold(0, |bits, parent| bits | commits[parent]);
            commits[position] |= inherited;
        }
        commits
    }
}

/// Returns the values that a root holds without a commit: in its name, in a tag, in a blob that a tag names.
fn directly_in(root: &NamedRoot, block: &[Sought]) -> u64 {
    let holds = |sought: &Sought| {
        sought.objects.iter().any(|oid| root.objects.contains(oid))
            || sought.in_names.contains(&root.full_name)
    };
    block.iter().enumerate().fold(0, |bits, (bit, sought)| bits | u64::from(holds(sought)) << bit)
}

/// The values of a block that trees hold. Many refs have the same values in their files, so each answer is kept.
struct TreeBits<'b> {
    index: &'b TreeIndex,
    path_trees: &'b PathTrees,
    anywhere: Vec<(usize, ValueIndex)>,
    /// The bit, the value, and the numbers of the names of the path.
    at_paths: Vec<(usize, ValueIndex, Vec<u32>)>,
    known: HashMap<(u32, PathTree), u64>,
}

impl<'b> TreeBits<'b> {
    fn new(search: &'b HolderSearch<'_>, block: &[Sought]) -> Self {
        let (mut anywhere, mut at_paths) = (Vec::new(), Vec::new());
        for (bit, sought) in block.iter().enumerate() {
            match &sought.in_files {
                InFiles::No => {}
                InFiles::Anywhere(value) => anywhere.push((bit, *value)),
                InFiles::AtPath(value, path) => {
                    at_paths.extend(search.path_trees.numbers_of(path).map(|path| (bit, *value, path)));
                }
            }
        }
        let (index, path_trees) = (search.index, search.path_trees);
        Self { index, path_trees, anywhere, at_paths, known: HashMap::new() }
    }

    fn get(&mut self, tree: TreeNumber) -> u64 {
        let (list, reduced) = (self.index.list(tree), self.path_trees.reduced(tree));
        if let Some(known) = self.known.get(&(list, reduced)) {
            return *known;
        }
        let values = self.index.values(list);
        let anywhere = self.anywhere.iter().filter(|(_, value)| values.binary_search(value).is_ok());
        let at_paths =
            self.at_paths.iter().filter(|(_, value, path)| self.path_trees.holds(reduced, path, *value));
        let bits = anywhere.map(|(bit, _)| *bit).chain(at_paths.map(|(bit, ..)| *bit));
        let bits = bits.fold(0, |bits, bit| bits | 1 << bit);
        self.known.insert((list, reduced), bits);
        bits
    }
}
