//! Numbers about a value that tell a random one from one that a person typed.

use crate::rules::PlaceholderLimits;

/// What the characters of a value look like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Statistics {
    /// Distinct bytes.
    pub(crate) distinct: usize,
    /// Shannon entropy, in bits a byte.
    pub(crate) entropy: f64,
    /// The longest run of one byte.
    pub(crate) run: usize,
    /// The longest run of bytes that each are one more than the one before, or than the one before that
    /// (`1a2b3c4d` is two sequences).
    pub(crate) ascending: usize,
}

impl Statistics {
    /// Counts; any length.
    pub(crate) fn of(value: &[u8]) -> Self {
        let mut counts = [0_usize; 256];
        for byte in value {
            counts[usize::from(*byte)] += 1;
        }
        let (run, ascending) = runs(value);
        let distinct = counts.iter().filter(|count| **count > 0).count();
        Self { distinct, entropy: entropy(&counts, value.len()), run, ascending }
    }

    /// What makes the value no random one, if anything does.
    pub(crate) fn cut(&self, value: &[u8], cuts: &PlaceholderLimits) -> Option<&'static str> {
        if self.run >= cuts.run {
            Some("one character, again and again")
        } else if self.ascending >= cuts.ascending {
            Some("characters in sequence")
        } else if walks(value, cuts.ascending + 1) {
            Some("a walk over the alphabet or the keyboard")
        } else if repeats(value, cuts.repeat) {
            Some("a part that repeats")
        } else if self.distinct < cuts.distinct || self.entropy < cuts.entropy {
            Some("too few different characters for a random value")
        } else {
            None
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "values are far shorter than 2^52 bytes")]
fn entropy(counts: &[usize; 256], length: usize) -> f64 {
    let length = length as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = *count as f64 / length;
            -share * share.log2()
        })
        .sum()
}

/// The longest run of one byte, and of bytes that each are one more than the one before, or than the one before that.
pub(crate) fn runs(value: &[u8]) -> (usize, usize) {
    let (mut run, mut ascending) = (0, 0);
    let (mut this_run, mut next_to, mut every_other) = (0, 0, 0);
    for (at, &byte) in value.iter().enumerate() {
        let back = |steps: usize| at.checked_sub(steps).map(|at| value[at]);
        let follows = |steps| back(steps).and_then(|before| before.checked_add(1)) == Some(byte);
        this_run = if back(1) == Some(byte) { this_run + 1 } else { 1 };
        next_to = if follows(1) { next_to + 1 } else { 1 };
        every_other = if follows(2) { every_other + 1 } else { 1 };
        run = run.max(this_run);
        ascending = ascending.max(next_to).max(every_other);
    }
    (run, ascending)
}

/// The alphabet, rows of the keyboard, and its columns down and up.
const WALKS: [&[u8]; 7] = [
    b"abcdefghijklmnopqrstuvwxyz",
    b"01234567890",
    b"qwertyuiop",
    b"asdfghjkl",
    b"zxcvbnm",
    b"qazwsxedcrfvtgbyhnujmikolp",
    b"zaqxswcdevfrbgtnhymjukilop",
];

/// No character of the walk.
const NOWHERE: u8 = u8::MAX;

/// Where each character of ASCII stands first in each walk, forth and back.
#[expect(clippy::cast_possible_truncation, reason = "no walk has more than 26 characters")]
static POSITIONS: [[[u8; 128]; 2]; WALKS.len()] = {
    let mut places = [[[NOWHERE; 128]; 2]; WALKS.len()];
    let mut walk = 0;
    while walk < WALKS.len() {
        let length = WALKS[walk].len();
        // From behind, so that the first place is the one that stays.
        let mut left = length;
        while left > 0 {
            left -= 1;
            places[walk][0][WALKS[walk][left] as usize] = left as u8;
            places[walk][1][WALKS[walk][length - 1 - left] as usize] = left as u8;
        }
        walk += 1;
    }
    places
};

/// A bit of each letter, in either case, and digit.
const fn bit(byte: u8) -> u64 {
    match byte.to_ascii_lowercase() {
        letter @ b'a'..=b'z' => 1 << (letter - b'a'),
        digit @ b'0'..=b'9' => 1 << (26 + digit - b'0'),
        _ => 0,
    }
}

/// The bits of what stands beside each character in any walk.
static BESIDE: [u64; 256] = {
    let mut beside = [0; 256];
    let mut walk = 0;
    while walk < WALKS.len() {
        let mut at = 1;
        while at < WALKS[walk].len() {
            let (one, other) = (WALKS[walk][at - 1], WALKS[walk][at]);
            beside[one as usize] |= bit(other);
            beside[other as usize] |= bit(one);
            beside[one.to_ascii_uppercase() as usize] |= bit(other);
            beside[other.to_ascii_uppercase() as usize] |= bit(one);
            at += 1;
        }
        walk += 1;
    }
    beside
};

/// Whether so many characters in a row each stand beside the next one in some walk: nearly no value does.
fn may_walk(value: &[u8], size: usize) -> bool {
    let mut run = 1;
    value.len() >= size
        && (size < 2
            || value.windows(2).any(|two| {
                run = if BESIDE[usize::from(two[0])] & bit(two[1]) == 0 { 1 } else { run + 1 };
                run >= size
            }))
}

