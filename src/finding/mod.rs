//! The data of a report: findings, locations, problems, notes. Plain data without behaviour: it knows no output format,
//! no git object and no rule. All text in it is safe to show: secrets are masked and untrusted bytes escaped before.

pub(crate) mod history;
pub(crate) mod level;
pub(crate) mod location;
pub(crate) mod problem;
pub(crate) mod reason;
pub(crate) mod report;
pub(crate) mod triage;
pub(crate) mod verified;

use std::borrow::Cow;

use crate::secret::Fingerprint;

pub use history::{Event, HeldBy, History, Holders, RefKind};
pub use level::{Confidence, Severity};
pub use location::{CommitInfo, Companion, Location, LocationKind, Snippet};
pub(crate) use problem::message_with_help;
pub use problem::{Problem, ProblemKind};
pub use reason::{Reason, ReasonCode};
pub use report::{Report, Scope, ScopeKind, Suppressed, SuppressedBy};
pub use triage::{Context, Verdict, Verification};
pub use verified::{OwnerFact, Verified};

/// The masked form of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked {
    /// `first...last`, or asterisks only.
    pub text: String,
    /// The length of the raw value in bytes.
    pub length: usize,
}

/// One secret value, with all its locations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id; begins with the provider.
    pub rule: Cow<'static, str>,
    /// The rule's title.
    pub title: Cow<'static, str>,
    /// Whether the rule names a provider; the `generic-…` rules do not.
    pub provider: bool,
    /// The damage that a leak does.
    pub severity: Severity,
    /// The highest confidence of its locations.
    pub confidence: Confidence,
    /// The fingerprint of the value.
    pub fingerprint: Fingerprint,
    /// The masked value.
    pub secret: Masked,
    /// The first [`Finding::MAX_LOCATIONS`] locations, ordered by path, line, column.
    pub locations: Vec<Location>,
    /// The number of all locations.
    pub places: usize,
    /// The provenance of the value; only in a history scan.
    pub history: Option<History>,
    /// Why the finding has its confidence, the most important reason first.
    pub reasons: Vec<Reason>,
    /// The steps to take, in order.
    pub help: Vec<String>,
    /// The kind of file; reserved, always `None` now.
    pub context: Option<Context>,
    /// A person's decision that keeps the finding in the report: confirmed or revoked.
    pub verdict: Option<Verdict>,
    /// The provider's answer to whether the secret still works; `None` if nobody asked.
    pub verified: Option<Box<Verified>>,
    /// The name of the group of related findings; reserved, always `None` now.
    pub group: Option<String>,
}

impl Finding {
    /// The number of locations that a finding lists at most.
    pub const MAX_LOCATIONS: usize = 100;

    /// Whether the secret works, if that was asked.
    #[must_use]
    pub fn verification(&self) -> Option<Verification> {
        self.verified.as_ref().map(|verified| verified.answer)
    }

    /// Whether a ref reaches the value. Outside of a history scan every value counts as reached.
    #[must_use]
    pub fn is_reachable(&self) -> bool {
        self.history.as_ref().is_none_or(|history| history.reachable)
    }
}
