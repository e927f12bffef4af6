//! The bytes of a `skant.toml` to settings. Unknown keys are errors. Where the bytes come from is the caller's
//! affair; nothing after this sees TOML.

use crate::finding::{Confidence, Problem};
use crate::policy::PathPatterns;
use crate::policy::suppress::SuppressionEntry;
use crate::rules::Rule;
use crate::secret::FingerprintKey;

/// Who wrote the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileOrigin {
    /// The user, outside of what is scanned: its text may be quoted in errors.
    User,
    /// The scanned repository: nothing of it is quoted.
    Repository,
}

/// From which confidence on findings fail a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// From this one on.
    From(Confidence),
    /// None does.
    Never,
}

/// Settings in force.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Other files that this one builds on, as they are named.
    pub extends: Vec<String>,
    /// What is on record.
    pub allow: Vec<SuppressionEntry>,
    /// Rules that are switched off, by id.
    pub disabled: Vec<String>,
    /// Paths that are not read.
    pub exclude: PathPatterns,
    /// Problems that do not fail the run.
    pub accept: Vec<AcceptedProblem>,
    /// The key under which weak values are named.
    pub fingerprint_key: FingerprintKey,
    /// Rules of somebody's own.
    pub rules: Vec<Rule>,
    /// Less sure findings are not reported.
    pub min_confidence: Option<Confidence>,
    /// What fails a run of `scan`.
    pub fail_on: Option<FailOn>,
    /// Whether files and comments for gitleaks are honoured.
    pub gitleaks: bool,
}

impl Settings {
    /// Adds what another file says to what is known. Where only one can say it, the other one does: it is read
    /// later, so it is more to be trusted.
    #[must_use]
    pub fn merged_with(mut self, other: Self) -> Self {
        self.extends.extend(other.extends);
        self.allow.extend(other.allow);
        self.disabled.extend(other.disabled);
        self.exclude.extend(other.exclude);
        self.accept.extend(other.accept);
        self.rules.extend(other.rules);
        Self {
            fingerprint_key: other.fingerprint_key.or(self.fingerprint_key),
            min_confidence: other.min_confidence.or(self.min_confidence),
            fail_on: other.fail_on.or(self.fail_on),
            gitleaks: other.gitleaks || self.gitleaks,
            ..self
        }
    }

    /// Whether a problem is accepted.
    #[must_use]
    pub fn accepts(&self, problem: &Problem) -> bool {
        self.accept.iter().any(|accept| accept.covers(problem))
    }
}

/// A kind of problem that is accepted, everywhere or at some paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedProblem {
    pub(crate) kind: String,
    pub(crate) paths: Option<PathPatterns>,
}

impl AcceptedProblem {
    fn covers(&self, problem: &Problem) -> bool {
        self.kind == problem.kind.name()
            && self
                .paths
                .as_ref()
                .is_none_or(|globs| problem.path.as_ref().is_some_and(|path| globs.matches(path.as_bytes())))
    }

    /// What it accepts, for people.
    #[must_use]
    pub fn describe(&self) -> String {
        let paths = self.paths.as_ref().map(|paths| format!(" at {}", paths.patterns().join(" or ")));
        format!("{}{}", self.kind, paths.unwrap_or_default())
    }
}
