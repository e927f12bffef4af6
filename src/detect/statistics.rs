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
    /// The longest run of bytes that each are one more than the one before.
    pub(super) ascending: usize,
}

impl Statistics {
    /// Counts; one pass, any length.
    pub(super) fn of(value: &[u8]) -> Self {
        let mut counts = [0_usize; 256];
        let (mut run, mut ascending) = (0, 0);
        let (mut this_run, mut this_ascending) = (0, 0);
        let mut before = None;
        for &byte in value {
            counts[usize::from(byte)] += 1;
            this_run = if before == Some(byte) { this_run + 1 } else { 1 };
            let follows = before.is_some_and(|before: u8| before.checked_add(1) == Some(byte));
            this_ascending = if follows { this_ascending + 1 } else { 1 };
            run = run.max(this_run);
            ascending = ascending.max(this_ascending);
            before = Some(byte);
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

/// Whether a substring of `size` bytes occurs twice without overlapping. Values over 1,024 bytes are judged by
/// their beginning, so that the cost stays bounded.
fn repeats(value: &[u8], size: usize) -> bool {
    let value = &value[..value.len().min(1024)];
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
