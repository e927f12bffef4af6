//! Statistics of a value that distinguish a random one from a typed one.

use crate::rules::PlaceholderLimits;

/// The reason why a random generator would not produce a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotRandom {
    /// A long run of one character.
    RepeatedCharacter,
    /// A long run of consecutive characters, such as `abcdef` or `1a2b3c`.
    Sequence,
    /// A part of the alphabet or of a row or column of the keyboard, in either direction.
    Walk,
    /// A part that occurs twice.
    Repetition,
    /// Too few different characters, or too little entropy.
    FewCharacters,
}

impl NotRandom {
    /// Returns the reason as text.
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::RepeatedCharacter => "a long run of one character",
            Self::Sequence => "consecutive characters",
            Self::Walk => "a part of the alphabet or a keyboard row",
            Self::Repetition => "a repeated part",
            Self::FewCharacters => "too few different characters for a random value",
        }
    }
}

/// Counts of a value's characters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Statistics {
    /// The number of different bytes.
    pub(crate) distinct: usize,
    /// The Shannon entropy, in bits for each byte.
    pub(crate) entropy: f64,
    /// The length of the longest run of one byte.
    pub(crate) run: usize,
    /// The length of the longest run in which each byte is one more than the byte before it, or than the second byte
    /// before it (`1a2b3c4d` contains two sequences).
    pub(crate) ascending: usize,
}

impl Statistics {
    /// Counts the characters of a value of any length.
    pub(crate) fn new(value: &[u8]) -> Self {
        let mut counts = [0_usize; 256];
        for byte in value {
            counts[usize::from(*byte)] += 1;
        }
        let (run, ascending) = longest_runs(value);
        let distinct = counts.iter().filter(|count| **count > 0).count();
        Self { distinct, entropy: entropy(&counts, value.len()), run, ascending }
    }

