//! The timeline of each value: which commits introduced and removed it, and which paths held it.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::git::Oid;
use crate::git::tree_budget::TreeBudget;
use crate::provenance::ValueIndex;
use crate::provenance::commit_graph::{CommitGraph, Roots};
use crate::provenance::path_table::{PathNumber, PathTable, join};
use crate::provenance::tree_index::{EntryTarget, ListNumber, TreeIndex, TreeNumber};
use crate::source::history::ObjectSet;

/// The longest path to search for a value, in bytes. Only a tree that contains itself, which needs a wrong object id, has
/// longer ones.
const MAX_PATH_LENGTH: usize = 1 << 16;

/// A path that held a value, and the first commit with it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TimelineLocation {
    /// The path from the root.
    pub path: Vec<u8>,
    /// The blob; `None` if the path itself holds the value.
    pub blob: Option<Oid>,
    /// The first commit with this blob at this path; `None` for a tree that only a tag names.
    pub commit: Option<Oid>,
    /// Whether a branch head has the blob at this path.
    pub at_head: bool,
}

/// The provenance of one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Timeline {
    /// The first commit that holds the value while no parent does, and the path in it.
    pub introduced: Option<(Oid, Vec<u8>)>,
    /// The positions in the graph of all reachable commits that hold the value while no parent does.
    pub introductions: Vec<u32>,
    /// The last commit that removed the value, and its path before; only if no head holds the value.
    pub removed: Option<(Oid, Vec<u8>)>,
    /// Whether a branch head holds the value.
    pub at_head: bool,
    /// Whether a ref, reflog, stash or tag reaches the value.
    pub reachable: bool,
    /// The number of commits that hold the value: the reachable ones, or all if none is reachable.
    pub commits: usize,
    /// For each path the first blob, and the blobs at branch heads; sorted.
    pub locations: Vec<TimelineLocation>,
}

/// The timelines of all tracked values.
#[derive(Debug, Default)]
pub(crate) struct Timelines {
    /// The timelines, by value.
    pub timelines: Vec<Timeline>,
    /// Whether the budget was enough for all locations.
    pub is_complete: bool,
}

/// Builds the timelines of the values `0..count`. `named_trees` are the trees that a tag names without a commit.
#[must_use]
pub(crate) fn build_timelines(
    graph: &CommitGraph,
    roots: &Roots,
    named_trees: &[Oid],
    objects: &ObjectSet,
    index: &TreeIndex,
    count: usize,
) -> Timelines {
    let named: Vec<Oid> = roots.heads.iter().chain(&roots.others).copied().collect();
    let tree_of = |oid: &Oid| index.tree(objects, oid);
    let mut builder = TimelineBuilder {
        graph,
        index,
        trees: graph.nodes().iter().map(|node| tree_of(&node.tree)).collect(),
        is_reachable: graph.reachable_from(&named),
        timelines: vec![Timeline::default(); count],
        spots: HashMap::new(),
        paths: PathTable::default(),
        listed: HashSet::new(),
        is_removed: vec![false; count],
        budget: TreeBudget::for_commits(graph.len()),
    };
    builder.walk_commits();
    for tree in named_trees.iter().filter_map(tree_of) {
        builder.list_locations(tree, None);
        for value in builder.index.values(builder.index.list(tree)) {
            builder.timelines[*value as usize].reachable = true;
        }
    }
    // Sorted, so that the budget ends at the same tree in each run.
    let heads: BTreeSet<TreeNumber> =
        roots.heads.iter().filter_map(|head| graph.root_tree(head)).filter_map(tree_of).collect();
    builder.mark_heads(&heads);
    Timelines { is_complete: !builder.budget.is_spent(), timelines: builder.finish() }
}

/// A value at a path, in a blob or in the path itself. Blobs are counted from 1; see [`IN_PATH`].
type Spot = (ValueIndex, PathNumber, u32);

/// Stands for the path itself in place of a blob.
const IN_PATH: u32 = 0;

/// For each spot the position of the first commit in the graph, if there is one, and whether a head has it.
type Spots = HashMap<Spot, (Option<u32>, bool)>;

/// The order of the blobs at one path; the lowest is shown.
type Rank = (bool, bool, Option<u32>, u32);

struct TimelineBuilder<'t> {
    graph: &'t CommitGraph,
    index: &'t TreeIndex,
    /// The root tree of each commit, if it leads to a value.
    trees: Vec<Option<TreeNumber>>,
    is_reachable: Vec<bool>,
    timelines: Vec<Timeline>,
    spots: Spots,
    paths: PathTable,
    /// The trees with their paths that have been listed.
    listed: HashSet<(TreeNumber, PathNumber)>,
    /// Whether the last event of a value is its removal.
    is_removed: Vec<bool>,
    budget: TreeBudget,
}

