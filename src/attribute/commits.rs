//! The commits of a repository as a graph, and what of it the refs reach.

use std::collections::{BinaryHeap, HashMap, HashSet};

use crate::source::git::{Commit, Oid};

/// All commits, parents before children, older before younger where the graph leaves it open.
#[derive(Debug, Default)]
pub struct CommitGraph {
    nodes: Vec<Node>,
    places: HashMap<Oid, usize>,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) oid: Oid,
    pub(super) commit: Commit,
    pub(super) parents: Vec<usize>,
}

/// What the refs name.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    /// Commits at branch heads, here and on remotes, and checked out ones.
    pub heads: Vec<Oid>,
    /// All other commits that something names: tags, stashes, notes, reflogs, pseudo-refs.
    pub others: Vec<Oid>,
}

impl CommitGraph {
    /// Orders commits. A parent that is not among them is left out (the caller says that it is missing).
    #[must_use]
    pub fn new(mut commits: Vec<(Oid, Commit)>) -> Self {
        commits.sort_by_key(|(oid, commit)| (commit.time, *oid));
        commits.dedup_by_key(|(oid, _)| *oid);
        let order = topological(&commits);
        let mut rank = vec![0; commits.len()];
        for (at, original) in order.iter().enumerate() {
            rank[*original] = at;
        }
        let places: HashMap<Oid, usize> =
            commits.iter().enumerate().map(|(original, (oid, _))| (*oid, rank[original])).collect();
        let mut nodes: Vec<(usize, Node)> = commits
            .into_iter()
            .enumerate()
            .map(|(original, (oid, commit))| {
                let parents =
                    commit.parents.iter().filter_map(|parent| places.get(parent).copied()).collect();
                (rank[original], Node { oid, commit, parents })
            })
            .collect();
        nodes.sort_by_key(|(rank, _)| *rank);
        Self { nodes: nodes.into_iter().map(|(_, node)| node).collect(), places }
    }

    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The commits that are one of `from` or an ancestor of one.
    #[must_use]
    pub fn ancestors(&self, from: &[Oid]) -> HashSet<Oid> {
        let reached = self.nodes.iter().zip(self.reached(from)).filter(|(_, reached)| *reached);
        reached.map(|(node, _)| node.oid).collect()
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

    /// A commit by its name.
    #[must_use]
    pub fn get(&self, oid: &Oid) -> Option<&Commit> {
        self.places.get(oid).map(|at| &self.nodes[*at].commit)
    }

    pub(super) fn place(&self, oid: &Oid) -> Option<usize> {
        self.places.get(oid).copied()
    }

    /// For each commit, in order, whether it is one of `from` or an ancestor of one.
    #[must_use]
    pub(super) fn reached(&self, from: &[Oid]) -> Vec<bool> {
        let mut reached = vec![false; self.nodes.len()];
        for oid in from {
            if let Some(at) = self.place(oid) {
                reached[at] = true;
            }
        }
        // Parents stand before children, so one pass from the end is enough.
        for at in (0..self.nodes.len()).rev() {
            if reached[at] {
                for parent in &self.nodes[at].parents {
                    reached[*parent] = true;
                }
            }
        }
        reached
    }

    /// Root trees of reached commits that `present` does not know.
    #[must_use]
    pub fn absent_trees(&self, roots: &Roots, present: impl Fn(&Oid) -> bool) -> Vec<Oid> {
        let from: Vec<Oid> = roots.heads.iter().chain(&roots.others).copied().collect();
        let reached = self.nodes.iter().zip(self.reached(&from)).filter(|(_, reached)| *reached);
        reached.map(|(node, _)| node.commit.tree).filter(|tree| !present(tree)).collect()
    }

    /// Names of reached parents that are not here, each with a child of it.
    #[must_use]
    pub fn absent_parents(&self, roots: &Roots) -> Vec<(Oid, Oid)> {
        let from: Vec<Oid> = roots.heads.iter().chain(&roots.others).copied().collect();
        let reached = self.reached(&from);
        let mut absent: Vec<(Oid, Oid)> = self
            .nodes
            .iter()
            .zip(reached)
            .filter(|(node, reached)| *reached && node.parents.len() < node.commit.parents.len())
            .flat_map(|(node, _)| {
                let missing = node.commit.parents.iter().filter(|parent| !self.places.contains_key(parent));
                missing.map(|parent| (*parent, node.oid))
            })
            .collect();
        absent.sort_unstable();
        absent.dedup_by_key(|(parent, _)| *parent);
        absent
    }
}

/// An order in which parents come before children; among those that are ready, the oldest first. Objects are
/// named by their content, so there are no cycles; were there one, its commits would come last.
fn topological(commits: &[(Oid, Commit)]) -> Vec<usize> {
    let places: HashMap<Oid, usize> = commits.iter().enumerate().map(|(at, (oid, _))| (*oid, at)).collect();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); commits.len()];
    let mut waiting = vec![0_usize; commits.len()];
    for (at, (_, commit)) in commits.iter().enumerate() {
        for parent in commit.parents.iter().filter_map(|parent| places.get(parent)) {
            children[*parent].push(at);
            waiting[at] += 1;
        }
    }
    // `commits` is sorted by time and name, so the place is the age.
    let mut ready: BinaryHeap<std::cmp::Reverse<usize>> =
        (0..commits.len()).filter(|at| waiting[*at] == 0).map(std::cmp::Reverse).collect();
    let mut order = Vec::with_capacity(commits.len());
    while let Some(std::cmp::Reverse(at)) = ready.pop() {
        order.push(at);
        for child in &children[at] {
            waiting[*child] -= 1;
            if waiting[*child] == 0 {
                ready.push(std::cmp::Reverse(*child));
            }
        }
    }
    order.extend((0..commits.len()).filter(|at| waiting[*at] > 0));
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::git::Signature;

    fn oid(number: u8) -> Oid {
        Oid::from_bytes(&[number; 20]).unwrap()
    }

    fn commit(number: u8, time: i64, parents: &[u8]) -> (Oid, Commit) {
        let parents = parents.iter().map(|parent| oid(*parent)).collect();
        (oid(number), Commit { tree: oid(99), parents, author: Signature::default(), time })
    }

    #[test]
    fn parents_come_first_though_clocks_lie() {
        let graph = CommitGraph::new(vec![
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
        let graph = CommitGraph::new(vec![commit(1, 1, &[9]), commit(2, 2, &[1]), commit(3, 3, &[1])]);
        assert_eq!(graph.reached(&[oid(2)]), [true, true, false]);
        let roots = Roots { heads: vec![oid(2)], others: Vec::new() };
        assert_eq!(graph.absent_parents(&roots), [(oid(9), oid(1))]);
        assert_eq!(graph.absent_parents(&Roots::default()), []);
    }
}
