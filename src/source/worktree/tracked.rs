//! The entries of indexes that a walk did not list: tracked files that git ignores, files that are not checked out,
//! and submodules.

use std::collections::HashSet;
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use super::types::{FileContent, ListedFile, Naming, special_file_note};
use crate::finding::{Problem, ProblemKind, message_with_help};
use crate::git::{EntryKind, Index, IndexEntry, IndexError, Repository, os_string, path_bytes};
use crate::source::checkout::Checkout;
use crate::text::escape_path;

/// Collects the files of indexes.
pub(super) struct Tracked<'t> {
    naming: Naming<'t>,
    /// Names that are listed already.
    known: HashSet<&'t [u8]>,
    files: Vec<ListedFile>,
    problems: Vec<Problem>,
}

impl<'t> Tracked<'t> {
    pub(super) const fn new(naming: Naming<'t>, known: HashSet<&'t [u8]>) -> Self {
        Self { naming, known, files: Vec::new(), problems: Vec::new() }
    }

    pub(super) fn into_parts(self) -> (Vec<ListedFile>, Vec<Problem>) {
        (self.files, self.problems)
    }

    /// Adds the entries of a repository's index below a folder, and those of submodules that are checked out. `prefix`
    /// is the path of the repository from the root; empty for the root itself.
    pub(super) fn add_index(&mut self, repository: &Repository, prefix: &[u8], folder: &Path) {
        let Some(top) = &repository.work_tree else { return };
        let index = match Index::read(&repository.index_file, &repository.git_dir, repository.format) {
            Ok(index) => index,
            Err(error) => return self.problems.push(index_problem(&error)),
        };
        // The index has no entries for a folder outside of its working tree.
        let Ok(wanted) = folder.strip_prefix(top).map(path_bytes) else { return };
        let wanted = if prefix.is_empty() { wanted } else { Vec::new() };
        let mut checkout = Checkout::new(top);
        let mut name = Vec::new();
        for entry in index.entries_at(index.positions_under(&wanted)) {
            name.clear();
            if !prefix.is_empty() {
                name.extend([prefix, b"/"].concat());
            }
            name.extend_from_slice(entry.path);
            // Patterns treat a submodule as a folder, as git does.
            let is_submodule = EntryKind::from_mode(entry.mode) == EntryKind::Submodule;
            let is_excluded = if is_submodule {
                self.naming.is_excluded(&[&name[..], b"/"].concat())
            } else {
                self.naming.is_excluded(&name)
            };
            if !self.known.contains(&name[..]) && !is_excluded {
                self.add_entry(&entry, top, &name, &mut checkout);
            }
        }
    }

    fn add_entry(&mut self, entry: &IndexEntry<'_>, top: &Path, name: &[u8], checkout: &mut Checkout<'_>) {
        let metadata = checkout.metadata(entry.path).unwrap_or_else(|error| {
            self.problems.push(Problem {
                kind: ProblemKind::Unreadable,
                path: Some(escape_path(name)),
                message: format!("cannot access it: {error}; check the permissions of its folder"),
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
            self.add_submodule(metadata.map(|_| path.as_path()), name);
        } else {
            self.add_file(path, metadata, name, entry);
        }
    }

    fn add_file(&mut self, path: PathBuf, metadata: Option<Metadata>, name: &[u8], entry: &IndexEntry<'_>) {
        let content = match metadata {
            Some(metadata) if metadata.is_file() || metadata.is_symlink() => FileContent::Disk(path),
            Some(metadata) if metadata.is_dir() => return,
            Some(_) => return self.problems.push(special_file_note(name)),
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

    fn add_submodule(&mut self, path: Option<&Path>, name: &[u8]) {
        // A link is not followed: it could lead back here, or to the repository of another submodule.
        let path = path.filter(|path| path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()));
        let found = path.map_or(Ok(None), Repository::open_at);
        match (found, path) {
            (Ok(Some(submodule)), Some(path)) => self.add_index(&submodule, name, path),
            (Ok(_), _) => self.problems.push(Problem {
                kind: ProblemKind::Submodule,
                path: Some(escape_path(name)),
                message: "the submodule is not checked out; `git submodule update --init` fetches it".into(),
            }),
            (Err(error), _) => self.add_unreadable(name, message_with_help(&error)),
        }
    }

    /// Adds the index of a repository inside of the working tree that is not a submodule.
    pub(super) fn add_nested_repository(&mut self, folder: &Path) {
        let name = self.naming.name_of(folder);
        match Repository::open_at(folder) {
            Ok(Some(nested)) => self.add_index(&nested, &name, folder),
            // Git does not take the folder for a repository. The walk has listed its files.
            Ok(None) => {}
            Err(error) => self.add_unreadable(&name, message_with_help(&error)),
        }
    }

    fn add_unreadable(&mut self, name: &[u8], message: String) {
        self.problems.push(Problem { kind: ProblemKind::Unreadable, path: Some(escape_path(name)), message });
    }
}

fn index_problem(error: &IndexError) -> Problem {
    Problem { kind: ProblemKind::CorruptObject, path: None, message: message_with_help(error) }
}
