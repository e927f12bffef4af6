//! A fast first look at bytes: which places of a text may be the beginning of something, a few bytes long. Knows
//! nothing of what that is. What it marks has to be looked at again; what it does not mark begins nothing.
//!
//! The method is that of Teddy (Geoffrey Langdale, in Hyperscan): for each of a few bytes in a row, two tables of
//! sixteen entries, one for the upper and one for the lower half of a byte, say in which groups it may stand there.
//! One instruction looks up thirty-two bytes, so the cost hangs on the number of groups and bytes alone.

mod marks;
#[cfg(target_arch = "x86_64")]
mod vector;

pub use marks::Marks;

/// Groups of eight, each of a few bytes in a row, and in each place the bytes that may stand there.
///
/// A group takes what fits any of its upper halves together with any of its lower halves, so it may take more than
/// was put into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sieve<const BANKS: usize, const WIDTH: usize> {
    /// By place and bank: for each lower half of a byte, then for each upper one, a bit for each group.
    tables: Tables<BANKS, WIDTH>,
}

type Tables<const BANKS: usize, const WIDTH: usize> = [[[Table; 2]; BANKS]; WIDTH];

/// A table stands in both halves of a vector, since a look-up stays within its half.
type Table = [u8; 32];

/// The groups of a bank.
pub const GROUPS: usize = 8;

/// Places that one word of marks stands for.
pub const PLACES: usize = 64;

impl<const BANKS: usize, const WIDTH: usize> Sieve<BANKS, WIDTH> {
    /// One that marks nothing.
    #[must_use]
    pub const fn empty() -> Self {
        Self { tables: [[[[0; 32]; 2]; BANKS]; WIDTH] }
    }

    /// Lets a byte stand at a place of a group. Groups are numbered through all banks.
    pub const fn allow(&mut self, group: usize, place: usize, byte: u8) {
        self.allow_lower(group, place, byte & 15);
        self.allow_upper(group, place, byte >> 4);
    }

    /// Lets the lower half of a byte stand at a place of a group, beside any of the upper ones that may.
    pub const fn allow_lower(&mut self, group: usize, place: usize, half: u8) {
        self.set(group, place, 0, half as usize);
    }

    /// Lets the upper half of a byte stand at a place of a group, beside any of the lower ones that may.
    pub const fn allow_upper(&mut self, group: usize, place: usize, half: u8) {
        self.set(group, place, 1, half as usize);
    }

    const fn set(&mut self, group: usize, place: usize, which: usize, half: usize) {
        let table = &mut self.tables[place][group / GROUPS][which];
        table[half] |= 1 << (group % GROUPS);
        table[half + 16] = table[half];
    }

    /// The same with each of some bytes.
    #[must_use]
    pub const fn with(mut self, group: usize, place: usize, bytes: &[u8]) -> Self {
        let mut at = 0;
        while at < bytes.len() {
            self.allow(group, place, bytes[at]);
            at += 1;
        }
        self
    }

    /// Lets any byte stand at a place of a group.
    #[must_use]
    pub const fn with_any(mut self, group: usize, place: usize) -> Self {
        let mut byte = 0;
        while byte < 16 {
            self.allow(group, place, byte << 4 | byte);
            byte += 1;
        }
        self
    }

    /// Fills in a bit for each of the places from `from` on. Behind the end of the text zeros are thought; a place
    /// there is not marked.
    pub fn mark(&self, text: &[u8], from: usize, marks: &mut [u64]) {
        let rest = text.get(from..).unwrap_or_default();
        // Of the last words not all bytes are there.
        let whole = marks.len().min(rest.len().saturating_sub(WIDTH - 1) / PLACES);
        let (inside, last) = marks.split_at_mut(whole);
        self.mark_whole(rest, inside);
        for (number, mark) in last.iter_mut().enumerate() {
            let rest = rest.get((whole + number) * PLACES..).unwrap_or_default();
            *mark = self.mark_end(rest);
        }
    }

