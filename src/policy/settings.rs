//! Settings in force, and how the settings of several files combine. Knows no TOML and no file.

use crate::finding::{Confidence, Problem, ProblemKind};
use crate::policy::suppress::SuppressionEntry;
use crate::policy::{ContextPatterns, FailOnContext, PathPatterns};
use crate::rules::Rule;
use crate::secret::FingerprintKey;

/// The author of a settings file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileOrigin {
    /// The user, outside of the scanned repository: errors may quote the text.
    User,
    /// The scanned repository: errors quote nothing, and the file may not make a run milder.
    Repository,
}

/// The confidence from which a finding fails a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// This confidence and higher.
    From(Confidence),
    /// A secret of which the provider says that it works. Only the command line asks for it.
    Live,
    /// Medium confidence and higher, but not a secret of which the provider or its stated expiry says that it works no
    /// more.
    NotDead,
    /// No finding fails a run.
    Never,
}

impl FailOn {
    /// The threshold without any setting.
    pub const DEFAULT: Self = Self::From(Confidence::Medium);

    /// Returns the lowest confidence that fails a run without answers.
    pub(crate) const fn lowest(self) -> Confidence {
        match self {
            Self::From(lowest) => lowest,
            Self::NotDead | Self::Live | Self::Never => Confidence::Medium,
        }
    }
}

/// Settings of one file, or of several that are merged.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The files that this file extends, as it names them.
    pub extends: Vec<String>,
    /// Suppressions: `[[allow]]` entries and the baseline.
    pub allow: Vec<SuppressionEntry>,
    /// The ids of disabled rules.
    pub disabled: Vec<String>,
    /// The paths that a scan leaves out.
    pub exclude: PathPatterns,
    /// The problems that do not fail a run.
    pub accept: Vec<AcceptedProblem>,
    /// The key for the fingerprints of weak values.
    pub fingerprint_key: FingerprintKey,
    /// User-defined rules.
    pub rules: Vec<Rule>,
    /// The lowest confidence that is reported.
    pub min_confidence: Option<Confidence>,
    /// The confidence from which a finding fails a run of `scan`.
    pub fail_on: Option<FailOn>,
    /// The contexts in which a finding of a generic rule fails a run.
    pub fail_on_context: Option<FailOnContext>,
    /// Whether coding agents may not read files with secrets, even where their output can be masked.
    pub deny_agent_reads: bool,
    /// The paths with a context of their own.
    pub contexts: ContextPatterns,
    /// Whether files and comments for gitleaks apply.
    pub gitleaks: bool,
}

impl Settings {
    /// Adds the settings of a later file. Lists are joined. A setting with one value is taken from the later file, which
    /// is more trusted.
    #[must_use]
    pub fn merged_with(mut self, later: Self) -> Self {
        self.extends.extend(later.extends);
        self.allow.extend(later.allow);
        self.disabled.extend(later.disabled);
        self.exclude.extend(later.exclude);
        self.accept.extend(later.accept);
        self.rules.extend(later.rules);
        self.contexts.extend(later.contexts);
        Self {
            fingerprint_key: later.fingerprint_key.or(self.fingerprint_key),
            min_confidence: later.min_confidence.or(self.min_confidence),
            fail_on: later.fail_on.or(self.fail_on),
            fail_on_context: later.fail_on_context.or(self.fail_on_context),
            deny_agent_reads: later.deny_agent_reads || self.deny_agent_reads,
            gitleaks: later.gitleaks || self.gitleaks,
            ..self
        }
    }

    /// Whether a problem is accepted.
    #[must_use]
    pub fn accepts(&self, problem: &Problem) -> bool {
        self.accept.iter().any(|accept| accept.covers(problem))
    }
}

/// A kind of problem that is accepted, at all paths or at some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedProblem {
    pub(crate) kind: ProblemKind,
    pub(crate) paths: Option<PathPatterns>,
}

impl AcceptedProblem {
    fn covers(&self, problem: &Problem) -> bool {
        let matches = |patterns: &PathPatterns| {
            // The problem does not say whether its path is a file or a folder that cannot be read, so a pattern for
            // folders covers both.
            problem.path.as_ref().is_some_and(|path| patterns.matches(format!("{path}/").as_bytes()))
        };
        self.kind == problem.kind && self.paths.as_ref().is_none_or(matches)
    }

    /// Describes the accepted problems for people.
    #[must_use]
    pub fn describe(&self) -> String {
        let paths = self.paths.as_ref().map(|paths| format!(" at {}", paths.patterns().join(" or ")));
        format!("{}{}", self.kind.name(), paths.unwrap_or_default())
    }
}
