//! Why a unit has no report.

use std::time::Duration;

use thiserror::Error;

use super::counts::NoReport;
use crate::detect::Detector;
use crate::finding::message_with_help;
use crate::fleet::key::SettingsFault;
use crate::fleet::mirror::GitFault;
use crate::fleet::store::StoreError;
use crate::fleet::store::row::RowError;
use crate::fleet::tips::StateError;
use crate::git::DiscoverError;
use crate::scan::redact::mask_secrets;
use crate::secret::{ValueEnd, mask_values};
use crate::text::escape_terminal;

/// The longest message of a row, in characters.
const MAX_MESSAGE: usize = 500;

/// Why a unit has no report.
#[derive(Debug, Error)]
pub(crate) enum Fault {
    #[error("{}", message_with_help(.0))]
    NotARepository(#[from] DiscoverError),
    #[error("{0}")]
    State(#[from] StateError),
    #[error("{0}")]
    Settings(#[from] SettingsFault),
    #[error("it changed while it was read, {0} times in a row")]
    Changed(u32),
    #[error("the scan {0}")]
    Crashed(String),
    #[error("{0}")]
    Refused(String),
    #[error("cannot be run: {0}")]
    Process(std::io::Error),
    #[error("{0}")]
    Git(GitFault),
    #[error("the run was interrupted")]
    Interrupted,
    #[error("internal error: a thread panicked")]
    Panic,
    #[error("{}", message_with_help(.0))]
    Store(#[from] StoreError),
}

impl Fault {
    /// The word for programs.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::NotARepository(_) => "not-a-repository",
            Self::State(_) => "unreadable",
            Self::Settings(_) => "settings",
            Self::Changed(_) => "changed",
            Self::Crashed(_) => "crashed",
            Self::Refused(_) => "scan-failed",
            Self::Process(_) => "process",
            Self::Git(GitFault::TooLarge(_)) => "too-large",
            Self::Git(GitFault::TooSlow { .. }) => "too-slow",
            Self::Git(_) => "unreachable",
            Self::Interrupted => "interrupted",
            Self::Panic => "panic",
            Self::Store(_) => "store",
        }
    }

    /// Whether the run cannot go on.
    pub(crate) const fn ends_the_run(&self) -> bool {
        matches!(self, Self::Store(_) | Self::Interrupted)
    }

    /// Whether a further try may succeed.
    pub(crate) const fn may_pass(&self) -> bool {
        !matches!(self, Self::Git(GitFault::TooLarge(_) | GitFault::TooSlow { .. })) && !self.ends_the_run()
    }

    /// Returns the time before the next try: a remote may need longer to come back than a file.
    pub(crate) const fn pause(&self, tries: u32) -> Duration {
        let first = if matches!(self, Self::Git(_)) { 1000 } else { 100 };
        Duration::from_millis(first * 4_u64.pow(tries - 1))
    }

    /// Returns the error of a row. The text of another program is masked here, and nowhere before.
    pub(crate) fn row_error(&self, detector: &Detector) -> RowError {
        RowError { code: self.code().to_owned(), message: shown(&self.to_string(), detector) }
    }
}

impl From<GitFault> for Fault {
    fn from(fault: GitFault) -> Self {
        match fault {
            GitFault::Interrupted => Self::Interrupted,
            other => Self::Git(other),
        }
    }
}

impl From<NoReport> for Fault {
    fn from(error: NoReport) -> Self {
        Self::Crashed(error.to_string().replacen("it ", "", 1))
    }
}

/// Returns a text of another program as it may be stored: one line, escaped, masked and cut.
fn shown(text: &str, detector: &Detector) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let masked = mask_secrets(detector, &escape_terminal(words.join(" ").as_bytes()));
    let masked = mask_values(&masked, ValueEnd::Word);
    masked.chars().take(MAX_MESSAGE).collect()
}
