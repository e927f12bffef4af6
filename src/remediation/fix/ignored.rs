//! Whether git ignores or tracks a file, by git's own rules.

use std::path::Path;

use crate::git::{GitCommandError, Repository, run_git};

/// Whether git ignores a path that is not tracked.
pub(super) fn is_ignored(repository: &Repository, top: &Path, path: &Path) -> Result<bool, GitCommandError> {
    ask(repository, top, &["check-ignore", "-q", "--no-index", "--"], path)
}

/// Whether the index has a path.
pub(super) fn is_tracked(repository: &Repository, top: &Path, path: &Path) -> Result<bool, GitCommandError> {
    ask(repository, top, &["ls-files", "--error-unmatch", "--"], path)
}

fn ask(repository: &Repository, top: &Path, question: &[&str], path: &Path) -> Result<bool, GitCommandError> {
    let (top, path) = (top.display().to_string(), path.display().to_string());
    let mut arguments = vec!["-C", top.as_str(), "--work-tree", top.as_str()];
    arguments.extend(question);
    arguments.push(&path);
    match run_git(repository, &arguments) {
        Ok(_) => Ok(true),
        Err(GitCommandError::Failed { is_silent: true, .. }) => Ok(false),
        // The path is not in the index.
        Err(GitCommandError::Failed { message, .. }) if message.contains("did not match any") => Ok(false),
        Err(error) => Err(error),
    }
}
