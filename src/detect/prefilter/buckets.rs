//! The buckets of the byte filter: which four bytes of each anchor are searched for, and in which bucket. A bucket
//! takes every mixture of its members, so similar anchors share a bucket and common ones get a bucket of their own.
//! The choice decides how fast a search is and never what it finds.

use crate::bytescan::{BUCKETS, Backend, ByteFilter};
use crate::detect::prefilter::anchor::{Anchor, DEPTH};
use crate::detect::prefilter::table::GRAM;

/// The number of bucket groups with nibble tables (AVX2). With four, 12 of 100 positions of source code are marked, with
/// six 7; filling the bitmask takes half as long again.
const NIBBLE_GROUPS: usize = 6;

/// The number of bucket groups with six-bit tables (AVX-512).
const SIX_BIT_GROUPS: usize = 8;

/// The byte filter of all anchors, for the backend of this processor.
pub(crate) enum AnchorFilter {
    Nibbles(Box<ByteFilter<NIBBLE_GROUPS, GRAM>>),
    SixBits(Box<ByteFilter<SIX_BIT_GROUPS, GRAM>>),
}

impl AnchorFilter {
    /// Assigns each anchor to a bucket. Returns the filter and, for each anchor, the offset of its searched bytes.
    pub(crate) fn new(anchors: &[Anchor]) -> (Self, Vec<usize>) {
        if Backend::best() == Backend::Avx512 {
            let (filter, offsets) = assign_buckets(anchors, close_six_bits);
            (Self::SixBits(filter), offsets)
        } else {
            let (filter, offsets) = assign_buckets(anchors, close_nibbles);
            (Self::Nibbles(filter), offsets)
        }
    }

    /// Fills a candidate bitmask: see [`ByteFilter::fill_bitmask`].
    pub(crate) fn fill_bitmask(&self, text: &[u8], from: usize, bitmask: &mut [u64]) {
        match self {
            Self::Nibbles(filter) => filter.fill_bitmask(text, from, bitmask),
            Self::SixBits(filter) => filter.fill_bitmask(text, from, bitmask),
        }
    }
}

/// Returns the ASCII bytes that the tables cannot tell from a set of ASCII bytes and a set of others.
type Close = fn(u128, u128) -> u128;

/// Assigns each anchor to the bucket whose cost it raises least.
fn assign_buckets<const GROUPS: usize>(
    anchors: &[Anchor],
    close: Close,
) -> (Box<ByteFilter<GROUPS, GRAM>>, Vec<usize>) {
    let grams: Vec<Vec<(f32, usize)>> = anchors.iter().map(rare_grams).collect();
    let mut order: Vec<(f32, usize)> = grams.iter().map(|grams| grams[0].0).zip(0..).collect();
    // Common grams come first, since they determine the cost of their buckets.
    order.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut buckets = vec![Bucket::EMPTY; GROUPS * BUCKETS];
    let mut offsets = vec![0; anchors.len()];
    for (_, number) in order {
        let anchor = &anchors[number];
        // Many anchors share their bytes with others. No bucket takes them at a lower cost than one that has them.
        let fits = grams[number].iter().find_map(|(_, offset)| {
            let gram = GramSets::of(anchor, *offset);
            buckets.iter().any(|bucket| bucket.takes(&gram)).then_some(*offset)
        });
        if let Some(offset) = fits {
            offsets[number] = offset;
            continue;
        }
        let mut best: Option<(f32, usize, usize, Bucket)> = None;
        for (_, offset) in &grams[number] {
            for (index, bucket) in buckets.iter().enumerate() {
                let grown = bucket.with(anchor, *offset, close);
                let added_cost = grown.cost() - bucket.cost();
                if best.as_ref().is_none_or(|best| added_cost < best.0) {
                    best = Some((added_cost, index, *offset, grown));
                }
            }
        }
        if let Some((_, index, offset, grown)) = best {
            buckets[index] = grown;
            offsets[number] = offset;
        }
    }
    (Box::new(filter_of(&buckets)), offsets)
}

/// Returns the offset of the four bytes of an anchor that are rarest in source code.
pub(crate) fn rarest_gram(anchor: &Anchor) -> usize {
    rare_grams(anchor)[0].1
}

