//! A listed file, the result of listing, and the names of files in reports.

use std::path::{Path, PathBuf};

use crate::finding::{Problem, ProblemKind};
use crate::git::{Oid, path_bytes};
use crate::text::escape_path;

/// Where the content of a file is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FileContent {
    /// On disk.
    Disk(PathBuf),
    /// In the index only: a blob.
    Staged(Oid),
}

/// A file to read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ListedFile {
    /// The path from the root, with `/`.
    pub path: Vec<u8>,
    /// Where its content is.
    pub content: FileContent,
}

/// The files to read.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// The files, in order of path.
    pub files: Vec<ListedFile>,
    /// Paths that cannot be listed or read, and notes.
    pub problems: Vec<Problem>,
}

/// The naming of files relative to the root, and the names that the settings exclude.
#[derive(Clone, Copy)]
pub(super) struct Naming<'l> {
    pub(super) root: &'l Path,
    pub(super) excluded: &'l (dyn Fn(&[u8]) -> bool + Sync),
}

impl Naming<'_> {
    /// Returns the path from the root in git's form. A path outside of the root is returned as it is.
    pub(super) fn name_of(&self, path: &Path) -> Vec<u8> {
        let relative = path.strip_prefix(self.root).unwrap_or(path);
        let relative = relative.strip_prefix(".").unwrap_or(relative);
        path_bytes(relative)
    }

    /// Whether the settings exclude a path from the root.
    pub(super) fn is_excluded(&self, name: &[u8]) -> bool {
        (self.excluded)(name)
    }
}

/// Returns the note on a path that is a special file.
pub(super) fn special_file_note(name: &[u8]) -> Problem {
    Problem {
        kind: ProblemKind::SpecialFile,
        path: Some(escape_path(name)),
        message: "a pipe, socket or device is not read".into(),
    }
}
