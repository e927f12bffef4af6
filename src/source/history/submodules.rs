//! The git folders of submodules: those in `modules/` of the repository and of its linked worktrees, and, as older
//! versions of git created them, a git folder in the submodule's own working tree.
//!
//! Each is found once, and no link is followed. Their objects are not read here.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::finding::{Problem, ProblemKind, message_with_help};
use crate::git::{EntryKind, Index, Repository, os_string, path_bytes};
use crate::text::escape_path;

/// The git folders of submodules.
#[derive(Debug, Default)]
pub(crate) struct SubmoduleRepositories {
    /// The repositories, sorted by name. The name is the path below `modules/` or in the working tree.
    pub found: Vec<(Vec<u8>, Repository)>,
    /// Folders that could not be searched, and notes.
    pub problems: Vec<Problem>,
}

/// Finds the git folders of the submodules of a repository, and of their submodules.
#[must_use]
pub(crate) fn find_submodule_repositories(repository: &Repository) -> SubmoduleRepositories {
    let mut search = Search { result: SubmoduleRepositories::default(), seen: HashSet::new() };
    search.mark(&repository.git_dir);
    search.mark(&repository.common_dir);
    search.search_modules(&repository.common_dir.join("modules"));
    for worktree in search.subfolders(&repository.common_dir.join("worktrees")) {
        search.search_modules(&worktree.join("modules"));
    }
    search.search_working_trees(repository);
    search.result.found.sort_by(|one, other| one.0.cmp(&other.0));
    search.result
}

struct Search {
    result: SubmoduleRepositories,
    /// The git folders found so far, as canonical paths.
    seen: HashSet<PathBuf>,
}

impl Search {
    /// Marks a git folder as found; returns whether it is new.
    fn mark(&mut self, git_dir: &Path) -> bool {
        self.seen.insert(fs::canonicalize(git_dir).unwrap_or_else(|_| git_dir.to_path_buf()))
    }

    fn add_unreadable(&mut self, name: &[u8], message: String) {
        let problem = Problem { kind: ProblemKind::Unreadable, path: Some(escape_path(name)), message };
        self.result.problems.push(problem);
    }

    /// Returns the folders in a folder, without links; an empty list if it does not exist or cannot be read.
    fn subfolders(&mut self, folder: &Path) -> Vec<PathBuf> {
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
                self.add_unreadable(
                    &path_bytes(folder),
                    format!("cannot read it: {error}; check the permissions"),
                );
                Vec::new()
            }
        }
    }

    fn search_modules(&mut self, top: &Path) {
        let mut work = vec![top.to_path_buf()];
        while let Some(folder) = work.pop() {
            for path in self.subfolders(&folder) {
                // The name of a submodule may have slashes, so a folder that is not a git folder may contain one.
                let is_git_folder =
                    ["HEAD", "objects"].iter().all(|part| path.join(part).symlink_metadata().is_ok());
                if !is_git_folder {
                    work.push(path);
                    continue;
                }
                let name = path_bytes(path.strip_prefix(top).unwrap_or(&path));
                match Repository::open_git_dir(&path) {
                    Ok(repository) if self.mark(&path) => self.result.found.push((name, repository)),
                    Ok(_) => {}
                    Err(error) => self.add_unreadable(
                        &name,
                        format!("the submodule's git folder: {}", message_with_help(&error)),
                    ),
                }
                // The git folders of nested submodules are in the git folder of their submodule.
                work.push(path.join("modules"));
            }
        }
    }

    /// Searches the submodules that are checked out, through the indexes that name them.
    fn search_working_trees(&mut self, repository: &Repository) {
        let mut work = vec![(Vec::new(), repository.clone())];
        while let Some((prefix, repository)) = work.pop() {
            let Some(top) = &repository.work_tree else { continue };
            // An index that cannot be read is reported by the reader of reachable objects.
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
                        if self.add_checked_out(&name, &submodule) {
                            work.push(([&name, &b"/"[..]].concat(), submodule));
                        }
                    }
                    Ok(None) => {}
                    Err(error) => self.add_unreadable(&name, message_with_help(&error)),
                }
            }
        }
    }

    /// Adds a submodule that is checked out. Returns whether its working tree must be searched for nested submodules.
    fn add_checked_out(&mut self, name: &[u8], submodule: &Repository) -> bool {
        let is_new = self.mark(&submodule.git_dir);
        let own = submodule.work_tree.as_ref().map(|top| top.join(".git"));
        let is_own = own.and_then(|own| own.symlink_metadata().ok()).is_some_and(|own| own.is_dir());
        if is_own && is_new {
            self.result.found.push((name.to_vec(), submodule.clone()));
        } else if is_new {
            self.result.problems.push(Problem {
                kind: ProblemKind::Submodule,
                path: Some(escape_path(name)),
                message: "the submodule's git folder is elsewhere and was not read; run `skant scan --history` there"
                    .into(),
            });
        }
        // A git folder in `modules/` is found already; its working tree may still contain nested submodules.
        is_own && is_new || !is_new && submodule.work_tree.is_some()
    }
}

/// Whether a path is a folder and no part of it is a link.
fn is_folder(top: &Path, path: &[u8]) -> bool {
    let ends = memchr::memchr_iter(b'/', path).chain([path.len()]);
    let mut folders = ends.map(|end| top.join(os_string(&path[..end])));
    folders.all(|folder| folder.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()))
}