/// Returns the rare grams of an anchor as pairs of share and offset, the rarest first.
fn rare_grams(anchor: &Anchor) -> Vec<(f32, usize)> {
    let text = anchor.text.to_ascii_lowercase();
    let last = text.len().min(DEPTH).saturating_sub(GRAM);
    let share = |at: usize| {
        let gram = &text[at..text.len().min(at + GRAM)];
        let product: f32 = gram.iter().map(|byte| share_of(*byte)).product();
        if is_common(gram) { product.max(COMMON_SHARE) } else { product }
    };
    let mut grams: Vec<(f32, usize)> = (0..=last).map(|at| (share(at), at)).collect();
    grams.sort_by(|one, other| one.0.total_cmp(&other.0));
    let limit = grams[0].0 * MAX_RATIO;
    grams.retain(|(share, _)| *share <= limit);
    grams
}

/// Grams that are more than this many times as common as the rarest one are not considered.
const MAX_RATIO: f32 = 8.0;

/// The most common grams of source code, in lowercase, without spaces, sorted. They are counted in git, ruff and
/// redis. The rarest of them has a share of one in 60,000.
const COMMON: &str = include_str!("common.txt");

/// The least share that a common gram is given.
const COMMON_SHARE: f32 = 1.0 / 16_384.0;

fn is_common(gram: &[u8]) -> bool {
    let (lines, _) = COMMON.as_bytes().as_chunks::<{ GRAM + 1 }>();
    lines.binary_search_by(|line| line[..GRAM].cmp(gram)).is_ok()
}

fn filter_of<const GROUPS: usize>(buckets: &[Bucket]) -> ByteFilter<GROUPS, GRAM> {
    let mut filter = ByteFilter::empty();
    for (number, bucket) in buckets.iter().enumerate() {
        for (offset, set) in bucket.sets.iter().enumerate() {
            (0..128)
                .filter(|byte| set.bytes >> byte & 1 == 1)
                .for_each(|byte| filter.allow(number, offset, byte));
            (128..=u8::MAX)
                .filter(|byte| set.others >> (byte - 128) & 1 == 1)
                .for_each(|byte| filter.allow(number, offset, byte));
            if set.others == ANY {
                filter.allow_any(number, offset);
            }
        }
    }
    filter
}

/// The bytes that a bucket takes at each offset.
#[derive(Clone, Copy)]
struct Bucket {
    sets: [ByteSet; GRAM],
}

/// A set of bytes, one bit each, and their share of the bytes of source code.
#[derive(Clone, Copy)]
struct ByteSet {
    /// The ASCII bytes.
    bytes: u128,
    /// The bytes outside of ASCII, from 128 on.
    others: u128,
    share: f32,
}

/// The set of all ASCII bytes, or of all others.
const ANY: u128 = !0;

impl Bucket {
    const EMPTY: Self = Self { sets: [ByteSet { bytes: 0, others: 0, share: 0.0 }; GRAM] };

    /// Returns the share of positions that the bucket marks, if the bytes of a text were independent of each other.
    fn cost(&self) -> f32 {
        self.sets.iter().map(|set| set.share).product()
    }

    /// Returns whether the bucket has all bytes of a gram.
    fn takes(&self, gram: &GramSets) -> bool {
        self.sets
            .iter()
            .zip(gram.0)
            .all(|(set, (bytes, others))| bytes & !set.bytes == 0 && others & !set.others == 0)
    }

    /// Returns the bucket with the four bytes of an anchor from `offset` on.
    fn with(&self, anchor: &Anchor, offset: usize, close: Close) -> Self {
        let mut grown = *self;
        for (set, (bytes, others)) in grown.sets.iter_mut().zip(GramSets::of(anchor, offset).0) {
            let new_others = others & !set.others;
            if set.bytes | bytes != set.bytes || new_others != 0 {
                let added = close(set.bytes | bytes, set.others | others) & !set.bytes;
                set.bytes |= added;
                set.others |= new_others;
                set.share += share(added) + f32::from(OTHERS) / 65_536.0 * count(new_others);
            }
        }
        grown
    }
}

/// The bytes that an anchor may have at each offset of a gram: ASCII bytes, and others.
struct GramSets([(u128, u128); GRAM]);

impl GramSets {
    fn of(anchor: &Anchor, offset: usize) -> Self {
        Self(std::array::from_fn(|at| match anchor.text.get(offset + at) {
            Some(byte) if anchor.ignore_case && byte.is_ascii_alphabetic() => {
                (1 << byte | 1 << (byte ^ 0x20), 0)
            }
            Some(byte) if byte.is_ascii() => (1 << byte, 0),
            Some(byte) => (0, 1 << (byte - 128)),
            None if anchor.followed_by.is_some() => (following_bytes(anchor), 0),
            // The anchor has three bytes.
            None => (ANY, ANY),
        }))
    }
}

