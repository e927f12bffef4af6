//! The parallel walk through a folder on disk.
//!
//! It applies the ignore files and opens no other file. The index is not read here.

use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rayon::Scope;

use super::types::{FileContent, ListedFile, Naming};
use crate::finding::{Problem, ProblemKind};
use crate::git::{Repository, path_bytes};
use crate::source::ignore_files::{IGNORE_FILE, IgnoreMode, IgnoreRules};
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

impl WalkedFiles {
    fn append(&mut self, mut other: Self) {
        self.files.append(&mut other.files);
        self.special.append(&mut other.special);
        self.repositories.append(&mut other.repositories);
        self.problems.append(&mut other.problems);
    }
}

/// A folder to walk.
struct Folder {
    path: PathBuf,
    /// The path from the top of the repository whose ignore files count.
    relative: Vec<u8>,
    /// The rules of the folders above.
    rules: IgnoreRules,
    /// Whether the walk begins here.
    is_start: bool,
}

impl Walk<'_> {
    /// Walks below a folder.
    pub(super) fn run(&self, folder: &Path) -> WalkedFiles {
        let found = Mutex::new(WalkedFiles::default());
        let (rules, relative) = match self.repository {
            Some(repository) if self.ignore_mode == IgnoreMode::AsGit => {
                IgnoreRules::for_walk(repository, folder)
            }
            _ => (IgnoreRules::None, Vec::new()),
        };
        let start = Folder { path: folder.to_path_buf(), relative, rules, is_start: true };
        rayon::scope(|scope| self.visit(&start, scope, &found));
        found.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lists the entries of a folder, and starts a visit of each folder in it.
    fn visit<'s>(&'s self, folder: &Folder, scope: &Scope<'s>, found: &'s Mutex<WalkedFiles>) {
        let mut own = WalkedFiles::default();
        let (entries, error) = read_folder(&folder.path);
        own.problems.extend(error.map(|error| self.problem(&folder.path, &error)));
        let (rules, relative) = self.rules_in(folder, &entries, &mut own);
        for entry in entries {
            let name = entry.file_name();
            if name == ".git" && self.passes_over(&entry.path()) {
                continue;
            }
            let mut path = relative.clone();
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend(path_bytes(Path::new(&name)));
            match entry.file_type() {
                Err(error) => own.problems.push(self.problem(&entry.path(), &error)),
                Ok(kind) if rules.is_ignored(&path, kind.is_dir()) => {}
                Ok(kind) if kind.is_dir() => {
                    let rules = rules.clone();
                    let next = Folder { path: entry.path(), relative: path, rules, is_start: false };
                    scope.spawn(move |scope| self.visit(&next, scope, found));
                }
                Ok(kind) => self.add(entry.path(), kind.is_file() || kind.is_symlink(), &mut own),
            }
        }
        found.lock().unwrap_or_else(PoisonError::into_inner).append(own);
    }

    /// Returns the rules for the entries of a folder, and its path from the top of the repository that they belong to.
    /// Also adds the folder to the result if it is a repository.
    fn rules_in(
        &self,
        folder: &Folder,
        entries: &[DirEntry],
        own: &mut WalkedFiles,
    ) -> (IgnoreRules, Vec<u8>) {
        let has = |name: &str| entries.iter().any(|entry| entry.file_name() == name);
        if self.repository.is_none() {
            if !folder.is_start && has("HEAD") && has("objects") && has("refs") {
                own.problems.push(bare_repository_note(&self.naming.name_of(&folder.path)));
            }
            return (IgnoreRules::None, Vec::new());
        }
        if self.ignore_mode == IgnoreMode::Nothing {
            return (IgnoreRules::None, Vec::new());
        }
        let (mut rules, mut relative) = (folder.rules.clone(), folder.relative.clone());
        if !folder.is_start && has(".git") {
            own.repositories.push(folder.path.clone());
            (rules, relative) = (IgnoreRules::of_nested(&folder.path), Vec::new());
        }
        if has(IGNORE_FILE) {
            rules = rules.below(&folder.path, &relative);
        }
        (rules, relative)
    }

    /// Whether a `.git` is not walked. That of a repository is scanned with `--history`.
    fn passes_over(&self, path: &Path) -> bool {
        self.ignore_mode == IgnoreMode::AsGit || path.join("HEAD").exists() || path.is_file()
    }

    fn add(&self, path: PathBuf, is_readable: bool, own: &mut WalkedFiles) {
        let name = self.naming.name_of(&path);
        if self.naming.is_excluded(&name) {
        } else if is_readable {
            own.files.push(ListedFile { path: name, content: FileContent::Disk(path) });
        } else {
            own.special.push(name);
        }
    }

    /// Returns the problem of a path that cannot be walked.
    fn problem(&self, path: &Path, error: &io::Error) -> Problem {
        Problem {
            kind: ProblemKind::Unreadable,
            path: Some(escape_path(&self.naming.name_of(path))),
            message: format!("cannot read it: {error}; check the permissions"),
        }
    }
}

/// Returns the entries of a folder, and the error that ended the list early.
fn read_folder(path: &Path) -> (Vec<DirEntry>, Option<io::Error>) {
    let mut entries = Vec::new();
    let listed = match fs::read_dir(path) {
        Ok(listed) => listed,
        Err(error) => return (entries, Some(error)),
    };
    for entry in listed {
        match entry {
            Ok(entry) => entries.push(entry),
            Err(error) => return (entries, Some(error)),
        }
    }
    (entries, None)
}

fn bare_repository_note(name: &[u8]) -> Problem {
    let message = "a repository without a working tree; its packs and objects were searched as files; `skant scan \
                   --history` in it also tells paths and commits, and reads deltas as git does";
    Problem { kind: ProblemKind::UnsupportedArchive, path: Some(escape_path(name)), message: message.into() }
}
