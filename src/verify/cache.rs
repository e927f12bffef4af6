//! Answers of the last hour, in a file of the user's: by fingerprint, without any value. A second run, or one that was
//! interrupted, asks only for the rest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::atomic_file;
use crate::finding::{OwnerFact, Verification, Verified};
use crate::secret::Fingerprint;

/// The time for which an answer counts, in seconds.
const MAX_AGE: i64 = 3600;

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 32 << 20;

/// The answers of earlier runs.
#[derive(Debug)]
pub(crate) struct Cache {
    /// `None` if nothing is kept between runs.
    file: Option<PathBuf>,
    entries: BTreeMap<String, Entry>,
    is_changed: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    /// When the answer came, in seconds since 1970.
    time: i64,
    at: String,
    host: String,
    is_live: bool,
    reason: String,
    owner: Vec<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    /// Another version may judge the same answer otherwise.
    version: String,
    entries: BTreeMap<String, Entry>,
}

impl Cache {
    /// Reads the cache of a folder; an unreadable one is empty.
    pub(crate) fn open(folder: Option<&Path>) -> Self {
        let file = folder.map(|folder| folder.join("skant").join("verified.json"));
        let entries = file.as_deref().and_then(read).unwrap_or_default();
        Self { file, entries, is_changed: false }
    }

    /// Returns the answer of a host about a value, if it is younger than an hour. `now` is in seconds since 1970.
    pub(crate) fn get(
        &self,
        fingerprint: &Fingerprint,
        rule: &str,
        host: &str,
        now: i64,
    ) -> Option<Verified> {
        let entry = self.entries.get(&key(fingerprint, rule)?)?;
        let is_fresh = (0..MAX_AGE).contains(&now.saturating_sub(entry.time));
        (is_fresh && entry.host == host).then(|| Verified {
            answer: if entry.is_live { Verification::Live } else { Verification::Dead },
            reason: entry.reason.clone(),
            host: Some(entry.host.clone()),
            at: Some(entry.at.clone()),
            owner: entry
                .owner
                .iter()
                .map(|(name, text)| OwnerFact { name: name.clone().into(), text: text.clone() })
                .collect(),
        })
    }

    /// Keeps an answer. `unknown` may be another one a moment later, and is not kept; neither is one about a weak value,
    /// of which a hash in a file could confirm a guess.
    pub(crate) fn put(&mut self, fingerprint: &Fingerprint, rule: &str, verified: &Verified, now: i64) {
        let (Some(key), Some(host), Some(at)) = (key(fingerprint, rule), &verified.host, &verified.at) else {
            return;
        };
        if verified.answer == Verification::Unknown {
            return;
        }
        let entry = Entry {
            time: now,
            at: at.clone(),
            host: host.clone(),
            is_live: verified.answer == Verification::Live,
            reason: verified.reason.clone(),
            owner: verified.owner.iter().map(|fact| (fact.name.to_string(), fact.text.clone())).collect(),
        };
        self.entries.insert(key, entry);
        self.is_changed = true;
    }

    /// Writes the answers that are younger than an hour, if there are new ones. A cache that cannot be written costs
    /// requests later, and nothing now.
    pub(crate) fn save(&mut self, now: i64) {
        let Some(file) = self.file.as_deref().filter(|_| self.is_changed) else { return };
        self.entries.retain(|_, entry| (0..MAX_AGE).contains(&now.saturating_sub(entry.time)));
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let stored = Stored { version, entries: self.entries.clone() };
        self.is_changed = serde_json::to_vec(&stored).map_or(true, |text| write(file, &text).is_err());
    }
}

/// Returns the name of an entry; `None` for a weak value.
fn key(fingerprint: &Fingerprint, rule: &str) -> Option<String> {
    fingerprint.place().is_none().then(|| format!("{rule}/{fingerprint}"))
}

fn read(file: &Path) -> Option<BTreeMap<String, Entry>> {
    let metadata = fs::symlink_metadata(file).ok()?;
    if !metadata.is_file() || metadata.len() > MAX_FILE {
        return None;
    }
    let stored: Stored = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    (stored.version == env!("CARGO_PKG_VERSION")).then_some(stored.entries)
}

fn write(file: &Path, text: &[u8]) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    atomic_file::replace(file, text, atomic_file::private())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::{FingerprintKey, ValueId};

    fn verified(answer: Verification) -> Verified {
        Verified {
            answer,
            reason: "because".to_owned(),
            host: Some("api.example.com".to_owned()),
            at: Some("2026-01-02T03:04:05Z".to_owned()),
            owner: vec![OwnerFact { name: "account".into(), text: "ada".to_owned() }],
        }
    }

    #[test]
    fn an_answer_counts_for_an_hour_and_for_its_host() {
        let folder = tempfile::tempdir().unwrap();
        let strong = Fingerprint::strong(&ValueId::new(b"the value"));
        let mut cache = Cache::open(Some(folder.path()));
        cache.put(&strong, "a-key", &verified(Verification::Dead), 1000);
        cache.save(1000);
        let cache = Cache::open(Some(folder.path()));
        let get = |rule, host, now| cache.get(&strong, rule, host, now);
        assert_eq!(get("a-key", "api.example.com", 1000 + MAX_AGE - 1), Some(verified(Verification::Dead)));
        assert_eq!(get("a-key", "api.example.com", 1000 + MAX_AGE), None);
        assert_eq!(get("a-key", "api.example.com", 999), None, "from the future");
        assert_eq!(get("a-key", "other.example.com", 1000), None);
        assert_eq!(get("b-key", "api.example.com", 1000), None);
    }

    #[test]
    fn the_file_holds_no_value_nothing_weak_and_nothing_unknown() {
        let folder = tempfile::tempdir().unwrap();
        let id = ValueId::new(b"hunter2");
        let weak = Fingerprint::weak(&id, "a", &FingerprintKey::default());
        let mut cache = Cache::open(Some(folder.path()));
        cache.put(&weak, "a-key", &verified(Verification::Live), 1);
        cache.put(&Fingerprint::strong(&id), "a-key", &verified(Verification::Unknown), 1);
        cache.save(1);
        let file = folder.path().join("skant/verified.json");
        assert!(!file.exists());
        cache.put(&Fingerprint::strong(&id), "a-key", &verified(Verification::Live), 1);
        cache.save(1);
        assert!(!fs::read_to_string(&file).unwrap().contains("hunter2"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        for broken in ["", "{", "{\"version\":\"0\",\"entries\":{}}"] {
            fs::write(&file, broken).unwrap();
            assert!(Cache::open(Some(folder.path())).entries.is_empty());
        }
    }
}
