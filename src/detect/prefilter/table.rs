//! A hash table of four bytes (a gram) of each anchor, in lowercase. One bit for each hash says whether any anchor
//! has the gram, so a position in a text costs one multiplication and one load, however many anchors there are.
//!
//! The build script writes the table of the built-in anchors.

use std::borrow::Cow;

use super::anchor::{Anchor, Anchors};
use super::grams::{GRAM, rarest_gram};

/// The grams of all anchors.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Table {
    /// A bit for each hash.
    pub(crate) bits: Box<[u8; BITS / 8]>,
    /// The grams, sorted by hash.
    pub(crate) grams: Cow<'static, [Gram]>,
    /// For each head of a hash, the index in `grams` where its grams begin.
    pub(crate) heads: Cow<'static, [u16]>,
}

/// The number of bits in the table. 16 KiB stay in the first-level cache, and 3,000 entries leave 49 of 50 bits
/// unset.
pub(crate) const BITS: usize = 1 << 17;

/// The number of leading bits of a hash that index `heads`.
const HEAD_BITS: u32 = 12;

/// An entry of the table. It is small, since the table is read every few hundred bytes and should stay in the cache.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Gram {
    pub(crate) bytes: u32,
    pub(crate) source: GramSource,
    /// The byte of the anchor after the gram, in lowercase, or zero. Most occurrences of a gram are not in its
    /// anchor.
    pub(crate) next: u8,
}

/// The anchor that a gram belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct GramSource {
    pub(crate) anchor: u16,
    /// The offset of the gram in the anchor.
    pub(crate) offset: u8,
}

impl Table {
    /// Builds the table of the rarest gram of each anchor.
    pub(crate) fn of_rarest(anchors: &Anchors) -> Self {
        Self::new(anchors, |anchor| rarest_gram(anchor.text))
    }

    /// Builds the table of the grams that begin at `offset` in each anchor.
    pub(crate) fn new(anchors: &Anchors, mut offset: impl FnMut(&Anchor<'_>) -> usize) -> Self {
        let (mut bits, mut grams) = (Box::new([0; BITS / 8]), Vec::new());
        let mut add = |text: &[u8], source, next| {
            let mut bytes = [0; GRAM];
            bytes.copy_from_slice(text);
            let bytes = folded(bytes);
            let hash = hash(bytes);
            bits[hash / 8] |= 1 << (hash % 8);
            grams.push(Gram { bytes, source, next });
        };
        for (number, anchor) in (0..).zip(anchors.iter()) {
            let source = GramSource { anchor: number, offset: u8::try_from(offset(&anchor)).unwrap_or(0) };
            let text = anchor.text;
            let at = usize::from(source.offset);
            match text.get(at..at + GRAM) {
                Some(gram) => add(gram, source, text.get(at + GRAM).map_or(0, |byte| byte | FOLD)),
                // An anchor of three bytes gets an entry for each byte that may follow it, folded: a user's name
                // after `://` may be in any script.
                None => (b' '..=u8::MAX)
                    .filter(|byte| {
                        byte | FOLD == *byte
                            && (anchor.may_precede(*byte) || anchor.may_precede(byte & !FOLD))
                    })
                    .for_each(|byte| add(&[text, &[byte]].concat(), source, 0)),
            }
        }
        grams.sort_unstable_by_key(|gram: &Gram| (hash(gram.bytes), gram.bytes, gram.source));
        let mut heads = vec![0; (1 << HEAD_BITS) + 1];
        for gram in &grams {
            heads[head(hash(gram.bytes)) + 1] += 1;
        }
        for at in 1..heads.len() {
            heads[at] += heads[at - 1];
        }
        Self { bits, grams: grams.into(), heads: heads.into() }
    }

    /// Returns 1 if some anchor may have the gram, and 0 if no anchor has it.
    #[inline]
    pub(crate) fn may_contain(&self, gram: u32) -> u8 {
        let hash = hash(gram);
        self.bits[hash / 8] >> (hash % 8) & 1
    }

    /// Returns the anchors that have the gram and, if they are longer, the byte `next` after it.
    #[inline]
    pub(crate) fn sources(&self, gram: u32, next: u8) -> impl Iterator<Item = GramSource> + '_ {
        let head = head(hash(gram));
        let entries = usize::from(self.heads[head])..usize::from(self.heads[head + 1]);
        let fits = move |entry: &&Gram| entry.bytes == gram && (entry.next == 0 || entry.next == next | FOLD);
        self.grams[entries].iter().filter(fits).map(|entry| entry.source)
    }
}

/// The bit that differs between an uppercase and a lowercase letter.
const FOLD: u8 = 0x20;

/// Returns four bytes in the form of the table: as an integer, with the case bit set.
#[inline]
pub(crate) const fn folded(bytes: [u8; GRAM]) -> u32 {
    u32::from_le_bytes(bytes) | 0x2020_2020
}

/// Multiplicative hashing (Knuth, The Art of Computer Programming, volume 3, 6.4).
#[inline]
const fn hash(gram: u32) -> usize {
    (gram.wrapping_mul(0x9e37_79b1) >> (32 - BITS.ilog2())) as usize
}

const fn head(hash: usize) -> usize {
    hash >> (BITS.ilog2() - HEAD_BITS)
}