    /// Returns the first limit of a rule that the value exceeds.
    pub(crate) fn exceeded(&self, value: &[u8], cuts: &PlaceholderLimits) -> Option<NotRandom> {
        if self.run >= cuts.run {
            Some(NotRandom::RepeatedCharacter)
        } else if self.ascending >= cuts.ascending {
            Some(NotRandom::Sequence)
        } else if has_walk(value, cuts.ascending + 1) {
            Some(NotRandom::Walk)
        } else if has_repetition(value, cuts.repeat) {
            Some(NotRandom::Repetition)
        } else if self.distinct < cuts.distinct || self.entropy < cuts.entropy {
            Some(NotRandom::FewCharacters)
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

/// Returns the length of the longest run of one byte and that of the longest ascending run (see
/// [`Statistics::ascending`]).
pub(crate) fn longest_runs(value: &[u8]) -> (usize, usize) {
    let (mut run, mut ascending) = (0, 0);
    let (mut same, mut adjacent, mut alternating) = (0, 0, 0);
    for (at, &byte) in value.iter().enumerate() {
        let back = |steps: usize| at.checked_sub(steps).map(|at| value[at]);
        let follows = |steps| back(steps).and_then(|before| before.checked_add(1)) == Some(byte);
        same = if back(1) == Some(byte) { same + 1 } else { 1 };
        adjacent = if follows(1) { adjacent + 1 } else { 1 };
        alternating = if follows(2) { alternating + 1 } else { 1 };
        run = run.max(same);
        ascending = ascending.max(adjacent).max(alternating);
    }
    (run, ascending)
}

/// The alphabet, the digits, the rows of the keyboard, and its columns downwards and upwards.
const WALKS: [&[u8]; 7] = [
    b"abcdefghijklmnopqrstuvwxyz",
    b"01234567890",
    b"qwertyuiop",
    b"asdfghjkl",
    b"zxcvbnm",
    b"qazwsxedcrfvtgbyhnujmikolp",
    b"zaqxswcdevfrbgtnhymjukilop",
];

/// The entry of a character that does not occur in a walk.
const ABSENT: u8 = u8::MAX;

/// For each walk and direction, the first index of each ASCII character.
#[expect(clippy::cast_possible_truncation, reason = "no walk has more than 26 characters")]
static FIRST_INDEX: [[[u8; 128]; 2]; WALKS.len()] = {
    let mut indices = [[[ABSENT; 128]; 2]; WALKS.len()];
    let mut walk = 0;
    while walk < WALKS.len() {
        let length = WALKS[walk].len();
        // The loop runs backwards, so that the first index overwrites a later one.
        let mut left = length;
        while left > 0 {
            left -= 1;
            indices[walk][0][WALKS[walk][left] as usize] = left as u8;
            indices[walk][1][WALKS[walk][length - 1 - left] as usize] = left as u8;
        }
        walk += 1;
    }
    indices
};

/// Returns one bit for each letter, in either case, and for each digit.
const fn bit(byte: u8) -> u64 {
    match byte.to_ascii_lowercase() {
        letter @ b'a'..=b'z' => 1 << (letter - b'a'),
        digit @ b'0'..=b'9' => 1 << (26 + digit - b'0'),
        _ => 0,
    }
}

/// For each byte, the bits of its neighbours in all walks.
static NEIGHBOURS: [u64; 256] = {
    let mut neighbours = [0; 256];
    let mut walk = 0;
    while walk < WALKS.len() {
        let mut at = 1;
        while at < WALKS[walk].len() {
            let (one, other) = (WALKS[walk][at - 1], WALKS[walk][at]);
            neighbours[one as usize] |= bit(other);
            neighbours[other as usize] |= bit(one);
            neighbours[one.to_ascii_uppercase() as usize] |= bit(other);
            neighbours[other.to_ascii_uppercase() as usize] |= bit(one);
            at += 1;
        }
        walk += 1;
    }
    neighbours
};

/// Returns whether each of `size` characters in a row is a neighbour of the next one in some walk. Nearly no value
/// has this property, so the exact test rarely runs.
fn may_have_walk(value: &[u8], size: usize) -> bool {
    let mut run = 1;
    value.len() >= size
        && (size < 2
            || value.windows(2).any(|two| {
                run = if NEIGHBOURS[usize::from(two[0])] & bit(two[1]) == 0 { 1 } else { run + 1 };
                run >= size
            }))
}

/// Returns whether `size` characters in a row are a part of the alphabet or of a row or column of the keyboard, in
/// either case and direction.
pub(crate) fn has_walk(value: &[u8], size: usize) -> bool {
    let value = &value[..value.len().min(MAX_COMPARED)];
    may_have_walk(value, size)
        && WALKS.iter().zip(&FIRST_INDEX).any(|(walk, indices)| {
            let forward = |index: usize| walk.get(index).copied();
            let backward = |index: usize| walk.len().checked_sub(index + 1).map(|index| walk[index]);
            longest_walk(value, &indices[0], forward) >= size
                || longest_walk(value, &indices[1], backward) >= size
        })
}

/// Returns the length of the longest part of a value that is a part of a walk.
fn longest_walk(value: &[u8], first_index: &[u8; 128], walk: impl Fn(usize) -> Option<u8>) -> usize {
    let first = |byte: u8| first_index.get(usize::from(byte)).copied().filter(|index| *index != ABSENT);
    let (mut longest, mut run, mut last) = (0, 0, 0);
    let mut before: Option<u8> = None;
    for byte in value.iter().map(u8::to_ascii_lowercase) {
        let is_next = |index: u8| walk(usize::from(index) + 1) == Some(byte);
        if run > 0 && is_next(last) {
            (run, last) = (run + 1, last + 1);
        } else if let Some(index) = before.and_then(first).filter(|index| is_next(*index)) {
            // A character that occurs twice in the walk ends one run and begins another.
            (run, last) = (2, index + 1);
        } else if let Some(index) = first(byte) {
            (run, last) = (1, index);
        } else {
            run = 0;
        }
        longest = longest.max(run);
        before = Some(byte);
    }
    longest
}

/// The number of leading bytes of a value that are compared with walks and with each other, so that the cost is
/// bounded.
const MAX_COMPARED: usize = 1024;

/// Returns whether a substring of `size` bytes occurs twice without overlapping. Only the first 1,024 bytes count.
pub(crate) fn has_repetition(value: &[u8], size: usize) -> bool {
    let value = &value[..value.len().min(MAX_COMPARED)];
    if size == 0 || value.len() < size * 2 {
        return false;
    }
    let mut parts: Vec<(&[u8], usize)> = value.windows(size).zip(0..).collect();
    parts.sort_unstable();
    parts
        .chunk_by(|one, other| one.0 == other.0)
        .any(|same| same.last().map_or(0, |last| last.1) - same[0].1 >= size)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUTS: PlaceholderLimits =
        PlaceholderLimits { distinct: 8, entropy: 2.5, run: 4, ascending: 5, repeat: 4 };

    #[test]
    fn a_part_that_occurs_twice_is_a_repetition() {
        assert!(has_repetition(b"abc-abc", 3) && has_repetition(b"abcabc", 3));
        assert!(!has_repetition(b"abcab", 3) && !has_repetition(b"abab", 3) && !has_repetition(b"aaaaa", 3));
        assert!(!has_repetition(b"abc", 0) && !has_repetition(b"", 1));
    }

    #[test]
    fn statistics_count_characters_and_runs() {
        let statistics = Statistics::new(b"aabcdz");
        assert_eq!((statistics.distinct, statistics.run, statistics.ascending), (5, 2, 4));
        assert!((Statistics::new(b"abcdabcd").entropy - 2.0).abs() < 1e-9);
        assert_eq!(Statistics::new(b"").distinct, 0);
    }

    #[test]
    fn each_exceeded_cut_is_named() {
        let cases = [
            ("xxxxabcpqr197", NotRandom::RepeatedCharacter),
            ("abcdeqz1897xkw", NotRandom::Sequence),
            ("1a2b3c4d5e6fqz1897xkw", NotRandom::Sequence),
            ("x81QwErTyz7pq4", NotRandom::Walk),
            ("x81lkjhgfz7pq4", NotRandom::Walk),
            ("k3nujmikz7pq4w", NotRandom::Walk),
            ("wqp4-1z8wqp4-1z8kk", NotRandom::Repetition),
            ("xyxzyxyzxxzyzyxz", NotRandom::FewCharacters),
        ];
        for (value, expected) in cases {
            assert_eq!(
                Statistics::new(value.as_bytes()).exceeded(value.as_bytes(), &CUTS),
                Some(expected),
                "{value}"
            );
        }
        assert_eq!(Statistics::new(b"q8Zk1vT7mX4b").exceeded(b"q8Zk1vT7mX4b", &CUTS), None);
    }

    proptest::proptest! {
        #[test]
        fn a_walk_is_a_part_of_an_alphabet_or_keyboard_row(value in "[0-9a-zA-Z#]{0,12}|[890121qwertlkjfdsazAb]{0,14}", size in 1_usize..9) {
            let forth = value.to_ascii_lowercase().into_bytes();
            let back: Vec<u8> = forth.iter().rev().copied().collect();
            let is_part = |part: &[u8]| WALKS.iter().any(|walk| walk.windows(size).any(|of| of == part));
            let expected = [forth, back].iter().any(|value| value.windows(size).any(is_part));
            proptest::prop_assert_eq!(has_walk(value.as_bytes(), size), expected);
        }
    }

    #[test]
    fn overlapping_parts_are_no_repetition() {
        assert!(!has_repetition(b"aXaXaX", 4));
        assert!(has_repetition(b"aXaXaXaX", 4));
    }
}
