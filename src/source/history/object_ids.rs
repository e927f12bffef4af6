//! Numbers for the names of objects. The names themselves stay where they are, in the mapped indexes of packs, so
//! that millions of objects take sixteen bytes each.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::git::Oid;

/// Finds the number of a name, by open addressing.
///
/// A name is known by 96 bits of a hash with secret seeds, so that a name which is not near need not be looked at: that
/// would cost as much again. Two names among a billion that share them are met once in 10¹¹ repositories, and nobody
/// who writes an index can look for them.
#[derive(Debug, Default)]
pub(crate) struct ObjectNumbers {
    seeds: [u64; 6],
    /// As many as a power of two.
    places: Vec<Place>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    mark: [u32; 3],
    number: u32,
}

/// No object has this number.
const FREE: Place = Place { mark: [0; 3], number: u32::MAX };

impl ObjectNumbers {
    /// Room for so many names.
    pub(crate) fn with_room(count: usize) -> Self {
        let places = (count.saturating_mul(3) / 2 + 1).next_power_of_two();
        let random = RandomState::new();
        let seeds = [0, 1, 2, 3, 4, 5].map(|seed: u8| random.hash_one(seed));
        Self { seeds, places: vec![FREE; places] }
    }

    /// The number of a name.
    pub(crate) fn find(&self, oid: &Oid) -> Option<u32> {
        let (at, _) = self.place(oid)?;
        Some(self.places[at].number).filter(|number| *number != FREE.number)
    }

    /// Gives a name a number, unless it has one; whether it was given.
    pub(crate) fn add(&mut self, oid: &Oid, number: u32) -> bool {
        let Some((at, mark)) = self.place(oid).filter(|(at, _)| self.places[*at] == FREE) else {
            return false;
        };
        self.places[at] = Place { mark, number };
        true
    }

    /// Where a name stands, or would stand, and by what it is known.
    fn place(&self, oid: &Oid) -> Option<(usize, [u32; 3])> {
        let around = self.places.len().checked_sub(1)?;
        let [one, other] = [0, 3].map(|seed| self.hash(oid, seed));
        let [(first, a), (b, c)] = [halves(one), halves(other)];
        let mark = [a, b, c];
        // There is always a free place: there are more places than names.
        let places = (0..=around).map(|step| (first as usize).wrapping_add(step) & around);
        let is_it = |at: &usize| self.places[*at].mark == mark || self.places[*at] == FREE;
        places.into_iter().find(is_it).map(|at| (at, mark))
    }

    fn hash(&self, oid: &Oid, seed: usize) -> u64 {
        let mut hash = self.seeds[seed];
        for (at, part) in oid.as_bytes().chunks(8).enumerate() {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            let product =
                u128::from(hash ^ u64::from_le_bytes(word)) * u128::from(self.seeds[seed + 1 + at % 2] | 1);
            let [low, high] = [product & u128::from(u64::MAX), product >> 64];
            hash = u64::try_from(low ^ high).unwrap_or_default();
        }
        hash
    }
}

fn halves(hash: u64) -> (u32, u32) {
    let lower = u32::try_from(hash & u64::from(u32::MAX)).unwrap_or_default();
    (lower, u32::try_from(hash >> 32).unwrap_or_default())
}

/// A set of objects, by number, that any thread may add to.
#[derive(Debug, Default)]
pub struct NumberSet(Vec<AtomicU64>);

impl NumberSet {
    /// An empty set of numbers below `count`.
    #[must_use]
    pub fn with_bound(count: usize) -> Self {
        Self((0..count.div_ceil(64)).map(|_| AtomicU64::new(0)).collect())
    }

    /// Adds a number; whether it is new. One that is not below the count is none of the set's.
    #[expect(clippy::must_use_candidate, reason = "it is called for what it does")]
    pub fn insert(&self, number: u32) -> bool {
        let (word, bit) = place(number);
        self.0.get(word).is_some_and(|word| word.fetch_or(bit, Ordering::Relaxed) & bit == 0)
    }

    /// Whether it holds a number.
    #[must_use]
    pub fn contains(&self, number: u32) -> bool {
        let (word, bit) = place(number);
        self.0.get(word).is_some_and(|word| word.load(Ordering::Relaxed) & bit != 0)
    }

    /// How many numbers it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.load(Ordering::Relaxed).count_ones() as usize).sum()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its numbers, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.0.iter().zip(0_u32..).flat_map(|(word, at)| {
            let word = word.load(Ordering::Relaxed);
            (0..64).filter(move |bit| word & (1 << bit) != 0).map(move |bit| at * 64 + bit)
        })
    }
}

const fn place(number: u32) -> (usize, u64) {
    (number as usize / 64, 1 << (number % 64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    proptest::proptest! {
        #[test]
        fn numbers_are_found_again(
            // Few bits, so that places and marks meet.
            names in proptest::collection::vec((0_u8..8, 0_u8..4), 0..60),
            others in proptest::collection::vec((0_u8..8, 0_u8..4), 0..20),
        ) {
            let oid = |(place, mark): &(u8, u8)| {
                let mut bytes = [0; 20];
                (bytes[4], bytes[19]) = (*place, *mark);
                Oid::from_bytes(&bytes).unwrap()
            };
            let list: Vec<Oid> = names.iter().map(oid).collect();
            let mut table = ObjectNumbers::with_room(list.len());
            let mut expected: HashMap<Oid, u32> = HashMap::new();
            for (number, oid) in (0..).zip(&list) {
                let is_new = table.add(oid, number);
                proptest::prop_assert_eq!(is_new, !expected.contains_key(oid));
                expected.entry(*oid).or_insert(number);
            }
            for oid in list.iter().copied().chain(others.iter().map(oid)) {
                proptest::prop_assert_eq!(table.find(&oid), expected.get(&oid).copied());
            }
            let set = NumberSet::with_bound(70);
            for number in expected.values() {
                proptest::prop_assert!(set.insert(*number) && !set.insert(*number) && set.contains(*number));
            }
            let mut numbers: Vec<u32> = expected.into_values().collect();
            numbers.sort_unstable();
            proptest::prop_assert_eq!((set.len(), set.is_empty()), (numbers.len(), numbers.is_empty()));
            proptest::prop_assert_eq!(set.iter().collect::<Vec<_>>(), numbers);
        }
    }
}
