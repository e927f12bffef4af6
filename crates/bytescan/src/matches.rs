//! An iterator-like cursor over the positions that a [`ByteFilter`] marks, also over runs of marked positions.
//! It fills the bitmask block by block and confirms no match.

use crate::{BLOCK, ByteFilter, Compiled};

/// Words of the bitmask that are filled at a time: those of one kilobyte, which fits the first-level cache together
/// with the tables.
const WORDS: usize = 16;

/// The marked positions of a part of a text, found on demand in ascending order.
pub struct Matches<'m, const GROUPS: usize, const WIDTH: usize> {
    filter: &'m ByteFilter<GROUPS, WIDTH>,
    text: &'m [u8],
    end: usize,
    /// The position of the first filled word.
    from: usize,
    /// The number of filled words.
    filled: usize,
    /// The positions where a run of at least `min_run` begins.
    words: [u64; WORDS + 1],
    /// The marked positions of the same words, and of one word more. Unused for a `min_run` of 1.
    single: [u64; WORDS + 1],
    min_run: usize,
}

impl<'m, const GROUPS: usize, const WIDTH: usize> Matches<'m, GROUPS, WIDTH>
where
    ByteFilter<GROUPS, WIDTH>: Compiled,
{
    /// Creates a cursor over the marked positions before `end`.
    #[must_use]
    pub const fn new(filter: &'m ByteFilter<GROUPS, WIDTH>, text: &'m [u8], end: usize) -> Self {
        Self::with_min_run(filter, text, end, 1)
    }

    /// Creates a cursor over the positions before `end` where at least `min_run` marked positions begin. A run may
    /// continue after `end`.
    ///
    /// # Panics
    /// Panics if `min_run` is not between 1 and 64.
    #[must_use]
    pub const fn with_min_run(
        filter: &'m ByteFilter<GROUPS, WIDTH>,
        text: &'m [u8],
        end: usize,
        min_run: usize,
    ) -> Self {
        assert!(min_run > 0 && min_run <= BLOCK, "the beginning of a run spans at most two words");
        Self { filter, text, end, from: 0, filled: 0, words: [0; WORDS + 1], single: [0; WORDS + 1], min_run }
    }

    /// Returns the first match at `at` or after it. The positions of successive calls have to ascend.
    #[inline]
    pub fn next_from(&mut self, at: usize) -> Option<usize> {
        let mut at = at;
        while at < self.end {
            let index = at.wrapping_sub(self.from) / BLOCK;
            if at < self.from || index >= self.filled {
                self.fill(at);
                continue;
            }
            let start = self.from + index * BLOCK;
            let word = self.words[index] >> (at - start);
            if word != 0 {
                let found = at + word.trailing_zeros() as usize;
                return (found < self.end).then_some(found);
            }
            at = start + BLOCK;
        }
        None
    }

    /// Returns the end of the run that contains the marked position `marked`: the first position after it that is not
    /// marked.
    #[must_use]
    pub fn run_end(&self, marked: usize) -> usize {
        let mut at = marked;
        let known = if self.min_run == 1 { &[] } else { &self.single[..=self.filled] };
        while let Some(word) = known.get(at.wrapping_sub(self.from) / BLOCK) {
            let offset = (at - self.from) % BLOCK;
            let run = (word >> offset).trailing_ones() as usize;
            at += run;
            if run < BLOCK - offset {
                return at;
            }
        }
        while at < self.text.len() {
            let mut words = [0; WORDS];
            self.filter.fill_bitmask(self.text, at, &mut words);
            let full = words.iter().take_while(|word| **word == u64::MAX).count();
            at += full * BLOCK;
            if let Some(word) = words.get(full) {
                return at + word.trailing_ones() as usize;
            }
        }
        at
    }

    fn fill(&mut self, from: usize) {
        self.from = from;
        self.filled = (self.end - from).div_ceil(BLOCK).min(WORDS);
        if self.min_run == 1 {
            self.filter.fill_bitmask(self.text, from, &mut self.words[..self.filled]);
            return;
        }
        self.filter.fill_bitmask(self.text, from, &mut self.single[..=self.filled]);
        let mut octets = full_octets(self.single[0]);
        for at in 0..self.filled {
            let next = self.single[at + 1];
            let both = octets | full_octets(next) << 8;
            // A long run contains two full octets next to each other, which few words have.
            let may_begin = self.min_run < LONG || both & both >> 1 != 0;
            self.words[at] = if may_begin { run_starts(self.single[at], next, self.min_run) } else { 0 };
            octets = both >> 8;
        }
    }
}