/// Whether `size` characters in a row lie in a row in the alphabet or on the keyboard, too, in either case and
/// direction.
pub(crate) fn walks(value: &[u8], size: usize) -> bool {
    let value = &value[..value.len().min(MOST_COMPARED)];
    may_walk(value, size)
        && WALKS.iter().zip(&POSITIONS).any(|(walk, places)| {
            let at = |place: usize| walk.get(place).copied();
            let back = |place: usize| walk.len().checked_sub(place + 1).map(|place| walk[place]);
            longest(value, &places[0], at) >= size || longest(value, &places[1], back) >= size
        })
}

/// How many characters of a value in a row are those of a walk in a row.
fn longest(value: &[u8], places: &[u8; 128], walk: impl Fn(usize) -> Option<u8>) -> usize {
    let first = |byte: u8| places.get(usize::from(byte)).copied().filter(|place| *place != NOWHERE);
    let (mut most, mut run, mut last) = (0, 0, 0);
    let mut before: Option<u8> = None;
    for byte in value.iter().map(u8::to_ascii_lowercase) {
        let next = |place: u8| walk(usize::from(place) + 1) == Some(byte);
        if run > 0 && next(last) {
            (run, last) = (run + 1, last + 1);
        } else if let Some(place) = before.and_then(first).filter(|place| next(*place)) {
            // A character that stands twice in the walk ends one run and begins another.
            (run, last) = (2, place + 1);
        } else if let Some(place) = first(byte) {
            (run, last) = (1, place);
        } else {
            run = 0;
        }
        most = most.max(run);
        before = Some(byte);
    }
    most
}

/// How much of a value is compared with itself and with words.
const MOST_COMPARED: usize = 1024;

/// Whether a substring of `size` bytes occurs twice without overlapping. Values over 1,024 bytes are judged by
/// their beginning, so that the cost stays bounded.
pub(crate) fn repeats(value: &[u8], size: usize) -> bool {
    let value = &value[..value.len().min(MOST_COMPARED)];
    if size == 0 || value.len() < size * 2 {
        return false;
    }
    let mut seen: Vec<(&[u8], usize)> = value.windows(size).zip(0..).collect();
    seen.sort_unstable();
    seen.chunk_by(|one, other| one.0 == other.0)
        .any(|same| same.last().map_or(0, |last| last.1) - same[0].1 >= size)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUTS: PlaceholderLimits =
        PlaceholderLimits { distinct: 8, entropy: 2.5, run: 4, ascending: 5, repeat: 4 };

    #[test]
    fn what_occurs_twice_is_told_however_short() {
        assert!(repeats(b"abc-abc", 3) && repeats(b"abcabc", 3));
        assert!(!repeats(b"abcab", 3) && !repeats(b"abab", 3) && !repeats(b"aaaaa", 3));
        assert!(!repeats(b"abc", 0) && !repeats(b"", 1));
    }

    #[test]
    fn counts_are_right() {
        let statistics = Statistics::of(b"aabcdz");
        assert_eq!((statistics.distinct, statistics.run, statistics.ascending), (5, 2, 4));
        assert!((Statistics::of(b"abcdabcd").entropy - 2.0).abs() < 1e-9);
        assert_eq!(Statistics::of(b"").distinct, 0);
    }

    #[test]
    fn each_cut_has_its_name() {
        let cases = [
            ("xxxxabcpqr197", "one character, again and again"),
            ("abcdeqz1897xkw", "characters in sequence"),
            ("1a2b3c4d5e6fqz1897xkw", "characters in sequence"),
            ("x81QwErTyz7pq4", "a walk over the alphabet or the keyboard"),
            ("x81lkjhgfz7pq4", "a walk over the alphabet or the keyboard"),
            ("k3nujmikz7pq4w", "a walk over the alphabet or the keyboard"),
            ("wqp4-1z8wqp4-1z8kk", "a part that repeats"),
            ("xyxzyxyzxxzyzyxz", "too few different characters for a random value"),
        ];
        for (value, said) in cases {
            assert_eq!(Statistics::of(value.as_bytes()).cut(value.as_bytes(), &CUTS), Some(said), "{value}");
        }
        assert_eq!(Statistics::of(b"q8Zk1vT7mX4b").cut(b"q8Zk1vT7mX4b", &CUTS), None);
    }

    proptest::proptest! {
        #[test]
        fn a_walk_is_a_part_of_one(value in "[0-9a-zA-Z#]{0,12}|[890121qwertlkjfdsazAb]{0,14}", size in 1_usize..9) {
            let forth = value.to_ascii_lowercase().into_bytes();
            let back: Vec<u8> = forth.iter().rev().copied().collect();
            let is_part = |part: &[u8]| WALKS.iter().any(|walk| walk.windows(size).any(|of| of == part));
            let expected = [forth, back].iter().any(|value| value.windows(size).any(is_part));
            proptest::prop_assert_eq!(walks(value.as_bytes(), size), expected);
        }
    }

    #[test]
    fn overlapping_is_not_repeating() {
        assert!(!repeats(b"aXaXaX", 4));
        assert!(repeats(b"aXaXaXaX", 4));
    }
}
