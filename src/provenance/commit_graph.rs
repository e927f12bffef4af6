//! The commits of a repository as a graph, and the commits that refs reach.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;

use rayon::prelude::*;

use crate::git::{CommitList, Oid, Signature};

/// Converts an index. No object database has four billion commits.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// All commits, parents before children; where the graph leaves the order open, older before younger.
#[derive(Debug, Default)]
pub(crate) struct CommitGraph {
    nodes: Vec<Node>,
    /// The positions of the parents of all nodes.
    parents: Vec<u32>,
    positions: HashMap<Oid, u32>,
    authors: Vec<Vec<u8>>,
    /// The parents that are not in the object database, each with the position of its child.
    missing_parents: Vec<(Oid, u32)>,
}

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) oid: Oid,
    pub(crate) tree: Oid,
    /// The time of the commit, in seconds since 1970.
    pub(crate) time: i64,
    author: u32,
    author_time: i64,
    /// The range of its parents in [`CommitGraph::parents`].
    parents: Range<u32>,
}

/// The commits that refs name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roots {
    /// The heads of local and remote branches, and checked-out commits.
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
    /// Sorts commits into a graph. Parents that are not in the list are recorded as missing.
    #[must_use]
    pub(crate) fn new(mut commits: CommitList) -> Self {
        let authors = commits.take_authors();
        commits.rows.par_sort_unstable_by_key(|row| (row.time, row.oid));
        commits.rows.dedup_by_key(|row| row.oid);
        let mut positions: HashMap<Oid, u32> =
            commits.rows.iter().zip(0..).map(|(row, index)| (row.oid, index)).collect();
        let rows = ParentRows::find(&commits, &positions);
        let order = topological_order(&rows);
        let mut ranks = vec![0; order.len()];
        for (rank, index) in (0_u32..).zip(&order) {
            ranks[*index as usize] = rank;
        }
        for position in positions.values_mut() {
            *position = ranks[*position as usize];
        }
        let missing = rows.missing.iter().map(|(parent, row)| (*parent, ranks[*row as usize]));
        let missing_parents = missing.collect();
        let (mut nodes, mut parents) = (Vec::with_capacity(order.len()), Vec::with_capacity(rows.rows.len()));
        for index in order {
            let row = &commits.rows[index as usize];
            let start = number(parents.len());
            parents.extend(rows.of(index as usize).iter().map(|parent| ranks[*parent as usize]));
            nodes.push(Node {
                oid: row.oid,
                tree: row.tree,
                time: row.time,
                author: row.author,
                author_time: row.author_time,
                parents: start..number(parents.len()),
            });
        }
        Self { nodes, parents, positions, authors, missing_parents }
    }

    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Returns the positions of a commit's parents.
    pub(crate) fn parents(&self, position: usize) -> impl ExactSizeIterator<Item = usize> {
        let Range { start, end } = self.nodes[position].parents;
        self.parents[start as usize..end as usize].iter().map(|parent| *parent as usize)
    }

    /// Returns a predicate: whether a commit is one of `from`, or an ancestor of one.
    pub(crate) fn ancestors(&self, from: &[Oid]) -> impl Fn(&Oid) -> bool {
        let is_reachable = self.reachable_from(from);
        move |oid| self.position(oid).is_some_and(|position| is_reachable[position])
    }

    /// The number of commits.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether the graph has a commit.
    #[must_use]
    pub(crate) fn contains(&self, oid: &Oid) -> bool {
        self.positions.contains_key(oid)
    }

    /// Returns the root tree of a commit.
    #[must_use]
    pub(crate) fn root_tree(&self, oid: &Oid) -> Option<&Oid> {
        self.position(oid).map(|position| &self.nodes[position].tree)
    }

    /// Returns the root trees of all commits, children before parents.
    #[must_use]
    pub(crate) fn root_trees(&self) -> Vec<Oid> {
        self.nodes.iter().rev().map(|node| node.tree).collect()
    }

    /// Returns for each commit, by position, whether one of its parents is missing.
    pub(crate) fn has_missing_parent(&self) -> Vec<bool> {
        let mut has_missing = vec![false; self.nodes.len()];
        for (_, child) in &self.missing_parents {
            has_missing[*child as usize] = true;
        }
        has_missing
    }

    /// Returns the author of a commit, and the author's time; `None` if the list of commits did not have the author.
    #[must_use]
    pub(crate) fn author(&self, oid: &Oid) -> Option<Signature> {
        let node = &self.nodes[self.position(oid)?];
        let identity = self.authors.get(node.author as usize)?.clone();
        Some(Signature { identity, time: node.author_time })
    }

    /// Returns the position of a commit in the order, which is after the positions of its parents.
    #[must_use]
    pub(crate) fn position(&self, oid: &Oid) -> Option<usize> {
        self.positions.get(oid).map(|position| *position as usize)
    }

    /// Returns for each commit, by position, whether it is one of `from`, or an ancestor of one.
    #[must_use]
    pub(crate) fn reachable_from(&self, from: &[Oid]) -> Vec<bool> {
        let mut is_reachable = vec![false; self.nodes.len()];
        for oid in from {
            if let Some(position) = self.position(oid) {
                is_reachable[position] = true;
            }
        }
        // Parents come before children, so one pass from the end is enough.
        for position in (0..self.nodes.len()).rev() {
            if is_reachable[position] {
                for parent in self.parents(position) {
                    is_reachable[parent] = true;
                }
            }
        }
        is_reachable
    }

    /// Returns the root trees of reachable commits.
    pub(crate) fn reachable_root_trees(&self, roots: &Roots) -> impl Iterator<Item = Oid> {
        let is_reachable = self.reachable_from(&roots.all());
        let reachable = self.nodes.iter().zip(is_reachable).filter(|(_, is_reachable)| *is_reachable);
        reachable.map(|(node, _)| node.tree)
    }

    /// Returns the missing parents of reachable commits, each with one child.
    #[must_use]
    pub(crate) fn missing_parents(&self, roots: &Roots) -> Vec<(Oid, Oid)> {
        let is_reachable = self.reachable_from(&roots.all());
        let of_reachable = self.missing_parents.iter().filter(|(_, child)| is_reachable[*child as usize]);
        let mut missing: Vec<(Oid, Oid)> =
            of_reachable.map(|(parent, child)| (*parent, self.nodes[*child as usize].oid)).collect();
        missing.sort_unstable();
        missing.dedup_by_key(|(parent, _)| *parent);
        missing
    }
}

