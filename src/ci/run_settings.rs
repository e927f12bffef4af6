//! The settings of a CI run: those of a commit that the change cannot have written.

use crate::finding::{Problem, ProblemKind};
use crate::git::Oid;

/// Where the settings of a run are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunSettings {
    /// From the checked-out files: the run is about no change.
    Checkout,
    /// From a commit: the target of the change, or the commit before the push.
    Commit(Oid),
    /// From nowhere: the clone lacks the branch whose settings apply.
    Missing,
}

/// Returns the note about a main branch that the clone lacks.
pub(super) fn missing_main(name: &str) -> Problem {
    let message = format!(
        "the main branch `{name}` is not in this clone, so no settings of the repository apply; fetch it before this: \
         git fetch origin +refs/heads/{name}:refs/remotes/origin/{name}"
    );
    Problem {
        kind: ProblemKind::PolicyChange,
        path: None,
        message: crate::text::escape_terminal(message.as_bytes()),
    }
}
