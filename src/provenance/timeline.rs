//! Each value's story: introduced, removed, where it stands and stood.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::git::Oid;
use crate::git::tree_budget::TreeBudget;
use crate::provenance::ValueIndex;
use crate::provenance::commit_graph::{CommitGraph, Roots};
use crate::provenance::path_table::{PathIndex, Paths, joined};
use crate::provenance::tree_index::{ListIndex, TreeContents, TreeIndex, What};
use crate::source::history::ObjectSet;

/// Only trees whose names lie, so that they hold themselves, lead further.
const LONGEST_PATH: usize = 1 << 16;

/// A path that held a value, and the first commit in which it did.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocationIn {
    /// The path from the root.
    pub path: Vec<u8>,
    /// The blob; `None` where the path itself holds the value.
    pub blob: Option<Oid>,
    /// The first commit with this blob at this path; `None` for a tree that only a tag names.
    pub commit: Option<Oid>,
    /// Whether a branch head has it there.
    pub at_head: bool,
}

/// What history says of one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// The first commit that holds it while no parent does, and the path there.
    pub introduced: Option<(Oid, Vec<u8>)>,
    /// The last commit that took it away, and the path that it stood at; only where no head has it.
    pub removed: Option<(Oid, Vec<u8>)>,
    /// Whether a branch head has it.
    pub at_head: bool,
    /// Whether anything that is named reaches it.
    pub reachable: bool,
    /// The number of commits that hold it: reached ones, or if there are none all.
    pub commits: usize,
    /// One place for each path and first blob, and those at heads; sorted.
    pub places: Vec<LocationIn>,
}

/// What there is to tell.
#[derive(Debug, Default)]
pub struct Timelines {
    /// The stories, in order of value.
    pub stories: Vec<Timeline>,
    /// Whether every place was looked at.
    pub complete: bool,
}

/// Tells the story of values `0..count`. `trees` are trees that are named without a commit (by a tag).
#[must_use]
pub fn tell(
    graph: &CommitGraph,
    roots: &Roots,
    trees: &[Oid],
    contents: &ObjectSet,
    holdings: &TreeContents,
    count: usize,
) -> Timelines {
    let named: Vec<Oid> = roots.heads.iter().chain(&roots.others).copied().collect();
    let tree_of = |tree: &Oid| holdings.tree(contents, tree);
    let mut teller = TimelineBuilder {
        graph,
        holdings,
        trees: graph.nodes().iter().map(|node| tree_of(&node.tree)).collect(),
        reached: graph.reached(&named),
        stories: vec![Timeline::default(); count],
        places: HashMap::new(),
        paths: Paths::default(),
        seen: HashSet::new(),
        is_gone: vec![false; count],
        budget: TreeBudget::for_commits(graph.len()),
    };
    teller.walk_commits();
    for tree in trees.iter().filter_map(tree_of) {
        teller.places_below(tree, None);
        for value in teller.holdings.values(teller.holdings.list(tree)) {
            teller.stories[*value as usize].reachable = true;
        }
    }
    // In order, so that where the budget ends is the same each time.
    let heads: BTreeSet<TreeIndex> =
        roots.heads.iter().filter_map(|head| graph.tree(head)).filter_map(tree_of).collect();
    teller.heads(&heads);
    Timelines { complete: !teller.budget.is_spent(), stories: teller.finish() }
}

/// A value at a path, in one of the blobs, or in the path itself: that is the number below that of all blobs.
type Spot = (ValueIndex, PathIndex, u32);

/// Stands for a path that itself holds the value.
const IN_PATH: u32 = 0;

/// For each spot the first commit's place in the graph, if there is one, and whether a head has it.
type Places = HashMap<Spot, (Option<u32>, bool)>;

/// Which of the blobs at a path is shown: the least.
type Rank = (bool, bool, Option<u32>, u32);

struct TimelineBuilder<'t> {
    graph: &'t CommitGraph,
    holdings: &'t TreeContents,
    /// The root tree of each commit, where it matters.
    trees: Vec<Option<TreeIndex>>,
    reached: Vec<bool>,
    stories: Vec<Timeline>,
    places: Places,
    paths: Paths,
    /// Trees at places that have been listed.
    seen: HashSet<(TreeIndex, PathIndex)>,
    /// Whether the last that was told of a value is that it was taken away.
    is_gone: Vec<bool>,
    budget: TreeBudget,
}

