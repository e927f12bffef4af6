//! The anchors as groups of a sieve: which four bytes of each are looked for, and in which group. A group takes every
//! mixture of what is in it, so anchors are put together that are alike, and those that are common stand alone. This
//! decides how fast a search is, and nothing of what it finds.

use super::table::GRAM;
use super::{Anchor, DEPTH};
use crate::text::sieve::{GROUPS, Sieve};

/// The groups come in fours of eight: twice as many would halve what is marked in vain, and take twice as long.
const BANKS: usize = 4;

/// The sieve of a search.
pub(super) type Groups = Sieve<BANKS, GRAM>;

/// Finds a group for each anchor. Gives the sieve and, for each anchor, which bytes of it are looked for.
pub(super) fn grouped(anchors: &[Anchor]) -> (Groups, Vec<usize>) {
    let shares = Shares::new();
    let rare: Vec<Vec<(f32, usize)>> = anchors.iter().map(rare_bytes).collect();
    let mut order: Vec<(f32, usize)> = rare.iter().map(|rare| rare[0].0).zip(0..).collect();
    // The common ones first, since they shape their groups.
    order.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut groups = [const { Group::EMPTY }; BANKS * GROUPS];
    let mut chosen = vec![0; anchors.len()];
    for (_, number) in order {
        let anchor = &anchors[number];
        let mut best: Option<(f32, usize, usize, Group)> = None;
        for (_, at) in &rare[number] {
            for (place, group) in groups.iter().enumerate() {
                let grown = group.with(anchor, *at, &shares);
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
    (sieve(&groups), chosen)
}

/// Where in an anchor four bytes begin that are rare in source code, the rarest first, each with its share.
pub(super) fn rare_bytes(anchor: &Anchor) -> Vec<(f32, usize)> {
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

fn sieve(groups: &[Group]) -> Groups {
    let mut sieve = Sieve::empty();
    for (number, group) in groups.iter().enumerate() {
        for (place, taken) in group.taken.iter().enumerate() {
            for half in 0..16 {
                if taken.lower >> half & 1 == 1 {
                    sieve.allow_lower(number, place, half);
                }
                if taken.upper >> half & 1 == 1 {
                    sieve.allow_upper(number, place, half);
                }
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

/// The halves of bytes that a place takes, a bit for each, and how many of a text's bytes those are.
#[derive(Clone, Copy)]
struct Taken {
    lower: u16,
    upper: u16,
    share: f32,
}

impl Group {
    const EMPTY: Self = Self { taken: [Taken { lower: 0, upper: 0, share: 0.0 }; GRAM] };

    /// The share of places that it marks, if each byte stood for itself.
    fn cost(&self) -> f32 {
        self.taken.iter().map(|taken| taken.share).product()
    }

    /// The same with an anchor's bytes from a place on.
    fn with(&self, anchor: &Anchor, at: usize, shares: &Shares) -> Self {
        let mut grown = *self;
        for (place, taken) in grown.taken.iter_mut().enumerate() {
            let (lower, upper) = match anchor.text.get(at + place) {
                Some(byte) if anchor.ignore_case && byte.is_ascii_alphabetic() => {
                    (1 << (byte & 15), 1 << (byte >> 4) | 1 << ((byte ^ 0x20) >> 4))
                }
                Some(byte) => (1 << (byte & 15), 1 << (byte >> 4)),
                // An anchor of three bytes.
                None => (!0, !0),
            };
            if taken.lower | lower != taken.lower || taken.upper | upper != taken.upper {
                taken.lower |= lower;
                taken.upper |= upper;
                taken.share = shares.of(taken.lower, taken.upper);
            }
        }
        grown
    }
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

/// Sums of shares for each set of lower halves, by upper half: of the eight smaller and of the eight larger.
struct Shares(Vec<[[f32; 256]; 2]>);

impl Shares {
    fn new() -> Self {
        let sums = |upper: usize, from: usize| {
            let mut sums = [0.0; 256];
            for set in 1..256_usize {
                let half = set.trailing_zeros() as usize;
                let byte = u8::try_from(upper * 16 + from + half).unwrap_or(u8::MAX);
                sums[set] = sums[set & (set - 1)] + share_of(byte);
            }
            sums
        };
        Self((0..16).map(|upper| [sums(upper, 0), sums(upper, 8)]).collect())
    }

    fn of(&self, lower: u16, upper: u16) -> f32 {
        let [small, large] = lower.to_le_bytes();
        let rows = self.0.iter().enumerate().filter(|(row, _)| upper >> row & 1 == 1);
        rows.map(|(_, sums)| sums[0][usize::from(small)] + sums[1][usize::from(large)]).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_bytes_are_known() {
        assert!(COMMON.lines().all(|line| line.len() == GRAM && is_common(line.as_bytes())));
        assert!(is_common(b"port") && !is_common(b"zq_j") && !is_common(b"por"));
    }
}
