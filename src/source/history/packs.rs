//! Packs, read along their delta trees: every object is decoded once, and only the path from the root to it is
//! held in memory.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use libdeflater::Decompressor;
use rayon::Scope;

use super::forest::Forest;
use super::{Contents, Tally};
use crate::source::git::pack::{EntryError, Pack, apply};
use crate::source::git::{ObjectKind, Oid};
use crate::source::{Blob, Copied, Stop, Visitor};

/// How many bytes the versions between a root and the object at hand may take, on one thread: 256 MiB. What
/// would need more is handed back and read object by object.
const PATH_BUDGET: usize = 256 << 20;

/// Larger objects are handed back.
const MOST_OBJECT: usize = 1 << 30;

/// Roots that one task walks, one after the other.
const LOT: usize = 64;

/// A subtree of so many versions may be walked by a task of its own.
const HEAVY: u32 = 32;

/// No more subtrees than this wait for a thread at any time: each holds its first version in memory.
const MOST_WAITING: usize = 64;

/// Reads all packs, or their objects of one kind. Returns what the reader could not decode, by name.
pub(super) fn visit<V: Visitor>(
    contents: &Contents,
    only: Option<ObjectKind>,
    visitor: &V,
    stop: &Stop,
) -> (Tally, Vec<Oid>) {
    let total = Mutex::new((Tally::default(), Vec::new()));
    for (at, pack) in contents.packs.iter().enumerate() {
        let forest = Forest::of(pack);
        let lost: Vec<Oid> = forest.lost.iter().filter_map(|slot| pack.oid(*slot as usize)).collect();
        total.lock().unwrap_or_else(PoisonError::into_inner).1.extend(lost);
        let earlier = &contents.packs[..at];
        let walk = Walk {
            pack,
            forest: &forest,
            earlier,
            visitor,
            stop,
            waiting: AtomicUsize::new(0),
            total: &total,
        };
        let wanted = |kind: ObjectKind| only.is_none_or(|only| only == kind);
        rayon::scope(|scope| {
            for lot in forest.roots.chunks(LOT) {
                let walk = &walk;
                scope.spawn(move |scope| {
                    let mut walker = Walker::new(walk);
                    for (root, kind) in lot.iter().filter(|(_, kind)| wanted(*kind)) {
                        walker.tree(*root, *kind, scope);
                    }
                });
            }
        });
    }
    total.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// What all tasks of one pack share.
struct Walk<'w, V: Visitor> {
    pack: &'w Pack,
    forest: &'w Forest,
    /// Packs that were read before: what they hold as well is decoded and not looked at again.
    earlier: &'w [Pack],
    visitor: &'w V,
    stop: &'w Stop,
    /// Subtrees that wait for a thread.
    waiting: AtomicUsize,
    total: &'w Mutex<(Tally, Vec<Oid>)>,
}

/// A version on the path from the root.
struct Frame<S> {
    slot: u32,
    bytes: Vec<u8>,
    /// What the visitor carries on; absent where it has seen the object in another pack.
    state: Option<S>,
    next_child: usize,
}

/// One task: it holds the path from the root and its buffers.
struct Walker<'w, V: Visitor> {
    walk: &'w Walk<'w, V>,
    inflater: Decompressor,
    delta: Vec<u8>,
    copies: Vec<Copied>,
    /// Buffers to use again.
    spare: Vec<Vec<u8>>,
    tally: Tally,
    handed_back: Vec<Oid>,
}

impl<'w, V: Visitor> Walker<'w, V> {
    fn new(walk: &'w Walk<'w, V>) -> Self {
        Self {
            walk,
            inflater: Decompressor::new(),
            delta: Vec::new(),
            copies: Vec::new(),
            spare: Vec::new(),
            tally: Tally::default(),
            handed_back: Vec::new(),
        }
    }

    /// Walks one tree.
    fn tree(&mut self, root: u32, kind: ObjectKind, scope: &Scope<'w>) {
        if self.walk.stop.is_set() {
            return;
        }
        let mut bytes = self.spare.pop().unwrap_or_default();
        if self.inflate(root, &mut bytes).is_err() {
            return self.hand_back(root);
        }
        let state = self.look(root, kind, &bytes, None);
        self.below(Frame { slot: root, bytes, state, next_child: 0 }, kind, scope);
    }

