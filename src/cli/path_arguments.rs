//! Path arguments of scans in a repository, converted to paths from the top of the working tree.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::error::{CliError, IoError};
use crate::git::{Repository, path_bytes};
use crate::scan::PathFilter;

#[derive(Debug, Error, Diagnostic)]
#[error("{} is not in the repository", path.display())]
#[diagnostic(code(skant::cli::path_outside), help("name paths below {}", top.display()))]
struct PathOutside {
    path: PathBuf,
    top: PathBuf,
}

/// Returns the filter for the named paths. The paths need not exist.
///
/// # Errors
/// Fails if a path is not in the repository.
pub(crate) fn path_filter(repository: &Repository, names: &[OsString]) -> Result<PathFilter, CliError> {
    let top = repository.work_tree.as_ref().and_then(|top| std::fs::canonicalize(top).ok());
    let folder = std::env::current_dir().map_err(IoError::CurrentFolder)?;
    let mut filter = PathFilter::default();
    for name in names {
        let Some(top) = &top else {
            // A bare repository has no working tree, so paths start at its top.
            filter.add([path_bytes(&normalized(Path::new(name)))]);
            continue;
        };
        let path = normalized(&folder.join(name));
        // The path as it is written, and the path with its folder's links resolved: either may be in the tree.
        let inside = |path: PathBuf| path.strip_prefix(top).map(path_bytes).ok();
        let resolved = std::fs::canonicalize(&path).ok().and_then(inside);
        let mut paths: Vec<Vec<u8>> =
            [with_resolved_parent(&path), path].into_iter().filter_map(inside).collect();
        if paths.is_empty() {
            paths.extend(resolved);
        }
        if paths.is_empty() {
            return Err(PathOutside { path: PathBuf::from(name), top: top.clone() }.into());
        }
        filter.add(paths);
    }
    Ok(filter)
}

/// Removes `.` and `..` without reading the file system, because the path need not exist.
fn normalized(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

/// Resolves the links of a path's folders, as far as they exist. A link at the end of the path stays.
fn with_resolved_parent(path: &Path) -> PathBuf {
    let mut folders = path.ancestors().skip(1);
    let found = folders.find_map(|folder| Some((std::fs::canonicalize(folder).ok()?, folder)));
    let rest = found.and_then(|(real, folder)| Some(real.join(path.strip_prefix(folder).ok()?)));
    rest.unwrap_or_else(|| path.to_path_buf())
}
