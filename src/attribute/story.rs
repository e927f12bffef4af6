//! Each value's story: introduced, removed, where it stands and stood.

use std::collections::{BTreeMap, HashSet};

use super::commits::{CommitGraph, Roots};
use super::holdings::{Holdings, What};
use super::{Interest, ValueIndex};
use crate::source::budget::Budget;
use crate::source::git::Oid;

/// Only trees whose names lie, so that they hold themselves, lead further.
const LONGEST_PATH: usize = 1 << 16;

/// A path that held a value, and the first commit in which it did.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlaceIn {
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
pub struct Story {
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
    pub places: Vec<PlaceIn>,
}

/// What there is to tell.
#[derive(Debug, Default)]
pub struct Told {
    /// The stories, in order of value.
    pub stories: Vec<Story>,
    /// Whether every place was looked at.
    pub complete: bool,
}

/// Tells the story of values `0..count`. `trees` are trees that are named without a commit (by a tag).
#[must_use]
pub fn tell(
    graph: &CommitGraph,
    roots: &Roots,
    trees: &[Oid],
    holdings: &Holdings,
    interest: &Interest,
    count: usize,
) -> Told {
    let named: Vec<Oid> = roots.heads.iter().chain(&roots.others).copied().collect();
    let mut teller = Teller {
        graph,
        holdings,
        interest,
        reached: graph.reached(&named),
        stories: vec![Story::default(); count],
        places: BTreeMap::new(),
        seen: HashSet::new(),
        unreached: vec![0; count],
        is_gone: vec![false; count],
        budget: Budget::of_commits(graph.len()),
    };
    teller.walk_commits();
    for tree in trees {
        teller.places_below(tree, None);
        for value in teller.holdings.values(tree) {
            teller.stories[*value as usize].reachable = true;
        }
    }
    teller.heads(&roots.heads);
    Told { complete: !teller.budget.is_spent(), stories: teller.finish() }
}

/// For each value, path and blob: the first commit's place in the graph, its name, and whether a head has it.
type Places = BTreeMap<(ValueIndex, Vec<u8>, Option<Oid>), (usize, Option<Oid>, bool)>;

struct Teller<'t> {
    graph: &'t CommitGraph,
    holdings: &'t Holdings,
    interest: &'t Interest,
    reached: Vec<bool>,
    stories: Vec<Story>,
    places: Places,
    /// Trees at places that have been listed.
    seen: HashSet<(Oid, Vec<u8>)>,
    unreached: Vec<usize>,
    /// Whether the last that was told of a value is that it was taken away.
    is_gone: Vec<bool>,
    budget: Budget,
}

