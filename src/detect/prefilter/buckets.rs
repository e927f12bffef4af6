//! The buckets of the byte filter: which bytes of each anchor are searched for, and in which bucket. The build script has
//! chosen the places of the built-in anchors ([`super::grams`]).

use crate::detect::prefilter::anchor::Anchors;
use crate::detect::prefilter::grams::{
    ANY, Close, GRAM, GramSets, NIBBLE_BUCKETS, Pattern, Place, SIX_BIT_BUCKETS, choose_places,
    close_nibbles, close_six_bits,
};
use skant_bytescan::{BUCKETS, Backend, ByteFilter};

/// The place of a built-in anchor in the filter of each backend.
struct KnownPlace {
    text: &'static str,
    ignore_case: bool,
    nibbles: Place,
    six_bits: Place,
}

// Written by the build script, sorted by text and case.
include!(concat!(env!("OUT_DIR"), "/anchor_places.rs"));

/// The byte filter of all anchors, for the backend of this processor.
pub(crate) enum AnchorFilter {
    Nibbles(Box<ByteFilter<{ NIBBLE_BUCKETS / BUCKETS }, GRAM>>),
    SixBits(Box<ByteFilter<{ SIX_BIT_BUCKETS / BUCKETS }, GRAM>>),
}

impl AnchorFilter {
    /// Assigns each anchor to a bucket. Returns the filter and, for each anchor, the offset of its searched bytes.
    pub(crate) fn new(anchors: &Anchors) -> (Self, Vec<usize>) {
        if Backend::best() == Backend::Avx512 {
            let (filter, offsets) = filter_of(anchors, close_six_bits, |known| known.six_bits);
            (Self::SixBits(filter), offsets)
        } else {
            let (filter, offsets) = filter_of(anchors, close_nibbles, |known| known.nibbles);
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

/// Builds the filter of all anchors. Anchors of rules that are not built in get the place that costs least.
fn filter_of<const GROUPS: usize>(
    anchors: &Anchors,
    close: Close,
    place: fn(&KnownPlace) -> Place,
) -> (Box<ByteFilter<GROUPS, GRAM>>, Vec<usize>) {
    let patterns: Vec<Pattern<'_>> = anchors.iter().map(|anchor| anchor.pattern()).collect();
    let known: Vec<Option<Place>> = patterns.iter().map(|pattern| known_place(pattern).map(place)).collect();
    let places = match known.iter().copied().collect() {
        Some(places) => places,
        None => choose_places(&patterns, &known, GROUPS * BUCKETS, close),
    };
    let mut buckets = vec![[(0, 0); GRAM]; GROUPS * BUCKETS];
    for (pattern, place) in patterns.iter().zip(&places) {
        let gram = GramSets::of(pattern, usize::from(place.offset));
        for (set, added) in buckets[usize::from(place.bucket)].iter_mut().zip(gram.0) {
            *set = (set.0 | added.0, set.1 | added.1);
        }
    }
    let mut filter = ByteFilter::empty();
    for (number, bucket) in buckets.iter().enumerate() {
        for (offset, (bytes, others)) in bucket.iter().enumerate() {
            (0..128)
                .filter(|byte| bytes >> byte & 1 == 1)
                .for_each(|byte| filter.allow(number, offset, byte));
            (128..=u8::MAX)
                .filter(|byte| others >> (byte - 128) & 1 == 1)
                .for_each(|byte| filter.allow(number, offset, byte));
            if *others == ANY {
                filter.allow_any(number, offset);
            }
        }
    }
    (Box::new(filter), places.iter().map(|place| usize::from(place.offset)).collect())
}

fn known_place(pattern: &Pattern<'_>) -> Option<&'static KnownPlace> {
    let key = (pattern.text, pattern.ignore_case);
    let found = KNOWN_PLACES.binary_search_by(|known| (known.text.as_bytes(), known.ignore_case).cmp(&key));
    KNOWN_PLACES.get(found.ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    /// Each marked position costs a look-up in the table. With common bytes in the buckets there would be many times
    /// as many.
    #[test]
    fn the_filter_of_the_anchors_marks_few_positions() {
        let anchors = crate::detect::prefilter::anchors_of(RuleSet::builtin().rules());
        let (filter, _) = AnchorFilter::new(&anchors);
        let max = match filter {
            AnchorFilter::Nibbles(_) => 140,
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
    fn each_builtin_anchor_has_a_known_place() {
        let anchors = crate::detect::prefilter::anchors_of(RuleSet::builtin().rules());
        assert!(
            anchors.rows.len() > 1000
                && anchors.iter().all(|anchor| known_place(&anchor.pattern()).is_some())
        );
        let sorted = |one: &KnownPlace, other: &KnownPlace| {
            (one.text.as_bytes(), one.ignore_case) < (other.text.as_bytes(), other.ignore_case)
        };
        assert!(KNOWN_PLACES.is_sorted_by(sorted));
    }
}
