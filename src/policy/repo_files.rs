//! The repository's own policy: `skant.toml`, what it builds on, the baseline. Regular files of the tree, or blobs;
//! never through a link, which could lead to any file of the user's.

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::git::{
    Commit, EntryKind, Index, ObjectDatabase, ObjectKind, Oid, Refs, Repository, find_entry, tag_target,
};

/// Where the settings may stand, told from the top of the tree.
pub const SETTINGS_FILES: [&str; 2] = ["skant.toml", ".config/skant.toml"];

/// What is known and on record.
pub const BASELINE_FILE: &str = ".skant-baseline";

/// Larger files are no configuration: 1 MiB.
const MAX_BYTES: u64 = 1 << 20;

/// A baseline has a line for each value: 16 MiB are some 200,000.
const MOST_BASELINE: u64 = 16 << 20;

/// Which version of the tree counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeVersion {
    /// The files in the working tree; in a bare repository HEAD's.
    Worktree,
    /// The staged ones.
    Staged,
    /// Those of a commit, or of one that a tag names.
    Commit(Oid),
}

/// A file that cannot be read.
#[derive(Debug, Error)]
pub enum PolicyFileError {
    /// It is a link, or lies behind one.
    #[error(
        "`{0}` is a symbolic link or lies behind one, which is refused: what it leads to is not the repository's to choose; put a file there, or use `--no-repo-config`"
    )]
    Link(String),
    /// It is too large, or no file.
    #[error("`{0}` is not a file of at most {1} MiB; put one there, or use `--no-repo-config`")]
    NotAFile(String, u64),
    /// There are two files of settings.
    #[error("there are `{}` and `{}`; keep one of them, or use `--no-repo-config`", SETTINGS_FILES[0], SETTINGS_FILES[1])]
    Two,
    /// Reading failed.
    #[error("`{0}` cannot be read: {1}; check the permissions, or use `--no-repo-config`")]
    Unreadable(String, String),
}

/// The policy files of one version of a repository.
pub struct PolicyFiles<'r> {
    repository: &'r Repository,
    version: TreeVersion,
    index: OnceCell<Index>,
    objects: OnceCell<ObjectDatabase>,
    /// The tree of the commit that counts, if there is one.
    tree: OnceCell<Option<Oid>>,
}

impl<'r> PolicyFiles<'r> {
    /// Those of a version.
    #[must_use]
    pub fn new(repository: &'r Repository, version: TreeVersion) -> Self {
        let (index, objects, tree) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { repository, version, index, objects, tree }
    }

    /// The settings, with their name, if there are any.
    ///
    /// # Errors
    /// They stand in a link, are too large, cannot be read, or stand in two places.
    pub fn settings(&self) -> Result<Option<(&'static str, Vec<u8>)>, PolicyFileError> {
        match (self.read(SETTINGS_FILES[0])?, self.read(SETTINGS_FILES[1])?) {
            (Some(_), Some(_)) => Err(PolicyFileError::Two),
            (Some(bytes), None) => Ok(Some((SETTINGS_FILES[0], bytes))),
            (None, Some(bytes)) => Ok(Some((SETTINGS_FILES[1], bytes))),
            (None, None) => Ok(None),
        }
    }

