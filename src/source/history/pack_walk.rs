//! Packs, read along their delta trees: every object is decoded once, and only the versions that others still derive
//! from are held in memory.

use std::sync::{Mutex, PoisonError};

use super::delta_walker::DeltaWalker;
use super::object_numbers::NumberSet;
use super::object_set::ObjectSet;
use super::read_totals::ReadTotals;
use super::walk_state::WalkState;
use crate::git::{ObjectKind, Oid};
use crate::source::control::ScanControl;
use crate::source::visitor::Visitor;

/// Number of roots that one task walks, one after another.
const ROOTS_PER_TASK: usize = 64;

/// The kinds of objects that a pass over packs reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KindFilter {
    All,
    AllButTrees,
    Trees,
    Commits,
}

impl KindFilter {
    fn includes(self, kind: ObjectKind) -> bool {
        match self {
            Self::All => true,
            Self::AllButTrees => kind != ObjectKind::Tree,
            Self::Trees => kind == ObjectKind::Tree,
            Self::Commits => kind == ObjectKind::Commit,
        }
    }
}

/// Reads the objects of all packs, or the `selected` ones and the versions that lead to them: the visitor gets these,
/// too. Returns the totals and the names of the objects that could not be decoded. The kind of an entry that no root
/// leads to is unknown; such entries are returned unless only one kind is read.
pub(super) fn visit<V: Visitor>(
    contents: &ObjectSet,
    kinds: KindFilter,
    selected: Option<&NumberSet>,
    visitor: &V,
    control: &ScanControl,
) -> (ReadTotals, Vec<Oid>) {
    let totals = Mutex::new((ReadTotals::default(), Vec::new()));
    for pack_index in 0..contents.pack_count() {
        let Some(selected) = selected else {
            let forest = contents.forest(pack_index);
            visit_pack(&WalkState::new(contents, (pack_index, forest), visitor, control, &totals), kinds);
            continue;
        };
        if let Some(forest) = contents.selected_forest(pack_index, selected) {
            let state = WalkState::new(contents, (pack_index, &forest), visitor, control, &totals);
            visit_pack(&state, kinds);
        }
    }
    totals.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn visit_pack<V: Visitor>(state: &WalkState<'_, V>, kinds: KindFilter) {
    rayon::scope(|scope| {
        for roots in state.forest.roots().chunks(ROOTS_PER_TASK) {
            scope.spawn(move |scope| {
                let mut walker = DeltaWalker::new(state, Some(scope));
                for (root, kind) in roots.iter().filter(|(_, kind)| kinds.includes(*kind)) {
                    walker.walk_tree(*root, *kind);
                }
            });
        }
    });
    let mut walker = DeltaWalker::new(state, None);
    let is_any_kind = matches!(kinds, KindFilter::All | KindFilter::AllButTrees);
    for slot in state.forest.unreachable().iter().filter(|_| is_any_kind) {
        walker.leave_to_fallback(*slot);
    }
    for (slot, kind) in state.take_deferred() {
        walker.walk_tree(slot, kind);
    }
}
