//! The objects that earlier runs have read, in less than two bytes each, without a chance to take another object for one of
//! them.
//!
//! The names are sorted and cut into groups of some dozens by their first bits. Of each name one more byte is kept, and of
//! each group a hash of all its names under a key of the file. The bytes only find the candidates among the objects that a
//! repository holds now; they count as read if the hash of their whole names is that of the group. A name that collides in
//! its byte is distinguished by that hash, and a group of which an object is gone is read again.

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::bytes::{Reader, Writer};
use crate::git::{ObjectKind, Oid};
use crate::scan::history::read_plan::{KINDS, ObjectTotals, kind_code};
use crate::source::history::{NumberSet, ObjectSet};

/// The wanted number of objects of a group.
const GROUP: usize = 32;

/// The average number of objects of a group above which a state is not used any more: groups do not split, and a gone
/// object costs the reading of its group.
const MAX_AVERAGE: usize = 8 * GROUP;

/// The most first bits of a name that tell its group.
const MAX_BITS: u32 = 24;

/// The most ways to choose among candidates that collide.
const MAX_CHOICES: usize = 64;

/// Stands for an object that the repository does not hold any more, or may not hold.
pub(super) const GONE: u32 = u32::MAX;

/// The bytes of a hash of a group.
type GroupHash = [u8; 16];

/// The objects that earlier runs have read. Each has a position: its index in the order of the names.
#[derive(Debug, Default)]
pub(super) struct KnownObjects {
    key: [u8; 16],
    /// The number of first bits of a name that tell its group.
    bits: u32,
    /// The position of the first object of each group; one more item at the end is the number of objects.
    starts: Vec<u32>,
    hashes: Vec<GroupHash>,
    totals: Vec<ObjectTotals>,
    /// The eight bits of each name after those of its group.
    remainders: Vec<u8>,
    kinds: Vec<u8>,
}

/// An object of the repository now, with its number.
pub(super) type Named = (Oid, u32);

/// Which known objects a repository holds.
#[derive(Debug)]
pub(super) struct Matched {
    /// The number of the object at each position, or [`GONE`].
    pub(super) numbers: Vec<u32>,
    /// Whether each object of a group is there.
    is_whole: Vec<bool>,
    /// The totals of the objects that are there.
    pub(super) totals: ObjectTotals,
}

impl Matched {
    /// Whether the repository holds each known object.
    pub(super) fn is_everything(&self) -> bool {
        self.is_whole.iter().all(|is_whole| *is_whole)
    }
}

/// Returns all objects of a repository, sorted by name.
pub(super) fn sorted_objects(objects: &ObjectSet) -> Vec<Named> {
    let numbers = (0..objects.number_bound()).filter_map(|number| u32::try_from(number).ok());
    let mut named: Vec<Named> = numbers.filter_map(|number| Some((objects.oid(number)?, number))).collect();
    // An object in several packs has the number of the first one. Each pack is sorted already, which this sort makes use of.
    named.sort();
    named.dedup_by_key(|(oid, _)| *oid);
    named
}

/// Returns the first 64 bits of a name.
fn head(oid: &Oid) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&oid.as_bytes()[..8]);
    u64::from_be_bytes(bytes)
}

impl KnownObjects {
    /// The number of objects.
    pub(super) fn len(&self) -> usize {
        self.remainders.len()
    }

    /// Returns the kind of the object at a position.
    pub(super) fn kind(&self, position: usize) -> Option<ObjectKind> {
        self.kinds.get(position).and_then(|code| KINDS.get(usize::from(*code))).copied()
    }

    /// Returns the positions of a group's objects.
    fn group(&self, group: usize) -> std::ops::Range<usize> {
        self.starts[group] as usize..self.starts[group + 1] as usize
    }

    fn group_of(&self, oid: &Oid) -> usize {
        usize::try_from(head(oid).checked_shr(64 - self.bits).unwrap_or(0)).unwrap_or(0)
    }

    fn remainder_of(&self, oid: &Oid) -> u8 {
        u8::try_from((head(oid) << self.bits) >> 56).unwrap_or(0)
    }

