//! One task of the walk along the delta trees of a pack: decodes the versions of subtrees, depth first, and passes
//! them to the visitor.
//!
//! The task holds the versions on the path from the root that still have undecoded children, and reusable buffers. The
//! heaviest child of a version is visited last, and the version is released before that child's subtree is walked. So
//! a version is held only while subtrees with at most half of its derivatives are walked, and a path holds at most
//! log2(n) versions of a tree of n. If memory is still short, versions are evicted and decoded again later.

use rayon::Scope;

use super::held_version::{HeldVersion, evict};
use super::read_totals::ReadTotals;
use super::walk_state::WalkState;
use crate::git::pack::{Base, EntryBuffers, EntryError, apply, result_size};
use crate::git::{MAX_OBJECT_BYTES, ObjectKind, Oid};
use crate::source::progress::PendingCounts;
use crate::source::visitor::{ObjectView, Visitor};
use crate::text::CopiedRange;

/// Number of decoded bytes that a task counts before it subtracts them from the shared budget.
const BUDGET_STEP: u64 = 16 << 20;

/// Weight from which a subtree may be walked by another task.
const MIN_TASK_WEIGHT: u32 = 32;

/// Number of buffers that are kept for reuse.
const MAX_SPARE_BUFFERS: usize = 8;

/// Capacity up to which a buffer is kept for reuse: 256 KiB.
const MAX_SPARE_CAPACITY: usize = 256 << 10;

/// Why an object was not decoded.
enum Refusal {
    /// It does not have the format. The object database searches another copy, or reports what is wrong.
    Damaged,
    /// It must be read alone, at the end.
    Large,
    /// The budget for decoded bytes is spent.
    OverBudget,
}

impl From<EntryError> for Refusal {
    fn from(_: EntryError) -> Self {
        Self::Damaged
    }
}

/// The versions from a root to the current version.
type Path<'w, S> = Vec<HeldVersion<'w, S>>;

/// A task.
pub(super) struct DeltaWalker<'w, 's, V: Visitor> {
    state: &'w WalkState<'w, V>,
    /// The scope in which further tasks are spawned. Without a scope, the task reads large objects, too.
    scope: Option<&'s Scope<'w>>,
    buffers: EntryBuffers,
    /// Buffer for an inflated delta.
    delta: Vec<u8>,
    /// The copied ranges of the last delta.
    copies: Vec<CopiedRange>,
    /// Buffers for reuse.
    spare: Vec<Vec<u8>>,
    totals: ReadTotals,
    /// Objects for the fallback.
    undecoded: Vec<Oid>,
    pending: PendingCounts,
    /// Decoded bytes that are not yet subtracted from the budget.
    decoded: u64,
}

impl<'w, 's, V: Visitor> DeltaWalker<'w, 's, V> {
    pub(super) fn new(state: &'w WalkState<'w, V>, scope: Option<&'s Scope<'w>>) -> Self {
        Self {
            state,
            scope,
            buffers: EntryBuffers::new(),
            delta: Vec::new(),
            copies: Vec::new(),
            spare: Vec::new(),
            totals: ReadTotals::default(),
            undecoded: Vec::new(),
            pending: PendingCounts::default(),
            decoded: 0,
        }
    }

    /// Walks the subtree of a root or of a deferred object.
    pub(super) fn walk_tree(&mut self, top: u32, kind: ObjectKind) {
        if self.state.control.cancellation.is_requested() {
            return;
        }
        let mut path = Vec::new();
        match self.decode(top, &path) {
            Ok((bytes, depth)) => {
                // A deferred object has a base, but the base's state is gone: the object is visited in full.
                let state = self.visit(top, kind, &bytes, None);
                path.push(HeldVersion::new(top, depth, state, bytes, &self.state.held));
                self.walk_below(path, kind);
            }
            Err(refusal) => self.handle_refusal(top, kind, &refusal),
        }
    }

