//! Which paths of a repository are asked for.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::cli::Failure;
use crate::git::{Repository, path_bytes};
use crate::scan::PathFilter;

/// The named paths, told from the top of the tree.
pub(crate) fn asked(repository: &Repository, names: &[OsString]) -> Result<PathFilter, Failure> {
    let top = repository.work_tree.as_ref().and_then(|top| std::fs::canonicalize(top).ok());
    let folder = std::env::current_dir()?;
    let mut asked = PathFilter::default();
    for name in names {
        let Some(top) = &top else {
            // A bare repository has no folder that names could be told from but its own top.
            asked.add([path_bytes(&normalised(Path::new(name)))]);
            continue;
        };
        let path = normalised(&folder.join(name));
        // By its words, and by where its folder really lies: either may lead into the tree.
        let inside = |path: PathBuf| path.strip_prefix(top).map(path_bytes).ok();
        let whole = std::fs::canonicalize(&path).ok().and_then(inside);
        let mut paths: Vec<Vec<u8>> = [real(&path), path].into_iter().filter_map(inside).collect();
        if paths.is_empty() {
            paths.extend(whole);
        }
        if paths.is_empty() {
            return Err(Failure(format!(
                "{} is not in the repository; its top is {}",
                Path::new(name).display(),
                top.display()
            )));
        }
        asked.add(paths);
    }
    Ok(asked)
}

/// A path without `.` and `..`, by its words alone: what is asked for need not exist today.
fn normalised(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

/// A path whose folders' links are resolved as far as they are there; its own is not.
fn real(path: &Path) -> PathBuf {
    let mut folders = path.ancestors().skip(1);
    let found = folders.find_map(|folder| Some((std::fs::canonicalize(folder).ok()?, folder)));
    let rest = found.and_then(|(real, folder)| Some(real.join(path.strip_prefix(folder).ok()?)));
    rest.unwrap_or_else(|| path.to_path_buf())
}
