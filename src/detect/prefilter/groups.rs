//! The anchors as groups of a sieve: which four bytes of each are looked for, and in which group. A group takes every
//! mixture of what is in it, so anchors are put together that are alike, and those that are common stand alone. This
//! decides how fast a search is, and nothing of what it finds.

use super::Anchor;
use super::table::GRAM;
use crate::text::sieve::{GROUPS, Sieve};

/// The groups come in fours of eight: twice as many would halve what is marked in vain, and take twice as long.
const BANKS: usize = 4;

/// The sieve of a search.
pub(super) type Groups = Sieve<BANKS, GRAM>;

/// Finds a group for each anchor. Gives the sieve and, for each anchor, which bytes of it are looked for. Those lie
/// in its first `depth` bytes.
pub(super) fn grouped(anchors: &[Anchor], depth: usize) -> (Groups, Vec<usize>) {
    let shares = Shares::new();
    let lone = |anchor: &Anchor| {
        let costs = offsets(anchor, depth).map(|at| Group::EMPTY.with(anchor, at, &shares).cost());
        costs.fold(f32::MAX, f32::min)
    };
    let mut order: Vec<(f32, usize)> = anchors.iter().map(lone).zip(0..).collect();
    // The common ones first, since they shape their groups.
    order.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut groups = [const { Group::EMPTY }; BANKS * GROUPS];
    let mut chosen = vec![0; anchors.len()];
    for (_, number) in order {
        let anchor = &anchors[number];
        let mut best: Option<(f32, usize, usize, Group)> = None;
        for at in offsets(anchor, depth) {
            for (place, group) in groups.iter().enumerate() {
                let grown = group.with(anchor, at, &shares);
                let more = grown.cost() - group.cost();
                if best.as_ref().is_none_or(|best| more < best.0) {
                    best = Some((more, place, at, grown));
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

fn offsets(anchor: &Anchor, depth: usize) -> std::ops::RangeInclusive<usize> {
    0..=anchor.len().min(depth).saturating_sub(GRAM)
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

/// Sums of shares for each set of lower halves, by upper half: of the eight smaller and of the eight larger.
struct Shares(Vec<[[f32; 256]; 2]>);

impl Shares {
    fn new() -> Self {
        let sums = |upper: usize, from: usize| {
            let mut sums = [0.0; 256];
            for set in 1..256_usize {
                let half = set.trailing_zeros() as usize;
                let count = COUNTS.get(upper * 16 + from + half).copied().unwrap_or(OTHERS);
                sums[set] = sums[set & (set - 1)] + f32::from(count) / 65_536.0;
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
