//! The commits of an earlier run, in about seven bytes each: enough for the graph, without messages and people.

use rayon::prelude::*;

use super::bytes::{Reader, Writer};
use super::file::{read_packed, write_packed};
use super::known::GONE;
use super::trees::TreeMemory;
use crate::git::{CommitList, Oid};
use crate::provenance::CommitGraph;
use crate::source::history::{NumberSet, ObjectSet};

/// Stands for the root tree of a commit that is read again.
const AGAIN: u32 = u32::MAX;

/// The commits of an earlier run, parents first.
#[derive(Debug, Default)]
pub(super) struct CommitMemory {
    positions: Vec<u32>,
    /// In seconds since 1970.
    times: Vec<i64>,
    /// The index in `parents` of each commit's first parent; one more item at the end is their number.
    starts: Vec<u32>,
    parents: Vec<u32>,
    /// What the root tree leads to, as in [`TreeMemory::form_at`], or [`AGAIN`].
    trees: Vec<u32>,
}

/// The numbers of a commit and of its root tree.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodeNumbers {
    commit: Option<u32>,
    tree: Option<u32>,
}

impl NodeNumbers {
    /// Looks up the numbers of all commits of a graph.
    pub(super) fn of(graph: &CommitGraph, objects: &ObjectSet) -> Vec<Self> {
        let nodes = graph.nodes().par_iter();
        nodes
            .map(|node| Self { commit: objects.number(&node.oid), tree: objects.number(&node.tree) })
            .collect()
    }
}

impl CommitMemory {
    /// Keeps the commits of a run. `numbers` are those of the commits and trees of the graph, `positions` has the position
    /// of each number. Returns `None` if a commit is its own ancestor, which needs a wrong object id.
    pub(super) fn build(
        graph: &CommitGraph,
        numbers: &[NodeNumbers],
        positions: &[u32],
        trees: &TreeMemory,
    ) -> Option<Self> {
        let position =
            |number: Option<u32>| positions.get(number? as usize).copied().filter(|at| *at != GONE);
        let has_missing_parent = graph.has_missing_parent();
        let mut memory = Self::default();
        for (index, (node, numbers)) in graph.nodes().iter().zip(numbers).enumerate() {
            memory.positions.push(position(numbers.commit)?);
            memory.times.push(node.time);
            memory.starts.push(u32::try_from(memory.parents.len()).ok()?);
            for parent in graph.parents(index) {
                memory.parents.push(u32::try_from(parent).ok().filter(|_| parent < index)?);
            }
            let tree = position(numbers.tree).map(|tree| trees.form_at(tree));
            memory.trees.push(tree.filter(|_| !has_missing_parent[index]).unwrap_or(AGAIN));
        }
        memory.starts.push(u32::try_from(memory.parents.len()).ok()?);
        Some(memory)
    }

    /// Adds the commits to a list, those in `again` excepted, and calls `left_out` with each other one that has to be read.
    /// `numbers` has the number of each position, and `stand_in` returns a tree that leads to the same as a root tree.
    /// Returns `None`, and adds nothing, if the memory contradicts itself.
    pub(super) fn expand(
        &self,
        objects: &ObjectSet,
        numbers: &[u32],
        again: &NumberSet,
        stand_in: impl Fn(u32) -> Option<Oid>,
        mut left_out: impl FnMut(u32),
    ) -> Option<CommitList> {
        let mut names: Vec<Oid> = Vec::with_capacity(self.positions.len());
        let mut list = CommitList::default();
        for (index, position) in self.positions.iter().enumerate() {
            let number = *numbers.get(*position as usize)?;
            let oid = objects.oid(number)?;
            names.push(oid);
            if again.contains(number) {
                continue;
            }
            if self.trees[index] == AGAIN {
                left_out(number);
                continue;
            }
            let range = self.starts[index] as usize..self.starts[index + 1] as usize;
            let parents = self.parents.get(range)?.iter().map(|parent| names.get(*parent as usize).copied());
            let parents = parents.collect::<Option<Vec<Oid>>>()?;
            list.add_header(oid, stand_in(self.trees[index])?, &parents, self.times[index]);
        }
        Some(list)
    }

    pub(super) fn write(&self, out: &mut Writer) {
        let mut part = Writer::default();
        part.count(self.positions.len());
        for position in &self.positions {
            part.number(u64::from(*position));
        }
        let mut last = 0;
        for time in &self.times {
            part.signed(time.wrapping_sub(last));
            last = *time;
        }
        for index in 0..self.positions.len() {
            let range = self.starts[index] as usize..self.starts[index + 1] as usize;
            let distances = self.parents[range].iter().map(|parent| index as u64 - u64::from(*parent));
            // Most commits have one parent.
            match distances.len() {
                1 => {}
                count => part.number((count as u64) << 1),
            }
            for distance in distances.clone() {
                part.number(if distances.len() == 1 { distance << 1 | 1 } else { distance });
            }
        }
        let mut last = 0;
        for tree in &self.trees {
            part.signed(i64::from(*tree) - last);
            last = i64::from(*tree);
        }
        write_packed(out, &part.0);
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Option<Self> {
        let packed = read_packed(from)?;
        let mut from = Reader(&packed);
        let count = from.count()?;
        let mut memory = Self::default();
        for _ in 0..count {
            memory.positions.push(from.index()?);
        }
        let mut last = 0_i64;
        for _ in 0..count {
            last = last.wrapping_add(from.signed()?);
            memory.times.push(last);
        }
        for index in 0..count {
            memory.starts.push(u32::try_from(memory.parents.len()).ok()?);
            let first = from.number()?;
            if first & 1 == 1 {
                memory.add_parent(index, first >> 1)?;
                continue;
            }
            for _ in 0..first >> 1 {
                let distance = from.number()?;
                memory.add_parent(index, distance)?;
            }
        }
        memory.starts.push(u32::try_from(memory.parents.len()).ok()?);
        let mut last = 0_i64;
        for _ in 0..count {
            last = last.checked_add(from.signed()?)?;
            memory.trees.push(u32::try_from(last).ok()?);
        }
        from.0.is_empty().then_some(memory)
    }

    fn add_parent(&mut self, index: usize, distance: u64) -> Option<()> {
        let parent = (index as u64).checked_sub(distance).filter(|_| distance > 0)?;
        self.parents.push(u32::try_from(parent).ok()?);
        Some(())
    }
}
