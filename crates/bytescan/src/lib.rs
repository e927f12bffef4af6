//! A SIMD byte filter: finds the positions of a text where a short byte sequence may begin.
//! It does not know what a sequence means and confirms no match: the caller checks each marked position. No sequence
//! begins at a position that is not marked.
//!
//! The algorithm is Teddy (Geoffrey Langdale, in Hyperscan). For each of the first few bytes of a sequence, a table
//! says in which buckets a byte may occur at that offset. One instruction looks up many bytes, so the cost depends
//! only on the number of tables. Processors with AVX-512 VBMI look up 64 bytes in a table of all 128 ASCII bytes.
//! Processors with AVX2 look up 32 bytes in two tables of 16 entries, one for each half of a byte.

mod matches;
pub mod set_bits;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use matches::Matches;

/// Groups of eight buckets. A bucket is a set of byte sequences: for each of `WIDTH` offsets, the bytes that may
/// occur there.
///
/// Every position where a bucket's bytes occur is marked. Which other positions are marked depends on the
/// processor: see [`Backend`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByteFilter<const GROUPS: usize, const WIDTH: usize> {
    exact: Tables<ExactTable, GROUPS, WIDTH>,
    six_bit: Tables<SixBitTable, GROUPS, WIDTH>,
    nibble: Tables<NibbleTable, GROUPS, WIDTH>,
}

/// A table for each offset and group. An entry has one bit for each bucket of the group.
type Tables<T, const GROUPS: usize, const WIDTH: usize> = [[T; GROUPS]; WIDTH];

/// An entry for each ASCII byte, and one for each value of the lower six bits of another byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(64))]
struct ExactTable {
    ascii: [u8; 128],
    others: [u8; 64],
}

impl ExactTable {
    fn entry(&self, byte: u8) -> u8 {
        *self.ascii.get(usize::from(byte)).unwrap_or(&self.others[usize::from(byte & 63)])
    }
}

/// An entry for each value of the lower six bits of a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(64))]
struct SixBitTable([u8; 64]);

/// An entry for each lower nibble (half of a byte), then one for each upper nibble. Each table is stored twice, since
/// AVX2 looks up bytes within one half of a vector only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(64))]
struct NibbleTable([[u8; 32]; 2]);

impl NibbleTable {
    const fn allow(&mut self, byte: u8, bit: u8) {
        let nibbles = [byte as usize & 15, byte as usize >> 4];
        let mut which = 0;
        while which < 2 {
            self.0[which][nibbles[which]] |= bit;
            self.0[which][nibbles[which] + 16] |= bit;
            which += 1;
        }
    }
}

/// The number of buckets in a group: one for each bit of a table entry.
pub const BUCKETS: usize = 8;

/// The number of positions in one word of a bitmask, and the bytes that one step scans.
pub const BLOCK: usize = 64;

/// The instructions that fill a bitmask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Backend {
    /// One byte after the other. Marks only positions that fit a bucket. Other search methods are faster.
    Scalar,
    /// AVX2 with nibble tables. A bucket also takes each mixture of one of its upper nibbles and one of its lower
    /// nibbles.
    Avx2,
    /// AVX-512 VBMI. With one group, the exact tables are used and only positions that fit are marked. With more
    /// groups, the six-bit tables are used: bytes with the same lower six bits count as equal, which takes half the
    /// time.
    Avx512,
}

impl Backend {
    /// Returns the fastest backend of this processor.
    #[must_use]
    pub fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        return x86::best();
        #[cfg(not(target_arch = "x86_64"))]
        return Self::Scalar;
    }
}

/// Lists the set bits of words: see [`set_bits::list`].
pub fn list_set_bits(words: &[u64], positions: &mut [u16]) -> usize {
    #[cfg(target_arch = "x86_64")]
    if let Some(count) = x86::list_bits(words, positions) {
        return count;
    }
    set_bits::list(words, positions)
}

