//! Lists the set bits of a bitmask. How many bits a word has cannot be predicted, so no loop here ends with the bits of a
//! word: a mispredicted branch costs more than several look-ups.

use crate::BLOCK;

/// The positions that are written at once. Few words of source code have more bits.
pub const BATCH: usize = 8;

/// Writes the numbers of the set bits, counted through all words, in ascending order. Returns how many there are.
/// `positions` has room for all bits of the words and [`BATCH`] more; what is after the last one is undefined.
#[inline(always)]
#[expect(clippy::inline_always, reason = "compiled for the instructions of each caller")]
pub fn list(words: &[u64], positions: &mut [u16]) -> usize {
    let mut count = 0;
    for (first, word) in (0..).step_by(BLOCK).zip(words) {
        let (mut rest, mut at) = (*word, count);
        while let Some(batch) = positions.get_mut(at..at + BATCH) {
            for slot in batch {
                *slot = first | trailing_zeros(rest);
                rest &= rest.wrapping_sub(1);
            }
            if rest == 0 {
                break;
            }
            at += BATCH;
        }
        count += word.count_ones() as usize;
    }
    count
}

#[expect(clippy::cast_possible_truncation, reason = "at most 64")]
const fn trailing_zeros(word: u64) -> u16 {
    word.trailing_zeros() as u16
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_bit_is_listed_once_in_order(words in vec(prop_oneof![Just(0), Just(!0), any::<u64>()], 0..=16)) {
            let expected: Vec<u16> = (0_u16..)
                .take(words.len() * BLOCK)
                .filter(|at| words[usize::from(*at) / BLOCK] >> (usize::from(*at) % BLOCK) & 1 == 1)
                .collect();
            for list in [list, crate::list_set_bits] {
                let mut positions = vec![u16::MAX; words.len() * BLOCK + BATCH];
                let count = list(&words, &mut positions);
                prop_assert_eq!(&positions[..count], &expected[..]);
            }
        }
    }
}
