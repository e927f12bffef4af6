//! The bytes of the repository's policy files: `skant.toml`, the files that it extends, the baseline. They are read
//! from the working tree, the index or a commit.
//!
//! Never follows a symbolic link, which could lead to any file of the user's. Parses nothing.

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use crate::git::{
    Commit, EntryKind, Index, ObjectDatabase, ObjectKind, Oid, Refs, Repository, find_entry, tag_target,
};

/// The paths of the settings file, from the top of the tree. A repository has at most one of them.
pub(crate) const SETTINGS_FILES: [&str; 2] = ["skant.toml", ".config/skant.toml"];

/// The path of the baseline.
pub(crate) const BASELINE_FILE: &str = ".skant-baseline";

/// The size limit of a settings file: 1 MiB.
const MAX_SETTINGS_BYTES: u64 = 1 << 20;

/// The size limit of the baseline: 16 MiB are some 200,000 lines, one for each value.
const MAX_BASELINE_BYTES: u64 = 16 << 20;

/// The version of the tree whose policy files apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TreeVersion {
    /// The files in the working tree; in a bare repository those of HEAD.
    Worktree,
    /// The staged files.
    Staged,
    /// The files of a commit, or of the commit that a tag names.
    Commit(Oid),
}

/// The help for an error that the repository's files cause.
pub(crate) const WITHOUT_FILES: &str = "fix the file, or use `--no-repo-config`";

/// A policy file that cannot be read.
#[derive(Debug, Error, Diagnostic)]
pub enum PolicyFileError {
    /// The file, or a folder above it, is a symbolic link.
    #[error("`{path}` is a symbolic link or below one; the repository may not choose files outside of it")]
    #[diagnostic(
        code(skant::policy_file::symbolic_link),
        help("put a file there, or use `--no-repo-config`")
    )]
    Link {
        /// The path.
        path: String,
    },
    /// The path is not a file, or the file is too large.
    #[error("`{path}` is not a file of at most {limit} MiB")]
    #[diagnostic(code(skant::policy_file::not_a_file), help("put one there, or use `--no-repo-config`"))]
    NotAFile {
        /// The path.
        path: String,
        /// The size limit in MiB.
        limit: u64,
    },
    /// There are two settings files.
    #[error("there are two settings files, `{}` and `{}`", SETTINGS_FILES[0], SETTINGS_FILES[1])]
    #[diagnostic(
        code(skant::policy_file::two_settings_files),
        help("keep one of them, or use `--no-repo-config`")
    )]
    TwoSettingsFiles,
    /// Reading failed.
    #[error("`{path}` cannot be read: {reason}")]
    #[diagnostic(
        code(skant::policy_file::unreadable),
        help("check the permissions, or use `--no-repo-config`")
    )]
    Unreadable {
        /// The path.
        path: String,
        /// The error of the read.
        reason: String,
    },
}

/// The policy files of one version of a repository.
pub(crate) struct PolicyFiles<'r> {
    repository: &'r Repository,
    version: TreeVersion,
    index: OnceCell<Index>,
    objects: OnceCell<ObjectDatabase>,
    /// The tree of the commit, if there is one.
    tree: OnceCell<Option<Oid>>,
}

impl<'r> PolicyFiles<'r> {
    /// Prepares to read the files of a version. Reads nothing yet.
    #[must_use]
    pub(crate) fn new(repository: &'r Repository, version: TreeVersion) -> Self {
        let (index, objects, tree) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { repository, version, index, objects, tree }
    }

    /// Reads the settings file and returns its path and bytes; `None` if there is none.
    ///
    /// # Errors
    /// The file is a link, is too large or cannot be read, or there are two of them.
    pub(crate) fn settings(&self) -> Result<Option<(&'static str, Vec<u8>)>, PolicyFileError> {
        match (self.read(SETTINGS_FILES[0])?, self.read(SETTINGS_FILES[1])?) {
            (Some(_), Some(_)) => Err(PolicyFileError::TwoSettingsFiles),
            (Some(bytes), None) => Ok(Some((SETTINGS_FILES[0], bytes))),
            (None, Some(bytes)) => Ok(Some((SETTINGS_FILES[1], bytes))),
            (None, None) => Ok(None),
        }
    }

    /// Reads a file by its path from the top of the tree; `None` if there is no such file.
    ///
    /// # Errors
    /// The file is a link, is too large or cannot be read.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, PolicyFileError> {
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

    /// Returns the tree of the commit; `None` if there is no commit.
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
            EntryKind::Link => return Err(link(name)),
            EntryKind::File => {}
            EntryKind::Tree | EntryKind::Submodule => return Err(not_a_file(name)),
        }
        let bytes = self.objects(name)?.read_as(oid, ObjectKind::Blob);
        let bytes = bytes.map_err(|error| unreadable(name, error))?;
        if bytes.len() as u64 > max_bytes(name) { Err(not_a_file(name)) } else { Ok(bytes) }
    }
}

/// Resolves a path in `extends`: relative to the folder of the extending file, and inside the tree.
///
/// # Errors
/// The path leads out of the tree, or into `.git`.
pub(crate) fn resolve_reference(from: &str, name: &str) -> Result<String, String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    if name.is_empty() || name.starts_with('/') || name.contains(['\\', ':', '\0']) {
        return Err("it has to be the path of a file in the tree, such as `ci/skant.toml`".to_owned());
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

/// Reads a file of the working tree. No part of its path may be a link.
fn on_disk(top: &Path, name: &str) -> Result<Option<Vec<u8>>, PolicyFileError> {
    let mut path = PathBuf::from(top);
    for part in name.split('/') {
        path.push(part);
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => return Ok(None),
            Err(error) => return Err(unreadable(name, error)),
            Ok(metadata) if metadata.is_symlink() => return Err(link(name)),
            Ok(_) => {}
        }
    }
    let metadata = fs::symlink_metadata(&path).map_err(|error| unreadable(name, error))?;
    if !metadata.is_file() || metadata.len() > max_bytes(name) {
        return Err(not_a_file(name));
    }
    fs::read(&path).map(Some).map_err(|error| unreadable(name, error))
}

/// Returns the value of the cell, and makes it first if there is none. (`OnceCell::get_or_try_init` is not stable.)
fn get<T>(
    cell: &OnceCell<T>,
    make: impl FnOnce() -> Result<T, PolicyFileError>,
) -> Result<&T, PolicyFileError> {
    if let Some(known) = cell.get() {
        return Ok(known);
    }
    let new = make()?;
    Ok(cell.get_or_init(|| new))
}

fn max_bytes(name: &str) -> u64 {
    if name == BASELINE_FILE { MAX_BASELINE_BYTES } else { MAX_SETTINGS_BYTES }
}

fn link(name: &str) -> PolicyFileError {
    PolicyFileError::Link { path: name.to_owned() }
}

fn not_a_file(name: &str) -> PolicyFileError {
    PolicyFileError::NotAFile { path: name.to_owned(), limit: max_bytes(name) >> 20 }
}

fn unreadable(name: &str, error: impl std::fmt::Display) -> PolicyFileError {
    PolicyFileError::Unreadable { path: name.to_owned(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extended_file_is_inside_the_tree() {
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
