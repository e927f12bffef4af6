//! Ignore files that git does not take for such: it follows no link in their place, and a pipe would be waited for.
//! Where there is one, everything is read.

use std::fs;
use std::path::Path;

use crate::git::Repository;
use crate::source::worktree::IgnoreMode;

/// Whose rules say what is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rules {
    /// Git's.
    Git,
    /// Nobody's: nothing is.
    None,
}

impl Rules {
    /// The rules for a walk that begins at a folder.
    pub(crate) fn of(repository: Option<&Repository>, folder: &Path, ignoring: IgnoreMode) -> Self {
        let Some(repository) = repository.filter(|_| ignoring == IgnoreMode::AsGit) else {
            return Self::None;
        };
        let top = repository.work_tree.as_deref().unwrap_or(folder);
        let is_odd = |folder: &Path| {
            if folder.starts_with(top) { are_odd(folder) } else { is_special(&folder.join(".gitignore")) }
        };
        let exclude = repository.common_dir.join("info/exclude");
        if folder.ancestors().any(is_odd) || is_special(&exclude) { Self::None } else { Self::Git }
    }
}

/// Whether what stands in the place of a folder's ignore files is not to be opened.
pub(crate) fn are_odd(folder: &Path) -> bool {
    // Where there is none, one question is enough; there is one for each folder of a tree.
    let own = folder.join(".gitignore").symlink_metadata();
    own.is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
        || is_special(&folder.join(".git/info/exclude"))
}

fn is_special(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}
