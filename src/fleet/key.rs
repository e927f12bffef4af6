//! The key of a unit: equal keys have equal reports, on every machine.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use thiserror::Error;

use super::tips::RepositoryState;
use crate::detect::Model;
use crate::finding::{Confidence, message_with_help};
use crate::git::Repository;
use crate::policy::repo_files::TreeVersion;
use crate::policy::settings_digest::{digest_of, last_day_of};
use crate::policy::{LoadedPolicy, PolicyBase, PolicyInputs, UserFile, clock};
use crate::rules::RuleSet;
use crate::secret::{PartsDigest, to_hex};

/// The options of a scan that its report depends on.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReportOptions {
    /// The settings file of `--config`, an absolute path.
    pub(crate) config: Option<PathBuf>,
    pub(crate) no_repo_config: bool,
    pub(crate) no_suppressions: bool,
    pub(crate) exclude: Vec<String>,
    pub(crate) min_confidence: Option<Confidence>,
    pub(crate) allow_incomplete: bool,
}

/// A policy of which no key can be made, in words.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct SettingsFault(String);

/// The settings of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnitSettings {
    /// The digest, in 64 hexadecimal digits.
    pub(crate) digest: String,
    /// The last day on which a report with these settings holds: then a suppression ends.
    pub(crate) until: Option<Date>,
}

/// The parts of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnitKey {
    pub(crate) state: RepositoryState,
    pub(crate) rules: String,
    pub(crate) settings: String,
    /// The key itself, in 64 hexadecimal digits.
    pub(crate) key: String,
}

impl UnitKey {
    /// Makes the key of a repository, which its canonical address names.
    pub(crate) fn new(repository: &str, state: RepositoryState, rules: &str, settings: &str) -> Self {
        let mut parts = PartsDigest::new(b"skant fleet key 1");
        let local = state.local.as_deref().unwrap_or_default();
        for part in [repository, &state.tips, local, rules, settings] {
            parts.add(part.as_bytes());
        }
        Self { state, rules: rules.to_owned(), settings: settings.to_owned(), key: to_hex(&parts.finish()) }
    }
}

/// Returns the digest of this program: its version, its sources, the rules and the password model.
pub(crate) fn rules_digest() -> String {
    let mut parts = PartsDigest::new(b"skant fleet rules 1");
    parts.add(env!("CARGO_PKG_VERSION").as_bytes());
    parts.add(env!("SKANT_SOURCES").as_bytes());
    parts.add_debug(&RuleSet::builtin());
    parts.add_debug(&Model::builtin());
    to_hex(&parts.finish())
}

impl ReportOptions {
    /// Returns the settings of a unit. Those in a mirror are fixed by its tips, so without a repository the files of the
    /// user count alone.
    ///
    /// # Errors
    /// A settings file cannot be read or has an error.
    pub(crate) fn settings_of(&self, repository: Option<&Repository>) -> Result<UnitSettings, SettingsFault> {
        let policy = self.policy_of(repository)?;
        let mut parts = PartsDigest::new(b"skant fleet settings 1");
        let Self { config: _, no_repo_config, no_suppressions, exclude, min_confidence, allow_incomplete } =
            self;
        parts.add_debug(&(no_repo_config, no_suppressions, exclude, min_confidence, allow_incomplete));
        parts.add(digest_of(&policy).as_bytes());
        let until = if *no_suppressions { None } else { last_day_of(&policy, clock::today()) };
        Ok(UnitSettings { digest: to_hex(&parts.finish()), until })
    }

    fn policy_of(&self, repository: Option<&Repository>) -> Result<LoadedPolicy, SettingsFault> {
        let inputs = PolicyInputs {
            user_file: UserFile::find(repository),
            config_file: self.config.as_deref().map(Path::new),
            exclude: &self.exclude,
            repository,
            use_repository_files: !self.no_repo_config && repository.is_some(),
            base: &PolicyBase::Repository(TreeVersion::Worktree),
        };
        LoadedPolicy::read(&inputs).map_err(|error| SettingsFault(message_with_help(&error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(tips: &str, local: Option<&str>) -> RepositoryState {
        RepositoryState { tips: tips.to_owned(), local: local.map(str::to_owned) }
    }

    #[test]
    fn each_part_changes_the_key() {
        let keys = [
            UnitKey::new("a", state("t", None), "r", "s"),
            UnitKey::new("b", state("t", None), "r", "s"),
            UnitKey::new("a", state("u", None), "r", "s"),
            UnitKey::new("a", state("t", Some("o")), "r", "s"),
            UnitKey::new("a", state("t", None), "q", "s"),
            UnitKey::new("a", state("t", None), "r", "q"),
        ];
        let distinct: std::collections::BTreeSet<&str> = keys.iter().map(|key| key.key.as_str()).collect();
        assert_eq!(distinct.len(), keys.len());
        assert_eq!(keys[0], UnitKey::new("a", state("t", None), "r", "s"));
        assert_eq!(keys[0].key.len(), 64);
        assert_eq!(rules_digest(), rules_digest());
    }
}
