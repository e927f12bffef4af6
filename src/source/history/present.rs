//! A small set of object names.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use crate::source::git::Oid;

/// Which objects are there, by the first eight bytes of their names: small enough for millions. Two names with
/// the same eight bytes do not happen by chance, and an attacker who made them could hide only that one of the
/// two is absent.
#[derive(Debug)]
pub struct Present(HashSet<u64, BuildHasherDefault<NameHasher>>);

impl Present {
    /// From all names.
    #[must_use]
    pub fn new(objects: &[Oid]) -> Self {
        Self(objects.iter().map(start_of).collect())
    }

    /// The same from the starts of names, as [`Present::start_of`] gives them.
    #[must_use]
    pub fn lacks(&self, starts: &[u64]) -> Vec<u64> {
        starts.iter().filter(|start| !self.0.contains(start)).copied().collect()
    }

    /// The first eight bytes of a name.
    #[must_use]
    pub fn start_of(oid: &Oid) -> u64 {
        start_of(oid)
    }

    /// Whether an object is there.
    #[must_use]
    pub fn has(&self, oid: &Oid) -> bool {
        self.0.contains(&start_of(oid))
    }
}

fn start_of(oid: &Oid) -> u64 {
    let mut start = [0; 8];
    start.copy_from_slice(&oid.as_bytes()[..8]);
    u64::from_ne_bytes(start)
}

/// Names are hashes already.
#[derive(Debug, Default)]
struct NameHasher(u64);

impl Hasher for NameHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, start: u64) {
        self.0 = start;
    }
}
