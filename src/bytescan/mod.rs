//! A fast first look at bytes: which places of a text may be the beginning of something, a few bytes long. Knows
//! nothing of what that is. What it marks has to be looked at again; what it does not mark begins nothing.
//!
//! The method is that of Teddy (Geoffrey Langdale, in Hyperscan): for each of a few bytes in a row a table says in
//! which groups it may stand there, and one instruction looks up many bytes, so the cost hangs on the number of groups
//! and bytes alone. Processors with AVX-512 VBMI look up sixty-four bytes in a table of all 128 of ASCII; those with
//! AVX2 thirty-two in two tables of sixteen entries, one for each half of a byte.

pub(crate) mod matches;
#[cfg(target_arch = "x86_64")]
pub(crate) mod x86;

pub use matches::Matches;

/// Groups of eight, each of a few bytes in a row, and in each place the bytes that may stand there.
///
/// What fits a group is always marked. Which other places are marked beside them hangs on the processor: see [`Backend`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByteFilter<const BANKS: usize, const WIDTH: usize> {
    whole: ByPosition<Whole, BANKS, WIDTH>,
    sixty_fours: ByPosition<SixtyFour, BANKS, WIDTH>,
    halves: ByPosition<Halves, BANKS, WIDTH>,
}

/// A table by place and bank: in all of them a bit for each group of the bank.
type ByPosition<T, const BANKS: usize, const WIDTH: usize> = [[T; BANKS]; WIDTH];

/// For each byte of ASCII; then for any other byte, none of which is told from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(64))]
struct Whole {
    ascii: [u8; 128],
    others: [u8; 64],
}

/// By the lower six bits of a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(64))]
struct SixtyFour([u8; 64]);

/// For each lower half of a byte, then for each upper one. They stand in both halves of a vector, since a look-up
/// stays within its half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(64))]
struct Halves([[u8; 32]; 2]);

impl Halves {
    const fn allow(&mut self, byte: u8, bit: u8) {
        let halves = [byte as usize & 15, byte as usize >> 4];
        let mut which = 0;
        while which < 2 {
            self.0[which][halves[which]] |= bit;
            self.0[which][halves[which] + 16] |= bit;
            which += 1;
        }
    }
}

/// The groups of a bank.
pub const GROUPS: usize = 8;

/// Places that one word of marks stands for.
pub const POSITIONS: usize = 64;

/// How the marks are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Backend {
    /// One byte after the other: other ways of searching are faster. Nothing is marked that does not fit.
    Slow,
    /// By the halves of a byte, with AVX2: a group takes what fits any of its upper halves together with any of its
    /// lower halves.
    Halves,
    /// By all of a byte, with AVX-512 VBMI. With one bank, nothing is marked that does not fit; with more, bytes whose
    /// lower six bits are the same are not told apart, which takes half the time.
    Whole,
}

impl Backend {
    /// The best one of this processor.
    #[must_use]
    pub fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        return x86::best();
        #[cfg(not(target_arch = "x86_64"))]
        return Self::Slow;
    }
}

