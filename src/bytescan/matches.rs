//! The marks of a sieve, one after the other.

use crate::bytescan::{ByteFilter, POSITIONS};

/// Words that are filled in at a time: of a kilobyte, which the nearest cache holds beside the tables.
const WORDS: usize = 16;

/// The marked places of a part of a text, looked for as they are asked for.
pub struct Matches<'m, const BANKS: usize, const WIDTH: usize> {
    sieve: &'m ByteFilter<BANKS, WIDTH>,
    text: &'m [u8],
    end: usize,
    /// Where the known words begin, and how many there are.
    from: usize,
    known: usize,
    words: [u64; WORDS + 1],
    /// The same words before rows were looked for in them, and one more.
    single: [u64; WORDS + 1],
    /// How many places in a row have to be marked.
    least: usize,
}

impl<'m, const BANKS: usize, const WIDTH: usize> Matches<'m, BANKS, WIDTH> {
    /// The marks before a place.
    #[must_use]
    pub const fn new(sieve: &'m ByteFilter<BANKS, WIDTH>, text: &'m [u8], end: usize) -> Self {
        Self::with_min_run(sieve, text, end, 1)
    }

    /// The marks before a place with which so many in a row begin; the row may go on behind it.
    ///
    /// # Panics
    /// There are no rows of nothing, and none of more than 64 is known.
    #[must_use]
    pub const fn with_min_run(
        sieve: &'m ByteFilter<BANKS, WIDTH>,
        text: &'m [u8],
        end: usize,
        least: usize,
    ) -> Self {
        assert!(least > 0 && least <= POSITIONS, "a row lies in two words");
        Self { sieve, text, end, from: 0, known: 0, words: [0; WORDS + 1], single: [0; WORDS + 1], least }
    }

    /// The first mark from a place on. Places are asked for in ascending order.
    #[inline]
    pub fn next_from(&mut self, at: usize) -> Option<usize> {
        let mut at = at;
        while at < self.end {
            let known = at.wrapping_sub(self.from) / POSITIONS;
            if at < self.from || known >= self.known {
                self.fill(at);
                continue;
            }
            let start = self.from + known * POSITIONS;
            let word = self.words[known] >> (at - start);
            if word != 0 {
                let mark = at + word.trailing_zeros() as usize;
                return (mark < self.end).then_some(mark);
            }
            at = start + POSITIONS;
        }
        None
    }

    /// The end of the row that a mark stands in: the first place behind it that does not fit.
    #[must_use]
    pub fn run_end(&self, mark: usize) -> usize {
        let mut at = mark;
        let known = if self.least == 1 { &[] } else { &self.single[..=self.known] };
        while let Some(single) = known.get(at.wrapping_sub(self.from) / POSITIONS) {
            let within = (at - self.from) % POSITIONS;
            let row = (single >> within).trailing_ones() as usize;
            at += row;
            if row < POSITIONS - within {
                return at;
            }
        }
        while at < self.text.len() {
            let mut words = [0; WORDS];
            self.sieve.fill_bitmask(self.text, at, &mut words);
            let full = words.iter().take_while(|word| **word == u64::MAX).count();
            at += full * POSITIONS;
            if let Some(word) = words.get(full) {
                return at + word.trailing_ones() as usize;
            }
        }
        at
    }

    fn fill(&mut self, from: usize) {
        self.from = from;
        self.known = (self.end - from).div_ceil(POSITIONS).min(WORDS);
        if self.least == 1 {
            self.sieve.fill_bitmask(self.text, from, &mut self.words[..self.known]);
            return;
        }
        self.sieve.fill_bitmask(self.text, from, &mut self.single[..=self.known]);
        let mut eights = full_eights(self.single[0]);
        for at in 0..self.known {
            let next = self.single[at + 1];
            let both = eights | full_eights(next) << 8;
            // A long row holds two or more eights in a row. Few words have them.
            let may_begin = self.least < LONG || both & both >> 1 != 0;
            self.words[at] = if may_begin { begin_rows(self.single[at], next, self.least) } else { 0 };
            eights = both >> 8;
        }
    }
}

/// A row that begins anywhere and is so long holds two whole eights of places.
const LONG: usize = 8 + 8 + 7;

/// Which of the eight eights of a word are all set.
const fn full_eights(word: u64) -> u32 {
    let mut all = word & word >> 1;
    all &= all >> 2;
    all &= all >> 4;
    // The lowest bit of each eight, brought together at the top.
    ((all & 0x0101_0101_0101_0101).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
}

/// Bits of a word from which on `least` in a row are set.
#[expect(clippy::cast_possible_truncation, reason = "the upper half says how rows of the lower one go on")]
const fn begin_rows(word: u64, next: u64, least: usize) -> u64 {
    let mut words = (next as u128) << POSITIONS | word as u128;
    // Each bit stands for so many in a row.
    let mut row = 1;
    while row < least {
        let step = if row < least - row { row } else { least - row };
        words &= words >> step;
        row += step;
    }
    words as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_by_their_beginnings() {
        const SIEVE: ByteFilter<1, 1> = ByteFilter::empty().with(0, 0, b"a");
        for (length, least) in [(23, 24), (24, 24), (25, 24), (200, 24), (64, 64), (3, 3), (63, 64)] {
            for before in [0, 1, 40, 63, 64, 1000, 1023, 1024] {
                let text = ".".repeat(before) + &"a".repeat(length) + ".";
                let mut marks = Matches::with_min_run(&SIEVE, text.as_bytes(), text.len(), least);
                let expected = (length >= least).then_some(before);
                assert_eq!(marks.next_from(0), expected, "{length} {least} {before}");
            }
        }
    }

    #[test]
    fn rows_end_where_nothing_fits() {
        const SIEVE: ByteFilter<1, 1> = ByteFilter::empty().with(0, 0, b"a");
        for length in [1, 2, 63, 64, 65, 500, 1023, 1024, 1100, 5000] {
            for before in [0, 1, 63, 64, 900, 1023, 1024] {
                for (behind, least) in [("", 1), (".", 1), (".a", 40), (".", 24), ("", 24)] {
                    let text = ".".repeat(before) + &"a".repeat(length) + behind;
                    let mut marks = Matches::with_min_run(&SIEVE, text.as_bytes(), text.len(), least);
                    let Some(mark) = marks.next_from(0) else {
                        assert!(length < least);
                        continue;
                    };
                    assert_eq!(marks.run_end(mark), before + length, "{before} {length} {behind:?} {least}");
                    assert_eq!(marks.run_end(before + length - 1), before + length);
                }
            }
        }
    }

    #[test]
    fn all_marks_before_the_end_are_told_in_order() {
        const SIEVE: ByteFilter<1, 2> = ByteFilter::empty().with(0, 0, b"a").with(0, 1, b"b");
        let text = "ab".repeat(3000) + &".".repeat(5000) + "ab";
        for end in [0, 1, 2, 63, 64, 65, 6000, 10_999, 11_000, 11_001, text.len()] {
            let mut marks = Matches::new(&SIEVE, text.as_bytes(), end);
            let (mut at, mut found) = (0, Vec::new());
            while let Some(mark) = marks.next_from(at) {
                found.push(mark);
                at = mark + 1;
            }
            let expected: Vec<usize> = text.match_indices("ab").map(|(at, _)| at).collect();
            assert_eq!(found, expected.into_iter().filter(|at| *at < end).collect::<Vec<_>>());
        }
    }
}
