//! What could not be searched in an archive, as problems and notes of the file that it stands in.

use crate::decode::archive::FaultKind;
use crate::detect::Skipped;
use crate::finding::{Problem, ProblemKind};

/// What is said of a file of which something was not searched.
pub(crate) fn problem(unread: &Skipped, shown: &str) -> Problem {
    let (kind, rest) = match unread.kind {
        FaultKind::Corrupt => (
            ProblemKind::CorruptArchive,
            "what can be read of the archive was searched; `[[accept]]` in skant.toml lets it pass",
        ),
        FaultKind::Budget if unread.is_over_limit() => (
            ProblemKind::Budget,
            "no more of them are told; if it is no list of secrets, leave it out (`exclude` in skant.toml)",
        ),
        FaultKind::Budget => (ProblemKind::Budget, "the rest of the archive was not searched"),
        FaultKind::Unsupported => (ProblemKind::UnsupportedArchive, "it was not searched"),
    };
    let within =
        if unread.within.is_empty() { String::new() } else { format!("{}: ", unread.within.join(", ")) };
    let more = match unread.count {
        0 | 1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    Problem {
        kind,
        path: Some(shown.to_owned()),
        message: format!("{within}{}{more}; {rest}", unread.message),
    }
}