    /// The bytes of a file that is told from the top of the tree, if it is there.
    ///
    /// # Errors
    /// It is a link, too large, or cannot be read.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, PolicyFileError> {
        match (self.version, &self.repository.work_tree) {
            (TreeVersion::Worktree, Some(top)) => on_disk(top, name),
            (TreeVersion::Staged, _) => {
                let index = get(&self.index, || {
                    let Repository { index_file, git_dir, format, .. } = self.repository;
                    Index::read(index_file, git_dir, *format).map_err(|error| unreadable(name, error))
                })?;
                let at = index.positions_of(name.as_bytes());
                match index.entries_at(at).find(|entry| entry.stage == 0 && !entry.intent_to_add) {
                    Some(entry) => self.blob(name, EntryKind::from_mode(entry.mode), &entry.oid).map(Some),
                    None => Ok(None),
                }
            }
            (TreeVersion::Worktree | TreeVersion::Commit(_), _) => {
                let Some(tree) = *get(&self.tree, || self.root(name))? else { return Ok(None) };
                let found = find_entry(self.objects(name)?, self.repository.format, &tree, name.as_bytes());
                match found.map_err(|error| unreadable(name, error))? {
                    Some((kind, oid)) => self.blob(name, kind, &oid).map(Some),
                    None => Ok(None),
                }
            }
        }
    }

    fn objects(&self, name: &str) -> Result<&ObjectDatabase, PolicyFileError> {
        get(&self.objects, || ObjectDatabase::open(self.repository).map_err(|error| unreadable(name, error)))
    }

    /// The tree of the commit that counts; none where there is no commit.
    fn root(&self, name: &str) -> Result<Option<Oid>, PolicyFileError> {
        let unreadable = |error: &dyn std::fmt::Display| unreadable(name, error);
        let mut oid = match self.version {
            TreeVersion::Commit(oid) => oid,
            _ => match Refs::read_head(self.repository).map_err(|error| unreadable(&error))? {
                Some(head) => head,
                None => return Ok(None),
            },
        };
        for _ in 0..64 {
            let object = self.objects(name)?.read(&oid).map_err(|error| unreadable(&error))?;
            match object.kind {
                ObjectKind::Commit => return Ok(Commit::parse(&object.bytes).map(|commit| commit.tree)),
                ObjectKind::Tag => match tag_target(&object.bytes) {
                    Some(target) => oid = target,
                    None => return Ok(None),
                },
                ObjectKind::Tree => return Ok(Some(oid)),
                ObjectKind::Blob => return Ok(None),
            }
        }
        Ok(None)
    }

    fn blob(&self, name: &str, kind: EntryKind, oid: &Oid) -> Result<Vec<u8>, PolicyFileError> {
        match kind {
            EntryKind::Link => return Err(PolicyFileError::Link(name.to_owned())),
            EntryKind::File => {}
            EntryKind::Tree | EntryKind::Submodule => return Err(not_a_file(name)),
        }
        let bytes = self.objects(name)?.read_as(oid, ObjectKind::Blob);
        let bytes = bytes.map_err(|error| unreadable(name, error))?;
        if bytes.len() as u64 > most(name) { Err(not_a_file(name)) } else { Ok(bytes) }
    }
}

/// Where a file lies that another one names: told from the folder of that one, and inside of the tree.
///
/// # Errors
/// It would lie outside, or in `.git`.
pub fn resolve_reference(from: &str, name: &str) -> Result<String, String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    if name.is_empty() || name.starts_with('/') || name.contains(['\\', ':', '\0']) {
        return Err("it is to name a file by a path of the tree, such as `ci/skant.toml`".to_owned());
    }
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or("it leads out of the repository, which is refused")?;
            }
            part if part.eq_ignore_ascii_case(".git") => {
                return Err("it leads into `.git`, which is refused".to_owned());
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// A file of the working tree; no part of its path may be a link.
fn on_disk(top: &Path, name: &str) -> Result<Option<Vec<u8>>, PolicyFileError> {
    let mut path = PathBuf::from(top);
    for part in name.split('/') {
        path.push(part);
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => return Ok(None),
            Err(error) => return Err(unreadable(name, error)),
            Ok(metadata) if metadata.is_symlink() => return Err(PolicyFileError::Link(name.to_owned())),
            Ok(_) => {}
        }
    }
    let metadata = fs::symlink_metadata(&path).map_err(|error| unreadable(name, error))?;
    if !metadata.is_file() || metadata.len() > most(name) {
        return Err(not_a_file(name));
    }
    fs::read(&path).map(Some).map_err(|error| unreadable(name, error))
}

/// What is in the cell, or is put there now. (`OnceCell::get_or_try_init` is not stable.)
fn get<T>(
    cell: &OnceCell<T>,
    make: impl FnOnce() -> Result<T, PolicyFileError>,
) -> Result<&T, PolicyFileError> {
    if let Some(there) = cell.get() {
        return Ok(there);
    }
    let new = make()?;
    Ok(cell.get_or_init(|| new))
}

fn most(name: &str) -> u64 {
    if name == BASELINE_FILE { MOST_BASELINE } else { MAX_BYTES }
}

fn not_a_file(name: &str) -> PolicyFileError {
    PolicyFileError::NotAFile(name.to_owned(), most(name) >> 20)
}

fn unreadable(name: &str, error: impl std::fmt::Display) -> PolicyFileError {
    PolicyFileError::Unreadable(name.to_owned(), error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_file_stays_inside_of_the_tree() {
        for (from, name, path) in [
            ("skant.toml", "ci/skant.toml", Some("ci/skant.toml")),
            (".config/skant.toml", "../ci/./base.toml", Some("ci/base.toml")),
            ("skant.toml", "../base.toml", None),
            ("skant.toml", "a/../../base.toml", None),
            ("skant.toml", "/etc/passwd", None),
            ("skant.toml", ".git/config", None),
            ("skant.toml", "a/.GIT/config", None),
            ("skant.toml", "C:x", None),
            ("skant.toml", "", None),
        ] {
            assert_eq!(resolve_reference(from, name).ok().as_deref(), path, "{from} {name}");
        }
    }
}
