//! One task of the walk along the deltas.

use libdeflater::Decompressor;
use rayon::Scope;

use crate::git::pack::{Base, EntryError, apply, result_size};
use crate::git::{MAX_OBJECT_BYTES, ObjectKind, Oid};
use crate::source::history::ReadTotals;
use crate::source::history::memory_limit::{Frame, let_go};
use crate::source::history::pack_walk::Walk;
use crate::source::progress::PendingCounts;
use crate::source::{ObjectView, Visitor};
use crate::text::CopiedRange;

/// Larger objects are handed back.
const MOST_OBJECT: usize = MAX_OBJECT_BYTES;

/// Bytes that are counted before they are told to the other tasks.
const UNTOLD: u64 = 16 << 20;

/// A subtree of so many versions may be walked by a task of its own.
const HEAVY: u32 = 32;

/// Buffers of more than this, 256 KiB, are not kept to be used again.
const MOST_SPARE: usize = 256 << 10;

/// Why an object was not decoded.
enum Refusal {
    /// It does not fit the format; libgit2 names what is wrong.
    Broken,
    /// It has to be read alone.
    Large,
    /// More has been decoded than is worth it.
    Spent,
}

impl From<EntryError> for Refusal {
    fn from(_: EntryError) -> Self {
        Self::Broken
    }
}

/// It holds the path from the root, less what no other version is to be derived from, and its buffers.
///
/// Of each version's children the one with most below it comes last, and then the version itself is let go. So
/// a version is held only while a lesser part of what derives from it is walked, and no path holds more of them
/// than the number of the tree's versions has binary digits.
pub(crate) struct DeltaWalker<'w, 's, V: Visitor> {
    walk: &'w Walk<'w, V>,
    /// Where subtrees may be handed to other tasks; without it large objects are read, too.
    scope: Option<&'s Scope<'w>>,
    inflater: Decompressor,
    delta: Vec<u8>,
    copies: Vec<CopiedRange>,
    /// Buffers to use again.
    spare: Vec<Vec<u8>>,
    tally: ReadTotals,
    handed_back: Vec<Oid>,
    untold: PendingCounts,
    /// Decoded bytes that the other tasks do not know of yet.
    decoded: u64,
}

impl<'w, 's, V: Visitor> DeltaWalker<'w, 's, V> {
    pub(crate) fn new(walk: &'w Walk<'w, V>, scope: Option<&'s Scope<'w>>) -> Self {
        Self {
            walk,
            scope,
            inflater: Decompressor::new(),
            delta: Vec::new(),
            copies: Vec::new(),
            spare: Vec::new(),
            tally: ReadTotals::default(),
            handed_back: Vec::new(),
            untold: PendingCounts::default(),
            decoded: 0,
        }
    }

    /// Walks what begins at a root, or at an object that was put aside.
    pub(crate) fn tree(&mut self, top: u32, kind: ObjectKind) {
        if self.walk.control.cancellation.is_requested() {
            return;
        }
        let mut path = Vec::new();
        match self.decode(top, &path) {
            Ok((bytes, depth)) => {
                // Its base, if it has one, has been looked at long since: it is looked at in full.
                let state = self.look(top, kind, &bytes, None);
                path.push(Frame::new(top, depth, state, bytes, &self.walk.held));
                self.below(path, kind);
            }
            Err(refusal) => self.refuse(top, kind, &refusal),
        }
    }

