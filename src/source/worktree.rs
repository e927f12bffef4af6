//! Files on disk: what the index holds, and untracked files that git does not ignore. A tracked file is read
//! though an ignore file names it; one that is not checked out is read from the index.

use std::collections::HashSet;
use std::fs::{self, FileType, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::checkout::Checkout;
use super::git::{EntryKind, Index, IndexEntry, IndexError, Oid, Repository, os_string, path_bytes};
use super::ignores::{self, Rules};
use crate::finding::{Problem, ProblemKind};
use crate::text::percent;

/// Which files below a folder are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ignoring {
    /// Those that git would track.
    AsGit,
    /// All of them, `.git` folders of other tools included.
    Nothing,
}

/// Who named files and folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A person, who wants read what a link leads to, and no pipe passed over.
    ByHand,
    /// A program, that names what a repository holds.
    ByProgram,
}

/// Where a file's content lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    /// On disk.
    Disk(PathBuf),
    /// In the index only.
    Staged(Oid),
}

/// A file to read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct File {
    /// The path from the root, with `/`.
    pub path: Vec<u8>,
    /// Where its content lies.
    pub content: Content,
}

/// What there is to read.
#[derive(Debug, Default)]
pub struct Listing {
    /// The files, in order of path.
    pub files: Vec<File>,
    /// What could not be listed, and notes.
    pub problems: Vec<Problem>,
}

/// Lists files.
pub struct Lister<'l> {
    /// The repository, if there is one: paths are told from its top.
    pub repository: Option<&'l Repository>,
    /// What paths are told from.
    pub root: &'l Path,
    /// What is passed over.
    pub ignoring: Ignoring,
    /// Who named what is listed.
    pub named: Named,
    /// Whether a path from the root is left out by the settings.
    pub excluded: &'l (dyn Fn(&[u8]) -> bool + Sync),
}

