//! Numbers for objects, and sets of such numbers.
//!
//! The names themselves are not stored here. They stay in the mapped indexes of packs, so a table of millions of
//! objects takes sixteen bytes for each.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::git::Oid;

/// A hash table from object names to numbers, with open addressing.
///
/// A name is identified by 96 bits of a hash with secret seeds. Comparing the name itself would mean a read from a
/// distant page, which costs as much again as the search. Among a billion names, two share their 96 bits in one of
/// 10¹¹ repositories, and the author of an index cannot search for such names.
#[derive(Debug, Default)]
pub(super) struct ObjectNumbers {
    seeds: [u64; 6],
    /// The length is a power of two.
    cells: Vec<Cell>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cell {
    hash: [u32; 3],
    number: u32,
}

/// The number of names that are hashed before they are added.
const BATCH: usize = if cfg!(test) { 8 } else { 1 << 14 };

/// A free cell. No object has its number.
const FREE: Cell = Cell { hash: [0; 3], number: u32::MAX };

impl ObjectNumbers {
    /// Creates a table for up to `count` names.
    fn with_capacity(count: usize) -> Self {
        let cells = (count.saturating_mul(3) / 2 + 1).next_power_of_two();
        let random = RandomState::new();
        let seeds = [0, 1, 2, 3, 4, 5].map(|seed: u8| random.hash_one(seed));
        Self { seeds, cells: vec![FREE; cells] }
    }

    /// Creates a table in which up to `count` names have the numbers 0, 1, 2 and so on. A name that comes again keeps its
    /// first number; `None` takes a number only.
    ///
    /// The names of a batch are hashed first and then added: so the processor waits for many distant cells at once.
    pub(super) fn of_names(count: usize, mut names: impl Iterator<Item = Option<Oid>>) -> Self {
        let mut table = Self::with_capacity(count);
        let mut numbers = 0_u32..;
        loop {
            let batch: Vec<Option<Oid>> = names.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return table;
            }
            let hashes: Vec<_> = batch.par_iter().map(|oid| Some(table.hashes(oid.as_ref()?))).collect();
            for (hashes, number) in hashes.into_iter().zip(&mut numbers) {
                let Some((first, hash)) = hashes else { continue };
                if let Some(at) = table.place(first, hash).filter(|at| table.cells[*at] == FREE) {
                    table.cells[at] = Cell { hash, number };
                }
            }
        }
    }

    /// Returns the number of a name.
    pub(super) fn find(&self, oid: &Oid) -> Option<u32> {
        let at = self.find_cell(oid)?;
        Some(self.cells[at].number).filter(|number| *number != FREE.number)
    }

    /// Returns the index of a name's cell, or of the free cell for it.
    fn find_cell(&self, oid: &Oid) -> Option<usize> {
        let (first, hash) = self.hashes(oid);
        self.place(first, hash)
    }

    /// Returns the first cell from an index on that has a hash or is free. The index may be larger than the table.
    fn place(&self, first: u32, hash: [u32; 3]) -> Option<usize> {
        let mask = self.cells.len().checked_sub(1)?;
        // There is always a free cell: there are more cells than names.
        let mut indexes = (0..=mask).map(|step| (first as usize).wrapping_add(step) & mask);
        indexes.find(|at| self.cells[*at].hash == hash || self.cells[*at] == FREE)
    }

    /// Returns what decides about the place of a name, and what identifies it.
    fn hashes(&self, oid: &Oid) -> (u32, [u32; 3]) {
        let [one, other] = [0, 3].map(|seed| self.hash(oid, seed));
        let [(first, a), (b, c)] = [split_hash(one), split_hash(other)];
        (first, [a, b, c])
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

/// Splits a hash into its lower and upper 32 bits.
fn split_hash(hash: u64) -> (u32, u32) {
    let lower = u32::try_from(hash & u64::from(u32::MAX)).unwrap_or_default();
    (lower, u32::try_from(hash >> 32).unwrap_or_default())
}

/// A set of object numbers that several threads may add to.
#[derive(Debug, Default)]
pub(crate) struct NumberSet(Vec<AtomicU64>);

impl NumberSet {
    /// Creates an empty set for numbers below `count`.
    #[must_use]
    pub(crate) fn with_bound(count: usize) -> Self {
        Self((0..count.div_ceil(64)).map(|_| AtomicU64::new(0)).collect())
    }

    /// Adds a number, and returns whether it was new. A number that is not below the bound is ignored.
    pub(crate) fn insert(&self, number: u32) -> bool {
        let (word, bit) = word_and_bit(number);
        self.0.get(word).is_some_and(|word| word.fetch_or(bit, Ordering::Relaxed) & bit == 0)
    }

    /// Whether the set contains a number.
    #[must_use]
    pub(crate) fn contains(&self, number: u32) -> bool {
        let (word, bit) = word_and_bit(number);
        self.0.get(word).is_some_and(|word| word.load(Ordering::Relaxed) & bit != 0)
    }

    /// Returns the elements in ascending order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> {
        self.0.iter().zip(0_u32..).flat_map(|(word, at)| {
            let word = word.load(Ordering::Relaxed);
            (0..64).filter(move |bit| word & (1 << bit) != 0).map(move |bit| at * 64 + bit)
        })
    }
}

/// Returns the index of the word, and the bit in it, of a number.
const fn word_and_bit(number: u32) -> (usize, u64) {
    (number as usize / 64, 1 << (number % 64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    proptest::proptest! {
        #[test]
        fn added_numbers_are_found(
            // Few different bits, so that cells and hashes collide.
            names in proptest::collection::vec((0_u8..8, 0_u8..4), 0..60),
            others in proptest::collection::vec((0_u8..8, 0_u8..4), 0..20),
        ) {
            let oid = |(one, other): &(u8, u8)| {
                let mut bytes = [0; 20];
                (bytes[4], bytes[19]) = (*one, *other);
                Oid::from_bytes(&bytes).unwrap()
            };
            // Each fifth item stands for an entry without a name.
            let list: Vec<Option<Oid>> =
                names.iter().enumerate().map(|(at, name)| (at % 5 < 4).then(|| oid(name))).collect();
            let table = ObjectNumbers::of_names(list.len(), list.iter().copied());
            let mut expected: HashMap<Oid, u32> = HashMap::new();
            for (number, oid) in (0..).zip(&list) {
                if let Some(oid) = oid {
                    expected.entry(*oid).or_insert(number);
                }
            }
            for oid in list.iter().flatten().copied().chain(others.iter().map(oid)) {
                proptest::prop_assert_eq!(table.find(&oid), expected.get(&oid).copied());
            }
            let set = NumberSet::with_bound(70);
            for number in expected.values() {
                proptest::prop_assert!(set.insert(*number) && !set.insert(*number) && set.contains(*number));
            }
            let mut numbers: Vec<u32> = expected.into_values().collect();
            numbers.sort_unstable();
            proptest::prop_assert_eq!(set.iter().collect::<Vec<_>>(), numbers);
        }
    }
}