    /// Walks what derives from a version, depth first. A heavy subtree goes to another task where one is free:
    /// all that it needs is its first version.
    fn below(&mut self, mut path: Vec<Frame<'w, V::State>>, kind: ObjectKind) {
        let forest = self.walk.forest;
        while let Some(top) = path.last() {
            let children = forest.children(top.slot);
            let child =
                children.get(top.next).copied().filter(|_| !self.walk.control.cancellation.is_requested());
            let Some(child) = child else {
                self.pop(&mut path);
                continue;
            };
            let is_last = top.next + 1 == children.len();
            let mut bytes = self.spare.pop().unwrap_or_default();
            let visit_delta = self.next(&mut path, child, &mut bytes);
            let looked = visit_delta.map(|()| {
                let base = path.last();
                let state = self.look(child, kind, &bytes, base.and_then(|base| base.state.as_ref()));
                (state, base.map_or(0, |base| base.depth + 1))
            });
            if is_last {
                self.pop(&mut path);
            }
            match looked {
                Err(refusal) => {
                    self.recycle(bytes);
                    self.refuse(child, kind, &refusal);
                }
                Ok(_) if forest.weight(child) == 0 => self.recycle(bytes),
                Ok((state, depth)) => {
                    let frame = Frame::new(child, depth, state, bytes, &self.walk.held);
                    if let Some(frame) = self.hand_on(frame, kind, is_last) {
                        path.push(frame);
                        let_go(&mut path, &self.walk.held);
                    }
                }
            }
        }
    }

