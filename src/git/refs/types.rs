//! A ref, all refs of a repository, and why they could not be read.

use std::io;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use crate::git::git_command::GitCommandError;
use crate::git::oid::Oid;

/// Why refs could not be read.
#[derive(Debug, Error, Diagnostic)]
pub enum RefError {
    /// A file or folder cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    #[diagnostic(code(skant::git::unreadable_refs), help("check the permissions"))]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A ref that decides what is scanned names no object.
    #[error("{0} names no commit and no branch")]
    #[diagnostic(code(skant::git::broken_ref), help("`git fsck` says what is wrong"))]
    Broken(String),
    /// git failed to read a reftable.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Git(#[from] GitCommandError),
}

/// A name and the object that it points to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ref {
    /// The full name: `HEAD`, `refs/heads/main`.
    pub name: Vec<u8>,
    /// The object, a commit or an annotated tag for most refs.
    pub oid: Oid,
}

impl Ref {
    /// Whether this is a local branch, a remote-tracking branch, or the HEAD of a worktree.
    #[must_use]
    pub(crate) fn is_head(&self) -> bool {
        self.name == b"HEAD"
            || self.name == b"main-worktree/HEAD"
            || self.name.ends_with(b"/HEAD") && self.name.starts_with(b"worktrees/")
            || self.name.starts_with(b"refs/heads/")
            || self.name.starts_with(b"refs/remotes/")
    }
}

/// All starting points from which the objects of a repository are reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Refs {
    /// The refs and pseudo-refs, sorted by name.
    pub all: Vec<Ref>,
    /// The objects that reflogs name, each with the full name of its ref, sorted. The name is empty if it is not known.
    pub reflog: Vec<Ref>,
    /// The entries of the stash, the latest first; empty without a stash or without its reflog.
    pub stash: Vec<Oid>,
    /// The names of refs that point to no object.
    pub broken: Vec<Vec<u8>>,
}

/// The result of following a name through symbolic refs.
#[derive(Clone, Copy)]
pub(super) enum Resolved {
    Object(Oid),
    /// The ref does not exist, or a symbolic ref names a ref that does not exist: an unborn branch.
    Absent,
    /// The ref exists, but its content is not understood.
    Broken,
}

impl Refs {
    pub(super) fn add(&mut self, name: Vec<u8>, resolved: Resolved) {
        match resolved {
            Resolved::Object(oid) => self.all.push(Ref { name, oid }),
            Resolved::Absent => {}
            Resolved::Broken => self.broken.push(name),
        }
    }

    /// Sorts refs and reflog entries, and removes duplicates.
    pub(super) fn sorted(mut self) -> Self {
        self.all.sort();
        self.all.dedup();
        self.reflog.sort_unstable();
        self.reflog.dedup();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_branches_and_worktree_heads() {
        let is_head =
            |name: &str| Ref { name: name.into(), oid: Oid::from_bytes(&[1; 20]).unwrap() }.is_head();
        for name in ["HEAD", "refs/heads/x", "refs/remotes/o/x", "worktrees/w/HEAD", "main-worktree/HEAD"] {
            assert!(is_head(name), "{name}");
        }
        for name in ["refs/stash", "refs/tags/v1", "ORIG_HEAD", "refs/notes/commits"] {
            assert!(!is_head(name), "{name}");
        }
    }
}