impl<const GROUPS: usize, const WIDTH: usize> ByteFilter<GROUPS, WIDTH> {
    /// Creates a filter that marks nothing.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            exact: [[ExactTable { ascii: [0; 128], others: [0; 64] }; GROUPS]; WIDTH],
            six_bit: [[SixBitTable([0; 64]); GROUPS]; WIDTH],
            nibble: [[NibbleTable([[0; 32]; 2]); GROUPS]; WIDTH],
        }
    }

    /// Allows a byte at an offset of a bucket. Buckets are numbered through all groups. A byte outside of ASCII may
    /// also allow the one that differs in the second highest bit.
    pub const fn allow(&mut self, bucket: usize, offset: usize, byte: u8) {
        let (group, bit) = (bucket / BUCKETS, 1 << (bucket % BUCKETS));
        if byte.is_ascii() {
            self.exact[offset][group].ascii[byte as usize] |= bit;
        } else {
            self.exact[offset][group].others[byte as usize & 63] |= bit;
        }
        self.six_bit[offset][group].0[byte as usize & 63] |= bit;
        self.nibble[offset][group].allow(byte, bit);
    }

    /// Returns the filter with each of `bytes` allowed at an offset of a bucket.
    #[must_use]
    pub const fn with(mut self, bucket: usize, offset: usize, bytes: &[u8]) -> Self {
        let mut at = 0;
        while at < bytes.len() {
            self.allow(bucket, offset, bytes[at]);
            at += 1;
        }
        self
    }

    /// Returns the filter with every byte allowed at an offset of a bucket.
    #[must_use]
    pub const fn with_any(mut self, bucket: usize, offset: usize) -> Self {
        self.allow_any(bucket, offset);
        self
    }

    /// Allows every byte at an offset of a bucket.
    pub const fn allow_any(&mut self, bucket: usize, offset: usize) {
        let mut byte = 0;
        while byte < u8::MAX {
            self.allow(bucket, offset, byte);
            byte += 1;
        }
        self.allow(bucket, offset, u8::MAX);
    }

    /// Returns whether `bytes` fit some bucket.
    fn takes(&self, bytes: &[u8]) -> bool {
        (0..GROUPS).any(|group| {
            let buckets = bytes
                .iter()
                .zip(&self.exact)
                .fold(!0, |buckets, (byte, tables)| buckets & tables[group].entry(*byte));
            buckets != 0
        })
    }

    /// Fills a bitmask whose positions all have `WIDTH` bytes in the text.
    fn fill_blocks(&self, backend: Backend, text: &[u8], bitmask: &mut [u64]) {
        #[cfg(target_arch = "x86_64")]
        if x86::fill(backend, self, text, bitmask) {
            return;
        }
        self.fill_scalar(text, bitmask);
    }

    /// Fills a bitmask without vector instructions.
    fn fill_scalar(&self, text: &[u8], bitmask: &mut [u64]) {
        for (number, word) in bitmask.iter_mut().enumerate() {
            let windows = text.windows(WIDTH).skip(number * BLOCK).take(BLOCK);
            *word =
                windows.enumerate().fold(0, |word, (at, bytes)| word | u64::from(self.takes(bytes)) << at);
        }
    }
}

/// A size of a filter for which this crate compiles the loops. With them in here, a debug build of a user runs them with
/// the optimisation of this crate.
pub trait Compiled {
    /// Fills a bitmask whose positions all have as many bytes in the text as a sequence is wide.
    fn fill_complete(&self, backend: Backend, text: &[u8], bitmask: &mut [u64]);
}

macro_rules! compile {
    ($(($groups:literal, $width:literal)),*) => {
        $(impl Compiled for ByteFilter<$groups, $width> {
            fn fill_complete(&self, backend: Backend, text: &[u8], bitmask: &mut [u64]) {
                self.fill_blocks(backend, text, bitmask);
            }
        })*
    };
}

compile!((1, 1), (1, 3), (4, 4), (8, 4));
#[cfg(test)]
compile!((1, 2), (2, 3));

