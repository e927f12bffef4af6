//! The delta trees of a pack: which entry is a delta to which. The roots are entries that are not deltas.
//!
//! Only headers are read; nothing is decoded.

use rayon::prelude::*;

use crate::git::ObjectKind;
use crate::git::pack::{Base, EntryBuffers, Pack};

/// The delta trees of a pack, by slot.
#[derive(Debug)]
pub(crate) struct DeltaForest {
    roots: Vec<(u32, ObjectKind)>,
    unreachable: Vec<u32>,
    /// Index in `children` of each slot's first child. One more item at the end is the number of children.
    starts: Vec<u32>,
    children: Vec<u32>,
    /// Number of direct and indirect derivatives of each slot.
    weights: Vec<u32>,
}

/// Marks an entry that has no base in the pack.
const NO_BASE: u32 = u32::MAX;

/// Reads the base of a slot, or else its kind; both are absent if the header is damaged or the base is elsewhere.
fn read_header(pack: &Pack, slot: u32, buffers: &mut EntryBuffers) -> (u32, Option<ObjectKind>) {
    match pack.header(slot as usize, buffers).map(|header| (header.base, header.kind)) {
        Ok((Base::None, kind)) => (NO_BASE, kind),
        Ok((Base::Slot(base), _)) => (u32::try_from(base).unwrap_or(NO_BASE), None),
        Ok((Base::External(_), _)) | Err(_) => (NO_BASE, None),
    }
}

impl DeltaForest {
    pub(super) fn new(pack: &Pack) -> Self {
        let count = u32::try_from(pack.len()).unwrap_or(NO_BASE);
        let headers: Vec<(u32, Option<ObjectKind>)> = (0..count)
            .into_par_iter()
            .with_min_len(4096)
            .map_init(EntryBuffers::for_headers, |buffers, slot| read_header(pack, slot, buffers))
            .collect();
        Self::from_headers(&headers)
    }

    /// Builds the trees that lead to the selected slots, from the headers of these and of their bases alone; `None` if no
    /// slot is selected.
    pub(super) fn of_selected(pack: &Pack, is_selected: impl Fn(u32) -> bool) -> Option<Self> {
        let count = u32::try_from(pack.len()).unwrap_or(NO_BASE);
        let mut is_needed: Vec<bool> = (0..count).map(is_selected).collect();
        let mut next: Vec<u32> = (0..count).filter(|slot| is_needed[*slot as usize]).collect();
        if next.is_empty() {
            return None;
        }
        let mut headers: Vec<(u32, Option<ObjectKind>)> = vec![(NO_BASE, None); pack.len()];
        while !next.is_empty() {
            let read: Vec<(u32, Option<ObjectKind>)> = next
                .par_iter()
                .with_min_len(1024)
                .map_init(EntryBuffers::new, |buffers, slot| read_header(pack, *slot, buffers))
                .collect();
            for (slot, header) in next.iter().zip(&read) {
                headers[*slot as usize] = *header;
            }
            let bases = read.into_iter().map(|(base, _)| base).filter(|base| *base != NO_BASE);
            next = bases.filter(|base| !std::mem::replace(&mut is_needed[*base as usize], true)).collect();
            next.sort_unstable();
        }
        let mut forest = Self::from_headers(&headers);
        forest.unreachable.retain(|slot| is_needed[*slot as usize]);
        Some(forest)
    }

