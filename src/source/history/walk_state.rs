//! The state that all tasks of the walk over one pack share: limits, deferred objects and totals.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::delta_forest::DeltaForest;
use super::memory_limit::HeldBytes;
use super::object_set::ObjectSet;
use super::read_totals::ReadTotals;
use crate::git::pack::Pack;
use crate::git::{ObjectKind, Oid};
use crate::source::control::ScanControl;
use crate::source::visitor::Visitor;

/// Number of subtrees that may wait for a thread at the same time. Each holds its first version in memory.
const MAX_QUEUED: usize = 64;

/// The totals of all packs, and the names of the objects that the pack reader could not decode.
pub(super) type SharedTotals = Mutex<(ReadTotals, Vec<Oid>)>;

/// The walk over one pack.
pub(super) struct WalkState<'w, V: Visitor> {
    pub(super) pack: &'w Pack,
    pub(super) forest: &'w DeltaForest,
    pub(super) visitor: &'w V,
    pub(super) control: &'w ScanControl,
    pub(super) held: HeldBytes,
    /// Size from which objects are deferred, in bytes.
    pub(super) large_object: usize,
    contents: &'w ObjectSet,
    /// Index of the pack.
    pack_index: usize,
    /// Bytes that may still be decoded.
    decodable: AtomicI64,
    /// Number of subtrees that wait for a thread.
    queued: AtomicUsize,
    /// Large objects, which one thread reads at the end, one at a time, each with the versions that derive from it. (A
    /// lock instead would block other threads, and also a visitor that waits for them.)
    deferred: Mutex<Vec<(u32, ObjectKind)>>,
    totals: &'w SharedTotals,
}

impl<'w, V: Visitor> WalkState<'w, V> {
    /// Creates the walk over a pack, given by its index. `forest` are its delta trees, or those that are walked.
    pub(super) fn new(
        contents: &'w ObjectSet,
        (pack_index, forest): (usize, &'w DeltaForest),
        visitor: &'w V,
        control: &'w ScanControl,
        totals: &'w SharedTotals,
    ) -> Self {
        let (pack, limit) = (contents.pack(pack_index), contents.memory_limit);
        Self {
            pack,
            forest,
            visitor,
            control,
            held: HeldBytes::new(limit.max_held),
            large_object: limit.large_object,
            contents,
            pack_index,
            decodable: AtomicI64::new(limit.max_decoded(pack.size())),
            queued: AtomicUsize::new(0),
            deferred: Mutex::default(),
            totals,
        }
    }

    /// Whether the object of an entry is visited in this pack, and not in an earlier one.
    pub(super) fn is_new(&self, slot: u32) -> bool {
        self.pack_index == 0 || self.contents.is_numbered_by(self.pack_index, slot)
    }

    /// Subtracts decoded bytes from the budget. Returns `false` if the budget is spent.
    pub(super) fn spend(&self, bytes: u64) -> bool {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        // The budget stays near zero once it is spent, because nothing more is decoded.
        self.decodable.load(Ordering::Relaxed) > 0
            && self.decodable.fetch_sub(bytes, Ordering::Relaxed) > bytes
    }

    /// Reserves a place in the queue for a subtree. Returns `false` if the queue is full or memory is short.
    pub(super) fn try_enqueue(&self) -> bool {
        if self.held.is_over_limit() {
            return false;
        }
        let before = self.queued.fetch_add(1, Ordering::Relaxed);
        if before >= MAX_QUEUED {
            self.queued.fetch_sub(1, Ordering::Relaxed);
        }
        before < MAX_QUEUED
    }

    /// Frees the place of a subtree in the queue, when a thread begins with it.
    pub(super) fn dequeue(&self) {
        self.queued.fetch_sub(1, Ordering::Relaxed);
    }

    /// Leaves a large object, and the versions that derive from it, for the end of the walk.
    pub(super) fn defer(&self, slot: u32, kind: ObjectKind) {
        self.deferred.lock().unwrap_or_else(PoisonError::into_inner).push((slot, kind));
    }

    pub(super) fn take_deferred(&self) -> Vec<(u32, ObjectKind)> {
        std::mem::take(&mut *self.deferred.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Adds the results of a task.
    pub(super) fn add_results(&self, totals: ReadTotals, undecoded: &mut Vec<Oid>) {
        let mut all = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        all.0.add(totals);
        all.1.append(undecoded);
    }
}
