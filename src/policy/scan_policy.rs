//! The policy of one scan: settings, suppressions and thresholds, with the time at which they apply. Where they come
//! from is decided elsewhere: this module reads no file and no argument.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::finding::{Confidence, Problem};
use crate::policy::clock;
use crate::policy::suppress::CommentPolicy;
use crate::policy::{ContextPatterns, FailOn, FailOnContext, PathPatterns, RunMode, Settings, hidden_reason};

/// Paths that no pattern matches but one that matches every path.
const PROBES: [&[u8]; 3] = [b"\x01probe", b"\x01probe/\x02probe.\x03", b"\x04"];

/// Decides what a scan reports: settings, suppressions, thresholds, and the time at which they apply.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Settings from configuration files.
    pub(crate) settings: Settings,
    /// The paths that the user leaves out himself; the settings have those of the repository's files as well.
    pub(crate) user_exclude: PathPatterns,
    /// The contexts that the user gives to paths himself; the settings have those of the repository's files as well.
    pub(crate) user_contexts: ContextPatterns,
    /// The lowest confidence that is reported.
    pub(crate) min_confidence: Confidence,
    /// Whether inline comments and entries suppress findings.
    pub(crate) suppressions: Suppressions,
    /// Which inline comments apply.
    pub(crate) comments: CommentPolicy,
    /// Notes about the policy itself; every report has them.
    pub(crate) notes: Vec<Problem>,
    /// What problems of reading mean for the run.
    pub(crate) incomplete: Incomplete,
    /// The time of the scan in seconds since 1970, for tokens that state their expiry.
    pub(crate) now: i64,
    /// The day of the scan in UTC, for suppressions with an expiry.
    pub(crate) today: Date,
}

impl Policy {
    /// Returns the policy without any configuration: no settings, findings from medium confidence on, suppressions
    /// applied, and a failure for each part that cannot be read.
    ///
    /// `now` decides whether a token with a stated expiry is expired, and whether a suppression still applies. The
    /// default is the current time.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            settings: Settings::default(),
            user_exclude: PathPatterns::default(),
            user_contexts: ContextPatterns::default(),
            min_confidence: Confidence::Medium,
            suppressions: Suppressions::Applied,
            comments: CommentPolicy::default(),
            notes: Vec::new(),
            incomplete: Incomplete::Fails,
            now: now.as_second(),
            today: now.to_zoned(TimeZone::UTC).date(),
        }
    }

    /// Sets the lowest confidence that is reported.
    #[must_use]
    pub fn with_min_confidence(self, min_confidence: Confidence) -> Self {
        Self { min_confidence, ..self }
    }

    /// Sets whether inline comments, `skant.toml` and the baseline suppress findings.
    #[must_use]
    pub fn with_suppressions(self, suppressions: Suppressions) -> Self {
        Self { suppressions, ..self }
    }

    /// Sets what an incomplete scan means.
    #[must_use]
    pub fn with_incomplete(self, incomplete: Incomplete) -> Self {
        Self { incomplete, ..self }
    }

    /// Returns the mode of `skant scan`. `fail_on` and `contexts` override the settings.
    pub(crate) fn scan_mode(
        &self,
        fail_on: Option<FailOn>,
        fail_on_unreachable: bool,
        contexts: Option<FailOnContext>,
    ) -> RunMode {
        let fail_on = fail_on.or(self.settings.fail_on).unwrap_or(FailOn::DEFAULT);
        RunMode::Scan { fail_on, fail_on_unreachable, contexts: contexts.unwrap_or(self.contexts()) }
    }

    /// Returns the mode of a hook.
    pub(crate) fn hook_mode(&self) -> RunMode {
        RunMode::Hook { contexts: self.contexts() }
    }

    /// Returns the contexts in which a generic rule's finding fails a run.
    fn contexts(&self) -> FailOnContext {
        self.settings.fail_on_context.unwrap_or_default()
    }

    /// Whether the repository's own files exclude every path. A `!` pattern may include some again.
    pub(crate) fn repository_excludes_everything(&self) -> bool {
        let exclude = &self.settings.exclude;
        let all = |patterns: &PathPatterns| PROBES.iter().all(|path| patterns.matches(path));
        let has_exceptions = exclude.patterns().iter().any(|pattern| pattern.starts_with('!'));
        !has_exceptions && all(exclude) && !all(&self.user_exclude)
    }

    /// Returns the policy as text, without the time and without the key of fingerprints: equal policies give equal texts.
    pub(crate) fn describe(&self) -> String {
        format!("{:?}", Self { now: 0, today: Date::ZERO, ..self.clone() })
    }

    /// Whether a report has a finding of this confidence that no suppression applies to.
    pub(crate) fn is_reported(&self, confidence: Confidence) -> bool {
        hidden_reason(confidence, self.min_confidence, false).is_none()
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::new(clock::now())
    }
}

/// Whether suppressions apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suppressions {
    /// They do.
    Applied,
    /// They do not: every finding is reported (`--no-suppressions`).
    Ignored,
}

/// What an incomplete scan means for the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incomplete {
    /// Exit code 2.
    Fails,
    /// A note in the report (`--allow-incomplete`).
    Accepted,
}