    fn hash<'o>(&self, group: usize, names: impl Iterator<Item = &'o Oid>) -> GroupHash {
        let mut hasher = Sha256::new_with_prefix(self.key);
        hasher.update((group as u64).to_le_bytes());
        for name in names {
            hasher.update(name.as_bytes());
        }
        let whole: [u8; 32] = hasher.finalize().into();
        let mut hash = GroupHash::default();
        hash.copy_from_slice(&whole[..16]);
        hash
    }

    /// Returns the parts of a sorted list that belong to each group.
    fn slices<'n>(&self, named: &'n [Named]) -> Vec<&'n [Named]> {
        let (mut rest, count) = (named, 1_usize << self.bits);
        let slices = (0..count).map(|group| {
            let end = rest.partition_point(|(oid, _)| self.group_of(oid) <= group);
            let (slice, after) = rest.split_at(end);
            rest = after;
            slice
        });
        slices.collect()
    }

    /// Finds the known objects among those that a repository holds now.
    pub(super) fn find_in(&self, named: &[Named]) -> Matched {
        let found: Vec<Option<Vec<u32>>> = self
            .slices(named)
            .into_par_iter()
            .enumerate()
            .with_min_len(64)
            .map(|(group, slice)| self.find_group(group, slice))
            .collect();
        let mut matched = Matched {
            numbers: Vec::with_capacity(self.len()),
            is_whole: Vec::new(),
            totals: ObjectTotals::default(),
        };
        for (group, numbers) in found.into_iter().enumerate() {
            matched.is_whole.push(numbers.is_some());
            match numbers {
                Some(numbers) => {
                    matched.numbers.extend(numbers);
                    matched.totals.add(self.totals[group]);
                }
                None => matched.numbers.resize(self.starts[group + 1] as usize, GONE),
            }
        }
        matched
    }

    /// Returns the numbers of a group's objects; `None` unless all are there.
    fn find_group(&self, group: usize, slice: &[Named]) -> Option<Vec<u32>> {
        let wanted = &self.remainders[self.group(group)];
        let candidates: Vec<&Named> =
            slice.iter().filter(|(oid, _)| wanted.binary_search(&self.remainder_of(oid)).is_ok()).collect();
        let is_plain = candidates.iter().map(|(oid, _)| self.remainder_of(oid)).eq(wanted.iter().copied());
        let choices = if is_plain { vec![candidates] } else { self.choices(&candidates, wanted) };
        let hash = &self.hashes[group];
        let right = choices
            .into_iter()
            .find(|choice| self.hash(group, choice.iter().map(|(oid, _)| oid)) == *hash)?;
        Some(right.into_iter().map(|(_, number)| *number).collect())
    }

    /// Returns the ways to take one candidate for each wanted remainder; none if there are too many ways.
    fn choices<'n>(&self, candidates: &[&'n Named], wanted: &[u8]) -> Vec<Vec<&'n Named>> {
        let mut choices: Vec<Vec<&Named>> = vec![Vec::new()];
        for same in wanted.chunk_by(|one, other| one == other) {
            let colliding: Vec<&Named> =
                candidates.iter().filter(|(oid, _)| self.remainder_of(oid) == same[0]).copied().collect();
            let subsets = subsets(&colliding, same.len());
            if subsets.len() * choices.len() > MAX_CHOICES {
                return Vec::new();
            }
            choices = choices
                .iter()
                .flat_map(|choice| subsets.iter().map(|subset| [choice.as_slice(), subset].concat()))
                .collect();
        }
        choices
    }

    /// Builds the list of the objects that a run or an earlier one has read. `info` returns the kind of each, and its
    /// size unless it is one of the `earlier` ones. Returns also the position of each number, or [`GONE`].
    pub(super) fn build(
        named: &[Named],
        bound: usize,
        earlier: Option<(&Self, &Matched, &NumberSet)>,
        info: impl Fn(u32) -> Option<(ObjectKind, u64)>,
    ) -> (Self, Vec<u32>) {
        let built = match earlier {
            Some((known, ..)) => Self { key: known.key, bits: known.bits, ..Self::default() },
            None => Self { key: new_key(), bits: bits_for(named.len()), ..Self::default() },
        };
        built.filled(named, bound, earlier, info)
    }

    /// Fills an empty list, which has its key and the number of its bits.
    fn filled(
        self,
        named: &[Named],
        bound: usize,
        earlier: Option<(&Self, &Matched, &NumberSet)>,
        info: impl Fn(u32) -> Option<(ObjectKind, u64)>,
    ) -> (Self, Vec<u32>) {
        let mut built = self;
        let mut positions = vec![GONE; bound];
        for (group, slice) in built.slices(named).into_iter().enumerate() {
            built.starts.push(u32::try_from(built.remainders.len()).unwrap_or(GONE));
            let mut totals = ObjectTotals::default();
            let whole = earlier.filter(|(_, matched, _)| matched.is_whole.get(group) == Some(&true));
            if let Some((known, ..)) = whole {
                totals.add(known.totals[group]);
            }
            let members: Vec<(&Named, (ObjectKind, u64))> =
                slice.iter().filter_map(|named| Some((named, info(named.1)?))).collect();
            for ((oid, number), (kind, size)) in &members {
                if !whole.is_some_and(|(.., known)| known.contains(*number)) {
                    totals.add_object(*kind, *size);
                }
                if let Some(position) = positions.get_mut(*number as usize) {
                    *position = u32::try_from(built.remainders.len()).unwrap_or(GONE);
                }
                built.remainders.push(built.remainder_of(oid));
                built.kinds.push(kind_code(*kind));
            }
            let old = whole.filter(|(known, ..)| known.group(group).len() == members.len());
            built.hashes.push(match old {
                // The same names, since none of the old ones is gone.
                Some((known, ..)) => known.hashes[group],
                None => built.hash(group, members.iter().map(|((oid, _), _)| oid)),
            });
            built.totals.push(totals);
        }
        built.starts.push(u32::try_from(built.remainders.len()).unwrap_or(GONE));
        (built, positions)
    }

    /// Whether the groups have become too large to be used again.
    pub(super) fn is_outgrown_by(&self, count: usize) -> bool {
        count / MAX_AVERAGE > self.hashes.len()
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.0.extend_from_slice(&self.key);
        out.number(u64::from(self.bits));
        for (group, totals) in self.totals.iter().enumerate() {
            let range = self.group(group);
            out.count(range.len());
            if range.is_empty() {
                continue;
            }
            out.0.extend_from_slice(&self.hashes[group]);
            out.0.extend_from_slice(&self.remainders[range.clone()]);
            for four in self.kinds[range].chunks(4) {
                out.0.push(four.iter().rev().fold(0, |byte, kind| byte << 2 | kind));
            }
            out.number(totals.blobs);
            out.number(totals.bytes);
        }
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Option<Self> {
        let key = from.array()?;
        let bits = u32::try_from(from.number()?).ok().filter(|bits| *bits <= MAX_BITS)?;
        if 1_usize << bits > from.0.len() {
            return None;
        }
        let mut known = Self { key, bits, ..Self::default() };
        for group in 0..1_usize << bits {
            known.starts.push(u32::try_from(known.len()).ok()?);
            let count = from.count()?;
            let mut totals = ObjectTotals { objects: count as u64, ..ObjectTotals::default() };
            if count == 0 {
                let hash = known.hash(group, std::iter::empty());
                known.hashes.push(hash);
                known.totals.push(totals);
                continue;
            }
            known.hashes.push(from.array()?);
            known.remainders.extend_from_slice(from.take(count)?);
            let packed = from.take(count.div_ceil(4))?;
            known.kinds.extend((0..count).map(|at| packed[at / 4] >> (at % 4 * 2) & 3));
            totals.blobs = from.number()?;
            totals.bytes = from.number()?;
            known.totals.push(totals);
        }
        known.starts.push(u32::try_from(known.len()).ok()?);
        let is_sorted = (0..known.hashes.len()).all(|group| {
            known.remainders[known.starts[group] as usize..known.starts[group + 1] as usize].is_sorted()
        });
        is_sorted.then_some(known)
    }
}