    /// Walks the derivatives of the last version of a path, depth first. A heavy subtree goes to another task if one
    /// is free; that task needs only the first version of the subtree.
    fn walk_below(&mut self, mut path: Path<'w, V::State>, kind: ObjectKind) {
        let forest = self.state.forest;
        while let Some(top) = path.last() {
            let children = forest.children(top.slot);
            let child = children.get(top.next_child).copied();
            let child = child.filter(|_| !self.state.control.cancellation.is_requested());
            let Some(child) = child else {
                self.pop(&mut path);
                continue;
            };
            let is_last = top.next_child + 1 == children.len();
            let mut bytes = self.spare.pop().unwrap_or_default();
            let decoded = self.decode_child(&mut path, child, &mut bytes);
            let visited = decoded.map(|()| {
                let base = path.last();
                let state = self.visit(child, kind, &bytes, base.and_then(|base| base.state.as_ref()));
                (state, base.map_or(0, |base| base.depth + 1))
            });
            if is_last {
                self.pop(&mut path);
            }
            match visited {
                Err(refusal) => {
                    self.recycle(bytes);
                    self.handle_refusal(child, kind, &refusal);
                }
                Ok(_) if forest.weight(child) == 0 => self.recycle(bytes),
                Ok((state, depth)) => {
                    let version = HeldVersion::new(child, depth, state, bytes, &self.state.held);
                    if let Some(version) = self.offer(version, kind, is_last) {
                        path.push(version);
                        evict(&mut path, &self.state.held);
                    }
                }
            }
        }
    }

