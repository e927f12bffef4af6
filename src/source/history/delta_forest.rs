//! Which entry of a pack is a difference to which: trees whose roots are whole.

use rayon::prelude::*;

use crate::git::ObjectKind;
use crate::git::pack::{Base, Pack};

/// The delta trees of a pack, by slot.
#[derive(Debug)]
pub(crate) struct DeltaForest {
    /// Whole entries, with their kind, in order of place.
    pub(crate) roots: Vec<(u32, ObjectKind)>,
    /// Where each slot's children begin in `children`; one more than slots.
    starts: Vec<u32>,
    children: Vec<u32>,
    /// How many slots derive from each, directly or not.
    weights: Vec<u32>,
    /// Slots that no root leads to: headers that do not fit, bases elsewhere, circles.
    pub(crate) lost: Vec<u32>,
}

/// No base that this pack holds.
const NONE: u32 = u32::MAX;

impl DeltaForest {
    pub(crate) fn of(pack: &Pack) -> Self {
        let count = u32::try_from(pack.len()).unwrap_or(NONE);
        let headers: Vec<(u32, Option<ObjectKind>)> = (0..count)
            .into_par_iter()
            .with_min_len(4096)
            .map(|slot| match pack.header(slot as usize).map(|header| (header.base, header.kind)) {
                Ok((Base::None, kind)) => (NONE, kind),
                Ok((Base::Slot(base), _)) => (u32::try_from(base).unwrap_or(NONE), None),
                Ok((Base::External(_), _)) | Err(_) => (NONE, None),
            })
            .collect();
        let mut starts = vec![0_u32; headers.len() + 1];
        for (base, _) in headers.iter().filter(|(base, _)| *base != NONE) {
            starts[*base as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut children = vec![0; starts.last().map_or(0, |last| *last as usize)];
        for (slot, (base, _)) in (0_u32..).zip(&headers).filter(|(_, (base, _))| *base != NONE) {
            let at = &mut next[*base as usize];
            children[*at as usize] = slot;
            *at += 1;
        }
        let roots: Vec<_> =
            (0_u32..).zip(&headers).filter_map(|(slot, (_, kind))| Some((slot, (*kind)?))).collect();
        let mut forest = Self { roots, starts, children, weights: Vec::new(), lost: Vec::new() };
        forest.weigh();
        forest
    }

    /// The slots that are differences to a slot, in order of place, but for the one with most below it: it is last.
    pub(crate) fn children(&self, slot: u32) -> &[u32] {
        let slot = slot as usize;
        &self.children[self.starts[slot] as usize..self.starts[slot + 1] as usize]
    }

    /// A slot and all below it.
    pub(crate) fn below(&self, slot: u32) -> Vec<u32> {
        let (mut found, mut at) = (vec![slot], 0);
        while at < found.len() {
            found.extend(self.children(found[at]));
            at += 1;
        }
        found
    }

    /// How many slots derive from this one, directly or not.
    pub(crate) fn weight(&self, slot: u32) -> u32 {
        self.weights[slot as usize]
    }

    /// Follows the trees from their roots; what is not reached is lost.
    fn weigh(&mut self) {
        let mut reached = vec![false; self.starts.len() - 1];
        let mut order: Vec<u32> = self.roots.iter().map(|(slot, _)| *slot).collect();
        let mut at = 0;
        while let Some(slot) = order.get(at).copied() {
            reached[slot as usize] = true;
            order.extend(self.children(slot));
            at += 1;
        }
        let mut weights = vec![0_u32; reached.len()];
        for slot in order.iter().rev() {
            let below = self.children(*slot).iter().map(|child| weights[*child as usize] + 1).sum();
            weights[*slot as usize] = below;
        }
        for slot in 0..reached.len() {
            let children = &mut self.children[self.starts[slot] as usize..self.starts[slot + 1] as usize];
            let heaviest = children.iter().enumerate().max_by_key(|(_, child)| weights[**child as usize]);
            if let Some((at, _)) = heaviest {
                children[at..].rotate_left(1);
            }
        }
        self.weights = weights;
        self.lost = (0_u32..).zip(reached).filter(|(_, reached)| !reached).map(|(slot, _)| slot).collect();
    }
}
