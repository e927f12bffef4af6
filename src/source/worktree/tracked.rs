//! What an index names that the walk did not meet: files that git ignores and tracks all the same, files that are not
//! checked out, submodules.

use std::collections::HashSet;
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use crate::finding::{Problem, ProblemKind, message_with_help};
use crate::git::{EntryKind, Index, IndexEntry, IndexError, Repository, os_string, path_bytes};
use crate::source::checkout::Checkout;
use crate::source::worktree::{FileContent, FileLister, ListedFile, special};
use crate::text::escape_path;

/// Lists what indexes name.
pub(crate) struct Tracked<'t> {
    lister: &'t FileLister<'t>,
    /// Names that are listed already.
    known: HashSet<&'t [u8]>,
    files: Vec<ListedFile>,
    problems: Vec<Problem>,
}

impl<'t> Tracked<'t> {
    pub(crate) const fn new(lister: &'t FileLister<'t>, known: HashSet<&'t [u8]>) -> Self {
        Self { lister, known, files: Vec::new(), problems: Vec::new() }
    }

    pub(crate) fn into_parts(self) -> (Vec<ListedFile>, Vec<Problem>) {
        (self.files, self.problems)
    }

    /// What the index holds below a folder, submodules that are checked out included; `prefix` is what the names in it
    /// are told from.
    pub(crate) fn list(&mut self, repository: &Repository, prefix: &[u8], folder: &Path) {
        let Some(top) = &repository.work_tree else { return };
        let index = match Index::read(&repository.index_file, &repository.git_dir, repository.format) {
            Ok(index) => index,
            Err(error) => return self.problems.push(index_problem(&error)),
        };
        // A folder outside of this working tree holds nothing of its index.
        let Ok(wanted) = folder.strip_prefix(top).map(path_bytes) else { return };
        let wanted = if prefix.is_empty() { wanted } else { Vec::new() };
        let mut checkout = Checkout::of(top);
        let mut name = Vec::new();
        for entry in index.entries_at(index.positions_under(&wanted)) {
            name.clear();
            if !prefix.is_empty() {
                name.extend([prefix, b"/"].concat());
            }
            name.extend_from_slice(entry.path);
            if !self.known.contains(&name[..]) && !(self.lister.excluded)(&name) {
                self.entry(&entry, top, &name, &mut checkout);
            }
        }
    }

    fn entry(&mut self, entry: &IndexEntry<'_>, top: &Path, name: &[u8], checkout: &mut Checkout<'_>) {
        let metadata = checkout.metadata(entry.path).unwrap_or_else(|error| {
            self.problems.push(Problem {
                kind: ProblemKind::Unreadable,
                path: Some(escape_path(name)),
                message: format!("cannot look at it: {error}; check the permissions of its folder"),
            });
            None
        });
        if entry.intent_to_add && entry.stage == 0 && metadata.is_none() {
            return;
        }
        if entry.is_sparse_folder() {
            return self.problems.push(Problem {
                kind: ProblemKind::ReadFromIndex,
                path: Some(escape_path(name)),
                message: "outside of the sparse checkout; `skant scan --history` reads it".into(),
            });
        }
        let path = top.join(os_string(entry.path));
        if EntryKind::from_mode(entry.mode) == EntryKind::Submodule {
            self.submodule(metadata.map(|_| path.as_path()), name);
        } else {
            self.file(path, metadata, name, entry);
        }
    }

    fn file(&mut self, path: PathBuf, metadata: Option<Metadata>, name: &[u8], entry: &IndexEntry<'_>) {
        let content = match metadata {
            Some(metadata) if metadata.is_file() || metadata.is_symlink() => FileContent::Disk(path),
            Some(metadata) if metadata.is_dir() => return,
            Some(_) => return self.problems.push(special(name)),
            None => {
                self.problems.push(Problem {
                    kind: ProblemKind::ReadFromIndex,
                    path: Some(escape_path(name)),
                    message: "not in the working tree; read from the index".into(),
                });
                FileContent::Staged(entry.oid)
            }
        };
        self.files.push(ListedFile { path: name.to_vec(), content });
    }

    fn submodule(&mut self, path: Option<&Path>, name: &[u8]) {
        // Not behind a link: it could lead back here, or to another's repository.
        let path = path.filter(|path| path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()));
        let found = path.map_or(Ok(None), Repository::open_at);
        match (found, path) {
            (Ok(Some(submodule)), Some(path)) => self.list(&submodule, name, path),
            (Ok(_), _) => self.problems.push(Problem {
                kind: ProblemKind::Submodule,
                path: Some(escape_path(name)),
                message: "the submodule is not checked out; `git submodule update --init` fetches it".into(),
            }),
            (Err(error), _) => self.unreadable(name, message_with_help(&error)),
        }
    }

    /// A repository in the tree that is no submodule of it: its ignore files count, so does its index.
    pub(crate) fn inner(&mut self, folder: &Path) {
        let name = self.lister.name_of(folder);
        match Repository::open_at(folder) {
            Ok(Some(inner)) => self.list(&inner, &name, folder),
            // What git would not take for a repository, its files are read as any others.
            Ok(None) => {}
            Err(error) => self.unreadable(&name, message_with_help(&error)),
        }
    }

    fn unreadable(&mut self, name: &[u8], message: String) {
        self.problems.push(Problem { kind: ProblemKind::Unreadable, path: Some(escape_path(name)), message });
    }
}

fn index_problem(error: &IndexError) -> Problem {
    Problem { kind: ProblemKind::CorruptObject, path: None, message: message_with_help(error) }
}
