//! Where bytes come from: index, worktree, commit range, history, standard input.
//! The only room that knows git's files and object databases. It finds nothing itself: what it reads goes to a
//! [`Visitor`], or is named as a [`changes::Change`] whose bytes the caller asks for.

pub(crate) mod checkout;
pub mod history;
pub(crate) mod ignore_files;
pub mod open_file;
pub(crate) mod progress;
pub mod range;
pub mod staged;
pub mod worktree;

use std::sync::atomic::{AtomicBool, Ordering};

use crate::finding::{Problem, ProblemKind};
use crate::git::{ObjectKind, Oid, ReadError};

pub use crate::text::CopiedRange;
pub use progress::{Progress, ProgressSnapshot};

/// An object or file in full.
#[derive(Clone, Copy, Debug)]
pub struct Blob<'b> {
    /// Its name.
    pub oid: Oid,
    /// What it is: besides blobs, commits, tags (their messages) and trees (their names) are searched.
    pub kind: ObjectKind,
    /// Its bytes.
    pub bytes: &'b [u8],
}

/// What a reader of history hands its objects to. State can flow from a version of a file to the next one that
/// is stored as a difference to it; a reader that knows no differences calls [`Visitor::root`] alone.
pub trait Visitor: Sync {
    /// What is carried from a blob to those that derive from it.
    type State: Send;

    /// Looks at a blob in full.
    fn root(&self, blob: &Blob<'_>) -> Self::State;

    /// Looks at a blob of which the `copies` stood in a base that has been looked at.
    fn derived(&self, blob: &Blob<'_>, base: &Self::State, copies: &[CopiedRange]) -> Self::State {
        let _ = (base, copies);
        self.root(blob)
    }
}

/// Set when the user wants the scan to end; what was found until then is reported. It also says how far the scan
/// is.
#[derive(Debug, Default)]
pub struct Cancellation {
    is_set: AtomicBool,
    /// How far the scan is.
    pub progress: Progress,
}

impl Cancellation {
    /// Asks for the end.
    pub fn set(&self) {
        self.is_set.store(true, Ordering::Relaxed);
    }

    /// Whether the end was asked for.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.is_set.load(Ordering::Relaxed)
    }
}

/// Returns the problem of a scan in which [`TreeBudget`](crate::git::tree_budget::Budget) ran out.
#[must_use]
pub fn tree_budget_problem() -> Problem {
    Problem {
        kind: ProblemKind::Budget,
        path: None,
        message: "trees name more paths than are looked at; `git ls-tree` shows what they hold".into(),
    }
}

/// An object that could not be read, as a problem.
#[must_use]
pub fn read_problem(error: &ReadError, path: Option<String>) -> Problem {
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
