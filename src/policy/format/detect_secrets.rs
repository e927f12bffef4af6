//! What a `.secrets.baseline` of detect-secrets says: of each file the SHA-1 of the values that are known there.
//! Format: detect-secrets' README, "Viewing All Secrets", and its own files.
//!
//! It is taken over once, into a baseline of ours, and not honoured by each scan: a hash without a key names a weak
//! value to whoever guesses, so the file had better go.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use sha1::{Digest as _, Sha1};

use crate::secret::{Secret, to_hex};

/// The values that are known, by the path that they stand at.
#[derive(Debug, Default)]
pub struct DetectSecretsBaseline(BTreeMap<String, BTreeSet<String>>);

#[derive(Deserialize)]
struct File {
    results: BTreeMap<String, Vec<Entry>>,
}

#[derive(Deserialize)]
struct Entry {
    hashed_secret: String,
    /// What an audit said; a value that somebody called a secret is not taken over.
    is_secret: Option<bool>,
}

impl DetectSecretsBaseline {
    /// No larger file is read, in bytes.
    pub const MAX_BYTES: u64 = 64 << 20;

    /// Reads the file.
    ///
    /// # Errors
    /// It is none of detect-secrets'. Nothing of it is quoted.
    pub fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let file: File = serde_json::from_slice(bytes)
            .map_err(|_| "it is no baseline of detect-secrets (JSON with `results`)")?;
        let mut known = Self::default();
        for (path, entries) in file.results {
            let path = path.replace('\\', "/");
            let path = path.trim_start_matches("./").to_owned();
            let hashes = entries.into_iter().filter(|entry| entry.is_secret != Some(true));
            known
                .0
                .entry(path)
                .or_default()
                .extend(hashes.map(|entry| entry.hashed_secret.to_ascii_lowercase()));
        }
        Ok(known)
    }

    /// How many values it names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.values().map(BTreeSet::len).sum()
    }

    /// Whether it names none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The paths that it names.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Whether it names this value at this path.
    #[must_use]
    pub fn contains(&self, path: &str, value: &Secret<'_>) -> bool {
        let hash = || to_hex(&Sha1::digest(value.expose()));
        self.0.get(path).is_some_and(|hashes| hashes.contains(&hash()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_known_at_its_path_unless_an_audit_calls_it_a_secret() {
        // The SHA-1 of `abc`, as its standard has it.
        let hash = "a9993e364706816aba3e25717850c26c9cd0d89d";
        let entry =
            |audit: &str| format!("{{\"type\": \"Secret Keyword\", \"hashed_secret\": \"{hash}\"{audit}}}");
        let text = format!(
            "{{\"version\": \"1.5.0\", \"results\": {{\"./a/b.py\": [{}], \"c\\\\d.py\": [{}], \"e.py\": [{}]}}}}",
            entry(""),
            entry(", \"is_secret\": false, \"line_number\": 3"),
            entry(", \"is_secret\": true"),
        );
        let known = DetectSecretsBaseline::parse(text.as_bytes()).unwrap();
        let names = |path| known.contains(path, &Secret::new(b"abc"));
        assert!(names("a/b.py") && names("c/d.py") && !names("e.py") && !names("x.py"));
        assert!(!known.contains("a/b.py", &Secret::new(b"abd")));
        assert_eq!((known.len(), known.paths().count()), (2, 3));
    }

    #[test]
    fn what_is_none_is_not_quoted() {
        for text in [
            "hunter2",
            "{\"results\": [\"hunter2\"]}",
            "{\"results\": {\"a\": [{\"hashed_secret\": 5}]}}",
            "",
        ] {
            let error = DetectSecretsBaseline::parse(text.as_bytes()).unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
