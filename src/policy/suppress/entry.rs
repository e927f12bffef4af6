//! An entry of a file that allows something: what it names, why, and until when.

use jiff::civil::Date;

use crate::policy::PathPatterns;

/// Which file an entry stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntrySource {
    /// `skant.toml`.
    Config,
    /// `.skant-baseline`.
    Baseline,
    /// A file of gitleaks'.
    Gitleaks,
}

impl EntrySource {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Baseline => "baseline",
            Self::Gitleaks => "gitleaks",
        }
    }

    /// Which file that is, for people.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Config => "skant.toml",
            Self::Baseline => ".skant-baseline",
            Self::Gitleaks => "the files for gitleaks",
        }
    }
}

/// An entry that allows what has all that it names. One that names nothing allows nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuppressionEntry {
    /// The fingerprint, or its first digits (six at least), in lower case.
    pub fingerprint: Option<String>,
    /// The rule's id.
    pub rule: Option<String>,
    /// The path patterns.
    pub paths: Option<PathPatterns>,
    /// The commit's name, or its first digits, in lower case.
    pub commit: Option<String>,
    /// The line: only gitleaks names one.
    pub line: Option<usize>,
    /// Why, escaped and masked.
    pub reason: String,
    /// The last day on which it counts.
    pub until: Option<Date>,
    /// Where it stands.
    pub source: EntrySource,
    /// Whether it is not in the base revision's policy, but in that of the change itself.
    pub from_change: bool,
}

impl SuppressionEntry {
    /// An entry that names nothing yet.
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
            source,
            from_change: false,
        }
    }

    /// Whether it is for one value: whoever wrote it has seen that value.
    #[must_use]
    pub const fn has_fingerprint(&self) -> bool {
        self.fingerprint.is_some()
    }

    /// Whether its last day has passed.
    #[must_use]
    pub fn is_expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }

    /// Whether it says the same as another one, wherever both stand and whatever their reasons are.
    #[must_use]
    pub fn suppresses_the_same(&self, other: &Self) -> bool {
        let names = |entry: &Self| {
            let Self { fingerprint, rule, paths, commit, line, until, .. } = entry.clone();
            (fingerprint, rule, paths, commit, line, until)
        };
        names(self) == names(other)
    }

    /// What it names, for people.
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
