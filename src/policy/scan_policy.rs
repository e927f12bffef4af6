//! The policy of one scan: settings, suppressions and thresholds, with the time at which they apply. Where they come
//! from is decided elsewhere: this module reads no file and no argument.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::finding::{Confidence, Problem};
use crate::policy::suppress::CommentPolicy;
use crate::policy::{Settings, hidden_reason};

/// Everything that decides what a scan reports, except its input.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Settings from configuration files.
    pub settings: Settings,
    /// The lowest confidence that is reported.
    pub min_confidence: Confidence,
    /// Whether inline comments and entries suppress findings.
    pub suppressions: Suppressions,
    /// Which inline comments apply.
    pub comments: CommentPolicy,
    /// Notes about the policy itself; every report has them.
    pub notes: Vec<Problem>,
    /// What problems of reading mean for the run.
    pub incomplete: Incomplete,
    /// The time of the scan in seconds since 1970, for tokens that state their expiry.
    pub now: i64,
    /// The day of the scan in UTC, for suppressions with an expiry.
    pub today: Date,
}

impl Policy {
    /// Returns the policy without any configuration: no settings, confidence from medium on, suppressions applied, and
    /// a failure for each part that cannot be read.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            settings: Settings::default(),
            min_confidence: Confidence::Medium,
            suppressions: Suppressions::Applied,
            comments: CommentPolicy::default(),
            notes: Vec::new(),
            incomplete: Incomplete::Fails,
            now: now.as_second(),
            today: now.to_zoned(TimeZone::UTC).date(),
        }
    }

    /// Whether a report has a finding of this confidence that no suppression applies to.
    #[must_use]
    pub fn is_reported(&self, confidence: Confidence) -> bool {
        hidden_reason(confidence, self.min_confidence, false).is_none()
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
