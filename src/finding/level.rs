//! The two scales of a finding: severity and confidence.

use std::fmt;

pub use skant_rule_schema::Severity;

/// How likely a finding is a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// The format often belongs to something else; not reported by default.
    Low,
    /// A secret in 85 of 100 cases.
    Medium,
    /// A secret in 97 of 100 cases.
    High,
}

impl Confidence {
    /// The name in reports and options.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// Returns the next higher confidence, at most high.
    #[must_use]
    pub const fn raised(self) -> Self {
        match self {
            Self::Low => Self::Medium,
            Self::Medium | Self::High => Self::High,
        }
    }

    /// Returns the next lower confidence, at least low.
    #[must_use]
    pub const fn lowered(self) -> Self {
        match self {
            Self::High => Self::Medium,
            Self::Medium | Self::Low => Self::Low,
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