    /// Builds the trees from the base and the kind of each slot.
    fn from_headers(headers: &[(u32, Option<ObjectKind>)]) -> Self {
        let mut starts = vec![0_u32; headers.len() + 1];
        for (base, _) in headers.iter().filter(|(base, _)| *base != NO_BASE) {
            starts[*base as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut children = vec![0; starts.last().map_or(0, |last| *last as usize)];
        for (slot, (base, _)) in (0_u32..).zip(headers).filter(|(_, (base, _))| *base != NO_BASE) {
            let at = &mut next[*base as usize];
            children[*at as usize] = slot;
            *at += 1;
        }
        let roots: Vec<_> =
            (0_u32..).zip(headers).filter_map(|(slot, (_, kind))| Some((slot, (*kind)?))).collect();
        let mut forest = Self { roots, unreachable: Vec::new(), starts, children, weights: Vec::new() };
        forest.compute_weights();
        forest
    }

    /// Returns the entries that are not deltas, with their kinds, in order of slot.
    pub(super) fn roots(&self) -> &[(u32, ObjectKind)] {
        &self.roots
    }

    /// Returns the slots that no root leads to: their header is damaged, their base is not in the pack, or they derive
    /// from each other in a circle.
    pub(super) fn unreachable(&self) -> &[u32] {
        &self.unreachable
    }

    /// Returns the slots that are deltas to a slot, in order of slot, except that the heaviest child is the last.
    pub(super) fn children(&self, slot: u32) -> &[u32] {
        let slot = slot as usize;
        &self.children[self.starts[slot] as usize..self.starts[slot + 1] as usize]
    }

    /// Returns a slot and all slots that derive from it.
    pub(super) fn subtree(&self, slot: u32) -> Vec<u32> {
        let (mut found, mut at) = (vec![slot], 0);
        while at < found.len() {
            found.extend(self.children(found[at]));
            at += 1;
        }
        found
    }

    /// Returns the trees without the slots that no selected slot derives from; `None` if no slot is selected.
    pub(super) fn pruned(&self, is_selected: impl Fn(u32) -> bool) -> Option<Self> {
        let count = u32::try_from(self.starts.len() - 1).unwrap_or(NO_BASE);
        let mut is_needed: Vec<bool> = (0..count).map(is_selected).collect();
        if !is_needed.contains(&true) {
            return None;
        }
        let unreachable = self.unreachable.iter().copied().filter(|slot| is_needed[*slot as usize]).collect();
        for slot in self.reached_slots().iter().rev() {
            is_needed[*slot as usize] |= self.children(*slot).iter().any(|child| is_needed[*child as usize]);
        }
        let (mut starts, mut children) = (vec![0_u32], Vec::new());
        for slot in 0..count {
            children.extend(self.children(slot).iter().filter(|child| is_needed[**child as usize]));
            starts.push(u32::try_from(children.len()).unwrap_or(NO_BASE));
        }
        let roots = self.roots.iter().copied().filter(|(slot, _)| is_needed[*slot as usize]).collect();
        let mut forest = Self { roots, unreachable: Vec::new(), starts, children, weights: Vec::new() };
        forest.compute_weights();
        forest.unreachable = unreachable;
        Some(forest)
    }

    /// Returns the slots that the roots lead to, each after its base.
    fn reached_slots(&self) -> Vec<u32> {
        let mut order: Vec<u32> = self.roots.iter().map(|(slot, _)| *slot).collect();
        let mut at = 0;
        while let Some(slot) = order.get(at).copied() {
            order.extend(self.children(slot));
            at += 1;
        }
        order
    }

    /// Returns the number of slots that derive from a slot, directly or indirectly.
    pub(super) fn weight(&self, slot: u32) -> u32 {
        self.weights[slot as usize]
    }

    /// Follows the trees from their roots, computes the weights of all slots, and moves the heaviest child of each to the end. Slots
    /// that are not reached are unreachable.
    fn compute_weights(&mut self) {
        let mut reached = vec![false; self.starts.len() - 1];
        let order = self.reached_slots();
        for slot in &order {
            reached[*slot as usize] = true;
        }
        let mut weights = vec![0_u32; reached.len()];
        for slot in order.iter().rev() {
            weights[*slot as usize] =
                self.children(*slot).iter().map(|child| weights[*child as usize] + 1).sum();
        }
        for slot in 0..reached.len() {
            let children = &mut self.children[self.starts[slot] as usize..self.starts[slot + 1] as usize];
            let heaviest = children.iter().enumerate().max_by_key(|(_, child)| weights[**child as usize]);
            if let Some((at, _)) = heaviest {
                children[at..].rotate_left(1);
            }
        }
        self.weights = weights;
        self.unreachable =
            (0_u32..).zip(reached).filter(|(_, reached)| !reached).map(|(slot, _)| slot).collect();
    }
}
