//! The parallel walk through a folder on disk.
//!
//! It applies the ignore files and opens no file. The index is not read here.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::types::{FileContent, ListedFile, Naming};
use crate::finding::{Problem, ProblemKind};
use crate::git::Repository;
use crate::source::ignore_files::{IgnoreMode, IgnoreRules, has_unusable_ignore_files};
use crate::text::escape_path;

/// The settings of a walk.
pub(super) struct Walk<'l> {
    pub(super) repository: Option<&'l Repository>,
    pub(super) ignore_mode: IgnoreMode,
    pub(super) naming: Naming<'l>,
}

/// The result of a walk, in any order.
#[derive(Default)]
pub(super) struct WalkedFiles {
    pub(super) files: Vec<ListedFile>,
    /// The names of pipes, sockets and devices.
    pub(super) special: Vec<Vec<u8>>,
    /// Folders that are repositories of their own.
    pub(super) repositories: Vec<PathBuf>,
    pub(super) problems: Vec<Problem>,
}

/// Locks the mutex and ignores poisoning: the data stays valid if another thread panics.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Walk<'_> {
    /// Walks below a folder.
    pub(super) fn run(&self, folder: &Path) -> WalkedFiles {
        let found = Mutex::new(WalkedFiles::default());
        let rules = IgnoreRules::for_walk(self.repository, folder, self.ignore_mode);
        let mut work = vec![(folder.to_path_buf(), rules)];
        while let Some((folder, rules)) = work.pop() {
            let deferred = Arc::default();
            self.walk(&self.builder(&folder, rules, &deferred), &found);
            let deferred = std::mem::take(&mut *lock(&deferred));
            work.extend(deferred.into_iter().map(|folder| (folder, IgnoreRules::None)));
        }
        found.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn walk(&self, builder: &WalkBuilder, found: &Mutex<WalkedFiles>) {
        builder.build_parallel().run(|| {
            Box::new(|entry| {
                match entry {
                    Ok(entry) => self.add(entry, found),
                    Err(error) => lock(found).problems.extend(self.walk_problem(&error)),
                }
                WalkState::Continue
            })
        });
    }

    fn add(&self, entry: DirEntry, found: &Mutex<WalkedFiles>) {
        match entry.file_type() {
            Some(kind) if !kind.is_dir() => {
                let name = self.naming.name_of(entry.path());
                if self.naming.is_excluded(&name) {
                } else if kind.is_file() || kind.is_symlink() {
                    let content = FileContent::Disk(entry.into_path());
                    lock(found).files.push(ListedFile { path: name, content });
                } else {
                    lock(found).special.push(name);
                }
            }
            Some(_) if self.is_repository(&entry) => lock(found).repositories.push(entry.into_path()),
            Some(_) if self.is_bare_repository(&entry) => {
                lock(found).problems.push(bare_repository_note(&self.naming.name_of(entry.path())));
            }
            _ => {}
        }
    }

    /// Whether a folder in the repository's working tree is a repository of its own.
    fn is_repository(&self, entry: &DirEntry) -> bool {
        self.ignore_mode == IgnoreMode::AsGit
            && self.repository.is_some()
            && entry.depth() > 0
            && entry.path().join(".git").symlink_metadata().is_ok()
    }

    /// Whether a folder outside of a repository is a bare repository.
    fn is_bare_repository(&self, entry: &DirEntry) -> bool {
        let has = |name: &str| entry.path().join(name).symlink_metadata().is_ok();
        self.repository.is_none() && entry.depth() > 0 && has("HEAD") && has("objects") && has("refs")
    }

    /// Returns the builder of a walk below a folder. Folders whose ignore files cannot be used are not entered but
    /// added to `deferred`: they are walked later without ignore files.
    fn builder(&self, folder: &Path, rules: IgnoreRules, deferred: &Arc<Mutex<Vec<PathBuf>>>) -> WalkBuilder {
        let mut builder = WalkBuilder::new(folder);
        builder.standard_filters(false).follow_links(false).threads(rayon::current_num_threads().min(8));
        if self.ignore_mode == IgnoreMode::AsGit {
            let by_git = rules == IgnoreRules::Git;
            builder
                .git_ignore(by_git)
                .git_exclude(by_git)
                .git_global(by_git)
                .parents(by_git)
                .require_git(true);
            let deferred = Arc::clone(deferred);
            builder.filter_entry(move |entry| {
                let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                if entry.depth() > 0 && by_git && is_folder && has_unusable_ignore_files(entry.path()) {
                    lock(&deferred).push(entry.path().into());
                    return false;
                }
                entry.depth() == 0 || entry.file_name() != ".git"
            });
        } else {
            // The `.git` of a repository is scanned with `--history`. Any other folder of that name is walked.
            builder.filter_entry(|entry| {
                entry.depth() == 0 || entry.file_name() != ".git" || !is_dot_git(entry.path())
            });
        }
        builder
    }

    /// Returns the problem of a path that cannot be walked. A broken pattern in an ignore file is not a problem: like
    /// git, the walk then reads more files, not fewer.
    fn walk_problem(&self, error: &ignore::Error) -> Option<Problem> {
        let (mut path, mut cause) = (None, error);
        // Path and depth may be wrapped around the cause in any order.
        loop {
            match cause {
                ignore::Error::WithPath { path: of, err } => {
                    path = Some(escape_path(&self.naming.name_of(of)));
                    cause = err;
                }
                ignore::Error::WithDepth { err, .. } => cause = err,
                _ => break,
            }
        }
        if matches!(
            cause,
            ignore::Error::Glob { .. } | ignore::Error::WithLineNumber { .. } | ignore::Error::Partial(_)
        ) {
            return None;
        }
        let message = match cause.io_error() {
            Some(error) => format!("cannot read it: {error}; check the permissions"),
            None => "cannot read it".to_owned(),
        };
        Some(Problem { kind: ProblemKind::Unreadable, path, message })
    }
}

/// Whether a `.git` belongs to a repository.
fn is_dot_git(path: &Path) -> bool {
    path.join("HEAD").exists() || path.is_file()
}

fn bare_repository_note(name: &[u8]) -> Problem {
    let message = "a repository without a working tree; its content is packed and was not searched; `skant scan \
                   --history` in it reads all of it";
    Problem { kind: ProblemKind::UnsupportedArchive, path: Some(escape_path(name)), message: message.into() }
}