    /// Walks what derives from a version, depth first. A heavy subtree goes to another task where one is free:
    /// all that it needs is its first version.
    fn below(&mut self, top: Frame<V::State>, kind: ObjectKind, scope: &Scope<'w>) {
        let mut held = top.bytes.len();
        let mut path = vec![top];
        while let Some(top) = path.last_mut() {
            let forest = self.walk.forest;
            let child = forest.children(top.slot).get(top.next_child).copied();
            let Some(child) = child.filter(|_| !self.walk.stop.is_set()) else {
                if let Some(done) = path.pop() {
                    held -= done.bytes.len();
                    self.recycle(done.bytes);
                }
                continue;
            };
            top.next_child += 1;
            let is_last = forest.children(top.slot).len() == top.next_child;
            let mut bytes = self.spare.pop().unwrap_or_default();
            if self.derive(child, &top.bytes, &mut bytes).is_err() || held + bytes.len() > PATH_BUDGET {
                self.recycle(bytes);
                self.hand_back(child);
                continue;
            }
            let state = self.look(child, kind, &bytes, top.state.as_ref());
            let frame = Frame { slot: child, bytes, state, next_child: 0 };
            if forest.weight(child) == 0 {
                self.recycle(frame.bytes);
            } else if forest.weight(child) >= HEAVY && !is_last && self.walk.may_wait() {
                let walk = self.walk;
                scope.spawn(move |scope| {
                    walk.waiting.fetch_sub(1, Ordering::Relaxed);
                    Walker::new(walk).below(frame, kind, scope);
                });
            } else {
                held += frame.bytes.len();
                path.push(frame);
            }
        }
    }

    fn inflate(&mut self, slot: u32, out: &mut Vec<u8>) -> Result<(), EntryError> {
        let header = self.walk.pack.header(slot as usize)?;
        if header.size > MOST_OBJECT as u64 {
            return Err(EntryError("it is too large"));
        }
        self.walk.pack.inflate(slot as usize, &header, &mut self.inflater, out)
    }

    fn derive(&mut self, slot: u32, base: &[u8], out: &mut Vec<u8>) -> Result<(), EntryError> {
        let mut delta = std::mem::take(&mut self.delta);
        let inflated = self.inflate(slot, &mut delta);
        self.delta = delta;
        inflated?;
        apply(base, &self.delta, MOST_OBJECT, out, &mut self.copies)
    }

    /// Shows an object to the visitor, unless an earlier pack held it.
    fn look(
        &mut self,
        slot: u32,
        kind: ObjectKind,
        bytes: &[u8],
        base: Option<&V::State>,
    ) -> Option<V::State> {
        let oid = self.walk.pack.oid(slot as usize)?;
        if self.walk.earlier.iter().any(|pack| pack.find(&oid).is_some()) {
            return None;
        }
        self.tally.objects += 1;
        self.tally.blobs += usize::from(kind == ObjectKind::Blob);
        self.tally.bytes += bytes.len() as u64;
        let blob = Blob { oid, kind, bytes };
        Some(match base {
            Some(base) => self.walk.visitor.derived(&blob, base, &self.copies),
            None => self.walk.visitor.root(&blob),
        })
    }

    /// Gives up on an entry and all that derive from it. What an earlier pack held has been looked at there.
    fn hand_back(&mut self, slot: u32) {
        for slot in self.walk.forest.below(slot) {
            let oid = self.walk.pack.oid(slot as usize);
            let oid = oid.filter(|oid| !self.walk.earlier.iter().any(|pack| pack.find(oid).is_some()));
            self.handed_back.extend(oid);
        }
    }

    fn recycle(&mut self, bytes: Vec<u8>) {
        // A few buffers of ordinary size are worth keeping.
        if self.spare.len() < 64 && bytes.capacity() <= 1 << 20 {
            self.spare.push(bytes);
        }
    }
}

impl<V: Visitor> Walk<'_, V> {
    /// Whether one more subtree may wait for a thread.
    fn may_wait(&self) -> bool {
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        if before >= MOST_WAITING {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        before < MOST_WAITING
    }
}

impl<V: Visitor> Drop for Walker<'_, V> {
    fn drop(&mut self) {
        let mut total = self.walk.total.lock().unwrap_or_else(PoisonError::into_inner);
        total.0.add(std::mem::take(&mut self.tally));
        total.1.append(&mut self.handed_back);
    }
}
