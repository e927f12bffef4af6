//! Pipes and devices in the places of files that git opens. git would wait for them, so they are searched before git
//! is run.
//!
//! Files of the working tree are not checked: the commands of [`git_command`](super::git_command) do not open them.
//! Places: git's documentation, `gitrepository-layout` and `git-config`, "Includes".

use std::collections::BTreeSet;
use std::fs::{self, FileType};
use std::path::{Path, PathBuf};

use super::alternates::expand_alternates;
use super::config::LocalConfig;
use super::files::read_regular;
use super::repository::Repository;
use super::user_folder::home_folder;

/// The folders of a git folder that git may read, apart from the git folder itself. Others, such as `modules` and
/// `lfs`, are large, and git does not read them here.
const FOLDERS: [&str; 5] = ["info", "refs", "logs", "reftable", "worktrees"];

/// Length limit of a chain of included files. Git does not follow longer chains, either.
const MAX_INCLUDES: usize = 10;

/// Returns the first pipe or device in the place of a file that `git config` opens. It reads no object and no ref, so
/// that the folders of these are not searched.
pub(crate) fn find_special_config_file(repository: &Repository) -> Option<PathBuf> {
    let folders: BTreeSet<&PathBuf> = [&repository.git_dir, &repository.common_dir].into();
    folders.into_iter().find_map(|folder| find_in(folder).or_else(|| find_in_config(folder)))
}

/// Returns the first pipe or device in the place of a file that git may open.
pub(crate) fn find_special_file(repository: &Repository) -> Option<PathBuf> {
    let folders: BTreeSet<&PathBuf> = [&repository.git_dir, &repository.common_dir].into();
    let in_folder = |folder: &&PathBuf| {
        let below = FOLDERS.iter().find_map(|name| find_below(&folder.join(name)));
        find_in(folder).or(below).or_else(|| find_in_config(folder))
    };
    let objects = || {
        // The list of alternates may be a pipe itself, so it is read after the repository's own folders were searched.
        repository.object_dirs.iter().find_map(|folder| find_below(folder)).or_else(|| {
            let folders = expand_alternates(&repository.object_dirs).unwrap_or_default();
            folders.iter().find_map(|folder| find_below(folder))
        })
    };
    let index = Some(&repository.index_file).filter(|index| is_special(index));
    folders.iter().find_map(in_folder).or_else(objects).or_else(|| index.cloned())
}

/// Searches the files of one folder.
fn find_in(folder: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?;
    entries.filter_map(Result::ok).find_map(|entry| {
        let is_checked = entry.file_type().is_ok_and(|kind| !kind.is_file() && !kind.is_dir());
        Some(entry.path()).filter(|path| is_checked && is_special(path))
    })
}

/// Searches a folder and all folders below it. A link to a folder is followed once.
fn find_below(folder: &Path) -> Option<PathBuf> {
    let (mut folders, mut linked) = (vec![folder.to_path_buf()], BTreeSet::new());
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.filter_map(Result::ok) {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_file() => {}
                Ok(kind) if kind.is_dir() => folders.push(path),
                _ if is_special(&path) => return Some(path),
                _ if path.is_dir() => {
                    folders.extend(fs::canonicalize(&path).ok().filter(|path| linked.insert(path.clone())));
                }
                _ => {}
            }
        }
    }
    None
}

/// Searches the files that the configuration of a git folder includes, whatever their conditions are.
fn find_in_config(folder: &Path) -> Option<PathBuf> {
    let (mut work, mut seen) = (Vec::new(), BTreeSet::new());
    work.extend(["config", "config.worktree"].map(|name| (folder.join(name), 0)));
    while let Some((path, depth)) = work.pop() {
        if is_special(&path) {
            return Some(path);
        }
        if depth > MAX_INCLUDES || !seen.insert(path.clone()) {
            continue;
        }
        let Ok(content) = read_regular(&path) else { continue };
        let parent = path.parent().unwrap_or(Path::new("")).to_path_buf();
        let config = LocalConfig::parse(&content);
        work.extend(config.included_paths().map(|included| (resolve(&parent, included), depth + 1)));
    }
    None
}

/// Resolves the path of an included file: relative to the including one, or to the home folder.
fn resolve(parent: &Path, path: &str) -> PathBuf {
    match path.strip_prefix("~/").zip(home_folder()) {
        Some((rest, home)) => home.join(rest),
        None => parent.join(path),
    }
}

/// Whether reading a path may wait: it is a pipe or a device, and not the null device.
fn is_special(path: &Path) -> bool {
    let may_wait = fs::metadata(path).is_ok_and(|metadata| may_wait(metadata.file_type()));
    may_wait && fs::canonicalize(path).is_ok_and(|path| path != Path::new("/dev/null"))
}

/// Whether reading such a file may wait. A socket cannot be opened, and git's file system monitor has one in `.git`.
#[cfg(unix)]
fn may_wait(kind: FileType) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    kind.is_fifo() || kind.is_char_device() || kind.is_block_device()
}

#[cfg(not(unix))]
fn may_wait(_kind: FileType) -> bool {
    false
}
