//! SHA-256 of byte strings, each with its length, so that no two lists have the same digest.

use std::fmt::Debug;

use sha2::{Digest as _, Sha256};

/// A digest of parts.
#[derive(Clone, Debug, Default)]
pub(crate) struct PartsDigest(Sha256);

impl PartsDigest {
    /// Begins the digest of a kind of list.
    pub(crate) fn new(kind: &[u8]) -> Self {
        let mut parts = Self::default();
        parts.add(kind);
        parts
    }

    pub(crate) fn add(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    /// Adds a value in its `Debug` form.
    pub(crate) fn add_debug(&mut self, value: &dyn Debug) {
        self.add(format!("{value:?}").as_bytes());
    }

    /// Ends a list within the list, so that the next one cannot be mistaken for its rest.
    pub(crate) fn end(&mut self) {
        self.0.update(u64::MAX.to_le_bytes());
    }

    /// Returns the digest.
    pub(crate) fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_lists_have_different_digests() {
        let of = |parts: &[&[u8]]| {
            let mut digest = PartsDigest::new(b"test");
            for part in parts {
                digest.add(part);
            }
            digest.finish()
        };
        assert_ne!(of(&[b"ab", b"c"]), of(&[b"a", b"bc"]));
        assert_ne!(of(&[b"a"]), of(&[b"a", b""]));
        let mut ended = PartsDigest::new(b"test");
        ended.add(b"a");
        ended.end();
        assert_ne!(ended.finish(), of(&[b"a"]));
    }
}
