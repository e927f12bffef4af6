//! Lists the files of the paths that a user or a program names.

use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

use super::tracked::Tracked;
use super::types::{FileContent, ListedFile, Listing, Naming, special_file_note};
use super::walk::Walk;
use crate::finding::{Problem, ProblemKind};
use crate::git::Repository;
use crate::source::ignore_files::IgnoreMode;
use crate::text::escape_path;

/// Who names the files and folders to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathOrigin {
    /// A person. The target of a named link is listed, too, and a named pipe is a problem.
    Person,
    /// A program, which names the content of a repository.
    Program,
}

/// Lists files.
#[derive(Clone, Copy)]
pub(crate) struct FileLister<'l> {
    /// The repository, if there is one.
    pub repository: Option<&'l Repository>,
    /// The folder to which listed paths are relative: the top of the repository's working tree, if there is one.
    pub root: &'l Path,
    /// Which files are ignored.
    pub ignore_mode: IgnoreMode,
    /// Who names the paths.
    pub origin: PathOrigin,
    /// Whether the settings exclude a path, given relative to the root.
    pub excluded: &'l (dyn Fn(&[u8]) -> bool + Sync),
}

impl FileLister<'_> {
    /// Lists the named files and all files below the named folders. A missing path is a problem. A named file is
    /// listed even if git ignores it.
    #[must_use]
    pub(crate) fn list(&self, names: &[PathBuf]) -> Listing {
        let mut listing = Listing::default();
        for name in names {
            match fs::symlink_metadata(name) {
                Ok(metadata) if metadata.is_dir() => self.add_folder(name, &mut listing),
                Ok(metadata) if self.origin == PathOrigin::Person => {
                    self.add_named(name, metadata.file_type(), &mut listing);
                }
                Ok(metadata) => self.add_file(name, metadata.file_type(), &mut listing),
                Err(error) => listing.problems.push(self.missing_path_problem(name, &error)),
            }
        }
        listing.files.sort();
        listing.files.dedup_by(|one, other| one.path == other.path);
        listing
    }

    fn naming(&self) -> Naming<'_> {
        Naming { root: self.root, excluded: self.excluded }
    }

    /// Adds a path that a person names and that is not a folder. For a link, its target is added, too; a link without
    /// a target is added alone.
    fn add_named(&self, name: &Path, kind: FileType, listing: &mut Listing) {
        if kind.is_file() {
            return self.add_file(name, kind, listing);
        }
        let target = fs::metadata(name).ok();
        let real = target.as_ref().filter(|_| kind.is_symlink()).and_then(|_| fs::canonicalize(name).ok());
        match (&target, &real) {
            (Some(metadata), Some(real)) if metadata.is_dir() => self.add_folder(real, listing),
            (Some(metadata), Some(real)) if metadata.is_file() => {
                self.add_file(real, metadata.file_type(), listing);
            }
            (None, _) => {}
            _ => listing.problems.push(Problem {
                kind: ProblemKind::Unreadable,
                path: Some(escape_path(&self.naming().name_of(name))),
                message: "a pipe, socket or device is not read; pass its content to `skant scan -`".into(),
            }),
        }
        if kind.is_symlink() {
            self.add_file(name, kind, listing);
        }
    }

    fn missing_path_problem(&self, name: &Path, error: &io::Error) -> Problem {
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
        Problem { kind, path: Some(escape_path(&self.naming().name_of(name))), message }
    }

    /// Adds all files below a folder. The files of the walk exist and are not below a link, so only the other entries
    /// of the index are checked on disk.
    fn add_folder(&self, folder: &Path, listing: &mut Listing) {
        let naming = self.naming();
        let walk = Walk { repository: self.repository, ignore_mode: self.ignore_mode, naming };
        let walked = walk.run(folder);
        listing.problems.extend(walked.problems);
        listing.problems.extend(walked.special.iter().map(|name| special_file_note(name)));
        if self.ignore_mode == IgnoreMode::AsGit
            && let Some(repository) = self.repository
        {
            let known = walked.files.iter().map(|file| &file.path).chain(&walked.special);
            let mut tracked = Tracked::new(naming, known.map(Vec::as_slice).collect());
            tracked.add_index(repository, &[], folder);
            for repository in &walked.repositories {
                tracked.add_nested_repository(repository);
            }
            let (files, problems) = tracked.into_parts();
            listing.files.extend(files);
            listing.problems.extend(problems);
        }
        listing.files.extend(walked.files);
    }

    fn add_file(&self, path: &Path, kind: FileType, listing: &mut Listing) {
        let name = self.naming().name_of(path);
        if self.naming().is_excluded(&name) {
            return;
        }
        if kind.is_file() || kind.is_symlink() {
            listing.files.push(ListedFile { path: name, content: FileContent::Disk(path.to_path_buf()) });
        } else {
            listing.problems.push(special_file_note(&name));
        }
    }
}
