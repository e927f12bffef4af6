//! What a scanner found: distinct values, and how many of the planted keys are among them.
//!
//! A found value may be a real secret of the scanned repository. These types have no `Debug`: nothing prints them.

use std::collections::BTreeSet;

use sha1::{Digest as _, Sha1};

use crate::plant::Planted;

/// How a report names a value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Identity {
    /// By the value itself, or by a text that holds it.
    Value(String),
    /// By its SHA-1.
    Sha1(String),
    /// By a fingerprint that only the scanner can compute.
    Fingerprint(String),
}

/// A finding at a place.
pub struct Found {
    pub identity: Identity,
    pub path: String,
    pub line: u64,
}

impl Found {
    /// Returns whether this is the key: by value or hash, else by the place that only this key has.
    fn is(&self, key: &Planted, sha1: &str) -> bool {
        let by_name = match &self.identity {
            Identity::Value(value) => value.contains(&key.value),
            Identity::Sha1(hash) => hash == sha1,
            Identity::Fingerprint(_) => false,
        };
        let is_path = self
            .path
            .strip_suffix(&key.path)
            .is_some_and(|before| before.is_empty() || before.ends_with('/'));
        by_name || (is_path && self.line == key.line)
    }
}

/// The counts of one report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Distinct values, by whatever the scanner names them.
    pub values: usize,
    /// Planted keys among them.
    pub planted: usize,
}

/// Counts the findings of a report.
pub fn count(found: &[Found], planted: &[Planted]) -> Counts {
    let values: BTreeSet<&Identity> = found.iter().map(|found| &found.identity).collect();
    let is_found = |key: &&Planted| {
        let sha1 = sha1(&key.value);
        found.iter().any(|found| found.is(key, &sha1))
    };
    Counts { values: values.len(), planted: planted.iter().filter(is_found).count() }
}

fn sha1(value: &str) -> String {
    Sha1::digest(value).iter().fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planted(value: &str, path: &str, line: u64) -> Planted {
        Planted { value: value.into(), path: path.into(), line }
    }

    fn found(identity: Identity, path: &str, line: u64) -> Found {
        Found { identity, path: path.into(), line }
    }

    #[test]
    fn a_key_is_found_by_value_by_hash_and_by_place() {
        let key = [planted("abc", "d/f.conf", 2)];
        // SHA-1 of "abc", from FIPS 180.
        let hash = "a9993e364706816aba3e25717850c26c9cd0d89d";
        for (one, is_found) in [
            (found(Identity::Value("abc".into()), "elsewhere", 9), true),
            (found(Identity::Value("key = \"abc\"".into()), "", 0), true),
            (found(Identity::Value("ab".into()), "elsewhere", 9), false),
            (found(Identity::Sha1(hash.into()), "elsewhere", 9), true),
            (found(Identity::Sha1("0".into()), "elsewhere", 2), false),
            (found(Identity::Fingerprint("1".into()), "/repo/d/f.conf", 2), true),
            (found(Identity::Fingerprint("1".into()), "./d/f.conf", 2), true),
            (found(Identity::Fingerprint("1".into()), "d/f.conf", 3), false),
            (found(Identity::Fingerprint("1".into()), "/repo/ad/f.conf", 2), false),
        ] {
            let at = format!("{}:{}", one.path, one.line);
            assert_eq!(count(&[one], &key).planted, usize::from(is_found), "{at}");
        }
    }

    #[test]
    fn a_value_at_two_places_counts_once() {
        let value = |text: &str| Identity::Value(text.into());
        let all = [found(value("a"), "f", 1), found(value("a"), "g", 1), found(value("b"), "f", 2)];
        assert_eq!(
            count(&all, &[planted("a", "f", 1), planted("c", "h", 1)]),
            Counts { values: 2, planted: 1 }
        );
    }
}
