//! The anchors as groups of a sieve: which four bytes of each are looked for, and in which group. A group takes every
//! mixture of what is in it, so anchors are put together that are alike, and those that are common stand alone. This
//! decides how fast a search is, and nothing of what it finds.

use crate::bytescan::{Backend, ByteFilter, GROUPS};
use crate::detect::prefilter::table::GRAM;
use crate::detect::prefilter::{Anchor, DEPTH};

/// Banks of groups: with twice as many half as much is marked in vain, and the look takes twice as long.
const BY_HALVES: usize = 4;
const BY_SIXTY_FOURS: usize = 8;

/// The sieve of a search, for what the processor can.
pub(crate) enum Groups {
    ByHalves(Box<ByteFilter<BY_HALVES, GRAM>>),
    BySixtyFours(Box<ByteFilter<BY_SIXTY_FOURS, GRAM>>),
}

impl Groups {
    /// Finds a group for each anchor. Gives the sieve and, for each anchor, which bytes of it are looked for.
    pub(crate) fn of(anchors: &[Anchor]) -> (Self, Vec<usize>) {
        if Backend::best() == Backend::Whole {
            let (sieve, chosen) = grouped(anchors, by_six_bits);
            (Self::BySixtyFours(sieve), chosen)
        } else {
            let (sieve, chosen) = grouped(anchors, by_halves);
            (Self::ByHalves(sieve), chosen)
        }
    }

    /// See [`ByteFilter::fill_bitmask`].
    pub(crate) fn fill_bitmask(&self, text: &[u8], from: usize, marks: &mut [u64]) {
        match self {
            Self::ByHalves(sieve) => sieve.fill_bitmask(text, from, marks),
            Self::BySixtyFours(sieve) => sieve.fill_bitmask(text, from, marks),
        }
    }
}

/// `mixed` gives all bytes that a sieve takes where some may stand.
fn grouped<const BANKS: usize>(
    anchors: &[Anchor],
    mixed: fn(u128) -> u128,
) -> (Box<ByteFilter<BANKS, GRAM>>, Vec<usize>) {
    let rare: Vec<Vec<(f32, usize)>> = anchors.iter().map(rare_bytes).collect();
    let mut order: Vec<(f32, usize)> = rare.iter().map(|rare| rare[0].0).zip(0..).collect();
    // The common ones first, since they shape their groups.
    order.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut groups = vec![Group::EMPTY; BANKS * GROUPS];
    let mut chosen = vec![0; anchors.len()];
    for (_, number) in order {
        let anchor = &anchors[number];
        let mut best: Option<(f32, usize, usize, Group)> = None;
        for (_, at) in &rare[number] {
            for (place, group) in groups.iter().enumerate() {
                let grown = group.with(anchor, *at, mixed);
                let more = grown.cost() - group.cost();
                if best.as_ref().is_none_or(|best| more < best.0) {
                    best = Some((more, place, *at, grown));
                }
            }
        }
        if let Some((_, place, at, grown)) = best {
            groups[place] = grown;
            chosen[number] = at;
        }
    }
    (Box::new(sieve(&groups)), chosen)
}

/// Where in an anchor four bytes begin that are rare in source code, the rarest first, each with its share.
pub(crate) fn rare_bytes(anchor: &Anchor) -> Vec<(f32, usize)> {
    let text = anchor.text.to_ascii_lowercase();
    let last = text.len().min(DEPTH).saturating_sub(GRAM);
    let share = |at: usize| {
        let gram = &text[at..text.len().min(at + GRAM)];
        let chance: f32 = gram.iter().map(|byte| share_of(*byte)).product();
        if is_common(gram) { chance.max(COMMON_SHARE) } else { chance }
    };
    let mut found: Vec<(f32, usize)> = (0..=last).map(|at| (share(at), at)).collect();
    found.sort_by(|one, other| one.0.total_cmp(&other.0));
    let most = found[0].0 * MUCH;
    found.retain(|(share, _)| *share <= most);
    found
}

/// Bytes that are so much more common are not worth it.
const MUCH: f32 = 8.0;

/// Four bytes that stand together, in lower case, that are the most common ones of source code: those of git, ruff and
/// redis, without spaces, in order. The rarest of them has a share of one in 60,000.
const COMMON: &str = include_str!("common.txt");

/// What each of them counts, at least.
const COMMON_SHARE: f32 = 1.0 / 16_384.0;

fn is_common(gram: &[u8]) -> bool {
    let (lines, _) = COMMON.as_bytes().as_chunks::<{ GRAM + 1 }>();
    lines.binary_search_by(|line| line[..GRAM].cmp(gram)).is_ok()
}

