//! Files on disk: what the index holds, and untracked files that git does not ignore. A tracked file is read
//! though an ignore file names it; one that is not checked out is read from the index.

mod tracked;

use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkState};

use self::tracked::Tracked;
use crate::finding::{Problem, ProblemKind};
use crate::git::{Oid, Repository, path_bytes};
use crate::source::ignore_files;
use crate::source::ignore_files::Rules;
use crate::text::escape_path;

/// Which files below a folder are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IgnoreMode {
    /// Those that git would track.
    AsGit,
    /// All of them, `.git` folders of other tools included.
    Nothing,
}

/// Who named files and folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathOrigin {
    /// A person, who wants read what a link leads to, and no pipe passed over.
    Person,
    /// A program, that names what a repository holds.
    Program,
}

/// Where a file's content lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileContent {
    /// On disk.
    Disk(PathBuf),
    /// In the index only.
    Staged(Oid),
}

/// A file to read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedFile {
    /// The path from the root, with `/`.
    pub path: Vec<u8>,
    /// Where its content lies.
    pub content: FileContent,
}

/// What there is to read.
#[derive(Debug, Default)]
pub struct Listing {
    /// The files, in order of path.
    pub files: Vec<ListedFile>,
    /// What could not be listed, and notes.
    pub problems: Vec<Problem>,
}

/// Lists files.
pub struct FileLister<'l> {
    /// The repository, if there is one: paths are told from its top.
    pub repository: Option<&'l Repository>,
    /// What paths are told from.
    pub root: &'l Path,
    /// What is passed over.
    pub ignore_mode: IgnoreMode,
    /// Who named what is listed.
    pub origin: PathOrigin,
    /// Whether a path from the root is left out by the settings.
    pub excluded: &'l (dyn Fn(&[u8]) -> bool + Sync),
}

/// What a walk met.
#[derive(Default)]
struct Met {
    files: Vec<ListedFile>,
    /// Pipes, sockets and devices, by name.
    special: Vec<Vec<u8>>,
    /// Folders that are repositories of their own.
    inner: Vec<PathBuf>,
    problems: Vec<Problem>,
}

