//! One object of a pack, decoded along its chain of deltas.
//!
//! The chain is followed from the object to its root or to a base that is in memory, and then the deltas are applied.
//! A base that is given by name may be in another pack or loose. If a copy of it is damaged, another one is tried.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::base_cache::{BaseCache, EntryKey};
use crate::git::loose;
use crate::git::object_types::{MAX_OBJECT_BYTES, Object, ReadError};
use crate::git::oid::Oid;
use crate::git::pack::{Damage, EntryError, Inflater, PackedBase, PackedEntry, RandomAccessPack, apply};

/// Length limit of a chain. No writer of packs makes chains as long as this.
const MAX_CHAIN: usize = 8192;

/// Limit on the bytes that are decoded for one object, 16 GiB. A short chain may unfold to more.
const MAX_CHAIN_BYTES: u64 = 16 << 30;

/// Number of damaged bases for which another copy is tried.
const MAX_DAMAGED_BASES: usize = 8;

/// An entry of a pack.
#[derive(Clone)]
struct Place {
    pack: Arc<RandomAccessPack>,
    offset: u64,
    /// The checksum of the entry; `None` if it was not found by its name.
    checksum: Option<u32>,
}

impl Place {
    /// Finds an object in a pack.
    fn find(pack: &Arc<RandomAccessPack>, oid: &Oid) -> Option<Self> {
        let (offset, checksum) = pack.find(oid)?;
        Some(Self { pack: Arc::clone(pack), offset, checksum })
    }

    /// The entry at an offset of the same pack.
    fn at(&self, offset: u64) -> Self {
        Self { pack: Arc::clone(&self.pack), offset, checksum: None }
    }

    /// Inflates the entry and compares its checksum.
    fn inflate(&self, entry: &PackedEntry, inflater: &mut Inflater) -> Result<Vec<u8>, EntryError> {
        let bytes = self.pack.inflate(entry, inflater)?;
        if self.checksum.is_some() {
            self.pack.check(entry, self.checksum, inflater)?;
        }
        Ok(bytes)
    }

    fn key(&self) -> EntryKey {
        (self.pack.number(), self.offset)
    }
}

/// The packs and the folders of loose objects in which bases are searched.
#[derive(Clone, Copy)]
struct Sources<'p> {
    packs: &'p [Arc<RandomAccessPack>],
    folders: &'p [PathBuf],
}

/// Reads objects of packs, one after the other. Objects that were decoded last are kept as bases for the next ones.
pub(super) struct ChainReader {
    inflater: Inflater,
    cache: BaseCache,
    /// Entries that cannot be decoded.
    damaged: HashSet<EntryKey>,
    /// Number of the pack in which the last object was found.
    last_pack: u64,
    /// Number of deltas that were applied.
    #[cfg(test)]
    pub(super) applied: usize,
}

impl ChainReader {
    pub(super) fn new() -> Self {
        Self {
            inflater: Inflater::new(),
            cache: BaseCache::default(),
            damaged: HashSet::new(),
            last_pack: 0,
            #[cfg(test)]
            applied: 0,
        }
    }

    /// Reads the first good copy of an object in a pack; returns `None` if no pack holds the object.
    pub(super) fn read(
        &mut self,
        packs: &[Arc<RandomAccessPack>],
        folders: &[PathBuf],
        oid: &Oid,
    ) -> Option<Result<Object, ReadError>> {
        let sources = Sources { packs, folders };
        let mut failure = None;
        for place in self.copies(packs, oid) {
            match self.decode_with_other_bases(sources, &place) {
                Ok(object) => {
                    self.last_pack = place.pack.number();
                    return Some(Ok(Object { kind: object.kind, bytes: take_bytes(object) }));
                }
                Err(damage) => failure = failure.or(Some(damage)),
            }
        }
        failure.map(|damage| {
            Err(match damage {
                Damage::TooLarge => ReadError::TooLarge(*oid),
                Damage::Broken(EntryError(reason)) => ReadError::Corrupt(*oid, reason.to_owned()),
            })
        })
    }