/// The length from which a run contains two full octets, at whatever position it begins.
const LONG: usize = 8 + 8 + 7;

/// Returns a bit for each of the eight octets of a word whose bits are all set.
const fn full_octets(word: u64) -> u32 {
    let mut all = word & word >> 1;
    all &= all >> 2;
    all &= all >> 4;
    // The multiplication gathers the lowest bit of each octet in the highest octet.
    ((all & 0x0101_0101_0101_0101).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
}

/// Returns the bits of `word` from which on `min_run` bits in a row are set, those of `next` included.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the upper half only continues the runs of the lower one"
)]
const fn run_starts(word: u64, next: u64, min_run: usize) -> u64 {
    let mut words = (next as u128) << BLOCK | word as u128;
    // Invariant: a set bit begins a run of `run` set bits.
    let mut run = 1;
    while run < min_run {
        let step = if run < min_run - run { run } else { min_run - run };
        words &= words >> step;
        run += step;
    }
    words as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ByteFilter<1, 1> = ByteFilter::empty().with(0, 0, b"a");

    #[test]
    fn runs_of_at_least_the_minimum_length_are_found_at_their_start() {
        for (length, min_run) in [(23, 24), (24, 24), (25, 24), (200, 24), (64, 64), (3, 3), (63, 64)] {
            for before in [0, 1, 40, 63, 64, 1000, 1023, 1024] {
                let text = ".".repeat(before) + &"a".repeat(length) + ".";
                let mut matches = Matches::with_min_run(&A, text.as_bytes(), text.len(), min_run);
                let expected = (length >= min_run).then_some(before);
                assert_eq!(matches.next_from(0), expected, "{length} {min_run} {before}");
            }
        }
    }

    #[test]
    fn a_run_ends_at_the_first_position_that_is_not_marked() {
        for length in [1, 2, 63, 64, 65, 500, 1023, 1024, 1100, 5000] {
            for before in [0, 1, 63, 64, 900, 1023, 1024] {
                for (after, min_run) in [("", 1), (".", 1), (".a", 40), (".", 24), ("", 24)] {
                    let text = ".".repeat(before) + &"a".repeat(length) + after;
                    let mut matches = Matches::with_min_run(&A, text.as_bytes(), text.len(), min_run);
                    let Some(start) = matches.next_from(0) else {
                        assert!(length < min_run);
                        continue;
                    };
                    assert_eq!(
                        matches.run_end(start),
                        before + length,
                        "{before} {length} {after:?} {min_run}"
                    );
                    assert_eq!(matches.run_end(before + length - 1), before + length);
                }
            }
        }
    }

    #[test]
    fn all_matches_before_the_end_come_in_order() {
        const AB: ByteFilter<1, 2> = ByteFilter::empty().with(0, 0, b"a").with(0, 1, b"b");
        let text = "ab".repeat(3000) + &".".repeat(5000) + "ab";
        for end in [0, 1, 2, 63, 64, 65, 6000, 10_999, 11_000, 11_001, text.len()] {
            let mut matches = Matches::new(&AB, text.as_bytes(), end);
            let (mut at, mut found) = (0, Vec::new());
            while let Some(next) = matches.next_from(at) {
                found.push(next);
                at = next + 1;
            }
            let expected: Vec<usize> = text.match_indices("ab").map(|(at, _)| at).collect();
            assert_eq!(found, expected.into_iter().filter(|at| *at < end).collect::<Vec<_>>());
        }
    }
}
