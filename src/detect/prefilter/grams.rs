//! Chooses four bytes (a gram) of each anchor to search for, and a bucket of the byte filter for them. A bucket takes
//! every mixture of its members, so similar anchors share a bucket and common ones get a bucket of their own. The
//! choice decides how fast a search is and never what it finds.
//!
//! The build script makes the choice for the built-in anchors, so this file stands on the standard library alone.

/// The number of bytes in a gram.
pub(crate) const GRAM: usize = 4;

/// The number of leading bytes of an anchor from which the gram is chosen.
pub(crate) const DEPTH: usize = 12;

/// The number of buckets of a filter with nibble tables (AVX2): four groups of eight. With four groups, 12 of 100
/// positions of source code are marked, with six 8, but they take half as long again.
pub(crate) const NIBBLE_BUCKETS: usize = 32;

/// The number of buckets of a filter with six-bit tables (AVX-512).
pub(crate) const SIX_BIT_BUCKETS: usize = 64;

/// The bytes that an anchor consists of.
#[derive(Clone, Copy)]
pub(crate) struct Pattern<'a> {
    pub(crate) text: &'a [u8],
    pub(crate) ignore_case: bool,
    /// The ASCII bytes that may be after the text; none if every byte may.
    pub(crate) following: u128,
}

/// Where the gram of an anchor is in the anchor, and the number of its bucket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) offset: u8,
    pub(crate) bucket: u8,
}

/// Returns the ASCII bytes that the tables of a filter cannot tell from a set of ASCII bytes and a set of others.
pub(crate) type Close = fn(u128, u128) -> u128;

