//! Which removed file a new path was renamed from. What looking for it may cost is bounded over a whole scan: once
//! it is spent, renames with changes are not seen any more, and what such a file holds counts as new.

use crate::git::tree_diff::Change;
use crate::git::{LineCounts, ObjectDatabase, ObjectKind, Oid};

/// A rename is looked for among at most this many removed files.
const MOST_REMOVED: usize = 1000;

/// What is left to spend, for a whole scan.
pub(crate) struct Effort {
    /// Bytes of removed files.
    bytes: usize,
    /// Lines that are compared.
    lines: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Self { bytes: 512 << 20, lines: 1 << 28 }
    }
}

/// The files that a commit takes away.
pub(crate) struct Removed<'s> {
    files: &'s [(Vec<u8>, Oid)],
    /// Those that a new path was renamed from. A removed file explains one new path: a second one is a copy, and
    /// what it holds is new there.
    explained: Vec<bool>,
    /// The lines of those that were read.
    lines: Vec<Option<LineCounts>>,
}

impl<'s> Removed<'s> {
    pub(crate) fn new(files: &'s [(Vec<u8>, Oid)]) -> Self {
        Self { files, explained: vec![false; files.len()], lines: vec![None; files.len()] }
    }

    /// The content of the file that a new path was renamed from.
    pub(crate) fn origin(
        &mut self,
        change: &Change,
        objects: &ObjectDatabase,
        effort: &mut Effort,
    ) -> Option<Vec<u8>> {
        let content = |oid: &Oid| objects.read_as(oid, ObjectKind::Blob).ok();
        let mut left: Vec<usize> = (0..self.files.len()).filter(|at| !self.explained[*at]).collect();
        let same = left.iter().copied().find(|at| self.files[*at].1 == change.blob);
        let at = match same {
            Some(at) => at,
            None if left.is_empty() => return None,
            None => {
                left.truncate(MOST_REMOVED);
                let own = LineCounts::new(&content(&change.blob)?);
                left.into_iter().find(|at| self.is_similar(*at, &own, objects, effort))?
            }
        };
        self.explained[at] = true;
        content(&self.files[at].1)
    }

    fn is_similar(
        &mut self,
        at: usize,
        own: &LineCounts,
        objects: &ObjectDatabase,
        effort: &mut Effort,
    ) -> bool {
        if self.lines[at].is_none() && effort.bytes > 0 {
            let content = objects.read_as(&self.files[at].1, ObjectKind::Blob).unwrap_or_default();
            effort.bytes = effort.bytes.saturating_sub(content.len());
            self.lines[at] = Some(LineCounts::new(&content));
        }
        let Some(lines) = self.lines[at].as_ref().filter(|lines| lines.may_be_similar(own)) else {
            return false;
        };
        let cost = lines.distinct().min(own.distinct());
        let affordable = effort.lines >= cost;
        effort.lines = effort.lines.saturating_sub(cost);
        affordable && lines.is_similar(own)
    }
}
