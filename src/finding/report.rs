//! A whole report: its scope, findings, suppressed findings, problems and notes.

use std::borrow::Cow;
use std::fmt;

use crate::finding::{Finding, LocationKind, Problem};
use crate::secret::Fingerprint;

/// The kind of a scan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScopeKind {
    /// Files on disk.
    #[default]
    Worktree,
    /// The next commit.
    Staged,
    /// The commits of a range.
    Range,
    /// The whole object database.
    History,
    /// One text: standard input, a stream, or bytes in memory.
    Stdin,
}

impl ScopeKind {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Worktree => "worktree",
            Self::Staged => "staged",
            Self::Range => "range",
            Self::History => "history",
            Self::Stdin => "stdin",
        }
    }
}

impl fmt::Display for ScopeKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// What a scan read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    pub kind: ScopeKind,
    /// The revisions, as the user wrote them.
    pub revisions: Vec<String>,
    /// The CI system and the subject of its run, for people; `None` without `--ci`.
    pub ci: Option<String>,
    /// The number of commits read.
    pub commits: usize,
    /// The number of objects read, of all types.
    pub objects: usize,
    /// The number of blobs or files read.
    pub blobs: usize,
    /// The number of messages read besides those of the commits: of tags, or of a commit that is being made.
    pub messages: usize,
    /// The number of bytes searched.
    pub bytes: u64,
}

/// What suppressed a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SuppressedBy {
    /// A `skant:allow` comment.
    Inline,
    /// An `[[allow]]` entry in `skant.toml`.
    Config,
    /// An entry in `.skant-baseline`.
    Baseline,
    /// An entry in a gitleaks file.
    Gitleaks,
    /// A `gitleaks:allow` comment.
    GitleaksAllow,
}

impl SuppressedBy {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inline => "inline",
            Self::Config => "config",
            Self::Baseline => "baseline",
            Self::Gitleaks => "gitleaks",
            Self::GitleaksAllow => "gitleaks:allow",
        }
    }
}

impl fmt::Display for SuppressedBy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A finding at one location that a suppression hides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// The fingerprint of the value.
    pub fingerprint: Fingerprint,
    /// The rule's id.
    pub rule: Cow<'static, str>,
    pub by: SuppressedBy,
    /// The reason in the suppression, escaped; empty if it has none.
    pub reason: String,
    /// The kind of text that the value is in.
    pub kind: LocationKind,
    /// The path, as in [`Location::path`](crate::finding::Location::path).
    pub path: String,
    /// The line, from 1.
    pub line: usize,
}

/// The result of a scan, sorted: two runs on the same input give the same report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What the scan read.
    pub scope: Scope,
    /// The findings, ordered by path, line, column, rule.
    pub findings: Vec<Finding>,
    /// The suppressed findings.
    pub suppressed: Vec<Suppressed>,
    /// What could not be checked and was not accepted.
    pub problems: Vec<Problem>,
    /// Accepted problems, and notes.
    pub notes: Vec<Problem>,
}

impl Report {
    /// Whether the scan read everything in its scope. An accepted problem makes a report incomplete, too.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.problems.is_empty() && !self.notes.iter().any(|note| !note.kind.is_note())
    }
}
