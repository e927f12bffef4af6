//! Git LFS pointers: small files that stand for content elsewhere.

use crate::finding::{Problem, ProblemKind};

/// Returns a note if a file is a Git LFS pointer. Format: the Git LFS specification, "The Pointer".
pub(crate) fn lfs_note(content: &[u8], shown_path: &str) -> Option<Problem> {
    let is_pointer = content.len() < 1024 && content.starts_with(b"version https://git-lfs.github.com/spec/");
    is_pointer.then(|| Problem {
        kind: ProblemKind::LfsPointer,
        path: Some(shown_path.to_owned()),
        message: "a Git LFS pointer; its content is not in the repository and was not read".into(),
    })
}
