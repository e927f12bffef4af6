//! Which objects a run reads and searches, and what it has read: the parts of a history scan that an earlier run spares.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::git::{ObjectKind, Oid};
use crate::source::history::{NumberSet, ObjectSet};
use crate::source::{ObjectView, Visitor};
use crate::text::CopiedRange;

/// The number and the size of some objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ObjectTotals {
    pub(crate) objects: u64,
    pub(crate) blobs: u64,
    /// The size of all of them, in bytes.
    pub(crate) bytes: u64,
}

impl ObjectTotals {
    /// Adds an object.
    pub(crate) const fn add_object(&mut self, kind: ObjectKind, size: u64) {
        self.objects += 1;
        self.blobs += matches!(kind, ObjectKind::Blob) as u64;
        self.bytes = self.bytes.saturating_add(size);
    }

    /// Adds other totals.
    pub(crate) const fn add(&mut self, other: Self) {
        self.objects += other.objects;
        self.blobs += other.blobs;
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

/// The kinds of objects, by their code in a [`ReadPlan`] and in a state.
pub(crate) const KINDS: [ObjectKind; 4] =
    [ObjectKind::Commit, ObjectKind::Tree, ObjectKind::Blob, ObjectKind::Tag];

/// Returns the code of a kind.
pub(crate) const fn kind_code(kind: ObjectKind) -> u8 {
    match kind {
        ObjectKind::Commit => 0,
        ObjectKind::Tree => 1,
        ObjectKind::Blob => 2,
        ObjectKind::Tag => 3,
    }
}

/// Which objects a run reads and searches. It records the kind and the size of each object that was read.
#[derive(Debug)]
pub(crate) struct ReadPlan {
    /// The objects that are decoded; `None` stands for all.
    selected: Option<NumberSet>,
    /// The objects that an earlier run has read. Those of them that are decoded again are not counted again.
    known: NumberSet,
    /// Known commits that are decoded for the graph alone.
    only_graph: NumberSet,
    /// Known blobs of which no report showed anything. They are decoded only if a new value is reported.
    unreported: NumberSet,
    /// For each number the size, the code of the kind, and whether it was read.
    cells: Vec<AtomicU64>,
}

/// Bits of a cell below the size: two for the kind, one for "was read".
const CELL_BITS: u32 = 3;

impl ReadPlan {
    /// Plans to read everything.
    pub(crate) fn everything(objects: &ObjectSet) -> Self {
        let bound = objects.number_bound();
        Self {
            selected: None,
            known: NumberSet::default(),
            only_graph: NumberSet::default(),
            unreported: NumberSet::default(),
            cells: (0..bound).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// Plans to read what is not `known`, and what is `known` and in `again` but not in `unreported`. Of the commits in
    /// `only_graph` only the header is needed.
    pub(crate) fn except(
        objects: &ObjectSet,
        known: NumberSet,
        again: &NumberSet,
        (only_graph, unreported): (NumberSet, NumberSet),
    ) -> Self {
        let bound = objects.number_bound();
        let selected = NumberSet::with_bound(bound);
        for number in (0..bound).filter_map(|number| u32::try_from(number).ok()) {
            let is_again = again.contains(number) && !unreported.contains(number);
            if !known.contains(number) || is_again || only_graph.contains(number) {
                selected.insert(number);
            }
        }
        Self { selected: Some(selected), known, only_graph, unreported, ..Self::everything(objects) }
    }

    /// Returns the objects to decode; `None` stands for all.
    pub(crate) const fn selected(&self) -> Option<&NumberSet> {
        self.selected.as_ref()
    }

    /// Returns the objects that an earlier run has read.
    pub(crate) const fn known(&self) -> &NumberSet {
        &self.known
    }

    /// Returns the known blobs that are decoded only if a new value is reported.
    pub(crate) const fn unreported(&self) -> &NumberSet {
        &self.unreported
    }

    /// Returns the kind and the size of an object, if this run has read it.
    pub(crate) fn read(&self, number: u32) -> Option<(ObjectKind, u64)> {
        let cell = self.cells.get(number as usize)?.load(Ordering::Relaxed);
        (cell & 1 == 1).then(|| (KINDS[(cell >> 1 & 3) as usize], cell >> CELL_BITS))
    }

    /// Returns the totals of the objects that this run has read and no earlier one.
    pub(crate) fn new_totals(&self) -> ObjectTotals {
        let mut totals = ObjectTotals::default();
        for number in (0..self.cells.len()).filter_map(|number| u32::try_from(number).ok()) {
            if let Some((kind, size)) = self.read(number).filter(|_| !self.known.contains(number)) {
                totals.add_object(kind, size);
            }
        }
        totals
    }

    fn record(&self, number: u32, object: &ObjectView<'_>) {
        let cell = (object.bytes.len() as u64) << CELL_BITS | u64::from(kind_code(object.kind)) << 1 | 1;
        if let Some(known) = self.cells.get(number as usize) {
            known.store(cell, Ordering::Relaxed);
        }
    }
}

/// Passes the selected objects to a visitor, and records them in a plan. The versions that only lead to them are left out.
pub(crate) struct Planned<'p, V> {
    pub(crate) plan: &'p ReadPlan,
    /// The objects to pass; `None` stands for all.
    pub(crate) selected: Option<&'p NumberSet>,
    pub(crate) objects: &'p ObjectSet,
    pub(crate) visitor: &'p V,
    /// Takes the commits that are needed for the graph alone.
    pub(crate) add_commit: &'p (dyn Fn(&Oid, &[u8]) + Sync),
}

impl<V: Visitor> Planned<'_, V> {
    fn pass(&self, object: &ObjectView<'_>, visit: impl FnOnce() -> V::State) -> Option<V::State> {
        let number = self.objects.number(&object.oid);
        let is_selected = self.selected.is_none_or(|selected| {
            // An object that was not listed is new.
            number.is_none_or(|number| selected.contains(number))
        });
        if !is_selected {
            return None;
        }
        if let Some(number) = number {
            self.plan.record(number, object);
            if self.plan.only_graph.contains(number) {
                (self.add_commit)(&object.oid, object.bytes);
                return None;
            }
        }
        Some(visit())
    }
}

impl<V: Visitor> Visitor for Planned<'_, V> {
    type State = Option<V::State>;

    fn visit_full(&self, object: &ObjectView<'_>) -> Option<V::State> {
        self.pass(object, || self.visitor.visit_full(object))
    }

    fn visit_delta(
        &self,
        object: &ObjectView<'_>,
        base: &Option<V::State>,
        copies: &[CopiedRange],
    ) -> Option<V::State> {
        self.pass(object, || match base {
            Some(base) => self.visitor.visit_delta(object, base, copies),
            None => self.visitor.visit_full(object),
        })
    }
}
