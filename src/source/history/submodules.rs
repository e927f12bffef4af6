//! The repositories of submodules: below `modules/`, here and of linked worktrees, and, as git made them once, a
//! git folder in the submodule's own working tree. Each is read once, and none through a link.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::finding::{Problem, ProblemKind, message_with_help};
use crate::git::{EntryKind, Index, Repository, os_string, path_bytes};
use crate::text::escape_path;

/// What was found.
#[derive(Debug, Default)]
pub struct SubmoduleStores {
    /// The repositories, each with its name, sorted by it.
    pub found: Vec<(Vec<u8>, Repository)>,
    /// What could not be looked through, and notes.
    pub problems: Vec<Problem>,
}

/// Finds the repositories of submodules.
#[must_use]
pub fn find_submodule_stores(repository: &Repository) -> SubmoduleStores {
    let mut search = Search { stores: SubmoduleStores::default(), seen: HashSet::new() };
    search.is_new(&repository.git_dir);
    search.is_new(&repository.common_dir);
    search.below_modules(&repository.common_dir.join("modules"));
    for worktree in search.folders(&repository.common_dir.join("worktrees")) {
        search.below_modules(&worktree.join("modules"));
    }
    search.in_working_trees(repository);
    search.stores.found.sort_by(|one, other| one.0.cmp(&other.0));
    search.stores
}

struct Search {
    stores: SubmoduleStores,
    /// Git folders, without links in their paths.
    seen: HashSet<PathBuf>,
}

impl Search {
    fn is_new(&mut self, git_dir: &Path) -> bool {
        self.seen.insert(fs::canonicalize(git_dir).unwrap_or_else(|_| git_dir.to_path_buf()))
    }

    fn unread(&mut self, name: &[u8], message: String) {
        let problem = Problem { kind: ProblemKind::Unreadable, path: Some(escape_path(name)), message };
        self.stores.problems.push(problem);
    }

    /// The folders in a folder, none of them a link.
    fn folders(&mut self, folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).and_then(|entries| {
            let folders = entries.map(|entry| {
                let entry = entry?;
                Ok(entry.file_type()?.is_dir().then(|| entry.path()))
            });
            folders.collect::<io::Result<Vec<_>>>()
        });
        match entries {
            Ok(entries) => entries.into_iter().flatten().collect(),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Vec::new()
            }
            Err(error) => {
                self.unread(&path_bytes(folder), format!("cannot read it: {error}; check the permissions"));
                Vec::new()
            }
        }
    }

    fn below_modules(&mut self, top: &Path) {
        let mut work = vec![top.to_path_buf()];
        while let Some(folder) = work.pop() {
            for path in self.folders(&folder) {
                // Names of submodules have slashes, so a folder is on the way to one, or is one.
                let is_store =
                    ["HEAD", "objects"].iter().all(|part| path.join(part).symlink_metadata().is_ok());
                if !is_store {
                    work.push(path);
                    continue;
                }
                let name = path_bytes(path.strip_prefix(top).unwrap_or(&path));
                match Repository::open_git_dir(&path) {
                    Ok(repository) if self.is_new(&path) => self.stores.found.push((name, repository)),
                    Ok(_) => {}
                    Err(error) => {
                        self.unread(&name, format!("the submodule's store: {}", message_with_help(&error)))
                    }
                }
                // A submodule's submodules have their stores in its own.
                work.push(path.join("modules"));
            }
        }
    }

    /// Submodules that are checked out, through the indexes that name them.
    fn in_working_trees(&mut self, repository: &Repository) {
        let mut work = vec![(Vec::new(), repository.clone())];
        while let Some((prefix, repository)) = work.pop() {
            let Some(top) = &repository.work_tree else { continue };
            // An index that cannot be read is told where it is read for what it reaches.
            let index = Index::read(&repository.index_file, &repository.git_dir, repository.format);
            let Ok(index) = index else { continue };
            for entry in
                index.entries().filter(|entry| EntryKind::from_mode(entry.mode) == EntryKind::Submodule)
            {
                let name: Vec<u8> = [&prefix, entry.path].concat();
                if !is_folder(top, entry.path) {
                    continue;
                }
                match Repository::open_at(&top.join(os_string(entry.path))) {
                    Ok(Some(submodule)) => {
                        if self.checked_out(&name, &submodule) {
                            work.push(([&name, &b"/"[..]].concat(), submodule));
                        }
                    }
                    Ok(None) => {}
                    Err(error) => self.unread(&name, message_with_help(&error)),
                }
            }
        }
    }

    /// A submodule that is checked out; whether it is to be looked through for more.
    fn checked_out(&mut self, name: &[u8], submodule: &Repository) -> bool {
        let is_new = self.is_new(&submodule.git_dir);
        let own = submodule.work_tree.as_ref().map(|top| top.join(".git"));
        let is_own = own.and_then(|own| own.symlink_metadata().ok()).is_some_and(|own| own.is_dir());
        if is_own && is_new {
            self.stores.found.push((name.to_vec(), submodule.clone()));
        } else if is_new {
            self.stores.problems.push(Problem {
                kind: ProblemKind::Submodule,
                path: Some(escape_path(name)),
                message: "the submodule's git folder lies elsewhere and was not read; run `skant scan --history` there"
                    .into(),
            });
        }
        // One that lies below `modules/` has been read, and may have others in its working tree.
        is_own && is_new || !is_new && submodule.work_tree.is_some()
    }
}

/// Whether a path is a folder, and reached through folders alone.
fn is_folder(top: &Path, path: &[u8]) -> bool {
    let ends = memchr::memchr_iter(b'/', path).chain([path.len()]);
    let mut folders = ends.map(|end| top.join(os_string(&path[..end])));
    folders.all(|folder| folder.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()))
}