/// What a lock holds; what a thread left that fell is as good as any other.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FileLister<'_> {
    /// Lists what is below the named files and folders. A name that is not there is a problem; one that is
    /// named is read even if it is ignored.
    #[must_use]
    pub fn list(&self, names: &[PathBuf]) -> Listing {
        let mut listing = Listing::default();
        for name in names {
            match fs::symlink_metadata(name) {
                Ok(metadata) if metadata.is_dir() => self.folder(name, &mut listing),
                Ok(metadata) if self.origin == PathOrigin::Person => {
                    self.by_hand(name, metadata.file_type(), &mut listing);
                }
                Ok(metadata) => self.entry(name, metadata.file_type(), &mut listing),
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
            return self.entry(name, kind, listing);
        }
        let behind = fs::metadata(name).ok();
        let real = behind.as_ref().filter(|_| kind.is_symlink()).and_then(|_| fs::canonicalize(name).ok());
        match (&behind, &real) {
            (Some(metadata), Some(real)) if metadata.is_dir() => self.folder(real, listing),
            (Some(metadata), Some(real)) if metadata.is_file() => {
                self.entry(real, metadata.file_type(), listing);
            }
            (None, _) => {}
            _ => listing.problems.push(Problem {
                kind: ProblemKind::Unreadable,
                path: Some(escape_path(&self.name_of(name))),
                message: "a pipe, socket or device is not read; pass its content to `skant scan -`".into(),
            }),
        }
        if kind.is_symlink() {
            self.entry(name, kind, listing);
        }
    }

    fn absent(&self, name: &Path, error: &io::Error) -> Problem {
        let (kind, advice) = if error.kind() == io::ErrorKind::NotFound {
            let advice = match name.file_name().map(std::ffi::OsStr::as_encoded_bytes) {
                Some(b"-") => "standard input is read alone: `skant scan -`",
                Some(name) if memchr::memmem::find(name, b"..").is_some() => {
                    "is it spelled right? Commits are read with `--history`"
                }
                _ => "is it spelled right?",
            };
            (ProblemKind::MissingPath, advice)
        } else {
            (ProblemKind::Unreadable, "check the path and its permissions")
        };
        let message = format!("cannot read it: {error}; {advice}");
        Problem { kind, path: Some(escape_path(&self.name_of(name))), message }
    }

    /// All that is below a folder. What the walk meets is there and is no link's content, so that the index need be
    /// asked only about what it did not meet.
    fn folder(&self, folder: &Path, listing: &mut Listing) {
        let met = Mutex::new(Met::default());
        let rules = Rules::of(self.repository, folder, self.ignore_mode);
        let mut work = vec![(folder.to_path_buf(), rules)];
        while let Some((folder, rules)) = work.pop() {
            let odd = Arc::default();
            self.walk(&self.walker(&folder, rules, &odd), &met);
            let odd = std::mem::take(&mut *held(&odd));
            work.extend(odd.into_iter().map(|folder| (folder, Rules::None)));
        }
        let met = met.into_inner().unwrap_or_else(PoisonError::into_inner);
        listing.problems.extend(met.problems);
        listing.problems.extend(met.special.iter().map(|name| special(name)));
        if self.ignore_mode == IgnoreMode::AsGit
            && let Some(repository) = self.repository
        {
            let known = met.files.iter().map(|file| &file.path).chain(&met.special);
            let mut tracked = Tracked::new(self, known.map(Vec::as_slice).collect());
            tracked.list(repository, &[], folder);
            for inner in &met.inner {
                tracked.inner(inner);
            }
            let (files, problems) = tracked.into_parts();
            listing.files.extend(files);
            listing.problems.extend(problems);
        }
        listing.files.extend(met.files);
    }

    fn walk(&self, walker: &WalkBuilder, met: &Mutex<Met>) {
        walker.build_parallel().run(|| {
            Box::new(|entry| {
                match entry {
                    Ok(entry) => match entry.file_type() {
                        Some(kind) if !kind.is_dir() => {
                            let name = self.name_of(entry.path());
                            if (self.excluded)(&name) {
                            } else if kind.is_file() || kind.is_symlink() {
                                let content = FileContent::Disk(entry.into_path());
                                held(met).files.push(ListedFile { path: name, content });
                            } else {
                                held(met).special.push(name);
                            }
                        }
                        Some(_) if self.is_inner(&entry) => held(met).inner.push(entry.into_path()),
                        Some(_) if self.is_bare(&entry) => {
                            held(met).problems.push(bare(&self.name_of(entry.path())));
                        }
                        _ => {}
                    },
                    Err(error) => held(met).problems.extend(self.walk_problem(&error)),
                }
                WalkState::Continue
            })
        });
    }

    fn is_inner(&self, entry: &DirEntry) -> bool {
        self.ignore_mode == IgnoreMode::AsGit
            && self.repository.is_some()
            && entry.depth() > 0
            && entry.path().join(".git").symlink_metadata().is_ok()
    }

    /// Outside of repositories a folder may hold some that have no working tree.
    fn is_bare(&self, entry: &DirEntry) -> bool {
        let has = |name: &str| entry.path().join(name).symlink_metadata().is_ok();
        self.repository.is_none() && entry.depth() > 0 && has("HEAD") && has("objects") && has("refs")
    }

    /// Walks below a folder; what has ignore files that are none is put aside.
    fn walker(&self, folder: &Path, rules: Rules, odd: &Arc<Mutex<Vec<PathBuf>>>) -> WalkBuilder {
        let mut builder = WalkBuilder::new(folder);
        builder.standard_filters(false).follow_links(false).threads(rayon::current_num_threads().min(8));
        if self.ignore_mode == IgnoreMode::AsGit {
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
                if entry.depth() > 0 && by_git && is_folder && ignore_files::are_odd(entry.path()) {
                    held(&odd).push(entry.path().into());
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

    fn entry(&self, path: &Path, kind: FileType, listing: &mut Listing) {
        let name = self.name_of(path);
        if (self.excluded)(&name) {
            return;
        }
        if kind.is_file() || kind.is_symlink() {
            listing.files.push(ListedFile { path: name, content: FileContent::Disk(path.to_path_buf()) });
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

    fn walk_problem(&self, error: &ignore::Error) -> Option<Problem> {
        let (mut path, mut cause) = (None, error);
        // They come in any order.
        loop {
            match cause {
                ignore::Error::WithPath { path: of, err } => {
                    path = Some(escape_path(&self.name_of(of)));
                    cause = err;
                }
                ignore::Error::WithDepth { err, .. } => cause = err,
                _ => break,
            }
        }
        // A broken pattern in an ignore file makes git read more, not less, and so it does here.
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

fn bare(name: &[u8]) -> Problem {
    Problem {
        kind: ProblemKind::UnsupportedArchive,
        path: Some(escape_path(name)),
        message:
            "a repository without a working tree; its content is packed and was not searched; `skant scan \
                  --history` in it reads all that it holds"
                .into(),
    }
}

fn special(name: &[u8]) -> Problem {
    Problem {
        kind: ProblemKind::SpecialFile,
        path: Some(escape_path(name)),
        message: "a pipe, socket or device is not read".into(),
    }
}