/// Chooses a place for each pattern that has none: the one that raises the cost of its bucket least.
pub(crate) fn choose_places(
    patterns: &[Pattern<'_>],
    known: &[Option<Place>],
    buckets: usize,
    close: Close,
) -> Vec<Place> {
    let mut buckets = vec![CostedBucket::EMPTY; buckets];
    let mut places = Vec::with_capacity(patterns.len());
    let mut unknown: Vec<(usize, RareGrams)> = Vec::new();
    for (number, (pattern, known)) in patterns.iter().zip(known).enumerate() {
        if let Some(place) = known {
            let bucket = &mut buckets[usize::from(place.bucket)];
            *bucket = bucket.with(&GramSets::of(pattern, usize::from(place.offset)), close);
        } else {
            unknown.push((number, rare_grams(pattern.text)));
        }
        places.push(known.unwrap_or(Place { offset: 0, bucket: 0 }));
    }
    // Common grams come first, since they determine the cost of their buckets.
    unknown.sort_by(|(_, one), (_, other)| other[0].0.total_cmp(&one[0].0));
    for (number, grams) in unknown {
        places[number] = choose_place(&patterns[number], &grams, &mut buckets, close);
    }
    places
}

/// Chooses the place of a pattern among its rare grams, and adds it to its bucket.
fn choose_place(
    pattern: &Pattern<'_>,
    grams: &[(f32, usize)],
    buckets: &mut [CostedBucket],
    close: Close,
) -> Place {
    let place = |offset: usize, bucket: usize| Place { offset: narrow(offset), bucket: narrow(bucket) };
    // Many anchors share their bytes with others. No bucket takes them at a lower cost than one that has them.
    for (_, offset) in grams {
        let sets = GramSets::of(pattern, *offset);
        if let Some(bucket) = buckets.iter().position(|bucket| bucket.takes(&sets)) {
            return place(*offset, bucket);
        }
    }
    let mut best: Option<(f32, Place, CostedBucket)> = None;
    for (_, offset) in grams {
        let sets = GramSets::of(pattern, *offset);
        for (index, bucket) in buckets.iter().enumerate() {
            let grown = bucket.with(&sets, close);
            let added_cost = grown.cost() - bucket.cost();
            if best.as_ref().is_none_or(|best| added_cost < best.0) {
                best = Some((added_cost, place(*offset, index), grown));
            }
        }
    }
    let Some((_, best, grown)) = best else { return place(0, 0) };
    buckets[usize::from(best.bucket)] = grown;
    best
}

/// Converts an offset below [`DEPTH`] or the number of a bucket.
fn narrow(number: usize) -> u8 {
    u8::try_from(number).unwrap_or(0)
}

/// Returns the offset of the four bytes of an anchor that are rarest in source code.
pub(crate) fn rarest_gram(text: &[u8]) -> usize {
    rare_grams(text)[0].1
}

/// The rare grams of an anchor, at least one: the share of source code, and the offset. The rarest comes first.
type RareGrams = Vec<(f32, usize)>;

fn rare_grams(text: &[u8]) -> RareGrams {
    let text = text.to_ascii_lowercase();
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

/// The most common grams of source code, in lowercase, sorted; `S` is a space. They are counted in git, ruff, redis, curl
/// and the Anthropic SDK. The rarest of them has a share of one in 29,000.
const COMMON: &str = include_str!("common.txt");

/// The least share that a common gram is given.
const COMMON_SHARE: f32 = 1.0 / 16_384.0;

fn is_common(gram: &[u8]) -> bool {
    let mark = |byte: u8| if byte == b' ' { b'S' } else { byte };
    let (lines, _) = COMMON.as_bytes().as_chunks::<{ GRAM + 1 }>();
    lines
        .binary_search_by(|line| line[..GRAM].iter().copied().cmp(gram.iter().map(|byte| mark(*byte))))
        .is_ok()
}

/// The bytes that a gram may have at each offset: ASCII bytes, and others from 128 on.
pub(crate) struct GramSets(pub(crate) [(u128, u128); GRAM]);

impl GramSets {
    pub(crate) fn of(pattern: &Pattern<'_>, offset: usize) -> Self {
        Self(std::array::from_fn(|at| match pattern.text.get(offset + at) {
            Some(byte) if pattern.ignore_case && byte.is_ascii_alphabetic() => {
                (1 << byte | 1 << (byte ^ 0x20), 0)
            }
            Some(byte) if byte.is_ascii() => (1 << byte, 0),
            Some(byte) => (0, 1 << (byte - 128)),
            None if pattern.following != 0 => (pattern.following, 0),
            // The anchor has three bytes.
            None => (ANY, ANY),
        }))
    }
}

/// The set of all ASCII bytes, or of all others.
pub(crate) const ANY: u128 = !0;

/// The bytes that a bucket takes at each offset, and their share.
#[derive(Clone, Copy)]
struct CostedBucket {
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

impl CostedBucket {
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

    /// Returns the bucket with the bytes of a gram, and those that the tables cannot tell from them.
    fn with(&self, gram: &GramSets, close: Close) -> Self {
        let mut grown = *self;
        for (set, (bytes, others)) in grown.sets.iter_mut().zip(gram.0) {
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

/// Returns the number of bytes in a set.
#[expect(clippy::cast_precision_loss, reason = "at most 128")]
fn count(bytes: u128) -> f32 {
    bytes.count_ones() as f32
}

/// Returns all bytes whose lower six bits equal those of one of `bytes` or `others`.
pub(crate) fn close_six_bits(bytes: u128, others: u128) -> u128 {
    // A byte from 128 on has the lower bits of the one 128 below it.
    let bytes = bytes | others;
    let bytes = bytes | bytes >> 64;
    bytes | bytes << 64
}

/// Returns all bytes whose lower nibble is that of one of `bytes` or `others`, and whose upper nibble is that of another.
pub(crate) fn close_nibbles(bytes: u128, others: u128) -> u128 {
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

    #[test]
    fn common_grams_are_recognised() {
        let grams: Vec<String> = COMMON.lines().map(|line| line.replace('S', " ")).collect();
        assert!(
            grams.len() > 3000 && grams.iter().all(|gram| gram.len() == GRAM && is_common(gram.as_bytes()))
        );
        assert!(is_common(b"port") && is_common(b" com") && !is_common(b"zq_j") && !is_common(b"por"));
    }

    #[test]
    fn a_known_place_is_kept_and_the_others_avoid_common_grams() {
        let pattern = |text: &'static str| Pattern { text: text.as_bytes(), ignore_case: true, following: 0 };
        let patterns = [pattern("password"), pattern(" community zq")];
        let known = [Some(Place { offset: 3, bucket: 7 }), None];
        let places = choose_places(&patterns, &known, NIBBLE_BUCKETS, close_nibbles);
        assert_eq!(places[0], Place { offset: 3, bucket: 7 });
        assert!(places[1].offset > 1, "{places:?}");
    }
}
