//! The submodules of a repository. Each has hooks of its own; those of the superproject do not serve it.

use std::ffi::OsStr;
use std::path::Path;

use crate::git::{EntryKind, GitEnvironment, Index, Repository, os_string};

/// A submodule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Submodule {
    /// The path from the top of the working tree, with `/`.
    pub(crate) path: Vec<u8>,
    pub(crate) state: SubmoduleState,
}

/// Whether the hooks of a submodule reach skant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SubmoduleState {
    Protected,
    NotProtected,
    /// It is not checked out.
    Absent,
}

impl SubmoduleState {
    /// The name in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Protected => "protected",
            Self::NotProtected => "not-protected",
            Self::Absent => "absent",
        }
    }
}

/// The most submodules that are examined; each takes some runs of git.
const MAX_SUBMODULES: usize = 100;

/// Returns the submodules of the index, and how many more there are. An index that cannot be read has none.
pub(crate) fn find_submodules(git: &OsStr, dir: &Path) -> (Vec<Submodule>, usize) {
    // Git would take the variable for the submodule as well.
    if std::env::var_os("GIT_DIR").is_some() {
        return (Vec::new(), 0);
    }
    let Ok(repository) = Repository::discover(dir, &GitEnvironment::from_process()) else {
        return (Vec::new(), 0);
    };
    let Some(top) = repository.work_tree.as_deref() else { return (Vec::new(), 0) };
    let Ok(index) = Index::read(&repository.index_file, &repository.git_dir, repository.format) else {
        return (Vec::new(), 0);
    };
    let is_submodule = |mode| matches!(EntryKind::from_mode(mode), EntryKind::Submodule);
    let paths: Vec<Vec<u8>> =
        index.entries().filter(|entry| is_submodule(entry.mode)).map(|entry| entry.path.to_vec()).collect();
    let more = paths.len().saturating_sub(MAX_SUBMODULES);
    let examined = paths.into_iter().take(MAX_SUBMODULES).map(|path| {
        let state = state(git, top, &path);
        Submodule { path, state }
    });
    (examined.collect(), more)
}

fn state(git: &OsStr, top: &Path, path: &[u8]) -> SubmoduleState {
    let mut folder = top.to_path_buf();
    for part in Path::new(&os_string(path)).components() {
        folder.push(part);
        // A link would lead to another repository than the submodule.
        if !folder.symlink_metadata().is_ok_and(|found| found.is_dir()) {
            return SubmoduleState::Absent;
        }
    }
    if folder.join(".git").symlink_metadata().is_err() {
        return SubmoduleState::Absent;
    }
    match super::examine(git, &folder) {
        Ok(status) if status.is_protected() => SubmoduleState::Protected,
        _ => SubmoduleState::NotProtected,
    }
}