    /// Finds the copies of an object, one after the other. The pack in which the last object was found comes first.
    fn copies<'p>(
        &self,
        packs: &'p [Arc<RandomAccessPack>],
        oid: &'p Oid,
    ) -> impl Iterator<Item = Place> + use<'p> {
        let last = self.last_pack;
        let is_last = move |pack: &&Arc<RandomAccessPack>| pack.number() == last;
        let first = packs.iter().filter(is_last);
        let others = packs.iter().filter(move |pack| !is_last(pack));
        first.chain(others).filter_map(|pack| Place::find(pack, oid))
    }

    /// Decodes an entry. If one of its bases is damaged, another copy of that base is tried.
    fn decode_with_other_bases(
        &mut self,
        sources: Sources<'_>,
        place: &Place,
    ) -> Result<Arc<Object>, Damage> {
        let mut rest = MAX_DAMAGED_BASES;
        loop {
            let (damage, at) = match self.decode(sources, place) {
                Ok(object) => return Ok(object),
                Err(failure) => failure,
            };
            if damage == Damage::TooLarge {
                return Err(damage);
            }
            let is_new = self.damaged.insert(at);
            if !is_new || at == place.key() || rest == 0 {
                return Err(damage);
            }
            rest -= 1;
        }
    }

    /// Decodes an entry. Returns a failure with the entry that is damaged.
    fn decode(&mut self, sources: Sources<'_>, place: &Place) -> Result<Arc<Object>, (Damage, EntryKey)> {
        let (mut deltas, mut place, mut size) = (Vec::new(), place.clone(), 0);
        let base = loop {
            let key = place.key();
            if let Some(object) = self.cache.get(key) {
                break object;
            }
            let entry = self.entry(&place, deltas.len(), &mut size).map_err(|damage| (damage, key))?;
            let next = match entry.base {
                PackedBase::None => {
                    let root = self.decode_root(&place, &entry).map_err(|damage| (damage, key))?;
                    if !deltas.is_empty() {
                        self.cache.add(key, &root);
                    }
                    break root;
                }
                PackedBase::Offset(offset) => place.at(offset),
                PackedBase::Object(oid) => match self.base_by_name(sources, &place, &oid) {
                    Some(Found::Packed(base)) => base,
                    Some(Found::Loose(object)) => {
                        deltas.push((place, entry));
                        break Arc::new(object);
                    }
                    None => return Err((EntryError("its base is missing or damaged").into(), key)),
                },
            };
            deltas.push((std::mem::replace(&mut place, next), entry));
        };
        self.apply_all(base, &deltas)
    }

    /// Reads the header of an entry after `depth` deltas, and adds the size of its object to `size`.
    fn entry(&mut self, place: &Place, depth: usize, size: &mut u64) -> Result<PackedEntry, Damage> {
        if depth > MAX_CHAIN {
            return Err(EntryError("its chain of deltas is circular, or too long").into());
        }
        if depth > 0 && self.damaged.contains(&place.key()) {
            return Err(EntryError("a version that it is derived from is damaged").into());
        }
        let entry = place.pack.entry(place.offset, &mut self.inflater)?;
        let object = place.pack.object_size(&entry, &mut self.inflater).unwrap_or_default();
        *size += object.min(MAX_CHAIN_BYTES);
        if object > MAX_OBJECT_BYTES as u64 || *size > MAX_CHAIN_BYTES {
            return Err(Damage::TooLarge);
        }
        Ok(entry)
    }

    fn decode_root(&mut self, place: &Place, entry: &PackedEntry) -> Result<Arc<Object>, Damage> {
        let kind = entry.kind.ok_or(EntryError("it is of no kind that git knows"))?;
        let bytes = place.inflate(entry, &mut self.inflater)?;
        Ok(Arc::new(Object { kind, bytes }))
    }

    /// Finds the base of a delta by name: in the same pack, in another one, or loose.
    fn base_by_name(&self, sources: Sources<'_>, delta: &Place, oid: &Oid) -> Option<Found> {
        let packs = std::iter::once(&delta.pack).chain(sources.packs);
        let places = packs.filter_map(|pack| Place::find(pack, oid));
        let mut usable =
            places.filter(|place| place.key() != delta.key() && !self.damaged.contains(&place.key()));
        let loose = || sources.folders.iter().find_map(|folder| loose::read(folder, oid)?.ok());
        usable.next().map(Found::Packed).or_else(|| loose().map(Found::Loose))
    }

    /// Applies deltas to their base, the last one first.
    fn apply_all(
        &mut self,
        base: Arc<Object>,
        deltas: &[(Place, PackedEntry)],
    ) -> Result<Arc<Object>, (Damage, EntryKey)> {
        let (mut object, mut copies) = (base, Vec::new());
        for (place, entry) in deltas.iter().rev() {
            let fail = |error: EntryError| (Damage::Broken(error), place.key());
            let delta = place.inflate(entry, &mut self.inflater).map_err(fail)?;
            let mut bytes = Vec::new();
            apply(&object.bytes, &delta, MAX_OBJECT_BYTES, &mut bytes, &mut copies).map_err(fail)?;
            object = Arc::new(Object { kind: object.kind, bytes });
            self.cache.add(place.key(), &object);
            #[cfg(test)]
            {
                self.applied += 1;
            }
        }
        Ok(object)
    }

    /// Returns the largest number of bytes that decoding a packed object takes at once: for the object, for one of its
    /// bases, or for a delta on the way. The result is too small where the pack is damaged; decoding then fails.
    pub(super) fn max_decoded(&mut self, packs: &[Arc<RandomAccessPack>], oid: &Oid) -> u64 {
        let mut largest = 0;
        let mut next = self.copies(packs, oid).next();
        for _ in 0..MAX_CHAIN {
            let Some(place) = next.take() else { break };
            let entry = match place.pack.entry(place.offset, &mut self.inflater) {
                Ok(entry) => entry,
                Err(Damage::TooLarge) => return u64::MAX,
                Err(Damage::Broken(_)) => break,
            };
            let size = place.pack.object_size(&entry, &mut self.inflater).unwrap_or_default();
            largest = largest.max(size);
            next = match entry.base {
                PackedBase::None => None,
                PackedBase::Offset(offset) => Some(place.at(offset)),
                PackedBase::Object(oid) => Place::find(&place.pack, &oid),
            };
        }
        largest
    }
}

/// A base that is given by name.
enum Found {
    Packed(Place),
    Loose(Object),
}

/// Returns the bytes of an object, without copying them if nobody else holds it.
fn take_bytes(object: Arc<Object>) -> Vec<u8> {
    Arc::try_unwrap(object).map_or_else(|object| object.bytes.clone(), |object| object.bytes)
}