impl Lister<'_> {
    /// Lists what is below the named files and folders. A name that is not there is a problem; one that is
    /// named is read even if it is ignored.
    #[must_use]
    pub fn list(&self, names: &[PathBuf]) -> Listing {
        let mut listing = Listing::default();
        for name in names {
            match fs::symlink_metadata(name) {
                Ok(metadata) if metadata.is_dir() => self.folder(name, &mut listing),
                Ok(metadata) if self.named == Named::ByHand => {
                    self.by_hand(name, metadata.file_type(), &mut listing);
                }
                Ok(metadata) => self.entry(name, metadata.file_type(), &mut listing, &HashSet::new()),
                Err(error) => listing.problems.push(self.absent(name, &error)),
            }
        }
        listing.files.sort();
        listing.files.dedup_by(|one, other| one.path == other.path);
        listing
    }

    /// What a person names that is no folder: of a link what it leads to, too. A link that leads nowhere is nothing
    /// but its own text.
    fn by_hand(&self, name: &Path, kind: FileType, listing: &mut Listing) {
        if kind.is_file() {
            return self.entry(name, kind, listing, &HashSet::new());
        }
        let behind = fs::metadata(name).ok();
        let real = behind.as_ref().filter(|_| kind.is_symlink()).and_then(|_| fs::canonicalize(name).ok());
        match (&behind, &real) {
            (Some(metadata), Some(real)) if metadata.is_dir() => self.folder(real, listing),
            (Some(metadata), Some(real)) if metadata.is_file() => {
                self.entry(real, metadata.file_type(), listing, &HashSet::new());
            }
            (None, _) => {}
            _ => listing.problems.push(Problem {
                kind: ProblemKind::Unreadable,
                path: Some(percent(&self.name_of(name))),
                message: "a pipe, socket or device is not read; pass its content to `skant scan -`".into(),
            }),
        }
        if kind.is_symlink() {
            self.entry(name, kind, listing, &HashSet::new());
        }
    }

    fn absent(&self, name: &Path, error: &io::Error) -> Problem {
        let (kind, advice) = if error.kind() == io::ErrorKind::NotFound {
            (ProblemKind::MissingPath, "is it spelled right?")
        } else {
            (ProblemKind::Unreadable, "check the path and its permissions")
        };
        let message = format!("cannot read it: {error}; {advice}");
        Problem { kind, path: Some(percent(&self.name_of(name))), message }
    }

    fn folder(&self, folder: &Path, listing: &mut Listing) {
        if self.ignoring == Ignoring::AsGit
            && let Some(repository) = self.repository
        {
            self.tracked(repository, &[], folder, listing);
        }
        let found = Mutex::new(std::mem::take(listing));
        let tracked: HashSet<Vec<u8>> = {
            let listing = found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            listing.files.iter().map(|file| file.path.clone()).collect()
        };
        let rules = Rules::of(self.repository, folder, self.ignoring);
        let mut work = vec![(folder.to_path_buf(), rules)];
        let inner = Mutex::default();
        while let Some((folder, rules)) = work.pop() {
            let odd = Arc::default();
            self.walk(&self.walker(&folder, rules, &odd), &found, &tracked, &inner);
            let odd = std::mem::take(&mut *odd.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
            work.extend(odd.into_iter().map(|folder| (folder, Rules::None)));
        }
        *listing = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        for folder in inner.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
            self.inner(&folder, listing);
        }
    }

    /// A repository in the tree that is no submodule of it: its ignore files count, so does its index.
    fn inner(&self, folder: &Path, listing: &mut Listing) {
        let name = self.name_of(folder);
        match Repository::at(folder) {
            Ok(Some(inner)) => self.tracked(&inner, &name, folder, listing),
            // What git would not take for a repository, its files are read as any others.
            Ok(None) => {}
            Err(error) => listing.problems.push(Problem {
                kind: ProblemKind::Unreadable,
                path: Some(percent(&name)),
                message: error.to_string(),
            }),
        }
    }

    fn walk(
        &self,
        walker: &WalkBuilder,
        found: &Mutex<Listing>,
        tracked: &HashSet<Vec<u8>>,
        inner: &Mutex<Vec<PathBuf>>,
    ) {
        walker.build_parallel().run(|| {
            Box::new(|entry| {
                let mut listing = found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                match entry {
                    Ok(entry) => match entry.file_type() {
                        Some(kind) if !kind.is_dir() => {
                            self.entry(entry.path(), kind, &mut listing, tracked);
                        }
                        Some(_) if self.is_inner(&entry) => inner
                            .lock()
                            .unwrap_or_else(std::sync::PoisonError::into_inner)
                            .push(entry.into_path()),
                        _ => {}
                    },
                    Err(error) => listing.problems.extend(self.walk_problem(&error)),
                }
                WalkState::Continue
            })
        });
    }

    fn is_inner(&self, entry: &DirEntry) -> bool {
        self.ignoring == Ignoring::AsGit
            && self.repository.is_some()
            && entry.depth() > 0
            && entry.path().join(".git").symlink_metadata().is_ok()
    }

    /// Walks below a folder; what has ignore files that are none is put aside.
    fn walker(&self, folder: &Path, rules: Rules, odd: &Arc<Mutex<Vec<PathBuf>>>) -> WalkBuilder {
        let mut builder = WalkBuilder::new(folder);
        builder.standard_filters(false).follow_links(false).threads(rayon::current_num_threads().min(8));
        if self.ignoring == Ignoring::AsGit {
            let by_git = rules == Rules::Git;
            builder
                .git_ignore(by_git)
                .git_exclude(by_git)
                .git_global(by_git)
                .parents(by_git)
                .require_git(true);
            let odd = Arc::clone(odd);
            builder.filter_entry(move |entry| {
                let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                if entry.depth() > 0 && by_git && is_folder && ignores::are_odd(entry.path()) {
                    odd.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(entry.path().into());
                    return false;
                }
                entry.depth() == 0 || entry.file_name() != ".git"
            });
        } else {
            // `.git/` of a repository is for `--history`; one that is none is a folder like any other.
            builder.filter_entry(|entry| {
                entry.depth() == 0 || entry.file_name() != ".git" || !is_repository(entry.path())
            });
        }
        builder
    }

    fn entry(&self, path: &Path, kind: FileType, listing: &mut Listing, known: &HashSet<Vec<u8>>) {
        let name = self.name_of(path);
        if known.contains(&name) || (self.excluded)(&name) {
            return;
        }
        if kind.is_file() || kind.is_symlink() {
            listing.files.push(File { path: name, content: Content::Disk(path.to_path_buf()) });
        } else {
            listing.problems.push(special(&name));
        }
    }

    /// The path from the root, in git's form; as it was named where it lies outside.
    fn name_of(&self, path: &Path) -> Vec<u8> {
        let relative = path.strip_prefix(self.root).unwrap_or(path);
        let relative = relative.strip_prefix(".").unwrap_or(relative);
        path_bytes(relative)
    }

    /// What the index holds below a folder, submodules that are checked out included.
    fn tracked(&self, repository: &Repository, prefix: &[u8], folder: &Path, listing: &mut Listing) {
        let Some(top) = &repository.work_tree else { return };
        let index = match Index::read(&repository.index_file, &repository.git_dir, repository.format) {
            Ok(index) => index,
            Err(error) => return listing.problems.push(index_problem(&error)),
        };
        // A folder outside of this working tree holds nothing of its index.
        let Ok(wanted) = folder.strip_prefix(top).map(path_bytes) else { return };
        let wanted = if prefix.is_empty() { wanted } else { Vec::new() };
        let mut checkout = Checkout::of(top);
        for entry in index.entries_at(index.positions_under(&wanted)) {
            let name =
                if prefix.is_empty() { entry.path.to_vec() } else { [prefix, b"/", entry.path].concat() };
            let metadata = checkout.metadata(entry.path).unwrap_or_else(|error| {
                listing.problems.push(Problem {
                    kind: ProblemKind::Unreadable,
                    path: Some(percent(&name)),
                    message: format!("cannot look at it: {error}; check the permissions of its folder"),
                });
                None
            });
            if (self.excluded)(&name) || entry.intent_to_add && entry.stage == 0 && metadata.is_none() {
                continue;
            }
            let path = top.join(os_string(entry.path));
            if entry.is_sparse_folder() {
                listing.problems.push(Problem {
                    kind: ProblemKind::FromIndex,
                    path: Some(percent(&name)),
                    message: "outside of the sparse checkout; `skant scan --history` reads it".into(),
                });
                continue;
            }
            match EntryKind::of_mode(entry.mode) {
                EntryKind::Submodule => self.submodule(metadata.map(|_| path.as_path()), &name, listing),
                _ => listing.files.extend(tracked_file(path, metadata, name, &entry, &mut listing.problems)),
            }
        }
    }

    fn submodule(&self, path: Option<&Path>, name: &[u8], listing: &mut Listing) {
        // Not behind a link: it could lead back here, or to another's repository.
        let path = path.filter(|path| path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()));
        let found = path.map_or(Ok(None), Repository::at);
        match (found, path) {
            (Ok(Some(submodule)), Some(path)) => self.tracked(&submodule, name, path, listing),
            (Ok(_), _) => listing.problems.push(Problem {
                kind: ProblemKind::Submodule,
                path: Some(percent(name)),
                message: "the submodule is not checked out; `git submodule update --init` fetches it".into(),
            }),
            (Err(error), _) => listing.problems.push(Problem {
                kind: ProblemKind::Unreadable,
                path: Some(percent(name)),
                message: error.to_string(),
            }),
        }
    }

    fn walk_problem(&self, error: &ignore::Error) -> Option<Problem> {
        let (path, cause) = match error {
            ignore::Error::WithPath { path, err } => (Some(percent(&self.name_of(path))), err.as_ref()),
            other => (None, other),
        };
        // A broken pattern in an ignore file makes git read more, not less, and so it does here.
        let cause = match cause {
            ignore::Error::WithDepth { err, .. } => err.as_ref(),
            other => other,
        };
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

fn is_repository(path: &Path) -> bool {
    path.join("HEAD").exists() || path.is_file()
}

fn tracked_file(
    path: PathBuf,
    metadata: Option<Metadata>,
    name: Vec<u8>,
    entry: &IndexEntry<'_>,
    problems: &mut Vec<Problem>,
) -> Option<File> {
    match metadata {
        Some(metadata) if is_readable_kind(&metadata) => {
            Some(File { path: name, content: Content::Disk(path) })
        }
        Some(metadata) if metadata.is_dir() => None,
        Some(_) => {
            problems.push(special(&name));
            None
        }
        None => {
            problems.push(Problem {
                kind: ProblemKind::FromIndex,
                path: Some(percent(&name)),
                message: "not in the working tree; read from the index".into(),
            });
            Some(File { path: name, content: Content::Staged(entry.oid) })
        }
    }
}

fn is_readable_kind(metadata: &Metadata) -> bool {
    metadata.is_file() || metadata.is_symlink()
}

fn special(name: &[u8]) -> Problem {
    Problem {
        kind: ProblemKind::SpecialFile,
        path: Some(percent(name)),
        message: "a pipe, socket or device is not read".into(),
    }
}

fn index_problem(error: &IndexError) -> Problem {
    Problem { kind: ProblemKind::CorruptObject, path: None, message: error.to_string() }
}