/// The parents of each row of a list, as rows. The names are looked up once: in a large list that takes longest.
struct ParentRows {
    rows: Vec<u32>,
    /// The index in `rows` of each row's first parent; one more item at the end is their number.
    starts: Vec<u32>,
    /// The parents that the list does not have, each with the row of its child.
    missing: Vec<(Oid, u32)>,
}

impl ParentRows {
    fn find(commits: &CommitList, row_of: &HashMap<Oid, u32>) -> Self {
        let mut found = Self {
            rows: Vec::with_capacity(commits.rows.len()),
            starts: Vec::with_capacity(commits.rows.len() + 1),
            missing: Vec::new(),
        };
        for (row, index) in commits.rows.iter().zip(0..) {
            found.starts.push(number(found.rows.len()));
            for parent in commits.parents_of(row) {
                match row_of.get(parent) {
                    Some(parent) => found.rows.push(*parent),
                    None => found.missing.push((*parent, index)),
                }
            }
        }
        found.starts.push(number(found.rows.len()));
        found
    }

    /// The number of rows.
    fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn of(&self, row: usize) -> &[u32] {
        &self.rows[self.starts[row] as usize..self.starts[row + 1] as usize]
    }
}

/// Returns the rows of commits, parents before children; among commits whose parents are done, the oldest first.
/// Objects are named by their content, so there is no cycle; the commits of a cycle would come last.
fn topological_order(rows: &ParentRows) -> Vec<u32> {
    let count = rows.len();
    // `starts[i]..starts[i + 1]` is the range of the children of commit `i` in `children`.
    let mut starts = vec![0_u32; count + 1];
    for parent in &rows.rows {
        starts[*parent as usize + 1] += 1;
    }
    for index in 1..starts.len() {
        starts[index] += starts[index - 1];
    }
    let mut next = starts.clone();
    let mut children = vec![0_u32; rows.rows.len()];
    for (child, index) in (0..count).zip(0_u32..) {
        for parent in rows.of(child) {
            children[next[*parent as usize] as usize] = index;
            next[*parent as usize] += 1;
        }
    }
    let mut open_parents: Vec<u32> = (0..count).map(|row| number(rows.of(row).len())).collect();
    // The rows are sorted by time and id, so the lowest index is the oldest commit.
    let mut ready: BinaryHeap<Reverse<u32>> = (0_u32..)
        .zip(&open_parents)
        .filter(|(_, open_parents)| **open_parents == 0)
        .map(|(index, _)| Reverse(index))
        .collect();
    let mut order = Vec::with_capacity(count);
    while let Some(Reverse(index)) = ready.pop() {
        order.push(index);
        for child in &children[starts[index as usize] as usize..starts[index as usize + 1] as usize] {
            open_parents[*child as usize] -= 1;
            if open_parents[*child as usize] == 0 {
                ready.push(Reverse(*child));
            }
        }
    }
    let in_cycles = (0_u32..).zip(&open_parents).filter(|(_, open_parents)| **open_parents > 0);
    order.extend(in_cycles.map(|(index, _)| index));
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::Commit;

    fn oid(number: u8) -> Oid {
        Oid::from_bytes(&[number; 20]).unwrap()
    }

    fn commit(number: u8, time: i64, parents: &[u8]) -> (Oid, Commit) {
        let parents = parents.iter().map(|parent| oid(*parent)).collect();
        (oid(number), Commit { tree: oid(99), parents, author: Signature::default(), time })
    }

    fn graph_from(list: Vec<(Oid, Commit)>) -> CommitGraph {
        let mut commits = CommitList::default();
        for (oid, commit) in list {
            commits.add(oid, commit);
        }
        CommitGraph::new(commits)
    }

    #[test]
    fn parents_come_first_although_their_clocks_are_wrong() {
        let graph = graph_from(vec![
            commit(1, 100, &[]),
            commit(2, 50, &[1]),
            commit(3, 60, &[1]),
            commit(4, 10, &[2, 3]),
        ]);
        let order: Vec<Oid> = graph.nodes().iter().map(|node| node.oid).collect();
        assert_eq!(order, [oid(1), oid(2), oid(3), oid(4)]);
    }

    #[test]
    fn reachability_and_missing_parents_follow_the_graph() {
        let graph = graph_from(vec![commit(1, 1, &[9]), commit(2, 2, &[1]), commit(3, 3, &[1])]);
        assert_eq!(graph.reachable_from(&[oid(2)]), [true, true, false]);
        let roots = Roots { heads: vec![oid(2)], others: Vec::new() };
        assert_eq!(graph.missing_parents(&roots), [(oid(9), oid(1))]);
        assert_eq!(graph.missing_parents(&Roots::default()), []);
    }

    #[test]
    fn each_commit_keeps_its_author_and_its_parents() {
        let by = |number: u8, time: i64, author: &str, parents: &[u8]| {
            let (oid, mut commit) = commit(number, time, parents);
            commit.author = Signature { identity: author.into(), time: -time };
            (oid, commit)
        };
        let list = vec![
            by(3, 30, "Ada", &[1, 2]),
            by(1, 10, "Ada", &[]),
            by(2, 20, "Bob", &[1]),
            by(2, 20, "Bob", &[1]),
        ];
        let graph = graph_from(list);
        assert_eq!(graph.len(), 3);
        let author = |number| graph.author(&oid(number)).map(|author| (author.identity, author.time));
        assert_eq!((author(3), author(2)), (Some((b"Ada".to_vec(), -30)), Some((b"Bob".to_vec(), -20))));
        let parents: Vec<Oid> = graph.parents(2).map(|parent| graph.nodes()[parent].oid).collect();
        assert_eq!(parents, [oid(1), oid(2)]);
        let from = [oid(2)];
        let is_ancestor = graph.ancestors(&from);
        assert!(
            is_ancestor(&oid(1)) && is_ancestor(&oid(2)) && !is_ancestor(&oid(3)) && !is_ancestor(&oid(9))
        );
    }
}
