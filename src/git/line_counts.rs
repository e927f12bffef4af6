//! Similarity of two versions, for the detection of renames. The measure is git's, but lines are compared instead of
//! chunks of 64 bytes.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, BuildHasherDefault, Hasher};
use std::sync::LazyLock;

/// The lines of a version, by hash.
#[derive(Clone, Debug, Default)]
pub(crate) struct LineCounts {
    /// Length of the version in bytes.
    length: usize,
    /// Length and number of occurrences of the line with each hash.
    counts: HashMap<u64, (usize, usize), BuildHasherDefault<IdentityHasher>>,
}

impl LineCounts {
    /// Counts the lines of a version.
    #[must_use]
    pub(crate) fn new(version: &[u8]) -> Self {
        // The keys are random in each process: a repository must not be able to choose lines that share a hash.
        static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        let mut lines = Self { length: version.len(), ..Self::default() };
        for line in version.split_inclusive(|byte| *byte == b'\n') {
            lines.counts.entry(KEYS.hash_one(line)).or_insert((line.len(), 0)).1 += 1;
        }
        lines
    }

    /// Returns the number of distinct lines.
    #[must_use]
    pub(crate) fn distinct(&self) -> usize {
        self.counts.len()
    }

    /// Whether the lengths of both versions allow them to be similar.
    #[must_use]
    pub(crate) fn may_be_similar(&self, other: &Self) -> bool {
        self.length.min(other.length) * 2 >= self.length.max(other.length)
    }

    /// Whether one version may be the other one renamed: both share at least half of the bytes of the larger one, in
    /// whole lines.
    #[must_use]
    pub(crate) fn is_similar(&self, other: &Self) -> bool {
        let (few, many) = if self.distinct() < other.distinct() { (self, other) } else { (other, self) };
        let shared: usize = few
            .counts
            .iter()
            .map(|(hash, (length, count))| {
                length * many.counts.get(hash).map_or(0, |known| known.1.min(*count))
            })
            .sum();
        self.may_be_similar(other) && shared * 2 >= self.length.max(other.length)
    }
}

/// A hasher for keys that are hashes already.
#[derive(Clone, Copy, Debug, Default)]
struct IdentityHasher(u64);

impl Hasher for IdentityHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0 << 8 | u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_similar(one: &[u8], other: &[u8]) -> bool {
        let (one, other) = (LineCounts::new(one), LineCounts::new(other));
        assert_eq!(one.is_similar(&other), other.is_similar(&one));
        one.is_similar(&other)
    }

    #[test]
    fn similar_versions_share_half_of_their_lines() {
        assert!(is_similar(b"a\nb\nc\nd\n", b"a\nb\nx\ny\n"));
        assert!(!is_similar(b"a\nb\nc\nd\n", b"a\nw\nx\ny\n"));
        assert!(!is_similar(b"a\n", b"a\nb\nc\nd\n"));
        assert!(is_similar(b"a\na\n", b"a\nb\n"));
        assert!(is_similar(b"same", b"same"));
    }
}
