//! Problems of a report for objects and trees that could not be read, each with advice.

use crate::finding::{Problem, ProblemKind};
use crate::git::ReadError;

/// Returns the problem of a scan in which the [`TreeBudget`](crate::git::tree_budget::TreeBudget) ran out.
#[must_use]
pub(crate) fn tree_budget_problem() -> Problem {
    Problem {
        kind: ProblemKind::Budget,
        path: None,
        message: "trees name more paths than the budget allows; `git ls-tree` lists them".into(),
    }
}

/// Returns the problem of an object that could not be read.
#[must_use]
pub(crate) fn read_problem(error: &ReadError, path: Option<String>) -> Problem {
    let (kind, advice) = match error {
        ReadError::Missing(_) => (
            ProblemKind::MissingObject,
            "fetch it (`git fetch --refetch`, in a shallow or partial clone `git fetch --unshallow`), or see `git fsck`",
        ),
        ReadError::Corrupt(..) => {
            (ProblemKind::CorruptObject, "`git fsck` names what is damaged; fetch it again from a good copy")
        }
        ReadError::TooLarge(_) => (
            ProblemKind::Budget,
            "`git cat-file -p` prints it, and `skant scan -` reads it there; or accept it in `skant.toml`",
        ),
    };
    Problem { kind, path, message: format!("{error}; {advice}") }
}
