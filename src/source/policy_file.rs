//! The repository's own `skant.toml`: a regular file at the top of the tree, or a blob. Never through a link,
//! which could lead to any file of the user's.

use std::fs;

use thiserror::Error;

use super::changes::entry_at;
use super::git::{Commit, EntryKind, Index, ObjectKind, Objects, Oid, Refs, Repository};

/// The name, at the top of the tree.
pub const NAME: &str = "skant.toml";

/// Larger files are no configuration: 1 MiB.
const MOST_BYTES: u64 = 1 << 20;

/// Which version of it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The file in the working tree; in a bare repository HEAD's.
    Worktree,
    /// The staged one.
    Staged,
    /// That of a commit.
    Commit(Oid),
}

/// A configuration that cannot be read.
#[derive(Debug, Error)]
pub enum PolicyFileError {
    /// It is a link.
    #[error(
        "`skant.toml` is a symbolic link, which is refused: what it leads to is not the repository's to choose; put a file there, or use `--no-repo-config`"
    )]
    Link,
    /// It is too large, or no file.
    #[error("`skant.toml` is not a file of at most 1 MiB; put one there, or use `--no-repo-config`")]
    NotAFile,
    /// Reading failed.
    #[error("`skant.toml` cannot be read: {0}; check the permissions, or use `--no-repo-config`")]
    Unreadable(String),
}

/// The bytes of the repository's configuration, if it has one.
///
/// # Errors
/// It is a link, too large, or cannot be read.
pub fn read(repository: &Repository, version: Version) -> Result<Option<Vec<u8>>, PolicyFileError> {
    match (version, &repository.work_tree) {
        (Version::Worktree, Some(top)) => {
            let path = top.join(NAME);
            match fs::symlink_metadata(&path) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(unreadable(error)),
                Ok(metadata) if metadata.is_symlink() => Err(PolicyFileError::Link),
                Ok(metadata) if !metadata.is_file() || metadata.len() > MOST_BYTES => {
                    Err(PolicyFileError::NotAFile)
                }
                Ok(_) => fs::read(&path).map(Some).map_err(unreadable),
            }
        }
        (Version::Worktree, None) => match Refs::head(repository).map_err(unreadable)? {
            Some(head) => of_commit(repository, &head),
            None => Ok(None),
        },
        (Version::Commit(commit), _) => of_commit(repository, &commit),
        (Version::Staged, _) => {
            let index = Index::read(&repository.index_file, &repository.git_dir, repository.format);
            let index = index.map_err(unreadable)?;
            let at = index.positions_of(NAME.as_bytes());
            match index.entries_at(at).find(|entry| entry.stage == 0 && !entry.intent_to_add) {
                Some(entry) => blob(repository, EntryKind::of_mode(entry.mode), &entry.oid).map(Some),
                None => Ok(None),
            }
        }
    }
}

fn of_commit(repository: &Repository, commit: &Oid) -> Result<Option<Vec<u8>>, PolicyFileError> {
    let objects = Objects::open(repository).map_err(unreadable)?;
    let bytes = objects.read_kind(commit, ObjectKind::Commit).map_err(unreadable)?;
    let Some(commit) = Commit::parse(&bytes) else { return Ok(None) };
    match entry_at(&objects, repository.format, &commit.tree, NAME.as_bytes()).map_err(unreadable)? {
        Some((kind, oid)) => blob(repository, kind, &oid).map(Some),
        None => Ok(None),
    }
}

fn blob(repository: &Repository, kind: EntryKind, oid: &Oid) -> Result<Vec<u8>, PolicyFileError> {
    match kind {
        EntryKind::Link => return Err(PolicyFileError::Link),
        EntryKind::File => {}
        EntryKind::Tree | EntryKind::Submodule => return Err(PolicyFileError::NotAFile),
    }
    let objects = Objects::open(repository).map_err(unreadable)?;
    let bytes = objects.read_kind(oid, ObjectKind::Blob).map_err(unreadable)?;
    if bytes.len() as u64 > MOST_BYTES { Err(PolicyFileError::NotAFile) } else { Ok(bytes) }
}

fn unreadable(error: impl std::fmt::Display) -> PolicyFileError {
    PolicyFileError::Unreadable(error.to_string())
}