impl<const GROUPS: usize, const WIDTH: usize> ByteFilter<GROUPS, WIDTH>
where
    Self: Compiled,
{
    /// Fills a candidate bitmask: one bit for each position from `from` on. Bytes past the end of the text count as
    /// zero; positions past the end are never marked.
    pub fn fill_bitmask(&self, text: &[u8], from: usize, bitmask: &mut [u64]) {
        self.fill_with(Backend::best(), text, from, bitmask);
    }

    /// Fills a bitmask with the positions that are marked on every processor.
    pub fn fill_bitmask_of_all(&self, text: &[u8], from: usize, bitmask: &mut [u64]) {
        bitmask.fill(u64::MAX);
        for backend in [Backend::Scalar, Backend::Avx2, Backend::Avx512] {
            let mut words = vec![0; bitmask.len()];
            self.fill_with(backend, text, from, &mut words);
            bitmask.iter_mut().zip(words).for_each(|(common, word)| *common &= word);
        }
    }

    fn fill_with(&self, backend: Backend, text: &[u8], from: usize, bitmask: &mut [u64]) {
        let rest = text.get(from..).unwrap_or_default();
        // The last words need bytes past the end of the text.
        let complete = bitmask.len().min(rest.len().saturating_sub(WIDTH - 1) / BLOCK);
        let (inside, last) = bitmask.split_at_mut(complete);
        self.fill_complete(backend, rest, inside);
        for (number, word) in last.iter_mut().enumerate() {
            let rest = rest.get((complete + number) * BLOCK..).unwrap_or_default();
            *word = self.word_at_end(backend, rest);
        }
    }

    /// Returns the word of the last block of a text, which is padded with zeros.
    fn word_at_end(&self, backend: Backend, rest: &[u8]) -> u64 {
        const { assert!(WIDTH <= BLOCK, "a window spans at most two words") };
        if rest.is_empty() {
            return 0;
        }
        let mut padded = [0; 2 * BLOCK];
        let known = rest.len().min(padded.len());
        padded[..known].copy_from_slice(&rest[..known]);
        let mut word = [0];
        self.fill_complete(backend, &padded, &mut word);
        let [word] = word;
        if known < BLOCK { word & ((1 << known) - 1) } else { word }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn positions(bitmask: &[u64]) -> Vec<usize> {
        (0..bitmask.len() * BLOCK).filter(|at| bitmask[at / BLOCK] >> (at % BLOCK) & 1 == 1).collect()
    }

    const FILTER: ByteFilter<2, 3> = ByteFilter::empty()
        .with(0, 0, b"a")
        .with(0, 1, b"b")
        .with_any(0, 2)
        .with(9, 0, b"x")
        .with(9, 1, b"yY")
        .with(9, 2, b"z");

    /// Returns whether some bucket takes `bytes` by the tables that a backend uses.
    fn tables_take<const GROUPS: usize>(
        filter: &ByteFilter<GROUPS, 3>,
        backend: Backend,
        bytes: &[u8],
    ) -> bool {
        let entry = |byte: u8, offset: usize, group: usize| match backend {
            Backend::Avx2 => {
                let NibbleTable([lower, upper]) = &filter.nibble[offset][group];
                lower[usize::from(byte & 15)] & upper[usize::from(byte >> 4)]
            }
            Backend::Avx512 if GROUPS > 1 => filter.six_bit[offset][group].0[usize::from(byte & 63)],
            _ => filter.exact[offset][group].entry(byte),
        };
        (0..GROUPS).any(|group| {
            (0..).zip(bytes).fold(!0, |buckets, (offset, byte)| buckets & entry(*byte, offset, group)) != 0
        })
    }

    /// Checks that each backend marks what its tables take, which includes every position that fits.
    fn backends_follow_their_tables<const GROUPS: usize>(
        allowed: &[(usize, usize, u8)],
        text: &[u8],
        from: usize,
    ) -> Result<(), TestCaseError>
    where
        ByteFilter<GROUPS, 3>: Compiled,
    {
        let mut filter = ByteFilter::<GROUPS, 3>::empty();
        for (bucket, offset, byte) in allowed {
            filter.allow(bucket % (GROUPS * BUCKETS), *offset, *byte);
        }
        let padded = [text, &[0; 2]].concat();
        let positions_of = |takes: &dyn Fn(&[u8]) -> bool| -> Vec<usize> {
            let scanned = from..text.len().min(from + 6 * BLOCK);
            scanned.filter(|at| takes(&padded[*at..at + 3])).map(|at| at - from).collect()
        };
        let fitting = positions_of(&|bytes| filter.takes(bytes));
        let backends = [Backend::Scalar, Backend::Avx2, Backend::Avx512];
        for backend in backends.into_iter().filter(|backend| *backend <= Backend::best()) {
            let mut bitmask = [0; 6];
            filter.fill_with(backend, text, from, &mut bitmask);
            let marked = positions(&bitmask);
            let expected = positions_of(&|bytes| tables_take(&filter, backend, bytes));
            prop_assert_eq!(&marked, &expected, "{:?}", backend);
            prop_assert!(fitting.iter().all(|at| marked.contains(at)), "{:?}", backend);
        }
        Ok(())
    }

    #[test]
    fn every_position_that_fits_a_bucket_is_marked_up_to_the_last_byte() {
        let text = ["ab", "abc", "xyz", "xYz", "xaz", "ayz", "ab"].join("-");
        let mut bitmask = [0];
        FILTER.fill_bitmask(text.as_bytes(), 0, &mut bitmask);
        assert_eq!(positions(&bitmask), [0, 3, 7, 11, 23]);
    }

    #[test]
    fn no_position_past_the_end_is_marked() {
        let any: ByteFilter<1, 2> = ByteFilter::empty().with_any(0, 0).with_any(0, 1);
        let mut bitmask = [!0; 3];
        any.fill_bitmask(&[b'x'; 70], 0, &mut bitmask);
        assert_eq!(bitmask, [!0, 0b11_1111, 0]);
        any.fill_bitmask(b"x", 5, &mut bitmask);
        assert_eq!(bitmask, [0, 0, 0]);
    }

    proptest! {
        #[test]
        fn every_backend_marks_each_position_that_fits(
            allowed in vec((0..16_usize, 0..3_usize, any::<u8>()), 0..60),
            text in vec(prop_oneof![any::<u8>(), Just(b'a'), Just(b'b')], 0..400),
            from in 0..300_usize,
        ) {
            backends_follow_their_tables::<1>(&allowed, &text, from)?;
            backends_follow_their_tables::<2>(&allowed, &text, from)?;
        }
    }
}