fn sieve<const BANKS: usize>(groups: &[Group]) -> ByteFilter<BANKS, GRAM> {
    let mut sieve = ByteFilter::empty();
    for (number, group) in groups.iter().enumerate() {
        for (place, taken) in group.taken.iter().enumerate() {
            (0..128)
                .filter(|byte| taken.bytes >> byte & 1 == 1)
                .for_each(|byte| sieve.allow(number, place, byte));
            if taken.bytes == ANY {
                sieve.allow_any(number, place);
            }
        }
    }
    sieve
}

/// What a group takes in four places.
#[derive(Clone, Copy)]
struct Group {
    taken: [Taken; GRAM],
}

/// The bytes that a place takes, a bit for each of ASCII, and how many of a text's bytes those are.
#[derive(Clone, Copy)]
struct Taken {
    bytes: u128,
    share: f32,
}

/// All bytes, those that are not ASCII too.
const ANY: u128 = !0;

impl Group {
    const EMPTY: Self = Self { taken: [Taken { bytes: 0, share: 0.0 }; GRAM] };

    /// The share of places that it marks, if each byte stood for itself.
    fn cost(&self) -> f32 {
        self.taken.iter().map(|taken| taken.share).product()
    }

    /// The same with an anchor's bytes from a place on.
    fn with(&self, anchor: &Anchor, at: usize, mixed: fn(u128) -> u128) -> Self {
        let mut grown = *self;
        for (place, taken) in grown.taken.iter_mut().enumerate() {
            let bytes = match anchor.text.get(at + place) {
                Some(byte) if anchor.ignore_case && byte.is_ascii_alphabetic() => {
                    1 << byte | 1 << (byte ^ 0x20)
                }
                Some(byte) if byte.is_ascii() => 1 << byte,
                // An anchor of three bytes, or one that is not ASCII.
                _ => ANY,
            };
            if taken.bytes | bytes != taken.bytes {
                let more = mixed(taken.bytes | bytes) & !taken.bytes;
                taken.bytes |= more;
                taken.share += share(more);
            }
        }
        grown
    }
}

/// All bytes whose lower six bits are those of one of some bytes.
fn by_six_bits(bytes: u128) -> u128 {
    let bytes = bytes | bytes >> 64;
    bytes | bytes << 64
}

/// All bytes whose lower half is that of one of some bytes and whose upper half that of another.
fn by_halves(bytes: u128) -> u128 {
    let rows = (0..8).map(|upper| bytes >> (16 * upper) & 0xffff);
    let lower = rows.clone().fold(0, |lower, row| lower | row);
    (0..8).zip(rows).filter(|(_, row)| *row != 0).fold(0, |mixed, (upper, _)| mixed | lower << (16 * upper))
}

/// How many of a text's bytes some are.
fn share(mut bytes: u128) -> f32 {
    let mut share = 0.0;
    while bytes != 0 {
        share += share_of(u8::try_from(bytes.trailing_zeros()).unwrap_or(u8::MAX));
        bytes &= bytes - 1;
    }
    share
}

/// How many of a source's 65,536 bytes each one is: git, ruff and redis, taken together.
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

/// What any byte that is not ASCII counts.
const OTHERS: u16 = 2;

fn share_of(byte: u8) -> f32 {
    f32::from(COUNTS.get(usize::from(byte)).copied().unwrap_or(OTHERS)) / 65_536.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each mark costs a look at the table; with common bytes in the groups there would be many times as many.
    #[test]
    fn a_sieve_of_the_anchors_marks_little_else() {
        let anchors = crate::detect::prefilter::anchors_of(crate::rules::RuleSet::builtin().rules());
        let (groups, _) = Groups::of(&anchors);
        let most = match groups {
            Groups::ByHalves(_) => 100,
            Groups::BySixtyFours(_) => 20,
        };
        let text = include_str!("mod.rs").repeat(4);
        let mut marks = vec![0; text.len() / 64 + 1];
        groups.fill_bitmask(text.as_bytes(), 0, &mut marks);
        let marked: u32 = marks.iter().map(|mark: &u64| mark.count_ones()).sum();
        let marked = marked as usize * 1000 / text.len();
        assert!((1..most).contains(&marked), "{marked} of 1000 places are marked");
    }

    #[test]
    fn common_bytes_are_known() {
        assert!(COMMON.lines().all(|line| line.len() == GRAM && is_common(line.as_bytes())));
        assert!(is_common(b"port") && !is_common(b"zq_j") && !is_common(b"por"));
    }
}
