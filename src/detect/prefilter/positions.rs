//! The positions that a bitmask marks, as a list.

use skant_bytescan::{BLOCK, list_set_bits, set_bits};

/// The number of bitmask words that are listed at a time, in a long text and in a short one, where room for more would
/// be cleared in vain.
pub(super) const WORDS: usize = 16;
pub(super) const FEW_WORDS: usize = 3;

/// The room for the positions of so many words.
pub(super) const ROOM: usize = WORDS * BLOCK + set_bits::BATCH;
pub(super) const LITTLE_ROOM: usize = FEW_WORDS * BLOCK + set_bits::BATCH;

/// The marked positions of some words, in ascending order.
pub(super) struct MarkedPositions<const ROOM: usize> {
    positions: [u16; ROOM],
    count: usize,
}

impl<const ROOM: usize> MarkedPositions<ROOM> {
    pub(super) const fn new() -> Self {
        Self { positions: [0; ROOM], count: 0 }
    }

    /// Lists the set bits of as many words as there is room for. A bit's position is its number, through all words.
    pub(super) fn list(&mut self, words: &[u64]) {
        self.count = list_set_bits(words, &mut self.positions);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.positions[..self.count].iter().map(|position| usize::from(*position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_positions_of_each_list_replace_those_of_the_last() {
        let mut marked = MarkedPositions::<ROOM>::new();
        for words in [&[!0; WORDS][..], &[0b1011, 0, 1 << 63], &[]] {
            let expected: Vec<usize> =
                (0..words.len() * BLOCK).filter(|at| words[at / BLOCK] >> (at % BLOCK) & 1 == 1).collect();
            marked.list(words);
            assert_eq!(marked.iter().collect::<Vec<_>>(), expected);
        }
    }
}
