//! The timeline of each value at one path: a weak value has a finding for each path, so another file with the same
//! value is not part of its timeline. A rename is a removal at the old path and an introduction at the new one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::git::Oid;
use crate::git::tree_budget::TreeBudget;
use crate::provenance::ValueIndex;
use crate::provenance::commit_graph::{CommitGraph, Roots};
use crate::provenance::path_table::{PathNumber, PathTable};
use crate::provenance::path_trees::{PathEntry, PathTree, PathTrees};
use crate::provenance::timeline::Timeline;
use crate::provenance::tree_index::TreeIndex;
use crate::source::history::ObjectSet;

/// The timelines of values at paths.
#[derive(Debug, Default)]
pub(crate) struct PathTimelines {
    /// The timelines, without locations.
    timelines: HashMap<ValueIndex, BTreeMap<Vec<u8>, Timeline>>,
    /// Whether the budget was enough for all paths.
    pub(crate) is_complete: bool,
}

impl PathTimelines {
    /// Returns the timeline of a value at a path; `None` if the value has one timeline for all paths.
    pub(crate) fn get(&self, value: ValueIndex, path: &[u8]) -> Option<&Timeline> {
        self.timelines.get(&value)?.get(path)
    }
}

/// Builds the timelines of the values that `trees` keep. `named_trees` are the trees that a tag names without a commit.
#[must_use]
pub(crate) fn build_path_timelines(
    graph: &CommitGraph,
    roots: &Roots,
    named_trees: &[Oid],
    objects: &ObjectSet,
    index: &TreeIndex,
    trees: &PathTrees,
) -> PathTimelines {
    let named: Vec<Oid> = roots.heads.iter().chain(&roots.others).copied().collect();
    let tree_of = |oid: &Oid| index.tree(objects, oid).map_or(0, |tree| trees.reduced(tree));
    let mut builder = PathTimelineBuilder {
        graph,
        trees,
        roots: graph.nodes().iter().map(|node| tree_of(&node.tree)).collect(),
        is_reachable: graph.reachable_from(&named),
        records: HashMap::new(),
        paths: PathTable::default(),
        budget: TreeBudget::for_commits(graph.len()),
    };
    builder.walk_commits();
    let once = |trees: &mut dyn Iterator<Item = PathTree>| trees.map(|tree| (tree, 1)).collect();
    builder.visit_all(once(&mut named_trees.iter().map(tree_of)), |record, _| record.reachable = true);
    let heads = &mut roots.heads.iter().filter_map(|head| graph.root_tree(head)).map(tree_of);
    builder.visit_all(once(heads), |record, _| record.at_head = true);
    PathTimelines { is_complete: !builder.budget.is_spent(), timelines: builder.finish() }
}

/// A value at a path, while commits are walked. Commits are positions in the graph.
#[derive(Default)]
struct Record {
    introduced: Option<usize>,
    /// All reachable commits that hold the value here while no parent does.
    introductions: Vec<u32>,
    removed: Option<usize>,
    /// Whether the last event is the removal.
    is_removed: bool,
    at_head: bool,
    reachable: bool,
    commits: usize,
}

struct PathTimelineBuilder<'t> {
    graph: &'t CommitGraph,
    trees: &'t PathTrees,
    /// The root tree of each commit.
    roots: Vec<PathTree>,
    is_reachable: Vec<bool>,
    records: HashMap<(ValueIndex, PathNumber), Record>,
    paths: PathTable,
    budget: TreeBudget,
}

/// A folder to compare: its path, its name in the folder above (none for the root), the tree of the commit, and the
/// trees of the parents.
struct Folder<'t> {
    above: PathNumber,
    name: Option<&'t [u8]>,
    own: PathTree,
    parents: Vec<PathTree>,
}