    /// One word, at the end of a text.
    fn mark_end(&self, rest: &[u8]) -> u64 {
        const { assert!(WIDTH <= PLACES, "a window holds two words") };
        if rest.is_empty() {
            return 0;
        }
        let mut padded = [0; 2 * PLACES];
        let known = rest.len().min(padded.len());
        padded[..known].copy_from_slice(&rest[..known]);
        let mut mark = [0];
        self.mark_whole(&padded, &mut mark);
        let [mark] = mark;
        if known < PLACES { mark & ((1 << known) - 1) } else { mark }
    }

    /// Marks a text that holds all bytes that the marks hang on.
    fn mark_whole(&self, text: &[u8], marks: &mut [u64]) {
        #[cfg(target_arch = "x86_64")]
        if vector::mark(&self.tables, text, marks) {
            return;
        }
        self.mark_slowly(text, marks);
    }

    /// The same in the plainest way, for processors without the instructions.
    fn mark_slowly(&self, text: &[u8], marks: &mut [u64]) {
        for (number, mark) in marks.iter_mut().enumerate() {
            let places = text.windows(WIDTH).skip(number * PLACES).take(PLACES);
            *mark = places.enumerate().fold(0, |mark, (at, bytes)| mark | u64::from(self.takes(bytes)) << at);
        }
    }

    /// Whether some group takes bytes.
    fn takes(&self, bytes: &[u8]) -> bool {
        (0..BANKS).any(|bank| {
            let groups = bytes.iter().zip(&self.tables).fold(!0, |groups, (byte, tables)| {
                let [lower, upper] = &tables[bank];
                groups & lower[usize::from(byte & 15)] & upper[usize::from(byte >> 4)]
            });
            groups != 0
        })
    }
}

/// Whether the processor has the instructions that make a sieve fast; else other ways are faster.
#[must_use]
pub fn is_fast() -> bool {
    #[cfg(target_arch = "x86_64")]
    return vector::is_there();
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn places(marks: &[u64]) -> Vec<usize> {
        (0..marks.len() * PLACES).filter(|at| marks[at / PLACES] >> (at % PLACES) & 1 == 1).collect()
    }

    const SIEVE: Sieve<2, 3> = Sieve::empty()
        .with(0, 0, b"a")
        .with(0, 1, b"b")
        .with_any(0, 2)
        .with(9, 0, b"x")
        .with(9, 1, b"yY")
        .with(9, 2, b"z");

    #[test]
    fn what_fits_a_group_is_marked_to_the_last_byte() {
        let text = ["ab", "abc", "xyz", "xYz", "xaz", "ayz", "ab"].join("-");
        let mut marks = [0];
        SIEVE.mark(text.as_bytes(), 0, &mut marks);
        assert_eq!(places(&marks), [0, 3, 7, 11, 23]);
    }

    #[test]
    fn behind_the_text_nothing_is_marked() {
        let any: Sieve<1, 2> = Sieve::empty().with_any(0, 0).with_any(0, 1);
        let mut marks = [!0; 3];
        any.mark(&[b'x'; 70], 0, &mut marks);
        assert_eq!(marks, [!0, 0b11_1111, 0]);
        any.mark(b"x", 5, &mut marks);
        assert_eq!(marks, [0, 0, 0]);
    }

    proptest! {
        #[test]
        fn every_way_marks_the_same(
            allowed in vec((0..16_usize, 0..3_usize, any::<u8>()), 0..60),
            text in vec(prop_oneof![any::<u8>(), Just(b'a'), Just(b'b')], 0..400),
            from in 0..300_usize,
        ) {
            let mut sieve: Sieve<2, 3> = Sieve::empty();
            for (group, place, byte) in allowed {
                sieve.allow(group, place, byte);
            }
            let mut marks = [0; 6];
            sieve.mark(&text, from, &mut marks);
            let padded = [&text[..], &[0; 2]].concat();
            let expected: Vec<usize> = (from..text.len().min(from + 6 * PLACES))
                .filter(|at| sieve.takes(&padded[*at..at + 3])).map(|at| at - from).collect();
            prop_assert_eq!(places(&marks), expected);
        }
    }
}
