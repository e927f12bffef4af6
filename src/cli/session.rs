//! The state that several commands share: the repository of the current folder, the parents of a commit.

use std::path::{Path, PathBuf};

use crate::finding::Report;
use crate::git::{DiscoverError, GitEnvironment, Oid, Refs, Repository};
use crate::remediation::Situation;
use crate::scan::{FileSelection, MergeParents, ScanError, Scanner, redact};
use crate::source::ScanControl;
use crate::source::worktree::{IgnoreMode, PathOrigin};
use crate::text::escape_terminal;

/// The result of a scan: the report, the scanner that made it, and the situation for its advice.
pub(crate) type ScanOutcome = (Report, Scanner, Situation);

/// Finds the repository of the current folder.
pub(crate) fn current_repository() -> Result<Repository, DiscoverError> {
    Repository::discover(Path::new("."), &GitEnvironment::from_process())
}

/// Returns the top of the working tree without symbolic links; `None` in a bare repository.
pub(crate) fn real_top(repository: &Repository) -> Option<PathBuf> {
    let top = repository.work_tree.as_ref()?;
    Some(std::fs::canonicalize(top).unwrap_or_else(|_| top.clone()))
}

/// Scans the whole working tree, whose top [`real_top`] returned, from any folder.
///
/// # Errors
/// The scan fails or is interrupted.
pub(crate) fn scan_working_tree(
    scanner: &Scanner,
    repository: &Repository,
    top: &Path,
    control: &ScanControl,
) -> Result<Report, ScanError> {
    let repository = Repository { work_tree: Some(top.to_path_buf()), ..repository.clone() };
    let names = [top.to_path_buf()];
    let files = FileSelection {
        repository: Some(&repository),
        root: top,
        names: &names,
        ignore_mode: IgnoreMode::AsGit,
        origin: PathOrigin::Program,
    };
    scanner.scan_files(&files, control)
}

/// Returns the merged commits of a merge in progress. In `pre-merge-commit` git names them only in the environment,
/// as `GITHEAD_<id>`. Only `git merge` sets these variables, and it sets `GIT_REFLOG_ACTION`, too; without that, they are
/// left over from somewhere else.
pub(crate) fn merge_parents() -> MergeParents {
    let action = std::env::var("GIT_REFLOG_ACTION").unwrap_or_default();
    if !matches!(action.split(' ').next(), Some("merge" | "pull")) {
        return MergeParents(Vec::new());
    }
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let ids = names.filter_map(|name| Oid::from_hex(name.strip_prefix("GITHEAD_")?.as_bytes()));
    MergeParents(ids.collect())
}

/// Returns the advice context of a staged scan. Hooks run in the repository's root; git passes the caller's subfolder in
/// `GIT_PREFIX`.
pub(crate) fn staged_situation(repository: &Repository) -> Situation {
    let unborn = matches!(Refs::read_head(repository), Ok(None));
    let is_called_below = std::env::var_os("GIT_PREFIX").is_some_and(|prefix| !prefix.is_empty());
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    let is_at_top = || repository.work_tree.as_deref().and_then(real) == real(Path::new("."));
    Situation::Staged { unborn, below: is_called_below || !is_at_top() }
}

/// Returns a path as text that is safe to print.
pub(crate) fn printable_path(path: &Path) -> String {
    redact(&escape_terminal(path.display().to_string().as_bytes()))
}
