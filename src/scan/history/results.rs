//! The results of the history scan of one repository.

use crate::assess::{Histories, Occurrence};
use crate::finding::{Problem, Scope};
use crate::git::Oid;

/// The results of one repository.
#[derive(Default)]
pub(crate) struct RepositoryScan {
    pub(crate) scope: Scope,
    pub(crate) occurrences: Vec<Occurrence>,
    pub(crate) histories: Histories,
    pub(crate) problems: Vec<Problem>,
    /// The root trees of commits, the youngest first; only with a path filter.
    pub(crate) root_trees: Vec<Oid>,
    /// Whether the values were traced.
    pub(crate) is_traced: bool,
    /// The number of objects that the state of an earlier run names.
    pub(crate) known: usize,
    /// The number of objects that an earlier run has read, and that are still here.
    pub(crate) reused: u64,
    /// What the next run may rely on, as bytes; `None` if something was not read, or nobody asked.
    pub(crate) learned: Option<Vec<u8>>,
    /// The time in seconds since 1970 at which the next token or comment expires; 0 unless something is learned.
    pub(crate) until: i64,
}
