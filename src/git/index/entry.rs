//! One entry of the index, decoded.

use crate::git::oid::Oid;

/// The mode of an entry for a whole folder, outside of a sparse checkout.
const SPARSE_FOLDER: u32 = 0o040_000;

/// The mode of a submodule.
const SUBMODULE: u32 = 0o160_000;

/// One path of the index at one stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The path from the top of the worktree, with `/` between its parts, and at the end of a sparse folder.
    pub path: &'a [u8],
    /// `0o100644` or `0o100755` for a file, `0o120000` for a symbolic link, `0o160000` for a submodule,
    /// `0o040000` for a sparse folder. Other values can occur: git checks the mode after it reads the index.
    pub mode: u32,
    /// The staged object; the empty blob if only the path is announced.
    pub oid: Oid,
    /// 0, or for an unmerged path 1 (base), 2 (ours), 3 (theirs).
    pub stage: u8,
    /// Whether the file is meant to be absent from the worktree.
    pub skip_worktree: bool,
    /// Whether the path is announced with `git add -N`: its content is not staged, and no commit contains it.
    pub intent_to_add: bool,
}

impl Entry<'_> {
    /// Whether the entry names a blob of this repository: it is neither a folder nor a submodule, nor only announced.
    #[must_use]
    pub fn is_staged_blob(&self) -> bool {
        !self.is_sparse_folder() && self.mode != SUBMODULE && !self.intent_to_add
    }

    /// Whether the entry represents a whole folder; `oid` is then the folder's tree.
    #[must_use]
    pub fn is_sparse_folder(&self) -> bool {
        self.mode == SPARSE_FOLDER
    }
}