impl TimelineBuilder<'_> {
    /// Reached commits tell the story; what none of them holds is told by the others.
    fn walk_commits(&mut self) {
        for of_reached in [true, false] {
            let mut commits = vec![0; self.holdings.lists()];
            for at in 0..self.trees.len() {
                if self.reached[at] == of_reached {
                    let list = self.commit(at, of_reached);
                    commits[list as usize] += 1;
                }
            }
            let mut counts = vec![0; self.stories.len()];
            for (list, commits) in (0..).zip(commits).filter(|(_, commits)| *commits > 0) {
                for value in self.holdings.values(list) {
                    counts[*value as usize] += commits;
                }
            }
            for (story, count) in self.stories.iter_mut().zip(counts) {
                if story.commits == 0 {
                    story.commits = count;
                }
                story.reachable |= of_reached && count > 0;
            }
        }
    }

    fn list_of(&self, at: usize) -> ListIndex {
        self.trees[at].map_or(0, |tree| self.holdings.list(tree))
    }

    /// Tells what a commit brought and took away. Returns what it holds.
    fn commit(&mut self, at: usize, reached: bool) -> ListIndex {
        let list = self.list_of(at);
        if let Some(tree) = self.trees[at] {
            self.places_below(tree, u32::try_from(at).ok());
        }
        let parents: Vec<ListIndex> = self.graph.parents(at).map(|parent| self.list_of(parent)).collect();
        // Nearly all commits hold what their parents hold.
        let others: Vec<ListIndex> = parents.iter().copied().filter(|parent| *parent != list).collect();
        if others.len() == parents.len() && list != 0 {
            let brought = others.iter().fold(self.holdings.values(list).to_vec(), |new, parent| {
                less(&new, self.holdings.values(*parent))
            });
            for value in brought {
                self.brought(at, value, reached);
            }
        }
        if !others.is_empty() {
            let held = self.holdings.values(list);
            let gone: BTreeSet<ValueIndex> =
                others.iter().flat_map(|parent| less(self.holdings.values(*parent), held)).collect();
            for value in gone {
                self.took_away(at, value, &parents, reached);
            }
        }
        list
    }

    fn brought(&mut self, at: usize, value: ValueIndex, reached: bool) {
        let story = &self.stories[value as usize];
        if !reached && story.reachable {
            return;
        }
        self.is_gone[value as usize] = false;
        if story.introduced.is_none() {
            let path = self.path_in(at, value);
            self.stories[value as usize].introduced = Some((self.graph.nodes()[at].oid, path));
        }
    }

    fn took_away(&mut self, at: usize, value: ValueIndex, parents: &[ListIndex], reached: bool) {
        let holds = |list: ListIndex| self.holdings.values(list).binary_search(&value).is_ok();
        // A merge with a side that had taken it away only carries that on.
        let is_carried_on = parents.iter().any(|parent| !holds(*parent));
        if is_carried_on && self.is_gone[value as usize] {
            return;
        }
        // Later commits overwrite: the last removal stands.
        if reached || !self.stories[value as usize].reachable {
            let parent = self.graph.parents(at).find(|parent| holds(self.list_of(*parent)));
            let path = parent.map(|parent| self.path_in(parent, value));
            let removed = (self.graph.nodes()[at].oid, path.unwrap_or_default());
            self.stories[value as usize].removed = Some(removed);
            self.is_gone[value as usize] = true;
        }
    }

    /// The first path in a commit that holds a value.
    fn path_in(&self, at: usize, value: ValueIndex) -> Vec<u8> {
        let (mut path, mut next) = (Vec::new(), self.trees[at]);
        let holds = |values: &[ValueIndex]| values.binary_search(&value).is_ok();
        while let Some(tree) = next.filter(|_| path.len() < LONGEST_PATH) {
            let held = self.holdings.held(tree).iter().find(|held| match held.what {
                What::Tree(child) => holds(self.holdings.values(self.holdings.list(child))),
                What::Blob(blob) => self.holdings.blob(blob).1.contains(&value),
                What::Name(held) => held == value,
            });
            let Some(held) = held else { break };
            path = joined(&path, self.holdings.name(held));
            next = match held.what {
                What::Tree(child) => Some(child),
                What::Blob(_) | What::Name(_) => None,
            };
        }
        path
    }

    /// Lists what is below a tree, but for folders that were listed at the same place before.
    fn places_below(&mut self, root: TreeIndex, commit: Option<u32>) {
        let holdings = self.holdings;
        // A path is numbered when it is looked at, which the budget counts.
        let mut work: Vec<(TreeIndex, PathIndex, Option<&[u8]>)> = vec![(root, 0, None)];
        while let Some((tree, above, name)) = work.pop() {
            let folder = name.map_or(above, |name| self.paths.below(above, name));
            if holdings.list(tree) == 0 || !self.seen.insert((tree, folder)) {
                continue;
            }
            if !self.budget.spend(self.paths.get(folder)) {
                return;
            }
            for held in holdings.held(tree) {
                let name = holdings.name(held);
                match held.what {
                    What::Tree(child) => work.push((child, folder, Some(name))),
                    What::Blob(blob) => {
                        let path = self.paths.below(folder, name);
                        for value in holdings.blob(blob).1 {
                            self.add((*value, path, blob + 1), commit);
                        }
                    }
                    What::Name(value) => {
                        let path = self.paths.below(folder, name);
                        self.add((value, path, IN_PATH), commit);
                    }
                }
            }
        }
    }

    fn add(&mut self, spot: Spot, commit: Option<u32>) {
        if !self.places.contains_key(&spot) && self.budget.spend(self.paths.get(spot.1)) {
            self.places.insert(spot, (commit, false));
        }
    }

    fn heads(&mut self, heads: &BTreeSet<TreeIndex>) {
        let holdings = self.holdings;
        let mut seen = HashSet::new();
        for root in heads {
            for value in holdings.values(holdings.list(*root)) {
                self.stories[*value as usize].at_head = true;
            }
            let mut work: Vec<(TreeIndex, PathIndex, Option<&[u8]>)> = vec![(*root, 0, None)];
            while let Some((tree, above, name)) = work.pop() {
                let folder = name.map_or(above, |name| self.paths.below(above, name));
                if !seen.insert((tree, folder)) {
                    continue;
                }
                if !self.budget.spend(self.paths.get(folder)) {
                    return;
                }
                for held in holdings.held(tree) {
                    let name = holdings.name(held);
                    let (values, blob): (&[ValueIndex], _) = match &held.what {
                        What::Tree(child) => {
                            work.push((*child, folder, Some(name)));
                            continue;
                        }
                        What::Blob(blob) => (holdings.blob(*blob).1, blob + 1),
                        What::Name(value) => (std::slice::from_ref(value), IN_PATH),
                    };
                    let Some(path) = self.paths.find(folder, name) else { continue };
                    for value in values {
                        if let Some(place) = self.places.get_mut(&(*value, path, blob)) {
                            place.1 = true;
                        }
                    }
                }
            }
        }
    }

    /// Of each path the first blob, and those at heads.
    fn finish(mut self) -> Vec<Timeline> {
        // One in which the value is a finding. Then the earliest commit; of several blobs in it the one that is
        // first by name. None comes after all.
        let holdings = self.holdings;
        let rank = |value: ValueIndex, commit: Option<u32>, blob: u32| {
            let is_weak = blob != IN_PATH && holdings.is_weak(blob - 1, value);
            (is_weak, commit.is_none(), commit, blob)
        };
        let mut first: HashMap<(ValueIndex, PathIndex), Rank> = HashMap::new();
        for ((value, path, blob), (commit, _)) in &self.places {
            let rank = rank(*value, *commit, *blob);
            let entry = first.entry((*value, *path)).or_insert(rank);
            *entry = rank.min(*entry);
        }
        for ((value, path, blob), (commit, at_head)) in self.places {
            let is_first = first.get(&(value, path)).is_some_and(|first| first.3 == blob);
            if is_first || at_head {
                self.stories[value as usize].places.push(LocationIn {
                    path: self.paths.get(path).to_vec(),
                    blob: blob.checked_sub(1).map(|blob| *self.holdings.blob(blob).0),
                    commit: commit.map(|at| self.graph.nodes()[at as usize].oid),
                    at_head,
                });
            }
        }
        for story in &mut self.stories {
            if story.at_head {
                story.removed = None;
            }
            story.places.sort();
        }
        self.stories
    }
}

/// What of a sorted list the other one does not hold.
fn less(list: &[ValueIndex], other: &[ValueIndex]) -> Vec<ValueIndex> {
    let mut others = other.iter().peekable();
    let mut left = Vec::new();
    for value in list {
        while others.next_if(|other| *other < value).is_some() {}
        if others.peek() != Some(&value) {
            left.push(*value);
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_list() {
        assert_eq!(less(&[1, 2, 3, 5], &[0, 2, 4, 5, 6]), [1, 3]);
        assert_eq!(less(&[1], &[]), [1]);
        assert_eq!(less(&[], &[1]), [0; 0]);
    }
}