impl Teller<'_> {
    /// Reached commits tell the story; what none of them holds is told by the others.
    fn walk_commits(&mut self) {
        for of_reached in [true, false] {
            for at in 0..self.graph.nodes().len() {
                if self.reached[at] == of_reached {
                    self.commit(at, of_reached);
                }
            }
        }
    }

    fn commit(&mut self, at: usize, reached: bool) {
        let node = &self.graph.nodes()[at];
        let tree = node.tree;
        let held = self.holdings.values(&tree);
        let parents: Vec<&[ValueIndex]> = self
            .graph
            .parents(at)
            .map(|parent| self.holdings.values(&self.graph.nodes()[parent].tree))
            .collect();
        self.places_below(&tree, Some(at));
        for value in held {
            let story = &mut self.stories[*value as usize];
            if reached {
                story.reachable = true;
                story.commits += 1;
            } else if story.reachable {
                continue;
            } else {
                self.unreached[*value as usize] += 1;
            }
            let is_new = !parents.iter().any(|parent| parent.binary_search(value).is_ok());
            if is_new {
                self.is_gone[*value as usize] = false;
            }
            if is_new && story.introduced.is_none() {
                let path = self.path_in(&tree, *value);
                self.stories[*value as usize].introduced = Some((node.oid, path));
            }
        }
        let gone: Vec<ValueIndex> = parents
            .iter()
            .flat_map(|parent| parent.iter())
            .filter(|value| held.binary_search(value).is_err())
            .copied()
            .collect();
        for value in gone {
            // A merge with a side that had taken it away only carries that on.
            let is_carried_on = parents.iter().any(|parent| parent.binary_search(&value).is_err());
            if is_carried_on && self.is_gone[value as usize] {
                continue;
            }
            // Later commits overwrite: the last removal stands.
            let mut trees = self.graph.parents(at).map(|parent| self.graph.nodes()[parent].tree);
            let parent = trees.find(|tree| self.holdings.values(tree).binary_search(&value).is_ok());
            let path = parent.map(|parent| self.path_in(&parent, value));
            let story = &mut self.stories[value as usize];
            if reached || !story.reachable {
                story.removed = Some((node.oid, path.unwrap_or_default()));
                self.is_gone[value as usize] = true;
            }
        }
    }

    /// The first path below a tree that holds a value.
    fn path_in(&self, tree: &Oid, value: ValueIndex) -> Vec<u8> {
        let (mut path, mut tree) = (Vec::new(), *tree);
        loop {
            let next = self.holdings.held(&tree).iter().find(|held| match &held.what {
                What::Tree(child) => self.holdings.values(child).binary_search(&value).is_ok(),
                What::Blob(blob) => {
                    self.interest.blobs.get(blob).is_some_and(|values| values.contains(&value))
                }
                What::Name(held) => *held == value,
            });
            let Some(next) = next.filter(|_| path.len() < LONGEST_PATH) else { return path };
            path = joined(&path, &next.name);
            match next.what {
                What::Tree(child) => tree = child,
                What::Blob(_) | What::Name(_) => return path,
            }
        }
    }

    /// Lists what is below a tree, but for folders that were listed at the same place before.
    fn places_below(&mut self, root: &Oid, commit: Option<usize>) {
        let mut work = vec![(*root, Vec::new())];
        while let Some((tree, prefix)) = work.pop() {
            if self.holdings.values(&tree).is_empty() || !self.seen.insert((tree, prefix.clone())) {
                continue;
            }
            if !self.budget.spend(&prefix) {
                return;
            }
            for held in self.holdings.held(&tree) {
                let path = joined(&prefix, &held.name);
                match &held.what {
                    What::Tree(child) => work.push((*child, path)),
                    What::Blob(blob) => {
                        for value in self.interest.blobs.get(blob).into_iter().flatten() {
                            self.add((*value, path.clone(), Some(*blob)), commit);
                        }
                    }
                    What::Name(value) => self.add((*value, path, None), commit),
                }
            }
        }
    }

    fn add(&mut self, key: (ValueIndex, Vec<u8>, Option<Oid>), commit: Option<usize>) {
        if !self.places.contains_key(&key) && self.budget.spend(&key.1) {
            let order = commit.unwrap_or(usize::MAX);
            self.places.insert(key, (order, commit.map(|at| self.graph.nodes()[at].oid), false));
        }
    }

    fn heads(&mut self, heads: &[Oid]) {
        let trees: HashSet<Oid> = heads.iter().filter_map(|head| self.graph.tree(head)).copied().collect();
        let mut seen = HashSet::new();
        for root in trees {
            for value in self.holdings.values(&root) {
                self.stories[*value as usize].at_head = true;
            }
            let mut work = vec![(root, Vec::new())];
            while let Some((tree, prefix)) = work.pop() {
                if !seen.insert((tree, prefix.clone())) {
                    continue;
                }
                if !self.budget.spend(&prefix) {
                    return;
                }
                for held in self.holdings.held(&tree) {
                    let path = joined(&prefix, &held.name);
                    let (values, blob): (&[ValueIndex], _) = match &held.what {
                        What::Tree(child) => {
                            work.push((*child, path));
                            continue;
                        }
                        What::Blob(blob) => {
                            (self.interest.blobs.get(blob).map_or(&[], Vec::as_slice), Some(*blob))
                        }
                        What::Name(value) => (std::slice::from_ref(value), None),
                    };
                    for value in values {
                        if let Some(place) = self.places.get_mut(&(*value, path.clone(), blob)) {
                            place.2 = true;
                        }
                    }
                }
            }
        }
    }

    /// Of each path the first blob, and those at heads.
    fn finish(mut self) -> Vec<Story> {
        let mut first: BTreeMap<(ValueIndex, Vec<u8>), (usize, Option<Oid>)> = BTreeMap::new();
        for ((value, path, blob), (order, ..)) in &self.places {
            let entry = first.entry((*value, path.clone())).or_insert((*order, *blob));
            if *order < entry.0 {
                *entry = (*order, *blob);
            }
        }
        for ((value, path, blob), (_, commit, at_head)) in self.places {
            let is_first = first.get(&(value, path.clone())).is_some_and(|(_, first)| *first == blob);
            if is_first || at_head {
                self.stories[value as usize].places.push(PlaceIn { path, blob, commit, at_head });
            }
        }
        for (story, unreached) in self.stories.iter_mut().zip(self.unreached) {
            if story.commits == 0 {
                story.commits = unreached;
            }
            if story.at_head {
                story.removed = None;
            }
            story.places.sort();
        }
        self.stories
    }
}

fn joined(prefix: &[u8], name: &[u8]) -> Vec<u8> {
    if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
}
