//! A hash table of four bytes (a gram) of each anchor, in lowercase. One bit for each hash says whether any anchor
//! has the gram, so a position in a text costs one multiplication and one load, however many anchors there are.

use crate::detect::prefilter::anchor::Anchor;
use crate::detect::prefilter::grams::GRAM;

/// The grams of all anchors.
pub(crate) struct Table {
    /// A bit for each hash.
    bits: Box<[u8; BITS / 8]>,
    /// The grams, sorted by hash.
    grams: Vec<Gram>,
    /// For each head of a hash, the index in `grams` where its grams begin.
    heads: Vec<u16>,
}

/// The number of bits in the table. 16 KiB stay in the first-level cache, and 3,000 entries leave 49 of 50 bits
/// unset.
const BITS: usize = 1 << 17;

/// The number of leading bits of a hash that index `heads`.
const HEAD_BITS: u32 = 12;

/// An entry of the table. It is small, since the table is read every few hundred bytes and should stay in the cache.
#[derive(Clone, Copy)]
struct Gram {
    bytes: u32,
    source: GramSource,
    /// The byte of the anchor after the gram, in lowercase, or zero. Most occurrences of a gram are not in its
    /// anchor.
    next: u8,
}

/// The anchor that a gram belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GramSource {
    pub(crate) anchor: u16,
    /// The offset of the gram in the anchor.
    pub(crate) offset: u8,
}

impl Table {
    /// Builds the table from the texts of anchors, each with the position of its gram.
    pub(crate) fn new<'a>(anchors: impl Iterator<Item = (&'a Anchor, GramSource)>) -> Self {
        let mut table =
            Self { bits: Box::new([0; BITS / 8]), grams: Vec::new(), heads: vec![0; (1 << HEAD_BITS) + 1] };
        for (anchor, source) in anchors {
            let text = &anchor.text[..];
            let at = usize::from(source.offset);
            match text.get(at..at + GRAM) {
                Some(gram) => table.add(gram, source, text.get(at + GRAM).map_or(0, |byte| byte | FOLD)),
                // An anchor of three bytes gets an entry for each byte that may follow it, folded: a user's name
                // after `://` may be in any script.
                None => (b' '..=u8::MAX)
                    .filter(|byte| {
                        byte | FOLD == *byte
                            && (anchor.may_precede(*byte) || anchor.may_precede(byte & !FOLD))
                    })
                    .for_each(|byte| table.add(&[text, &[byte]].concat(), source, 0)),
            }
        }
        table.grams.sort_unstable_by_key(|gram| (hash(gram.bytes), gram.bytes, gram.source));
        for gram in &table.grams {
            table.heads[head(hash(gram.bytes)) + 1] += 1;
        }
        for at in 1..table.heads.len() {
            table.heads[at] += table.heads[at - 1];
        }
        table
    }

    fn add(&mut self, gram: &[u8], source: GramSource, next: u8) {
        let mut bytes = [0; GRAM];
        bytes.copy_from_slice(gram);
        let bytes = folded(bytes);
        let hash = hash(bytes);
        self.bits[hash / 8] |= 1 << (hash % 8);
        self.grams.push(Gram { bytes, source, next });
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
