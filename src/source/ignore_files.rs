//! Whether the ignore files of a walk are used.
//!
//! Git does not follow a symbolic link at the path of an ignore file, and opening a pipe there would wait for a
//! writer. In a folder with such a path no ignore file is used, so everything below it is read. The ignore files
//! themselves are read by the `ignore` crate.

use std::fs;
use std::path::Path;

use crate::git::Repository;

/// Which files below a folder are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IgnoreMode {
    /// The files that git would track.
    AsGit,
    /// All files, also in `.git` folders that are not repositories.
    Nothing,
}

/// The rules that decide which files are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IgnoreRules {
    /// Git's rules.
    Git,
    /// No file is ignored.
    None,
}

impl IgnoreRules {
    /// Returns the rules for a walk that begins at a folder.
    pub(super) fn for_walk(repository: Option<&Repository>, folder: &Path, mode: IgnoreMode) -> Self {
        let Some(repository) = repository.filter(|_| mode == IgnoreMode::AsGit) else { return Self::None };
        let top = repository.work_tree.as_deref().unwrap_or(folder);
        let is_unusable = |folder: &Path| {
            if folder.starts_with(top) {
                has_unusable_ignore_files(folder)
            } else {
                is_special(&folder.join(".gitignore"))
            }
        };
        let exclude = repository.common_dir.join("info/exclude");
        if folder.ancestors().any(is_unusable) || is_special(&exclude) { Self::None } else { Self::Git }
    }
}

/// Whether an ignore file of a folder is a link or a special file, and must not be opened.
pub(super) fn has_unusable_ignore_files(folder: &Path) -> bool {
    // One system call answers for a missing `.gitignore`, the most frequent case; this runs for each folder of a tree.
    let own = folder.join(".gitignore").symlink_metadata();
    own.is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
        || is_special(&folder.join(".git/info/exclude"))
}

/// Whether a path leads to a pipe, socket or device.
fn is_special(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}
