//! The results of the history scan of one repository.

use std::collections::HashMap;

use crate::assess::Occurrence;
use crate::finding::{History, Problem, Scope};
use crate::git::Oid;
use crate::secret::ValueId;

/// The results of one repository.
#[derive(Default)]
pub(crate) struct RepositoryScan {
    pub(crate) scope: Scope,
    pub(crate) occurrences: Vec<Occurrence>,
    pub(crate) histories: HashMap<ValueId, History>,
    pub(crate) problems: Vec<Problem>,
    /// The root trees of commits, the youngest first; only with a path filter.
    pub(crate) root_trees: Vec<Oid>,
    /// Whether the values were traced.
    pub(crate) is_traced: bool,
}