/// Returns the bytes that may be after an anchor.
fn following_bytes(anchor: &Anchor) -> u128 {
    (0..128).filter(|byte| anchor.may_precede(*byte)).fold(0, |bytes, byte| bytes | 1 << byte)
}

/// Returns the number of bytes in a set.
#[expect(clippy::cast_precision_loss, reason = "at most 128")]
fn count(bytes: u128) -> f32 {
    bytes.count_ones() as f32
}

/// Returns all bytes whose lower six bits equal those of one of `bytes` or `others`.
fn close_six_bits(bytes: u128, others: u128) -> u128 {
    // A byte from 128 on has the lower bits of the one 128 below it.
    let bytes = bytes | others;
    let bytes = bytes | bytes >> 64;
    bytes | bytes << 64
}

/// Returns all bytes whose lower nibble is that of one of `bytes` or `others`, and whose upper nibble is that of another.
fn close_nibbles(bytes: u128, others: u128) -> u128 {
    let rows = |bytes: u128| (0..8).map(move |upper| bytes >> (16 * upper) & 0xffff);
    let lower = rows(bytes).fold(0, |lower, row| lower | row);
    let lower = if others == 0 { lower } else { rows(others).fold(lower, |lower, row| lower | row) };
    (0..8)
        .zip(rows(bytes))
        .filter(|(_, row)| *row != 0)
        .fold(0, |closed, (upper, _)| closed | lower << (16 * upper))
}

/// Returns the share of `bytes` in source code.
fn share(mut bytes: u128) -> f32 {
    let mut share = 0.0;
    while bytes != 0 {
        share += share_of(u8::try_from(bytes.trailing_zeros()).unwrap_or(u8::MAX));
        bytes &= bytes - 1;
    }
    share
}

/// How often each ASCII byte occurs in 65,536 bytes of source code, counted in git, ruff and redis together.
const COUNTS: [u16; 128] = [
    51, 2, 3, 1, 1, 2, 1, 2, 1, 1093, 2207, 2, 2, 2, 2, 2, //
    1, 2, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, //
    9610, 44, 1155, 225, 169, 156, 336, 291, 466, 466, 355, 66, 534, 994, 509, 319, //
    264, 223, 151, 90, 92, 69, 75, 54, 59, 53, 282, 346, 136, 312, 261, 18, //
    24, 222, 72, 175, 148, 314, 103, 95, 79, 209, 13, 41, 214, 116, 190, 187, //
    111, 11, 223, 207, 250, 123, 29, 36, 31, 35, 15, 123, 145, 124, 15, 1056, //
    57, 2563, 669, 1809, 1571, 4558, 1083, 1095, 1065, 2861, 94, 349, 1585, 1364, 2394, 2389, //
    1069, 60, 2681, 2953, 3868, 1176, 356, 336, 299, 400, 105, 164, 58, 165, 17, 3,
];

/// The count of each byte outside of ASCII.
const OTHERS: u16 = 2;

fn share_of(byte: u8) -> f32 {
    f32::from(COUNTS.get(usize::from(byte)).copied().unwrap_or(OTHERS)) / 65_536.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each marked position costs a look-up in the table. With common bytes in the buckets there would be many times
    /// as many.
    #[test]
    fn the_filter_of_the_anchors_marks_few_positions() {
        let anchors = crate::detect::prefilter::anchors_of(crate::rules::RuleSet::builtin().rules());
        let (filter, _) = AnchorFilter::new(&anchors);
        let max = match filter {
            AnchorFilter::Nibbles(_) => 100,
            AnchorFilter::SixBits(_) => 20,
        };
        let text = include_str!("mod.rs").repeat(4);
        let mut bitmask = vec![0; text.len() / 64 + 1];
        filter.fill_bitmask(text.as_bytes(), 0, &mut bitmask);
        let marked: u32 = bitmask.iter().map(|word: &u64| word.count_ones()).sum();
        let marked = marked as usize * 1000 / text.len();
        assert!((1..max).contains(&marked), "{marked} of 1000 positions are marked");
    }

    #[test]
    fn common_grams_are_recognised() {
        assert!(COMMON.lines().all(|line| line.len() == GRAM && is_common(line.as_bytes())));
        assert!(is_common(b"port") && !is_common(b"zq_j") && !is_common(b"por"));
    }
}
