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
}
