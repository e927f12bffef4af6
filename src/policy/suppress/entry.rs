//! A suppression from a file: what it names, its reason and its expiry. Whether it fits a finding is decided by
//! `entry_index`.

use jiff::civil::Date;

use crate::finding::{SuppressedBy, Verdict};
use crate::policy::PathPatterns;

/// The kind of file that an entry is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntrySource {
    /// `skant.toml`.
    Config,
    /// `.skant-baseline`.
    Baseline,
    /// `.gitleaks.toml` or `.gitleaksignore`.
    Gitleaks,
}

impl EntrySource {
    /// Returns the name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.suppressed_by().name()
    }

    /// Returns the kind of suppression for reports.
    #[must_use]
    pub const fn suppressed_by(self) -> SuppressedBy {
        match self {
            Self::Config => SuppressedBy::Config,
            Self::Baseline => SuppressedBy::Baseline,
            Self::Gitleaks => SuppressedBy::Gitleaks,
        }
    }

    /// The file, for people.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Config => "skant.toml",
            Self::Baseline => ".skant-baseline",
            Self::Gitleaks => "the files for gitleaks",
        }
    }
}

/// A person's verdict on a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decision {
    pub verdict: Verdict,
    /// The day of the verdict.
    pub at: Option<Date>,
    /// Who decided, escaped and masked; empty if the person is not named.
    pub by: String,
}

/// An entry that suppresses the findings which have everything that it names. An entry that names nothing suppresses
/// nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuppressionEntry {
    /// The fingerprint, or its first six or more digits, in lowercase.
    pub fingerprint: Option<String>,
    /// The id of a rule.
    pub rule: Option<String>,
    /// The path patterns.
    pub paths: Option<PathPatterns>,
    /// The id of a commit, or its first digits, in lowercase.
    pub commit: Option<String>,
    /// The line: only `.gitleaksignore` names one.
    pub line: Option<usize>,
    /// The reason, escaped and masked.
    pub reason: String,
    /// The last day on which the entry applies.
    pub until: Option<Date>,
    /// The kind of file that it is from.
    pub source: EntrySource,
    /// The verdict of the entry with its date and author; `None` for a plain suppression.
    pub decision: Option<Decision>,
    /// Whether the scanned change adds the entry, so that the policy of its base does not have it.
    pub from_change: bool,
}

impl SuppressionEntry {
    /// Makes an entry that names nothing yet.
    #[must_use]
    pub const fn new(source: EntrySource, reason: String) -> Self {
        Self {
            fingerprint: None,
            rule: None,
            paths: None,
            commit: None,
            line: None,
            reason,
            until: None,
            decision: None,
            source,
            from_change: false,
        }
    }

    /// Returns the reason for reports, after the verdict if there is one.
    #[must_use]
    pub fn shown_reason(&self) -> String {
        match &self.decision {
            Some(decision) if self.reason.is_empty() => decision.verdict.name().to_owned(),
            Some(decision) => format!("{}: {}", decision.verdict.name(), self.reason),
            None => self.reason.clone(),
        }
    }

    /// Whether the entry is for one value: then its author has seen that value.
    #[must_use]
    pub const fn has_fingerprint(&self) -> bool {
        self.fingerprint.is_some()
    }

    /// Whether the last day of the entry has passed.
    #[must_use]
    pub fn is_expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }

    /// Whether another entry suppresses the same findings. Files and reasons may differ.
    #[must_use]
    pub fn suppresses_the_same(&self, other: &Self) -> bool {
        let Self {
            fingerprint,
            rule,
            paths,
            commit,
            line,
            reason: _,
            until,
            decision,
            source: _,
            from_change: _,
        } = self;
        let verdict = |decision: &Option<Decision>| decision.as_ref().map(|decision| decision.verdict);
        *fingerprint == other.fingerprint
            && *rule == other.rule
            && *paths == other.paths
            && *commit == other.commit
            && *line == other.line
            && *until == other.until
            && verdict(decision) == verdict(&other.decision)
    }

    /// Describes what the entry names, for people.
    #[must_use]
    pub fn describe(&self) -> String {
        let mut parts: Vec<String> = self.fingerprint.iter().cloned().collect();
        parts.extend(self.rule.iter().map(|rule| format!("rule {rule}")));
        parts.extend(self.paths.iter().map(|paths| format!("path {}", paths.patterns().join(" or "))));
        parts.extend(self.commit.iter().map(|commit| format!("commit {commit:.12}")));
        parts.extend(self.line.map(|line| format!("line {line}")));
        parts.join(", ")
    }
}
