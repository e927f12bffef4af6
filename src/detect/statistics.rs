//! Numbers about a value that tell a random one from one that a person typed.

use crate::rules::Cuts;

/// What the characters of a value look like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Statistics {
    /// Distinct bytes.
    pub(super) distinct: usize,
    /// Shannon entropy, in bits a byte.
    pub(super) entropy: f64,
    /// The longest run of one byte.
    pub(super) run: usize,
    /// The longest run of bytes that each are one more than the one before, or than the one before that
    /// (`1a2b3c4d` is two sequences).
    pub(super) ascending: usize,
}

impl Statistics {
    /// Counts; one pass, any length.
    pub(super) fn of(value: &[u8]) -> Self {
        let mut counts = [0_usize; 256];
        let (mut run, mut ascending) = (0, 0);
        let (mut this_run, mut next_to, mut every_other) = (0, 0, 0);
        for (at, &byte) in value.iter().enumerate() {
            counts[usize::from(byte)] += 1;
            let back = |steps: usize| at.checked_sub(steps).map(|at| value[at]);
            let follows = |steps| back(steps).and_then(|before| before.checked_add(1)) == Some(byte);
            this_run = if back(1) == Some(byte) { this_run + 1 } else { 1 };
            next_to = if follows(1) { next_to + 1 } else { 1 };
            every_other = if follows(2) { every_other + 1 } else { 1 };
            run = run.max(this_run);
            ascending = ascending.max(next_to).max(every_other);
        }
        let distinct = counts.iter().filter(|count| **count > 0).count();
        Self { distinct, entropy: entropy(&counts, value.len()), run, ascending }
    }

    /// What makes the value no random one, if anything does.
    pub(super) fn cut(&self, value: &[u8], cuts: &Cuts) -> Option<&'static str> {
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

/// Whether `size` characters in a row lie in a row in the alphabet or on the keyboard, too, in either case and
/// direction.
pub(super) fn walks(value: &[u8], size: usize) -> bool {
    let forth = value[..value.len().min(MOST_COMPARED)].to_ascii_lowercase();
    let back: Vec<u8> = forth.iter().rev().copied().collect();
    [forth, back].iter().any(|value| {
        value.windows(size).any(|part| WALKS.iter().any(|walk| memchr::memmem::find(walk, part).is_some()))
    })
}

/// How much of a value is compared with itself and with words.
const MOST_COMPARED: usize = 1024;

/// Whether a substring of `size` bytes occurs twice without overlapping. Values over 1,024 bytes are judged by
/// their beginning, so that the cost stays bounded.
pub(super) fn repeats(value: &[u8], size: usize) -> bool {
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

    const CUTS: Cuts = Cuts { distinct: 8, entropy: 2.5, run: 4, ascending: 5, repeat: 4 };

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

    #[test]
    fn overlapping_is_not_repeating() {
        assert!(!repeats(b"aXaXaX", 4));
        assert!(repeats(b"aXaXaXaX", 4));
    }
}
