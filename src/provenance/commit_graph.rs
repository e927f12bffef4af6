//! The commits of a repository as a graph, and what of it the refs reach.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;

use crate::git::{Commit, Oid, Signature};

/// Commits in the order in which they were read. There may be millions, so each takes a hundred bytes, and who
/// wrote many is kept once.
#[derive(Debug, Default)]
pub struct Commits {
    rows: Vec<Row>,
    parents: Vec<Oid>,
    people: Vec<Vec<u8>>,
    places: HashMap<Vec<u8>, u32>,
}

#[derive(Debug)]
struct Row {
    node: Node,
    /// Its parents' names, in `parents`.
    names: Range<u32>,
}

impl Commits {
    /// Adds a commit.
    pub fn add(&mut self, oid: Oid, commit: Commit) {
        let Commit { tree, parents, author, time } = commit;
        let next = number(self.people.len());
        let person = *self.places.entry(author.identity).or_insert_with_key(|who| {
            self.people.push(who.clone());
            next
        });
        let start = number(self.parents.len());
        self.parents.extend(parents);
        let names = start..number(self.parents.len());
        let node = Node { oid, tree, time, person, written: author.time, parents: 0..0 };
        self.rows.push(Row { node, names });
    }

    /// The number of commits.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn parents_of(&self, row: &Row) -> &[Oid] {
        &self.parents[row.names.start as usize..row.names.end as usize]
    }
}

/// Four billion commits would be more than any object database holds.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// All commits, parents before children, older before younger where the graph leaves it open.
#[derive(Debug, Default)]
pub struct CommitGraph {
    nodes: Vec<Node>,
    /// Places of parents, one list after the other.
    parents: Vec<u32>,
    places: HashMap<Oid, u32>,
    people: Vec<Vec<u8>>,
    /// Parents that are not here, each with the place of its child.
    absent: Vec<(Oid, u32)>,
}

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) oid: Oid,
    pub(crate) tree: Oid,
    /// When it was committed.
    time: i64,
    /// Who wrote it, and when.
    person: u32,
    written: i64,
    /// Its parents, in the graph's list.
    parents: Range<u32>,
}

/// What the refs name.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    /// Commits at branch heads, here and on remotes, and checked out ones.
    pub heads: Vec<Oid>,
    /// All other commits that something names: tags, stashes, notes, reflogs, pseudo-refs.
    pub others: Vec<Oid>,
}

impl Roots {
    fn all(&self) -> Vec<Oid> {
        self.heads.iter().chain(&self.others).copied().collect()
    }
}

impl CommitGraph {
    /// Orders commits. A parent that is not among them is left out (the caller says that it is missing).
    #[must_use]
    pub fn new(mut commits: Commits) -> Self {
        commits.places = HashMap::new();
        commits.rows.sort_unstable_by_key(|row| (row.node.time, row.node.oid));
        commits.rows.dedup_by_key(|row| row.node.oid);
        let mut places: HashMap<Oid, u32> =
            commits.rows.iter().zip(0..).map(|(row, at)| (row.node.oid, at)).collect();
        let order = topological(&commits, &places);
        let mut ranks = vec![0; order.len()];
        for (rank, at) in (0_u32..).zip(&order) {
            ranks[*at as usize] = rank;
        }
        for place in places.values_mut() {
            *place = ranks[*place as usize];
        }
        let (mut parents, mut absent) = (Vec::new(), Vec::new());
        for (at, row) in commits.rows.iter().enumerate() {
            let missing = commits.parents_of(row).iter().filter(|parent| !places.contains_key(parent));
            absent.extend(missing.map(|parent| (*parent, ranks[at])));
        }
        let mut rows: Vec<Option<Row>> = commits.rows.drain(..).map(Some).collect();
        let mut nodes = Vec::with_capacity(rows.len());
        for Row { mut node, names } in order.iter().filter_map(|at| rows[*at as usize].take()) {
            let start = number(parents.len());
            let names = &commits.parents[names.start as usize..names.end as usize];
            parents.extend(names.iter().filter_map(|parent| places.get(parent).copied()));
            node.parents = start..number(parents.len());
            nodes.push(node);
        }
        Self { nodes, parents, places, people: commits.people, absent }
    }

    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The places of a commit's parents.
    pub(crate) fn parents(&self, at: usize) -> impl ExactSizeIterator<Item = usize> {
        let Range { start, end } = self.nodes[at].parents;
        self.parents[start as usize..end as usize].iter().map(|parent| *parent as usize)
    }

