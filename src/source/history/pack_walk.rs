//! Packs, read along their delta trees: every object is decoded once, and only those versions are held in memory
//! that others are still to be derived from.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::git::pack::Pack;
use crate::git::{ObjectKind, Oid};
use crate::source::history::delta_forest::DeltaForest;
use crate::source::history::delta_walker::DeltaWalker;
use crate::source::history::memory_limit::Held;
use crate::source::history::{Kinds, ObjectSet, ReadTotals};
use crate::source::{ScanControl, Visitor};

/// Roots that one task walks, one after the other.
const LOT: usize = 64;

/// No more subtrees than this wait for a thread at any time: each holds its first version in memory.
const MOST_WAITING: usize = 64;

/// Reads all packs, or their objects of some kinds. Returns what the reader could not decode, by name; what no root
/// leads to has no kind, and is not among trees.
pub(crate) fn visit<V: Visitor>(
    contents: &ObjectSet,
    kinds: Kinds,
    visitor: &V,
    control: &ScanControl,
) -> (ReadTotals, Vec<Oid>) {
    let total = Mutex::new((ReadTotals::default(), Vec::new()));
    for (at, pack) in contents.packs.iter().enumerate() {
        let forest = contents.forest(at);
        let walk = Walk {
            pack,
            forest,
            contents,
            at,
            visitor,
            control,
            held: Held::new(contents.memory_limit.max_held),
            large: contents.memory_limit.large_object,
            left: AtomicI64::new(contents.memory_limit.worth(pack.size())),
            waiting: AtomicUsize::new(0),
            aside: Mutex::default(),
            total: &total,
        };
        rayon::scope(|scope| {
            for lot in forest.roots.chunks(LOT) {
                let walk = &walk;
                scope.spawn(move |scope| {
                    let mut walker = DeltaWalker::new(walk, Some(scope));
                    for (root, kind) in lot.iter().filter(|(_, kind)| kinds.are(*kind)) {
                        walker.tree(*root, *kind);
                    }
                });
            }
        });
        let aside = std::mem::take(&mut *walk.aside.lock().unwrap_or_else(PoisonError::into_inner));
        let mut walker = DeltaWalker::new(&walk, None);
        for slot in forest.lost.iter().filter(|_| kinds != Kinds::Trees) {
            walker.give_up(*slot);
        }
        for (slot, kind) in aside {
            walker.tree(slot, kind);
        }
    }
    total.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// What all tasks of one pack share.
pub(crate) struct Walk<'w, V: Visitor> {
    pub(crate) pack: &'w Pack,
    pub(crate) forest: &'w DeltaForest,
    contents: &'w ObjectSet,
    /// Which of the packs it is.
    at: usize,
    pub(crate) visitor: &'w V,
    pub(crate) control: &'w ScanControl,
    pub(crate) held: Held,
    /// Larger objects are put aside.
    pub(crate) large: usize,
    /// Bytes that may still be decoded.
    left: AtomicI64,
    /// Subtrees that wait for a thread.
    waiting: AtomicUsize,
    /// Large objects, which are read one at a time, each with what derives from it. (A lock would hold up other
    /// threads, and a visitor that itself waits for them.)
    aside: Mutex<Vec<(u32, ObjectKind)>>,
    total: &'w Mutex<(ReadTotals, Vec<Oid>)>,
}

impl<V: Visitor> Walk<'_, V> {
    /// Whether an entry is to be looked at: not if a pack before this one holds the object, too.
    pub(crate) fn is_new(&self, slot: u32) -> bool {
        self.at == 0 || self.contents.is_known_by(self.at, slot)
    }

    /// Counts decoded bytes; whether there may be more of them.
    pub(crate) fn spend(&self, bytes: u64) -> bool {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        // What is left is never much below zero, since nothing is decoded then.
        self.left.load(Ordering::Relaxed) > 0 && self.left.fetch_sub(bytes, Ordering::Relaxed) > bytes
    }

    /// Whether one more subtree may wait for a thread.
    pub(crate) fn may_wait(&self) -> bool {
        if self.held.is_over() {
            return false;
        }
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        if before >= MOST_WAITING {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        before < MOST_WAITING
    }

    /// A subtree has its thread.
    pub(crate) fn waits_no_more(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn put_aside(&self, slot: u32, kind: ObjectKind) {
        self.aside.lock().unwrap_or_else(PoisonError::into_inner).push((slot, kind));
    }

    pub(crate) fn done(&self, tally: ReadTotals, handed_back: &mut Vec<Oid>) {
        let mut total = self.total.lock().unwrap_or_else(PoisonError::into_inner);
        total.0.add(tally);
        total.1.append(handed_back);
    }
}