    /// Hands a heavy subtree to another task; gives back what is not handed on.
    fn hand_on(
        &self,
        frame: Frame<'w, V::State>,
        kind: ObjectKind,
        is_last: bool,
    ) -> Option<Frame<'w, V::State>> {
        let walk = self.walk;
        let scope = self.scope.filter(|_| !is_last && walk.forest.weight(frame.slot) >= HEAVY);
        let Some(scope) = scope.filter(|_| walk.may_wait()) else { return Some(frame) };
        scope.spawn(move |scope| {
            walk.waits_no_more();
            DeltaWalker::new(walk, Some(scope)).below(vec![frame], kind);
        });
        None
    }

    /// Decodes the next child of the last version of a path, which is decoded again if it was let go.
    fn next(
        &mut self,
        path: &mut [Frame<'w, V::State>],
        child: u32,
        out: &mut Vec<u8>,
    ) -> Result<(), Refusal> {
        let slot = match path.last_mut() {
            Some(top) => {
                top.next += 1;
                top.slot
            }
            None => return Err(Refusal::Broken),
        };
        if path.last().is_none_or(|top| top.bytes().is_none()) {
            let (bytes, _) = self.decode(slot, path)?;
            self.tally.bytes_decoded_again += bytes.len() as u64;
            if let Some(top) = path.last_mut() {
                top.bring_back(bytes, &self.walk.held);
            }
            let_go(path, &self.walk.held);
        }
        let base = path.last().and_then(Frame::bytes).ok_or(Refusal::Broken)?;
        self.derive(child, base, out)
    }

    /// Decodes an object from the nearest version above it that is held, or from its root; and says how many
    /// differences lie between it and its root.
    fn decode(&mut self, slot: u32, path: &[Frame<'w, V::State>]) -> Result<(Vec<u8>, u32), Refusal> {
        let held = path.iter().rev().find(|frame| frame.bytes().is_some());
        let mut chain = vec![slot];
        let mut top = slot;
        while held.is_none_or(|held| held.slot != top) {
            match self.walk.pack.header(top as usize)?.base {
                Base::Slot(base) => top = u32::try_from(base).map_err(|_| Refusal::Broken)?,
                Base::None => break,
                Base::External(_) => return Err(Refusal::Broken),
            }
            chain.push(top);
        }
        chain.pop();
        let (mut bytes, mut next) = (self.spare.pop().unwrap_or_default(), Vec::new());
        let mut base = held.and_then(Frame::bytes).filter(|_| held.is_some_and(|held| held.slot == top));
        if base.is_none() {
            self.inflate(top, &mut bytes)?;
        }
        let depth = held.filter(|_| base.is_some()).map_or(0, |held| held.depth);
        for step in chain.iter().rev() {
            self.derive(*step, base.take().unwrap_or(&bytes), &mut next)?;
            std::mem::swap(&mut bytes, &mut next);
        }
        Ok((bytes, depth + u32::try_from(chain.len()).unwrap_or(u32::MAX)))
    }

    fn inflate(&mut self, slot: u32, out: &mut Vec<u8>) -> Result<(), Refusal> {
        let (header, start) = self.walk.pack.raw_header(slot as usize)?;
        self.check(header.size)?;
        Ok(self.walk.pack.inflate(slot as usize, (header.size, start), &mut self.inflater, out)?)
    }

    fn derive(&mut self, slot: u32, base: &[u8], out: &mut Vec<u8>) -> Result<(), Refusal> {
        let mut delta = std::mem::take(&mut self.delta);
        let inflated = self.inflate(slot, &mut delta);
        let size = inflated.and_then(|()| Ok(result_size(&delta)?));
        let applied = size.and_then(|size| {
            self.check(size)?;
            Ok(apply(base, &delta, MOST_OBJECT, out, &mut self.copies)?)
        });
        if delta.capacity() <= MOST_SPARE {
            self.delta = delta;
        }
        applied
    }

    fn check(&mut self, size: u64) -> Result<(), Refusal> {
        self.decoded += size;
        if self.decoded >= UNTOLD && !self.walk.spend(std::mem::take(&mut self.decoded)) {
            self.decoded = UNTOLD;
            return Err(Refusal::Spent);
        }
        match usize::try_from(size) {
            Ok(size) if size <= MOST_OBJECT => match self.scope {
                Some(_) if size > self.walk.large => Err(Refusal::Large),
                _ => Ok(()),
            },
            _ => Err(Refusal::Broken),
        }
    }

    /// Shows an object to the visitor, unless an earlier pack held it.
    fn look(
        &mut self,
        slot: u32,
        kind: ObjectKind,
        bytes: &[u8],
        base: Option<&V::State>,
    ) -> Option<V::State> {
        let oid = self.walk.pack.oid(slot as usize).filter(|_| self.walk.is_new(slot))?;
        let stored = self.walk.pack.stored_bytes(slot as usize);
        self.untold.add(bytes.len(), stored, &self.walk.control.progress);
        self.tally.objects += 1;
        self.tally.blobs += usize::from(kind == ObjectKind::Blob);
        self.tally.bytes += bytes.len() as u64;
        let blob = ObjectView { oid, kind, bytes };
        Some(match base {
            Some(base) => self.walk.visitor.visit_delta(&blob, base, &self.copies),
            None => self.walk.visitor.visit_full(&blob),
        })
    }

    fn refuse(&mut self, slot: u32, kind: ObjectKind, refusal: &Refusal) {
        match refusal {
            Refusal::Large => self.walk.put_aside(slot, kind),
            Refusal::Broken => self.hand_back(slot),
            // Not handed back: it would be decoded otherwise, and take as long.
            Refusal::Spent => self.tally.skipped_over_budget += 1 + self.walk.forest.weight(slot) as usize,
        }
    }

    /// Gives up on an entry and all that derive from it.
    fn hand_back(&mut self, slot: u32) {
        for slot in self.walk.forest.below(slot) {
            self.give_up(slot);
        }
    }

    /// Leaves an entry to libgit2. What an earlier pack holds has been looked at there.
    pub(crate) fn give_up(&mut self, slot: u32) {
        let oid = self.walk.pack.oid(slot as usize);
        self.handed_back.extend(oid.filter(|_| self.walk.is_new(slot)));
    }

    fn pop(&mut self, path: &mut Vec<Frame<'w, V::State>>) {
        if let Some(done) = path.pop() {
            self.recycle(done.into_bytes());
        }
    }

    fn recycle(&mut self, bytes: Vec<u8>) {
        if self.spare.len() < 8 && bytes.capacity() <= MOST_SPARE {
            self.spare.push(bytes);
        }
    }
}

impl<V: Visitor> Drop for DeltaWalker<'_, '_, V> {
    fn drop(&mut self) {
        self.untold.publish(&self.walk.control.progress);
        self.walk.done(std::mem::take(&mut self.tally), &mut self.handed_back);
    }
}
