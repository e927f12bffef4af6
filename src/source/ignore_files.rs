//! The ignore files that count for a folder, as git uses them: those of the folders down to it, `info/exclude`, and
//! the user's own.
//!
//! Git does not follow a symbolic link at the path of a `.gitignore`, and opening a pipe there would wait for a writer.
//! A file that cannot be read may hold exceptions (`!`). So nothing is ignored below a folder with such a file, and
//! everything below it is read.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::open_file::{self, OpenedFile};
use crate::git::{GitEnvironment, IgnoreFile, IgnoreSettings, Repository, path_bytes};

/// The name of the ignore files in a working tree.
pub(super) const IGNORE_FILE: &str = ".gitignore";

/// The size limit of an ignore file in bytes. The largest of all repositories on the large hosts have a hundredth.
const MAX_BYTES: u64 = 16 << 20;

/// Which files below a folder are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IgnoreMode {
    /// The files that git would track.
    AsGit,
    /// All files, also in `.git` folders that are not repositories.
    Nothing,
}

/// The rules that decide which entries of a folder are ignored.
#[derive(Clone, Debug)]
pub(super) enum IgnoreRules {
    /// Nothing is ignored.
    None,
    /// Git's rules.
    Git {
        /// The rules for all folders of a repository.
        repository: Arc<RepositoryRules>,
        /// The `.gitignore` of the deepest folder that has one.
        deepest: Option<Arc<FolderRules>>,
    },
}

/// The rules for all folders of a repository.
#[derive(Debug)]
pub(super) struct RepositoryRules {
    /// `info/exclude` and then the user's file: the first that decides counts.
    files: [IgnoreFile; 2],
    fold_case: bool,
}

/// The `.gitignore` of a folder.
#[derive(Debug)]
pub(super) struct FolderRules {
    file: IgnoreFile,
    /// The length of the folder's path from the top of the repository, with the `/` at its end.
    prefix: usize,
    above: Option<Arc<FolderRules>>,
}

impl IgnoreRules {
    /// Returns the rules for the entries of a folder, and the folder's path from the top of its repository. A folder
    /// outside of `repository` has the rules of its own repository, if it is in one.
    pub(super) fn for_walk(repository: &Repository, folder: &Path) -> (Self, Vec<u8>) {
        let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let folder = real(folder);
        let (mut rules, mut top) = match repository.work_tree.as_deref().map(real) {
            Some(top) if folder.starts_with(&top) => (Self::of_repository(repository), top),
            _ => match Repository::discover(&folder, &GitEnvironment::default()) {
                Ok(Repository { work_tree: None, .. }) | Err(_) => return (Self::None, Vec::new()),
                Ok(other) => {
                    let top = other.work_tree.as_deref().map_or_else(|| folder.clone(), real);
                    (Self::of_repository(&other), top)
                }
            },
        };
        // From the top down to the folder above; the walk itself reads the files of the folder.
        let Ok(below) = folder.strip_prefix(&top).map(Path::to_path_buf) else {
            return (Self::None, Vec::new());
        };
        let mut current = top.clone();
        for part in below.components() {
            rules = rules.below(&current, &path_bytes(current.strip_prefix(&top).unwrap_or(&current)));
            current.push(part);
            if current.join(".git").symlink_metadata().is_ok() {
                rules = Self::of_nested(&current);
                top.clone_from(&current);
            }
        }
        let relative = path_bytes(folder.strip_prefix(&top).unwrap_or(Path::new("")));
        (rules, relative)
    }

    /// Returns the rules of a repository inside of another one. They begin anew: git knows nothing of the outer ones.
    pub(super) fn of_nested(top: &Path) -> Self {
        match Repository::open_at(top) {
            Ok(Some(nested)) => Self::of_repository(&nested),
            Ok(None) | Err(_) => Self::None,
        }
    }

    pub(super) fn of_repository(repository: &Repository) -> Self {
        let Ok(settings) = IgnoreSettings::read(repository) else { return Self::None };
        let fold_case = settings.fold_case;
        let Ok(exclude) = read_optional(&repository.common_dir.join("info/exclude")) else {
            return Self::None;
        };
        // Without the last file in the order nothing more is ignored.
        let user = settings.user_file.and_then(|file| read_optional(&file).ok()).unwrap_or_default();
        let files = [exclude, user].map(|bytes| IgnoreFile::parse(&bytes, fold_case));
        Self::Git { repository: Arc::new(RepositoryRules { files, fold_case }), deepest: None }
    }

    /// Returns the rules with the `.gitignore` of a folder, if it has one. `relative` is the path of the folder from
    /// the top of the repository.
    pub(super) fn below(self, folder: &Path, relative: &[u8]) -> Self {
        let Self::Git { repository, deepest } = self else { return Self::None };
        let file = match read_in_tree(&folder.join(IGNORE_FILE)) {
            Ok(bytes) => IgnoreFile::parse(&bytes, repository.fold_case),
            Err(Unusable) => return Self::None,
        };
        if file.is_empty() {
            return Self::Git { repository, deepest };
        }
        let prefix = if relative.is_empty() { 0 } else { relative.len() + 1 };
        Self::Git { repository, deepest: Some(Arc::new(FolderRules { file, prefix, above: deepest })) }
    }

    /// Whether an entry of the folder is ignored. `path` is its path from the top of the repository.
    pub(super) fn is_ignored(&self, path: &[u8], is_folder: bool) -> bool {
        let Self::Git { repository, deepest } = self else { return false };
        let above = std::iter::successors(deepest.as_deref(), |rules| rules.above.as_deref());
        let by_folders = above.map(|rules| rules.file.decision(&path[rules.prefix..], is_folder));
        let by_repository = repository.files.iter().map(|file| file.decision(path, is_folder));
        by_folders.chain(by_repository).flatten().next().unwrap_or(false)
    }
}

/// An ignore file that must not be opened, or cannot be read.
struct Unusable;

/// Reads a file that git opens without following a link; empty if there is none.
fn read_in_tree(path: &Path) -> Result<Vec<u8>, Unusable> {
    match open_file::open(path) {
        Ok(OpenedFile::File(file, size)) if size <= MAX_BYTES => {
            let mut bytes = Vec::new();
            file.take(MAX_BYTES).read_to_end(&mut bytes).map_err(|_| Unusable)?;
            Ok(bytes)
        }
        Err(_) if is_absent(path) => Ok(Vec::new()),
        _ => Err(Unusable),
    }
}

/// Reads a file that git opens through links; empty if there is none.
fn read_optional(path: &PathBuf) -> Result<Vec<u8>, Unusable> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() && metadata.len() <= MAX_BYTES => {
            fs::read(path).map_err(|_| Unusable)
        }
        Ok(metadata) if metadata.is_dir() => Ok(Vec::new()),
        Err(_) if is_absent(path) => Ok(Vec::new()),
        _ => Err(Unusable),
    }
}

/// Whether there is nothing at a path, or a folder, which git does not take for an ignore file.
fn is_absent(path: &Path) -> bool {
    match fs::symlink_metadata(path) {
        Ok(metadata) => metadata.is_dir(),
        Err(error) => {
            matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
        }
    }
}