impl PathTimelineBuilder<'_> {
    /// Walks the reachable commits, then the others: those decide about a value at a path only if no reachable commit
    /// holds it there.
    fn walk_commits(&mut self) {
        for reachable in [true, false] {
            let mut commits_by_root: BTreeMap<PathTree, usize> = BTreeMap::new();
            for position in 0..self.roots.len() {
                if self.is_reachable[position] == reachable {
                    self.visit_commit(position);
                    *commits_by_root.entry(self.roots[position]).or_default() += 1;
                }
            }
            self.visit_all(commits_by_root, |record, commits| {
                if reachable || !record.reachable {
                    record.commits += commits;
                    record.reachable |= reachable;
                }
            });
        }
    }

    /// Records what a commit introduces and removes.
    fn visit_commit(&mut self, position: usize) {
        let parents: Vec<PathTree> = self.graph.parents(position).map(|parent| self.roots[parent]).collect();
        let mut work = vec![Folder { above: 0, name: None, own: self.roots[position], parents }];
        while let Some(Folder { above, name, own, parents }) = work.pop() {
            let is_unchanged = parents.iter().all(|parent| *parent == own) && !parents.is_empty();
            if is_unchanged || own == 0 && parents.is_empty() {
                continue;
            }
            let folder = name.map_or(above, |name| self.paths.insert(above, name));
            if !self.budget.spend(self.paths.get(folder)) {
                return;
            }
            let trees = self.trees;
            let mut by_name: BTreeMap<u32, Vec<Option<&PathEntry>>> = BTreeMap::new();
            for (side, tree) in std::iter::once(own).chain(parents.iter().copied()).enumerate() {
                for entry in trees.entries(tree) {
                    by_name.entry(entry.name).or_insert_with(|| vec![None; parents.len() + 1])[side] =
                        Some(entry);
                }
            }
            for (name, sides) in by_name {
                let folders: Vec<PathTree> =
                    sides.iter().map(|side| side.map_or(0, |entry| entry.folder)).collect();
                let name = trees.name(name);
                work.push(Folder {
                    above: folder,
                    name: Some(name),
                    own: folders[0],
                    parents: folders[1..].to_vec(),
                });
                let values: Vec<&[ValueIndex]> =
                    sides.iter().map(|side| side.map_or(&[][..], |entry| trees.values(entry))).collect();
                if values.iter().any(|list| !list.is_empty()) {
                    let path = self.paths.insert(folder, name);
                    self.record_events(position, path, values[0], &values[1..]);
                }
            }
        }
    }

    /// Records the events of the values at one path: those of a commit, and those of its parents.
    fn record_events(
        &mut self,
        position: usize,
        path: PathNumber,
        own: &[ValueIndex],
        parents: &[&[ValueIndex]],
    ) {
        let reachable = self.is_reachable[position];
        let all: BTreeSet<ValueIndex> =
            own.iter().chain(parents.iter().copied().flatten()).copied().collect();
        for value in all {
            let held_by = |list: &[ValueIndex]| list.binary_search(&value).is_ok();
            let (is_held, in_parents) = (held_by(own), parents.iter().filter(|list| held_by(list)).count());
            let record = self.records.entry((value, path)).or_default();
            if !reachable && record.reachable {
                continue;
            }
            if is_held && in_parents == 0 {
                record.is_removed = false;
                record.introduced.get_or_insert(position);
                if reachable {
                    record.introductions.extend(u32::try_from(position));
                }
            } else if !(is_held || in_parents < parents.len() && record.is_removed) {
                // A merge with a parent that had removed the value only continues that removal.
                record.removed = Some(position);
                record.is_removed = true;
            }
        }
    }

    /// Visits each value at each path in some trees, with the number of times that the trees count.
    fn visit_all(
        &mut self,
        mut counts: BTreeMap<PathTree, usize>,
        mut visit: impl FnMut(&mut Record, usize),
    ) {
        counts.remove(&0);
        let mut level: BTreeMap<(PathNumber, PathTree), usize> =
            counts.into_iter().map(|(tree, count)| ((0, tree), count)).collect();
        let trees = self.trees;
        // A path is in one level, so each level is complete before it is visited.
        while !level.is_empty() {
            let mut next: BTreeMap<(PathNumber, PathTree), usize> = BTreeMap::new();
            for ((folder, tree), count) in level {
                if !self.budget.spend(self.paths.get(folder)) {
                    return;
                }
                for entry in trees.entries(tree) {
                    let path = self.paths.insert(folder, trees.name(entry.name));
                    for value in trees.values(entry) {
                        visit(self.records.entry((*value, path)).or_default(), count);
                    }
                    if entry.folder != 0 {
                        *next.entry((path, entry.folder)).or_default() += count;
                    }
                }
            }
            level = next;
        }
    }

    fn finish(self) -> HashMap<ValueIndex, BTreeMap<Vec<u8>, Timeline>> {
        let mut timelines: HashMap<ValueIndex, BTreeMap<Vec<u8>, Timeline>> = HashMap::new();
        for ((value, path), record) in self.records {
            let path = self.paths.get(path).to_vec();
            let event = |position: Option<usize>| Some((self.graph.nodes()[position?].oid, path.clone()));
            let timeline = Timeline {
                introduced: event(record.introduced),
                introductions: record.introductions,
                removed: event(record.removed.filter(|_| !record.at_head)),
                at_head: record.at_head,
                reachable: record.reachable,
                commits: record.commits,
                locations: Vec::new(),
            };
            timelines.entry(value).or_default().insert(path, timeline);
        }
        timelines
    }
}
