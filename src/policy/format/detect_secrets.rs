//! Reads a `.secrets.baseline` of detect-secrets: for each file the SHA-1 hashes of its known values.
//! Format: detect-secrets' README, "Viewing All Secrets", and its own files.
//!
//! The file is imported once into a skant baseline and does not apply to scans: a hash without a key reveals a weak value
//! to anybody who guesses, so the file should be deleted.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use sha1::{Digest as _, Sha1};

use crate::secret::{Secret, to_hex};

/// The hashes of the known values by path.
#[derive(Debug, Default)]
pub(crate) struct DetectSecretsBaseline(BTreeMap<String, BTreeSet<String>>);

#[derive(Deserialize)]
struct File {
    results: BTreeMap<String, Vec<Entry>>,
}

#[derive(Deserialize)]
struct Entry {
    hashed_secret: String,
    /// The result of an audit. A value that somebody called a secret is not imported.
    is_secret: Option<bool>,
}

impl DetectSecretsBaseline {
    /// The size limit of the file in bytes.
    pub(crate) const MAX_BYTES: u64 = 64 << 20;

    /// Parses the file.
    ///
    /// # Errors
    /// The file has another format. Nothing of it is quoted.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let file: File = serde_json::from_slice(bytes)
            .map_err(|_| "it is not a baseline of detect-secrets (JSON with `results`)")?;
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

    /// Returns the number of known values.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.0.values().map(BTreeSet::len).sum()
    }

    /// Returns the paths.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Whether a value is known at a path.
    #[must_use]
    pub(crate) fn contains(&self, path: &str, value: &Secret<'_>) -> bool {
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
    fn an_error_quotes_nothing_of_the_file() {
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
