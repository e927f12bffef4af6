//! Pseudo-refs, the refs of other worktrees, and the lines of ref files. Both ref backends keep pseudo-refs and
//! worktrees as files.

use std::io;
use std::path::{Path, PathBuf};

use super::types::{Ref, RefError};
use crate::git::files::{list_folder, read_regular};
use crate::git::oid::Oid;
use crate::git::path_bytes::path_bytes;
use crate::git::repository::Repository;

/// Files that name commits while a rebase or a sequence of commits is in progress.
/// Source: git's `sequencer.c` and `builtin/am.c`.
const SEQUENCER_FILES: [&str; 6] = [
    "rebase-merge/autostash",
    "rebase-merge/orig-head",
    "rebase-merge/onto",
    "rebase-apply/autostash",
    "rebase-apply/orig-head",
    "sequencer/head",
];

/// Reads the pseudo-refs of a git folder: `ORIG_HEAD`, `FETCH_HEAD`, `MERGE_HEAD` and others, and the commits that an
/// unfinished rebase has set aside. `prefix` is put before each name.
pub(super) fn read_pseudo_refs(folder: &Path, prefix: &[u8]) -> Result<Vec<Ref>, RefError> {
    let is_pseudo = |name: &[u8]| {
        name != b"HEAD" && (name.ends_with(b"_HEAD") || name == b"AUTO_MERGE" || name == b"MERGE_AUTOSTASH")
    };
    let entries = list_refs(folder)?.into_iter().filter_map(|path| {
        let name = path_bytes(Path::new(path.file_name()?));
        is_pseudo(&name).then_some((name, path))
    });
    let unfinished = SEQUENCER_FILES.iter().map(|name| (name.as_bytes().to_vec(), folder.join(name)));
    let mut found = Vec::new();
    for (name, path) in entries.chain(unfinished).filter(|(_, path)| path.is_file()) {
        let oids = read_oids(&path)?.into_iter();
        found.extend(oids.map(|oid| Ref { name: [prefix, &name].concat(), oid }));
    }
    Ok(found)
}

/// Returns the other worktrees as repositories, each with the prefix that git puts before the names of its refs: the
/// linked worktrees, and for a linked worktree also the main one.
pub(super) fn worktrees(repository: &Repository) -> Result<Vec<(Vec<u8>, Repository)>, RefError> {
    let worktree = |git_dir: PathBuf| Repository { git_dir, ..repository.clone() };
    let mut found = Vec::new();
    if repository.git_dir != repository.common_dir {
        found.push((b"main-worktree/".to_vec(), worktree(repository.common_dir.clone())));
    }
    let folders = list_refs(&repository.common_dir.join("worktrees"))?;
    for folder in folders.into_iter().filter(|path| path.is_dir()) {
        let name = path_bytes(Path::new(folder.file_name().unwrap_or_default()));
        found.push(([&b"worktrees/"[..], &name, b"/"].concat(), worktree(folder)));
    }
    Ok(found)
}

/// Returns the first object name of each line of a file; an empty list if there is no such file.
pub(super) fn read_oids(path: &Path) -> Result<Vec<Oid>, RefError> {
    let content = read_if_present(path)?.unwrap_or_default();
    Ok(content.split(|byte| *byte == b'\n').filter_map(first_oid).collect())
}

/// Returns the object name that a line begins with, unless it is zero.
pub(super) fn first_oid(line: &[u8]) -> Option<Oid> {
    let word = line.trim_ascii_start().split(u8::is_ascii_whitespace).next()?;
    Oid::from_hex(word).filter(|oid| !oid.is_zero())
}

/// Reads a file; returns `None` if the path does not exist or is a folder.
pub(super) fn read_if_present(path: &Path) -> Result<Option<Vec<u8>>, RefError> {
    match read_regular(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => Ok(None),
            _ => Err(RefError::Unreadable { path: path.to_path_buf(), source: error }),
        },
    }
}

/// Returns the entries of a folder; an empty list if there is no such folder.
pub(super) fn list_refs(folder: &Path) -> Result<Vec<PathBuf>, RefError> {
    list_folder(folder).map_err(|source| RefError::Unreadable { path: folder.to_path_buf(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_of_a_line_is_an_object_name() {
        let one = "1".repeat(40);
        let line = format!("{one}\tnot-for-merge\tbranch");
        assert_eq!(first_oid(line.as_bytes()), Oid::from_hex(one.as_bytes()));
        assert_eq!(first_oid(b"ref: refs/heads/main"), None);
    }
}