    /// Tells of a commit whether it is one of `from` or an ancestor of one.
    pub fn ancestors(&self, from: &[Oid]) -> impl Fn(&Oid) -> bool {
        let reached = self.reached(from);
        move |oid| self.place(oid).is_some_and(|at| reached[at])
    }

    /// The number of commits.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Whether a commit is here.
    #[must_use]
    pub fn has(&self, oid: &Oid) -> bool {
        self.places.contains_key(oid)
    }

    /// The root tree of a commit.
    #[must_use]
    pub fn tree(&self, oid: &Oid) -> Option<&Oid> {
        self.place(oid).map(|at| &self.nodes[at].tree)
    }

    /// The root trees of all commits, children before parents.
    #[must_use]
    pub fn trees(&self) -> Vec<Oid> {
        self.nodes.iter().rev().map(|node| node.tree).collect()
    }

    /// Who wrote a commit, and when.
    #[must_use]
    pub fn author(&self, oid: &Oid) -> Option<Signature> {
        let node = &self.nodes[self.place(oid)?];
        Some(Signature { identity: self.people.get(node.person as usize)?.clone(), time: node.written })
    }

    /// Where a commit stands in the order: behind its parents.
    #[must_use]
    pub fn place(&self, oid: &Oid) -> Option<usize> {
        self.places.get(oid).map(|at| *at as usize)
    }

    /// For each commit, in order, whether it is one of `from` or an ancestor of one.
    #[must_use]
    pub(crate) fn reached(&self, from: &[Oid]) -> Vec<bool> {
        let mut reached = vec![false; self.nodes.len()];
        for oid in from {
            if let Some(at) = self.place(oid) {
                reached[at] = true;
            }
        }
        // Parents stand before children, so one pass from the end is enough.
        for at in (0..self.nodes.len()).rev() {
            if reached[at] {
                for parent in self.parents(at) {
                    reached[parent] = true;
                }
            }
        }
        reached
    }

    /// Root trees of reached commits that `present` does not know.
    #[must_use]
    pub fn absent_trees(&self, roots: &Roots, present: impl Fn(&Oid) -> bool) -> Vec<Oid> {
        let reached = self.nodes.iter().zip(self.reached(&roots.all())).filter(|(_, reached)| *reached);
        reached.map(|(node, _)| node.tree).filter(|tree| !present(tree)).collect()
    }

    /// Names of reached parents that are not here, each with a child of it.
    #[must_use]
    pub fn absent_parents(&self, roots: &Roots) -> Vec<(Oid, Oid)> {
        let reached = self.reached(&roots.all());
        let of_reached = self.absent.iter().filter(|(_, child)| reached[*child as usize]);
        let mut absent: Vec<(Oid, Oid)> =
            of_reached.map(|(parent, child)| (*parent, self.nodes[*child as usize].oid)).collect();
        absent.sort_unstable();
        absent.dedup_by_key(|(parent, _)| *parent);
        absent
    }
}

