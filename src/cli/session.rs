//! What several commands share: the repository of the process and the state of a commit.

use std::path::Path;

use crate::finding::Report;
use crate::git::{DiscoverError, GitEnvironment, Repository};
use crate::remediation::Situation;
use crate::scan::{MergeParents, Scanner, redact};
use crate::text::escape_terminal;

pub(crate) type Scanned = (Report, Scanner, Situation);

/// The repository that the process is in.
pub(crate) fn here() -> Result<Repository, DiscoverError> {
    Repository::discover(Path::new("."), &GitEnvironment::from_process())
}

/// In `pre-merge-commit` git names the merged commits only as `GITHEAD_<name>` in the environment.
pub(crate) fn merge_parents() -> MergeParents {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let oids = names.filter_map(|name| crate::git::Oid::from_hex(name.strip_prefix("GITHEAD_")?.as_bytes()));
    MergeParents(oids.collect())
}

/// What somebody does who commits. To hooks, which run at the top, git says in which folder below it was called.
pub(crate) fn staging(repository: &Repository) -> Situation {
    let unborn = matches!(crate::git::Refs::read_head(repository), Ok(None));
    let is_called_below = std::env::var_os("GIT_PREFIX").is_some_and(|prefix| !prefix.is_empty());
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    let is_at_top = || repository.work_tree.as_deref().and_then(real) == real(Path::new("."));
    Situation::Staged { unborn, below: is_called_below || !is_at_top() }
}

pub(crate) fn shown(path: &Path) -> String {
    redact(&escape_terminal(path.display().to_string().as_bytes()))
}
