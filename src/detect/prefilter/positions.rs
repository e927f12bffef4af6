//! The positions that a bitmask marks, as a list.

use crate::bytescan::{BLOCK, list_set_bits, set_bits};

/// The number of bitmask words that are listed at a time.
pub(super) const WORDS: usize = 16;

/// The marked positions of up to [`WORDS`] words, in ascending order.
pub(super) struct MarkedPositions {
    positions: [u16; WORDS * BLOCK + set_bits::BATCH],
    count: usize,
}

impl MarkedPositions {
    pub(super) const fn new() -> Self {
        Self { positions: [0; WORDS * BLOCK + set_bits::BATCH], count: 0 }
    }

    /// Lists the set bits of at most [`WORDS`] words. A bit's position is its number, through all words.
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
        let mut marked = MarkedPositions::new();
        for words in [&[!0; WORDS][..], &[0b1011, 0, 1 << 63], &[]] {
            let expected: Vec<usize> =
                (0..words.len() * BLOCK).filter(|at| words[at / BLOCK] >> (at % BLOCK) & 1 == 1).collect();
            marked.list(words);
            assert_eq!(marked.iter().collect::<Vec<_>>(), expected);
        }
    }
}
