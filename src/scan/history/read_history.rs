//! What was read of a history: what tracing and the building of locations start from.

use crate::git::{Oid, Repository};
use crate::provenance::CommitGraph;
use crate::scan::history::blobs::{CollectedEvidence, Tracking};
use crate::scan::history::options::HistoryOptions;
use crate::scan::history::reachability::NamedObjects;
use crate::scan::scanner::Scanner;
use crate::source::history::ObjectSet;

/// What was read, and what is traced in it.
pub(crate) struct ReadHistory<'t> {
    pub(crate) scanner: &'t Scanner,
    pub(crate) repository: &'t Repository,
    pub(crate) objects: &'t ObjectSet,
    pub(crate) graph: &'t CommitGraph,
    pub(crate) named: &'t NamedObjects,
    pub(crate) found: &'t CollectedEvidence,
    pub(crate) tracking: &'t Tracking,
    /// The missing objects, which are traced with the indexes after those of the values.
    pub(crate) missing: &'t [Oid],
    /// The index of the first archive that was not searched.
    pub(crate) first_skipped: usize,
    /// The commits whose parents a shallow clone left out.
    pub(crate) shallow_boundary: &'t [Oid],
    /// The name of the submodule; empty for the main repository.
    pub(crate) prefix: &'t [u8],
    pub(crate) options: &'t HistoryOptions<'t>,
}

impl ReadHistory<'_> {
    /// Returns a path with the name of the submodule before it.
    pub(crate) fn full_path(&self, path: &[u8]) -> Vec<u8> {
        if self.prefix.is_empty() { path.to_vec() } else { [self.prefix, b"/", path].concat() }
    }
}