/// An order in which parents come before children; among those that are ready, the oldest first. Objects are
/// named by their content, so there are no cycles; were there one, its commits would come last.
fn topological(commits: &Commits, places: &HashMap<Oid, u32>) -> Vec<u32> {
    let count = commits.rows.len();
    let edges = || {
        commits.rows.iter().zip(0_u32..).flat_map(|(row, at)| {
            let parents = commits.parents_of(row).iter().filter_map(|parent| places.get(parent).copied());
            parents.map(move |parent| (parent, at))
        })
    };
    // Where each one's children begin in `children`.
    let mut starts = vec![0_u32; count + 1];
    let mut waiting = vec![0_u32; count];
    for (parent, at) in edges() {
        starts[parent as usize + 1] += 1;
        waiting[at as usize] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    let mut next = starts.clone();
    let mut children = vec![0_u32; starts.last().map_or(0, |last| *last as usize)];
    for (parent, at) in edges() {
        children[next[parent as usize] as usize] = at;
        next[parent as usize] += 1;
    }
    // The rows are sorted by time and name, so the place is the age.
    let mut ready: BinaryHeap<Reverse<u32>> =
        (0_u32..).zip(&waiting).filter(|(_, waiting)| **waiting == 0).map(|(at, _)| Reverse(at)).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(Reverse(at)) = ready.pop() {
        order.push(at);
        for child in &children[starts[at as usize] as usize..starts[at as usize + 1] as usize] {
            waiting[*child as usize] -= 1;
            if waiting[*child as usize] == 0 {
                ready.push(Reverse(*child));
            }
        }
    }
    order.extend((0_u32..).zip(&waiting).filter(|(_, waiting)| **waiting > 0).map(|(at, _)| at));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oid(number: u8) -> Oid {
        Oid::from_bytes(&[number; 20]).unwrap()
    }

    fn commit(number: u8, time: i64, parents: &[u8]) -> (Oid, Commit) {
        let parents = parents.iter().map(|parent| oid(*parent)).collect();
        (oid(number), Commit { tree: oid(99), parents, author: Signature::default(), time })
    }

    fn graph_of(list: Vec<(Oid, Commit)>) -> CommitGraph {
        let mut commits = Commits::default();
        for (oid, commit) in list {
            commits.add(oid, commit);
        }
        CommitGraph::new(commits)
    }

    #[test]
    fn parents_come_first_though_clocks_lie() {
        let graph = graph_of(vec![
            commit(1, 100, &[]),
            commit(2, 50, &[1]),
            commit(3, 60, &[1]),
            commit(4, 10, &[2, 3]),
        ]);
        let order: Vec<Oid> = graph.nodes().iter().map(|node| node.oid).collect();
        assert_eq!(order, [oid(1), oid(2), oid(3), oid(4)]);
    }

    #[test]
    fn reach_and_absence_follow_the_parents() {
        let graph = graph_of(vec![commit(1, 1, &[9]), commit(2, 2, &[1]), commit(3, 3, &[1])]);
        assert_eq!(graph.reached(&[oid(2)]), [true, true, false]);
        let roots = Roots { heads: vec![oid(2)], others: Vec::new() };
        assert_eq!(graph.absent_parents(&roots), [(oid(9), oid(1))]);
        assert_eq!(graph.absent_parents(&Roots::default()), []);
    }

    #[test]
    fn each_commit_keeps_its_author_and_its_parents() {
        let by = |number: u8, time: i64, who: &str, parents: &[u8]| {
            let (oid, mut commit) = commit(number, time, parents);
            commit.author = Signature { identity: who.into(), time: -time };
            (oid, commit)
        };
        let list = vec![
            by(3, 30, "Ada", &[1, 2]),
            by(1, 10, "Ada", &[]),
            by(2, 20, "Bob", &[1]),
            by(2, 20, "Bob", &[1]),
        ];
        let graph = graph_of(list);
        assert_eq!(graph.len(), 3);
        let who = |number| graph.author(&oid(number)).map(|author| (author.identity, author.time));
        assert_eq!((who(3), who(2)), (Some((b"Ada".to_vec(), -30)), Some((b"Bob".to_vec(), -20))));
        let parents: Vec<Oid> = graph.parents(2).map(|parent| graph.nodes()[parent].oid).collect();
        assert_eq!(parents, [oid(1), oid(2)]);
        let from = [oid(2)];
        let is_before = graph.ancestors(&from);
        assert!(is_before(&oid(1)) && is_before(&oid(2)) && !is_before(&oid(3)) && !is_before(&oid(9)));
    }
}