impl<const BANKS: usize, const WIDTH: usize> ByteFilter<BANKS, WIDTH> {
    /// One that marks nothing.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            whole: [[Whole { ascii: [0; 128], others: [0; 64] }; BANKS]; WIDTH],
            sixty_fours: [[SixtyFour([0; 64]); BANKS]; WIDTH],
            halves: [[Halves([[0; 32]; 2]); BANKS]; WIDTH],
        }
    }

    /// Lets a byte stand at a place of a group. Groups are numbered through all banks. A byte that is not ASCII lets
    /// all of these stand there.
    pub const fn allow(&mut self, group: usize, place: usize, byte: u8) {
        let (bank, bit) = (group / GROUPS, 1 << (group % GROUPS));
        if byte.is_ascii() {
            self.whole[place][bank].ascii[byte as usize] |= bit;
            self.sixty_fours[place][bank].0[byte as usize & 63] |= bit;
            self.halves[place][bank].allow(byte, bit);
            return;
        }
        let mut at = 0;
        while at < 64 {
            self.whole[place][bank].others[at] |= bit;
            self.sixty_fours[place][bank].0[at] |= bit;
            at += 1;
        }
        let mut half = 0;
        while half < 16 {
            self.halves[place][bank].allow(half | ((half / 2) | 8) << 4, bit);
            half += 1;
        }
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
        self.allow_any(group, place);
        self
    }

    /// Lets any byte stand at a place of a group.
    pub const fn allow_any(&mut self, group: usize, place: usize) {
        let mut byte = 0;
        while byte <= 128 {
            self.allow(group, place, byte);
            byte += 1;
        }
    }

    /// Fills in a bit for each of the places from `from` on. Behind the end of the text zeros are thought; a place
    /// there is not marked.
    pub fn fill_bitmask(&self, text: &[u8], from: usize, marks: &mut [u64]) {
        self.mark_in(Backend::best(), text, from, marks);
    }

    fn mark_in(&self, way: Backend, text: &[u8], from: usize, marks: &mut [u64]) {
        let rest = text.get(from..).unwrap_or_default();
        // Of the last words not all bytes are there.
        let whole = marks.len().min(rest.len().saturating_sub(WIDTH - 1) / POSITIONS);
        let (inside, last) = marks.split_at_mut(whole);
        self.mark_whole(way, rest, inside);
        for (number, mark) in last.iter_mut().enumerate() {
            let rest = rest.get((whole + number) * POSITIONS..).unwrap_or_default();
            *mark = self.mark_end(way, rest);
        }
    }

    /// One word, at the end of a text.
    fn mark_end(&self, way: Backend, rest: &[u8]) -> u64 {
        const { assert!(WIDTH <= POSITIONS, "a window holds two words") };
        if rest.is_empty() {
            return 0;
        }
        let mut padded = [0; 2 * POSITIONS];
        let known = rest.len().min(padded.len());
        padded[..known].copy_from_slice(&rest[..known]);
        let mut mark = [0];
        self.mark_whole(way, &padded, &mut mark);
        let [mark] = mark;
        if known < POSITIONS { mark & ((1 << known) - 1) } else { mark }
    }

    /// Marks a text that holds all bytes that the marks hang on.
    fn mark_whole(&self, way: Backend, text: &[u8], marks: &mut [u64]) {
        #[cfg(target_arch = "x86_64")]
        if x86::mark(way, self, text, marks) {
            return;
        }
        self.mark_slowly(text, marks);
    }

    /// The same in the plainest way, for processors without the instructions.
    fn mark_slowly(&self, text: &[u8], marks: &mut [u64]) {
        for (number, mark) in marks.iter_mut().enumerate() {
            let places = text.windows(WIDTH).skip(number * POSITIONS).take(POSITIONS);
            *mark = places.enumerate().fold(0, |mark, (at, bytes)| mark | u64::from(self.takes(bytes)) << at);
        }
    }

    /// Whether some group takes bytes.
    fn takes(&self, bytes: &[u8]) -> bool {
        (0..BANKS).any(|bank| {
            let groups = bytes.iter().zip(&self.whole).fold(!0, |groups, (byte, tables)| {
                groups & tables[bank].ascii.get(usize::from(*byte)).unwrap_or(&tables[bank].others[0])
            });
            groups != 0
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn places(marks: &[u64]) -> Vec<usize> {
        (0..marks.len() * POSITIONS).filter(|at| marks[at / POSITIONS] >> (at % POSITIONS) & 1 == 1).collect()
    }

    const SIEVE: ByteFilter<2, 3> = ByteFilter::empty()
        .with(0, 0, b"a")
        .with(0, 1, b"b")
        .with_any(0, 2)
        .with(9, 0, b"x")
        .with(9, 1, b"yY")
        .with(9, 2, b"z");

    /// Whether some group takes bytes by the tables that a way looks up.
    fn takes_by<const BANKS: usize>(sieve: &ByteFilter<BANKS, 3>, way: Backend, bytes: &[u8]) -> bool {
        let taken = |byte: u8, place: usize, bank: usize| match way {
            Backend::Halves => {
                let Halves([lower, upper]) = &sieve.halves[place][bank];
                lower[usize::from(byte & 15)] & upper[usize::from(byte >> 4)]
            }
            Backend::Whole if BANKS > 1 => sieve.sixty_fours[place][bank].0[usize::from(byte & 63)],
            _ => {
                let table = &sieve.whole[place][bank];
                *table.ascii.get(usize::from(byte)).unwrap_or(&table.others[0])
            }
        };
        (0..BANKS).any(|bank| {
            (0..).zip(bytes).fold(!0, |groups, (place, byte)| groups & taken(*byte, place, bank)) != 0
        })
    }

    /// Each way marks what its tables take, and so all that fits.
    fn marks_by_its_tables<const BANKS: usize>(
        allowed: &[(usize, usize, u8)],
        text: &[u8],
        from: usize,
    ) -> Result<(), TestCaseError> {
        let mut sieve = ByteFilter::<BANKS, 3>::empty();
        for (group, place, byte) in allowed {
            sieve.allow(group % (BANKS * GROUPS), *place, *byte);
        }
        let padded = [text, &[0; 2]].concat();
        let places_of = |takes: &dyn Fn(&[u8]) -> bool| -> Vec<usize> {
            let places = from..text.len().min(from + 6 * POSITIONS);
            places.filter(|at| takes(&padded[*at..at + 3])).map(|at| at - from).collect()
        };
        let fitting = places_of(&|bytes| sieve.takes(bytes));
        for way in
            [Backend::Slow, Backend::Halves, Backend::Whole].into_iter().filter(|way| *way <= Backend::best())
        {
            let mut marks = [0; 6];
            sieve.mark_in(way, text, from, &mut marks);
            let marked = places(&marks);
            prop_assert_eq!(&marked, &places_of(&|bytes| takes_by(&sieve, way, bytes)), "{:?}", way);
            prop_assert!(fitting.iter().all(|place| marked.contains(place)), "{:?}", way);
        }
        Ok(())
    }

    #[test]
    fn what_fits_a_group_is_marked_to_the_last_byte() {
        let text = ["ab", "abc", "xyz", "xYz", "xaz", "ayz", "ab"].join("-");
        let mut marks = [0];
        SIEVE.fill_bitmask(text.as_bytes(), 0, &mut marks);
        assert_eq!(places(&marks), [0, 3, 7, 11, 23]);
    }

    #[test]
    fn behind_the_text_nothing_is_marked() {
        let any: ByteFilter<1, 2> = ByteFilter::empty().with_any(0, 0).with_any(0, 1);
        let mut marks = [!0; 3];
        any.fill_bitmask(&[b'x'; 70], 0, &mut marks);
        assert_eq!(marks, [!0, 0b11_1111, 0]);
        any.fill_bitmask(b"x", 5, &mut marks);
        assert_eq!(marks, [0, 0, 0]);
    }

    proptest! {
        #[test]
        fn every_way_marks_what_fits(
            allowed in vec((0..16_usize, 0..3_usize, any::<u8>()), 0..60),
            text in vec(prop_oneof![any::<u8>(), Just(b'a'), Just(b'b')], 0..400),
            from in 0..300_usize,
        ) {
            marks_by_its_tables::<1>(&allowed, &text, from)?;
            marks_by_its_tables::<2>(&allowed, &text, from)?;
        }
    }
}
