//! Four bytes of each anchor, in lower case, by their hash: a bit for each says whether any anchor has them, so a
//! place in a text costs one multiplication and one load, however many anchors there are.

/// How many bytes of an anchor are looked at.
pub(crate) const GRAM: usize = 4;

/// Four bytes of anchors.
pub(crate) struct Table {
    /// A bit for each hash.
    bits: Box<[u8; BITS / 8]>,
    /// What is looked for, by its hash.
    grams: Vec<Gram>,
    /// Where in `grams` those begin whose hash begins with a number.
    heads: Vec<u16>,
}

/// Bits of the table: 16 KiB stay in the nearest cache, and 3,000 entries leave 49 of 50 bits unset.
const BITS: usize = 1 << 17;

/// Bits of a hash that `heads` goes by.
const HEAD_BITS: u32 = 12;

/// Small, since the table is asked every few hundred bytes and should stay in the cache.
#[derive(Clone, Copy)]
struct Gram {
    bytes: u32,
    found: Found,
    /// The anchor's next byte, in lower case, or zero: most places where the four stand are none of the anchor.
    next: u8,
}

/// What four bytes are a part of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    pub(crate) anchor: u16,
    /// Where in the anchor they stand.
    pub(crate) offset: u8,
}

impl Table {
    /// Of the texts of anchors, each with the place in it that is looked for.
    pub(crate) fn new<'a>(anchors: impl Iterator<Item = (&'a [u8], Found)>) -> Self {
        let mut table =
            Self { bits: Box::new([0; BITS / 8]), grams: Vec::new(), heads: vec![0; (1 << HEAD_BITS) + 1] };
        for (text, found) in anchors {
            let at = usize::from(found.offset);
            match text.get(at..at + GRAM) {
                Some(gram) => table.add(gram, found, text.get(at + GRAM).map_or(0, |byte| byte | FOLD)),
                // Three bytes, and what may stand behind them, folded: a user's name behind `://` may be in any script.
                None => (b' '..=u8::MAX)
                    .filter(|byte| byte | 0x20 == *byte)
                    .for_each(|byte| table.add(&[text, &[byte]].concat(), found, 0)),
            }
        }
        table.grams.sort_unstable_by_key(|gram| (hash(gram.bytes), gram.bytes, gram.found));
        for gram in &table.grams {
            table.heads[head(hash(gram.bytes)) + 1] += 1;
        }
        for at in 1..table.heads.len() {
            table.heads[at] += table.heads[at - 1];
        }
        table
    }

    fn add(&mut self, gram: &[u8], found: Found, next: u8) {
        let mut bytes = [0; GRAM];
        bytes.copy_from_slice(gram);
        let bytes = folded(bytes);
        let hash = hash(bytes);
        self.bits[hash / 8] |= 1 << (hash % 8);
        self.grams.push(Gram { bytes, found, next });
    }

    /// Whether some anchor may have four bytes: 1 or 0.
    #[inline]
    pub(crate) fn may_know(&self, gram: u32) -> u8 {
        let hash = hash(gram);
        self.bits[hash / 8] >> (hash % 8) & 1
    }

    /// The anchors that may have four bytes and the one behind them.
    #[inline]
    pub(crate) fn known(&self, gram: u32, next: u8) -> impl Iterator<Item = Found> + '_ {
        let head = head(hash(gram));
        let known = usize::from(self.heads[head])..usize::from(self.heads[head + 1]);
        let fits = move |known: &&Gram| known.bytes == gram && (known.next == 0 || known.next == next | FOLD);
        self.grams[known].iter().filter(fits).map(|known| known.found)
    }
}

/// Sets the bit that tells large letters from small ones.
const FOLD: u8 = 0x20;

/// Four bytes as the table knows them.
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
