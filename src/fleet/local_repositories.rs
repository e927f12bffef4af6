//! The repositories in a folder: each folder with a `.git`, and each bare repository. No link is followed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::git::Repository;

/// The deepest level below the named folder that is searched.
const MAX_DEPTH: usize = 16;

/// What a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Repository,
    /// A damaged repository: a scan says what is wrong with it.
    Remains,
    Folder,
}

/// The repositories of a folder.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Their folders, in order.
    pub(crate) paths: Vec<PathBuf>,
    /// The number of links to folders that were not followed.
    pub(crate) links: usize,
}

/// Returns the repositories at and below a folder. Below a repository none is searched for. A folder that only looks like
/// a repository, with a `.git` or as a bare one, is returned as well.
///
/// # Errors
/// A folder cannot be listed.
pub(crate) fn find(folder: &Path) -> io::Result<Found> {
    let mut found = Found::default();
    let mut waiting = vec![(folder.to_path_buf(), 0)];
    while let Some((folder, depth)) = waiting.pop() {
        if kind(&folder) != Kind::Folder {
            found.paths.push(folder);
            continue;
        }
        if depth == MAX_DEPTH {
            return Err(io::Error::other(format!("it has folders more than {MAX_DEPTH} levels deep")));
        }
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                waiting.push((entry.path(), depth + 1));
            } else if kind.is_symlink() && entry.path().is_dir() {
                found.links += 1;
            }
        }
    }
    found.paths.sort();
    Ok(found)
}

fn kind(folder: &Path) -> Kind {
    let exists = |name: &str| fs::symlink_metadata(folder.join(name)).is_ok();
    if matches!(Repository::open_at(folder), Ok(Some(_))) || Repository::open_git_dir(folder).is_ok() {
        Kind::Repository
    } else if exists(".git") {
        Kind::Remains
    } else {
        let parts = ["HEAD", "objects", "refs"].into_iter().filter(|name| exists(name)).count();
        if parts > 1 { Kind::Remains } else { Kind::Folder }
    }
}

/// Opens the repository that a unit names, and no other: a search in the folders above would find another one where this
/// one is damaged.
///
/// # Errors
/// There is no repository, or it is damaged.
pub(crate) fn open(path: &Path) -> Result<Repository, crate::git::DiscoverError> {
    match Repository::open_at(path)? {
        Some(repository) => Ok(repository),
        None => Repository::open_git_dir(path),
    }
}
