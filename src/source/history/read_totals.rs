//! Counts of a pass over an object database, and the objects that were not read.

use super::memory_limit::MAX_DECODED_PER_BYTE;
use crate::finding::{Problem, ProblemKind};
use crate::git::{Oid, ReadError};

/// What a pass read, and what it did not read.
#[derive(Debug, Default)]
pub struct ReadTotals {
    /// Number of objects of all kinds.
    pub objects: usize,
    /// Number of blobs.
    pub blobs: usize,
    /// Size of all objects in bytes.
    pub bytes: u64,
    /// Bytes of versions that were decoded a second time, because the memory limit did not allow to keep them.
    pub bytes_decoded_again: u64,
    /// Objects that could not be read, in order of name.
    pub unread: Vec<ReadError>,
    /// Number of objects that were skipped, because their pack unfolds to more than the budget.
    pub skipped_over_budget: usize,
}

impl ReadTotals {
    /// Adds the totals of another pass.
    pub fn add(&mut self, other: Self) {
        self.objects += other.objects;
        self.blobs += other.blobs;
        self.bytes += other.bytes;
        self.bytes_decoded_again += other.bytes_decoded_again;
        self.unread.extend(other.unread);
        self.skipped_over_budget += other.skipped_over_budget;
    }

    /// Takes the objects that are gone since the listing out of the unread ones.
    pub(crate) fn take_missing(&mut self) -> Vec<Oid> {
        let is_missing = |error: &mut ReadError| matches!(error, ReadError::Missing(_));
        let missing = self.unread.extract_if(.., is_missing);
        missing
            .filter_map(|error| if let ReadError::Missing(oid) = error { Some(oid) } else { None })
            .collect()
    }

    pub(super) fn sorted(mut self) -> Self {
        self.unread.sort_by_key(ToString::to_string);
        self
    }
}

/// Returns the problem of the objects that were skipped, because their pack unfolds to too many bytes.
pub(crate) fn over_budget_problem(totals: &ReadTotals) -> Option<Problem> {
    (totals.skipped_over_budget > 0).then(|| Problem {
        kind: ProblemKind::Budget,
        path: None,
        message: format!(
            "{} objects were not read: their pack decodes to more than {MAX_DECODED_PER_BYTE} times its size",
            totals.skipped_over_budget,
        ),
    })
}
