//! The file of `skant scan --history --state FILE`.

use std::fs;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use crate::cli::args::Common;
use crate::cli::error::CliError;
use crate::cli::process;
use crate::git::Repository;

#[derive(Debug, Error, Diagnostic)]
enum StateError {
    #[error("the folder of the state {} does not exist", .0.display())]
    #[diagnostic(code(skant::scan::state_folder), help("create the folder, or name another file"))]
    Folder(PathBuf),
    #[error("the state {} is a folder", .0.display())]
    #[diagnostic(code(skant::scan::state_file), help("name a file in it"))]
    IsAFolder(PathBuf),
    #[error("the state {} is in the working tree, where a commit may replace it", .0.display())]
    #[diagnostic(
        code(skant::scan::state_in_tree),
        help("name a file elsewhere, for instance `.git/skant-state`, or one in a folder of a cache")
    )]
    InWorkingTree(PathBuf),
}

/// Returns the path of a state, relative to the folder that skant was started in. Who can write a state decides what is
/// read, so the scanned repository may not bring one along.
pub(crate) fn state_path(common: &Common, repository: &Repository, file: &Path) -> Result<PathBuf, CliError> {
    let path = common.caller_folder.join(file);
    if path.is_dir() {
        return Err(StateError::IsAFolder(path).into());
    }
    let folder = path.parent().unwrap_or(&common.caller_folder);
    let Ok(folder) = fs::canonicalize(folder) else { return Err(StateError::Folder(path).into()) };
    let is_below = |top: &Path| fs::canonicalize(top).is_ok_and(|top| folder.starts_with(top));
    let is_in_git_folder = is_below(&repository.git_dir) || is_below(&repository.common_dir);
    // The scan of many repositories names a file of its store, wherever that is.
    let is_ours = is_in_git_folder || process::is_unit();
    if repository.work_tree.as_deref().is_some_and(is_below) && !is_ours {
        return Err(StateError::InWorkingTree(path).into());
    }
    Ok(folder.join(path.file_name().unwrap_or_default()))
}