    /// Spawns a task for a heavy subtree, unless it is the last of its parent. Returns the version if it did not.
    fn offer(
        &self,
        version: HeldVersion<'w, V::State>,
        kind: ObjectKind,
        is_last: bool,
    ) -> Option<HeldVersion<'w, V::State>> {
        let state = self.state;
        let is_heavy = state.forest.weight(version.slot) >= MIN_TASK_WEIGHT;
        let scope = self.scope.filter(|_| !is_last && is_heavy);
        let Some(scope) = scope.filter(|_| state.try_enqueue()) else { return Some(version) };
        scope.spawn(move |scope| {
            state.dequeue();
            DeltaWalker::new(state, Some(scope)).walk_below(vec![version], kind);
        });
        None
    }

    /// Decodes the next child of the last version of a path. The version is decoded again first if it was evicted.
    fn decode_child(
        &mut self,
        path: &mut [HeldVersion<'w, V::State>],
        child: u32,
        out: &mut Vec<u8>,
    ) -> Result<(), Refusal> {
        let slot = match path.last_mut() {
            Some(top) => {
                top.next_child += 1;
                top.slot
            }
            None => return Err(Refusal::Damaged),
        };
        if path.last().is_none_or(|top| top.bytes().is_none()) {
            let (bytes, _) = self.decode(slot, path)?;
            self.totals.bytes_decoded_again += bytes.len() as u64;
            if let Some(top) = path.last_mut() {
                top.restore(bytes, &self.state.held);
            }
            evict(path, &self.state.held);
        }
        let base = path.last().and_then(HeldVersion::bytes).ok_or(Refusal::Damaged)?;
        self.apply_delta(child, base, out)
    }

    /// Decodes an object, starting from the nearest held version above it or from its root. Returns also the number of
    /// deltas between the object and its root.
    fn decode(&mut self, slot: u32, path: &[HeldVersion<'w, V::State>]) -> Result<(Vec<u8>, u32), Refusal> {
        let held = path.iter().rev().find(|version| version.bytes().is_some());
        let mut chain = vec![slot];
        let mut top = slot;
        while held.is_none_or(|held| held.slot != top) {
            match self.state.pack.header(top as usize, &mut self.buffers)?.base {
                Base::Slot(base) => top = u32::try_from(base).map_err(|_| Refusal::Damaged)?,
                Base::None => break,
                Base::External(_) => return Err(Refusal::Damaged),
            }
            chain.push(top);
        }
        chain.pop();
        let (mut bytes, mut next) = (self.spare.pop().unwrap_or_default(), Vec::new());
        let mut base =
            held.and_then(HeldVersion::bytes).filter(|_| held.is_some_and(|held| held.slot == top));
        if base.is_none() {
            self.inflate(top, &mut bytes)?;
        }
        let depth = held.filter(|_| base.is_some()).map_or(0, |held| held.depth);
        for step in chain.iter().rev() {
            self.apply_delta(*step, base.take().unwrap_or(&bytes), &mut next)?;
            std::mem::swap(&mut bytes, &mut next);
        }
        Ok((bytes, depth + u32::try_from(chain.len()).unwrap_or(u32::MAX)))
    }

    fn inflate(&mut self, slot: u32, out: &mut Vec<u8>) -> Result<(), Refusal> {
        let (header, start) = self.state.pack.raw_header(slot as usize, &mut self.buffers)?;
        self.check_size(header.size)?;
        Ok(self.state.pack.inflate(slot as usize, (header.size, start), &mut self.buffers, out)?)
    }

    /// Inflates the delta of an entry and applies it to its base.
    fn apply_delta(&mut self, slot: u32, base: &[u8], out: &mut Vec<u8>) -> Result<(), Refusal> {
        let mut delta = std::mem::take(&mut self.delta);
        let inflated = self.inflate(slot, &mut delta);
        let size = inflated.and_then(|()| Ok(result_size(&delta)?));
        let applied = size.and_then(|size| {
            self.check_size(size)?;
            Ok(apply(base, &delta, MAX_OBJECT_BYTES, out, &mut self.copies)?)
        });
        if delta.capacity() <= MAX_SPARE_CAPACITY {
            self.delta = delta;
        }
        applied
    }

    /// Checks the size of a buffer before it is decoded, and counts it as decoded.
    fn check_size(&mut self, size: u64) -> Result<(), Refusal> {
        self.decoded += size;
        if self.decoded >= BUDGET_STEP && !self.state.spend(std::mem::take(&mut self.decoded)) {
            self.decoded = BUDGET_STEP;
            return Err(Refusal::OverBudget);
        }
        match usize::try_from(size) {
            Ok(size) if size <= MAX_OBJECT_BYTES => match self.scope {
                Some(_) if size > self.state.large_object => Err(Refusal::Large),
                _ => Ok(()),
            },
            _ => Err(Refusal::Damaged),
        }
    }

    /// Passes an object to the visitor, unless an earlier pack holds it, too.
    fn visit(
        &mut self,
        slot: u32,
        kind: ObjectKind,
        bytes: &[u8],
        base: Option<&V::State>,
    ) -> Option<V::State> {
        let oid = self.state.pack.oid(slot as usize).filter(|_| self.state.is_new(slot))?;
        let stored = self.state.pack.stored_bytes(slot as usize);
        self.pending.add(bytes.len(), stored, &self.state.control.progress);
        self.totals.objects += 1;
        self.totals.blobs += usize::from(kind == ObjectKind::Blob);
        self.totals.bytes += bytes.len() as u64;
        let object = ObjectView { oid, kind, bytes };
        Some(match base {
            Some(base) => self.state.visitor.visit_delta(&object, base, &self.copies),
            None => self.state.visitor.visit_full(&object),
        })
    }

    fn handle_refusal(&mut self, slot: u32, kind: ObjectKind, refusal: &Refusal) {
        match refusal {
            Refusal::Large => self.state.defer(slot, kind),
            Refusal::Damaged => {
                for slot in self.state.forest.subtree(slot) {
                    self.leave_to_fallback(slot);
                }
            }
            // The fallback would have to decode the same bytes, and would take as long.
            Refusal::OverBudget => {
                self.totals.skipped_over_budget += 1 + self.state.forest.weight(slot) as usize;
            }
        }
    }

    /// Leaves an entry to the fallback, unless an earlier pack holds its object, too.
    pub(super) fn leave_to_fallback(&mut self, slot: u32) {
        let oid = self.state.pack.oid(slot as usize);
        self.undecoded.extend(oid.filter(|_| self.state.is_new(slot)));
    }

    fn pop(&mut self, path: &mut Path<'w, V::State>) {
        if let Some(done) = path.pop() {
            self.recycle(done.into_bytes());
        }
    }

    fn recycle(&mut self, bytes: Vec<u8>) {
        if self.spare.len() < MAX_SPARE_BUFFERS && bytes.capacity() <= MAX_SPARE_CAPACITY {
            self.spare.push(bytes);
        }
    }
}

impl<V: Visitor> Drop for DeltaWalker<'_, '_, V> {
    fn drop(&mut self) {
        self.pending.publish(&self.state.control.progress);
        self.state.add_results(std::mem::take(&mut self.totals), &mut self.undecoded);
    }
}
