//! What is known about a finding beyond the match: the kind of file, a person's verdict, a provider's answer.
//!
//! These are plain words that findings and reports share. Nothing here decides what they mean for a run:
//! `policy::disposition` does.

use std::fmt;

/// The kind of file that a finding is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// Code or configuration that is used.
    Production,
    /// A test or its data.
    Test,
    /// An example.
    Example,
    /// A document.
    Document,
    /// A translation of the texts of a user interface.
    Translation,
    /// The output of a program, such as a lock file or a bundle.
    Generated,
    /// A copy of another project.
    Vendored,
    /// A file whose kind is not known.
    Unknown,
}

impl Context {
    /// Whether no running program uses the values: tests, examples, translations.
    #[must_use]
    pub const fn is_not_used(self) -> bool {
        matches!(self, Self::Test | Self::Example | Self::Translation)
    }

    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Test => "test",
            Self::Example => "example",
            Self::Document => "document",
            Self::Translation => "translation",
            Self::Generated => "generated",
            Self::Vendored => "vendored",
            Self::Unknown => "unknown",
        }
    }
}

/// A person's decision on a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It is a secret in use.
    Confirmed,
    /// It was a secret and has been revoked.
    Revoked,
    /// It is a value for tests.
    Test,
    /// It is no secret.
    FalseAlarm,
    /// It is a secret, and the risk is accepted.
    Accepted,
}

impl Verdict {
    /// All verdicts, from the one that keeps a finding in view to the one that hides it.
    pub const ALL: [Self; 5] = [Self::Confirmed, Self::Revoked, Self::Accepted, Self::Test, Self::FalseAlarm];

    /// Whether a finding with this verdict is no longer reported. A confirmed and a revoked secret stay in reports.
    #[must_use]
    pub const fn is_suppression(self) -> bool {
        matches!(self, Self::Test | Self::FalseAlarm | Self::Accepted)
    }

    /// Returns the verdict with a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }

    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Revoked => "revoked",
            Self::Test => "test",
            Self::FalseAlarm => "false-alarm",
            Self::Accepted => "accepted",
        }
    }
}

/// A provider's answer to the question whether a secret still works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verification {
    /// It works.
    Live,
    /// The provider rejects it.
    Dead,
    /// The answer says neither.
    Unknown,
}

impl Verification {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Dead => "dead",
            Self::Unknown => "unknown",
        }
    }
}

macro_rules! display_by_name {
    ($($word:ty),*) => {$(
        impl fmt::Display for $word {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.name())
            }
        }
    )*};
}

display_by_name!(Context, Verdict, Verification);
