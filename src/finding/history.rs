//! The provenance of a value, as reports show it.

use crate::finding::CommitInfo;

/// A commit and a path in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub commit: CommitInfo,
    /// The path, escaped and masked.
    pub path: String,
}

/// The provenance of one value in one repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// The first commit that holds the value while no parent does; `None` if no commit holds it.
    pub introduced: Option<Event>,
    /// The last commit that removed the value; `None` while a branch head holds it.
    pub removed: Option<Event>,
    /// Whether a branch head or the checked-out commit holds the value.
    pub at_head: bool,
    /// Whether a ref, reflog, stash or the index reaches the value.
    pub reachable: bool,
    /// The number of commits that hold the value.
    pub commits: usize,
    /// The refs that reach the value; reserved, always `None` now.
    pub held_by: Option<Vec<String>>,
}
