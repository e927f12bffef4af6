//! Packs, read along their delta trees: every object is decoded once, and only the path from the root to it is
//! held in memory.

use std::sync::Mutex;
use std::sync::PoisonError;

use libdeflater::Decompressor;
use rayon::prelude::*;

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
        let earlier = &contents.packs[..at];
        let lost: Vec<Oid> = forest.lost.iter().filter_map(|slot| pack.oid(*slot as usize)).collect();
        total.lock().unwrap_or_else(PoisonError::into_inner).1.extend(lost);
        forest.roots.par_iter().with_min_len(16).for_each_init(
            || Walker::new(pack, &forest, earlier, visitor, &total),
            |walker, (root, kind)| {
                if only.is_none_or(|only| only == *kind) && !stop.is_set() {
                    walker.tree(*root, *kind, stop);
                }
            },
        );
    }
    total.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// A version on the path from the root.
struct Frame<S> {
    slot: u32,
    bytes: Vec<u8>,
    /// What the visitor carries on; absent where it has seen the object in another pack.
    state: Option<S>,
    next_child: usize,
}

struct Walker<'w, V: Visitor> {
    pack: &'w Pack,
    forest: &'w Forest,
    /// Packs that were read before: what they hold as well is decoded and not looked at again.
    earlier: &'w [Pack],
    visitor: &'w V,
    inflater: Decompressor,
    delta: Vec<u8>,
    copies: Vec<Copied>,
    /// Buffers to use again.
    spare: Vec<Vec<u8>>,
    tally: Tally,
    handed_back: Vec<Oid>,
    total: &'w Mutex<(Tally, Vec<Oid>)>,
}

impl<'w, V: Visitor> Walker<'w, V> {
    fn new(
        pack: &'w Pack,
        forest: &'w Forest,
        earlier: &'w [Pack],
        visitor: &'w V,
        total: &'w Mutex<(Tally, Vec<Oid>)>,
    ) -> Self {
        Self {
            pack,
            forest,
            earlier,
            visitor,
            inflater: Decompressor::new(),
            delta: Vec::new(),
            copies: Vec::new(),
            spare: Vec::new(),
            tally: Tally::default(),
            handed_back: Vec::new(),
            total,
        }
    }

    /// Walks one tree, depth first.
    fn tree(&mut self, root: u32, kind: ObjectKind, stop: &Stop) {
        let mut bytes = self.spare.pop().unwrap_or_default();
        if self.inflate(root, &mut bytes).is_err() {
            return self.hand_back(root);
        }
        let state = self.look(root, kind, &bytes, None);
        let mut held = bytes.len();
        let mut path = vec![Frame { slot: root, bytes, state, next_child: 0 }];
        while let Some(top) = path.last_mut() {
            let child =
                self.forest.children(top.slot).get(top.next_child).copied().filter(|_| !stop.is_set());
            let Some(child) = child else {
                if let Some(done) = path.pop() {
                    held -= done.bytes.len();
                    self.recycle(done.bytes);
                }
                continue;
            };
            top.next_child += 1;
            let mut bytes = self.spare.pop().unwrap_or_default();
            if self.derive(child, &top.bytes, &mut bytes).is_err() || held + bytes.len() > PATH_BUDGET {
                self.recycle(bytes);
                self.hand_back(child);
                continue;
            }
            let state = self.look(child, kind, &bytes, top.state.as_ref());
            if self.forest.children(child).is_empty() {
                self.recycle(bytes);
            } else {
                held += bytes.len();
                path.push(Frame { slot: child, bytes, state, next_child: 0 });
            }
        }
    }

    fn inflate(&mut self, slot: u32, out: &mut Vec<u8>) -> Result<(), EntryError> {
        let header = self.pack.header(slot as usize)?;
        if header.size > MOST_OBJECT as u64 {
            return Err(EntryError("it is too large"));
        }
        self.pack.inflate(slot as usize, &header, &mut self.inflater, out)
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
        let oid = self.pack.oid(slot as usize)?;
        if self.earlier.iter().any(|pack| pack.find(&oid).is_some()) {
            return None;
        }
        self.tally.objects += 1;
        self.tally.blobs += usize::from(kind == ObjectKind::Blob);
        self.tally.bytes += bytes.len() as u64;
        let blob = Blob { oid, kind, bytes };
        Some(match base {
            Some(base) => self.visitor.derived(&blob, base, &self.copies),
            None => self.visitor.root(&blob),
        })
    }

    /// Gives up on an entry and all that derive from it. What an earlier pack held has been looked at there.
    fn hand_back(&mut self, slot: u32) {
        for slot in self.forest.below(slot) {
            let oid = self.pack.oid(slot as usize);
            let oid = oid.filter(|oid| !self.earlier.iter().any(|pack| pack.find(oid).is_some()));
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

impl<V: Visitor> Drop for Walker<'_, V> {
    fn drop(&mut self) {
        let mut total = self.total.lock().unwrap_or_else(PoisonError::into_inner);
        total.0.add(std::mem::take(&mut self.tally));
        total.1.append(&mut self.handed_back);
    }
}