/// Returns the number of first bits that give groups of the wanted size.
fn bits_for(count: usize) -> u32 {
    (count / GROUP).checked_ilog2().unwrap_or(0).min(MAX_BITS)
}

/// Returns a key that nobody outside knows, so that nobody can look for names whose groups have the same hash.
fn new_key() -> [u8; 16] {
    use std::hash::{BuildHasher as _, RandomState};
    let mut key = [0; 16];
    for (at, part) in key.chunks_exact_mut(8).enumerate() {
        part.copy_from_slice(&RandomState::new().hash_one(at).to_le_bytes());
    }
    key
}

/// Returns all ways to choose `count` of some items, in order; none if there are too many ways.
fn subsets<'n>(items: &[&'n Named], count: usize) -> Vec<Vec<&'n Named>> {
    if items.len() == count {
        return vec![items.to_vec()];
    }
    if items.len() < count || items.len() > 16 {
        return Vec::new();
    }
    let choices = (0_u32..1 << items.len()).filter(|choice| choice.count_ones() as usize == count);
    let pick = |choice: u32| {
        let chosen = items.iter().enumerate().filter(|(at, _)| choice & 1 << at != 0);
        chosen.map(|(_, item)| *item).collect()
    };
    choices.take(MAX_CHOICES + 1).map(pick).collect()
}

/// Builds a list with groups of a given number of bits.
#[cfg(test)]
pub(super) fn remember(
    named: &[Named],
    bits: u32,
    info: impl Fn(u32) -> Option<(ObjectKind, u64)>,
) -> KnownObjects {
    let empty = KnownObjects { key: new_key(), bits, ..KnownObjects::default() };
    empty.filled(named, named.len(), None, info).0
}
