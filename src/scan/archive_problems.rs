//! Parts of a file that were not searched, as problems and notes of that file.

use crate::decode::archive::FaultKind;
use crate::detect::Skipped;
use crate::finding::{Problem, ProblemKind};

/// Returns the problem for a part of a file that was not searched.
pub(crate) fn skipped_problem(skipped: &Skipped, shown_path: &str) -> Problem {
    let (kind, consequence) = match skipped.kind {
        FaultKind::Corrupt => (
            ProblemKind::CorruptArchive,
            "the readable part of the archive was searched; an `[[accept]]` entry in skant.toml accepts the problem",
        ),
        FaultKind::Budget if skipped.is_over_limit() => (
            ProblemKind::Budget,
            "no more of them are reported; if the file is no list of secrets, leave it out (`exclude` in skant.toml)",
        ),
        FaultKind::Budget => (ProblemKind::Budget, "the rest of the archive was not searched"),
        FaultKind::Unsupported => (ProblemKind::UnsupportedArchive, "it was not searched"),
    };
    let members =
        if skipped.within.is_empty() { String::new() } else { format!("{}: ", skipped.within.join(", ")) };
    let more = match skipped.count {
        0 | 1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    Problem {
        kind,
        path: Some(shown_path.to_owned()),
        message: format!("{members}{}{more}; {consequence}", skipped.message),
    }
}
