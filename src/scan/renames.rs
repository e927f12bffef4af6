//! Which removed file a new path was renamed from. The work for it is bounded over a whole scan: when the budget is
//! spent, renames with changes are not recognised any more, and the values in such a file count as new.

use crate::git::tree_diff::Change;
use crate::git::{LineCounts, ObjectDatabase, ObjectKind, Oid};

/// The number of removed files among which a rename is searched for.
const MAX_REMOVED: usize = 1000;

/// The rest of the budget of a scan.
pub(crate) struct RenameBudget {
    /// Bytes of removed files.
    bytes: usize,
    /// Lines to compare.
    lines: usize,
}

impl Default for RenameBudget {
    fn default() -> Self {
        Self { bytes: 512 << 20, lines: 1 << 28 }
    }
}

/// The files that a commit removes.
pub(crate) struct RemovedFiles<'s> {
    files: &'s [(Vec<u8>, Oid)],
    /// Whether a new path was renamed from the file. A removed file explains one new path: a second one is a copy, and
    /// its values are new there.
    is_explained: Vec<bool>,
    /// The lines of the files that were read.
    lines: Vec<Option<LineCounts>>,
}

impl<'s> RemovedFiles<'s> {
    pub(crate) fn new(files: &'s [(Vec<u8>, Oid)]) -> Self {
        Self { files, is_explained: vec![false; files.len()], lines: vec![None; files.len()] }
    }

    /// Returns the content of the file that a new path was renamed from.
    pub(crate) fn find_origin(
        &mut self,
        change: &Change,
        objects: &ObjectDatabase,
        budget: &mut RenameBudget,
    ) -> Option<Vec<u8>> {
        let content = |oid: &Oid| objects.read_as(oid, ObjectKind::Blob).ok();
        let mut candidates: Vec<usize> =
            (0..self.files.len()).filter(|index| !self.is_explained[*index]).collect();
        let same_blob = candidates.iter().copied().find(|index| self.files[*index].1 == change.blob);
        let index = match same_blob {
            Some(index) => index,
            None if candidates.is_empty() => return None,
            None => {
                candidates.truncate(MAX_REMOVED);
                let own = LineCounts::new(&content(&change.blob)?);
                candidates.into_iter().find(|index| self.is_similar(*index, &own, objects, budget))?
            }
        };
        self.is_explained[index] = true;
        content(&self.files[index].1)
    }

    fn is_similar(
        &mut self,
        index: usize,
        own: &LineCounts,
        objects: &ObjectDatabase,
        budget: &mut RenameBudget,
    ) -> bool {
        if self.lines[index].is_none() && budget.bytes > 0 {
            let content = objects.read_as(&self.files[index].1, ObjectKind::Blob).unwrap_or_default();
            budget.bytes = budget.bytes.saturating_sub(content.len());
            self.lines[index] = Some(LineCounts::new(&content));
        }
        let Some(lines) = self.lines[index].as_ref().filter(|lines| lines.may_be_similar(own)) else {
            return false;
        };
        let cost = lines.distinct().min(own.distinct());
        let is_affordable = budget.lines >= cost;
        budget.lines = budget.lines.saturating_sub(cost);
        is_affordable && lines.is_similar(own)
    }
}