impl TimelineBuilder<'_> {
    /// Walks the reachable commits, then the others: those decide about a value only if no reachable commit holds it.
    fn walk_commits(&mut self) {
        for reachable in [true, false] {
            let mut commits_by_list = vec![0; self.index.list_count()];
            for position in 0..self.trees.len() {
                if self.is_reachable[position] == reachable {
                    let list = self.visit_commit(position, reachable);
                    commits_by_list[list as usize] += 1;
                }
            }
            let mut commits_by_value = vec![0; self.timelines.len()];
            for (list, commits) in (0..).zip(commits_by_list).filter(|(_, commits)| *commits > 0) {
                for value in self.index.values(list) {
                    commits_by_value[*value as usize] += commits;
                }
            }
            for (timeline, commits) in self.timelines.iter_mut().zip(commits_by_value) {
                if timeline.commits == 0 {
                    timeline.commits = commits;
                }
                timeline.reachable |= reachable && commits > 0;
            }
        }
    }

    fn list_of(&self, position: usize) -> ListNumber {
        self.trees[position].map_or(0, |tree| self.index.list(tree))
    }

    /// Records the values that a commit introduces and removes. Returns the list of the values in it.
    fn visit_commit(&mut self, position: usize, reachable: bool) -> ListNumber {
        let list = self.list_of(position);
        if let Some(tree) = self.trees[position] {
            self.list_locations(tree, u32::try_from(position).ok());
        }
        let parents: Vec<ListNumber> =
            self.graph.parents(position).map(|parent| self.list_of(parent)).collect();
        // Nearly all commits hold the values of their parents.
        let different: Vec<ListNumber> = parents.iter().copied().filter(|parent| *parent != list).collect();
        if different.len() == parents.len() && list != 0 {
            let introduced = different.iter().fold(self.index.values(list).to_vec(), |new, parent| {
                difference(&new, self.index.values(*parent))
            });
            for value in introduced {
                self.record_introduction(position, value, reachable);
            }
        }
        if !different.is_empty() {
            let held = self.index.values(list);
            let removed: BTreeSet<ValueIndex> =
                different.iter().flat_map(|parent| difference(self.index.values(*parent), held)).collect();
            for value in removed {
                self.record_removal(position, value, &parents, reachable);
            }
        }
        list
    }

    fn record_introduction(&mut self, position: usize, value: ValueIndex, reachable: bool) {
        let timeline = &self.timelines[value as usize];
        if !reachable && timeline.reachable {
            return;
        }
        self.is_removed[value as usize] = false;
        let is_first = timeline.introduced.is_none();
        if reachable {
            self.timelines[value as usize].introductions.extend(u32::try_from(position));
        }
        if is_first {
            let path = self.path_in(position, value);
            self.timelines[value as usize].introduced = Some((self.graph.nodes()[position].oid, path));
        }
    }

    fn record_removal(
        &mut self,
        position: usize,
        value: ValueIndex,
        parents: &[ListNumber],
        reachable: bool,
    ) {
        let holds = |list: ListNumber| self.index.values(list).binary_search(&value).is_ok();
        // A merge with a parent that had removed the value only continues that removal.
        let continues_removal = parents.iter().any(|parent| !holds(*parent));
        if continues_removal && self.is_removed[value as usize] {
            return;
        }
        // Later commits overwrite earlier ones: the last removal counts.
        if reachable || !self.timelines[value as usize].reachable {
            let parent = self.graph.parents(position).find(|parent| holds(self.list_of(*parent)));
            let path = parent.map(|parent| self.path_in(parent, value));
            let removed = (self.graph.nodes()[position].oid, path.unwrap_or_default());
            self.timelines[value as usize].removed = Some(removed);
            self.is_removed[value as usize] = true;
        }
    }

    /// Returns the first path in a commit that holds a value.
    fn path_in(&self, position: usize, value: ValueIndex) -> Vec<u8> {
        let (mut path, mut next) = (Vec::new(), self.trees[position]);
        let holds = |values: &[ValueIndex]| values.binary_search(&value).is_ok();
        while let Some(tree) = next.filter(|_| path.len() < MAX_PATH_LENGTH) {
            let entry = self.index.entries(tree).iter().find(|entry| match entry.target {
                EntryTarget::Tree(child) => holds(self.index.values(self.index.list(child))),
                EntryTarget::Blob(blob) => self.index.blob(blob).1.contains(&value),
                EntryTarget::Name(in_name) => in_name == value,
            });
            let Some(entry) = entry else { break };
            path = join(&path, self.index.name(entry));
            next = match entry.target {
                EntryTarget::Tree(child) => Some(child),
                EntryTarget::Blob(_) | EntryTarget::Name(_) => None,
            };
        }
        path
    }

    /// Lists the values below a root tree, except in folders that were listed at the same path before.
    fn list_locations(&mut self, root: TreeNumber, commit: Option<u32>) {
        let index = self.index;
        // A path gets its number when its folder is visited, which the budget counts.
        let mut work: Vec<(TreeNumber, PathNumber, Option<&[u8]>)> = vec![(root, 0, None)];
        while let Some((tree, above, name)) = work.pop() {
            let folder = name.map_or(above, |name| self.paths.insert(above, name));
            if index.list(tree) == 0 || !self.listed.insert((tree, folder)) {
                continue;
            }
            if !self.budget.spend(self.paths.get(folder)) {
                return;
            }
            for entry in index.entries(tree) {
                let name = index.name(entry);
                match entry.target {
                    EntryTarget::Tree(child) => work.push((child, folder, Some(name))),
                    EntryTarget::Blob(blob) => {
                        let path = self.paths.insert(folder, name);
                        for value in index.blob(blob).1 {
                            self.add_spot((*value, path, blob + 1), commit);
                        }
                    }
                    EntryTarget::Name(value) => {
                        let path = self.paths.insert(folder, name);
                        self.add_spot((value, path, IN_PATH), commit);
                    }
                }
            }
        }
    }

    fn add_spot(&mut self, spot: Spot, commit: Option<u32>) {
        if !self.spots.contains_key(&spot) && self.budget.spend(self.paths.get(spot.1)) {
            self.spots.insert(spot, (commit, false));
        }
    }

    /// Marks the values at branch heads.
    fn mark_heads(&mut self, heads: &BTreeSet<TreeNumber>) {
        let index = self.index;
        let mut visited = HashSet::new();
        for root in heads {
            for value in index.values(index.list(*root)) {
                self.timelines[*value as usize].at_head = true;
            }
            let mut work: Vec<(TreeNumber, PathNumber, Option<&[u8]>)> = vec![(*root, 0, None)];
            while let Some((tree, above, name)) = work.pop() {
                let folder = name.map_or(above, |name| self.paths.insert(above, name));
                if !visited.insert((tree, folder)) {
                    continue;
                }
                if !self.budget.spend(self.paths.get(folder)) {
                    return;
                }
                for entry in index.entries(tree) {
                    let name = index.name(entry);
                    let (values, blob): (&[ValueIndex], _) = match &entry.target {
                        EntryTarget::Tree(child) => {
                            work.push((*child, folder, Some(name)));
                            continue;
                        }
                        EntryTarget::Blob(blob) => (index.blob(*blob).1, blob + 1),
                        EntryTarget::Name(value) => (std::slice::from_ref(value), IN_PATH),
                    };
                    let Some(path) = self.paths.find(folder, name) else { continue };
                    for value in values {
                        if let Some((_, at_head)) = self.spots.get_mut(&(*value, path, blob)) {
                            *at_head = true;
                        }
                    }
                }
            }
        }
    }

    /// Selects the locations: the first blob of each path, and the blobs at heads.
    fn finish(mut self) -> Vec<Timeline> {
        // First a blob in which the value is a finding, then the earliest commit (no commit comes last), then the lowest
        // blob id.
        let index = self.index;
        let rank = |value: ValueIndex, commit: Option<u32>, blob: u32| {
            let is_weak = blob != IN_PATH && index.is_weak(blob - 1, value);
            (is_weak, commit.is_none(), commit, blob)
        };
        let mut first: HashMap<(ValueIndex, PathNumber), Rank> = HashMap::new();
        for ((value, path, blob), (commit, _)) in &self.spots {
            let rank = rank(*value, *commit, *blob);
            let lowest = first.entry((*value, *path)).or_insert(rank);
            *lowest = rank.min(*lowest);
        }
        for ((value, path, blob), (commit, at_head)) in self.spots {
            let is_first = first.get(&(value, path)).is_some_and(|first| first.3 == blob);
            if is_first || at_head {
                self.timelines[value as usize].locations.push(TimelineLocation {
                    path: self.paths.get(path).to_vec(),
                    blob: blob.checked_sub(1).map(|blob| *index.blob(blob).0),
                    commit: commit.map(|position| self.graph.nodes()[position as usize].oid),
                    at_head,
                });
            }
        }
        for timeline in &mut self.timelines {
            if timeline.at_head {
                timeline.removed = None;
            }
            timeline.locations.sort();
        }
        self.timelines
    }
}

/// Returns the values of a sorted list that another sorted list does not have.
fn difference(list: &[ValueIndex], other: &[ValueIndex]) -> Vec<ValueIndex> {
    let mut others = other.iter().peekable();
    let mut rest = Vec::new();
    for value in list {
        while others.next_if(|other| *other < value).is_some() {}
        if others.peek() != Some(&value) {
            rest.push(*value);
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_of_sorted_lists() {
        assert_eq!(difference(&[1, 2, 3, 5], &[0, 2, 4, 5, 6]), [1, 3]);
        assert_eq!(difference(&[1], &[]), [1]);
        assert_eq!(difference(&[], &[1]), [0; 0]);
    }
}
