//! Sources of text to scan: the index, the working tree, a range of commits, a whole history.
//!
//! The modules here decide which objects and files belong to a scan and read them. They detect nothing: every
//! object of a history goes to a [`Visitor`], and the other sources list files or
//! [changes](crate::git::tree_diff::Change) whose bytes the caller reads. The formats of git are in
//! [`crate::git`]. Standard input has no module: it is a stream that the caller has already.

pub(crate) mod cancellation;
pub(crate) mod checkout;
pub(crate) mod control;
pub(crate) mod history;
pub(crate) mod ignore_files;
pub(crate) mod ignored_path;
pub(crate) mod open_file;
pub(crate) mod progress;
pub(crate) mod range;
pub(crate) mod read_problem;
pub(crate) mod staged;
pub(crate) mod visitor;
pub(crate) mod worktree;

pub use cancellation::Cancellation;
pub use control::ScanControl;
pub use progress::{Progress, ProgressSnapshot};
pub(crate) use read_problem::{read_problem, tree_budget_problem};
pub use visitor::{ObjectView, Visitor};
