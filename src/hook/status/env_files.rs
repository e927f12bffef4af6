//! Files such as `.env` in a working tree, and whether git ignores them.

use std::path::Path;

use crate::git::{EntryKind, GitEnvironment, Index, Repository, path_bytes};
use crate::source::worktree::{FileLister, IgnoreMode, PathOrigin};

/// A file that usually holds secrets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EnvFile {
    /// The path from the top of the working tree, with `/`.
    pub(crate) path: Vec<u8>,
    pub(crate) state: EnvState,
}

/// What git does with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EnvState {
    /// It is in the index.
    Tracked,
    /// The next `git add .` adds it.
    NotIgnored,
    Ignored,
}

impl EnvState {
    /// The name in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tracked => "tracked",
            Self::NotIgnored => "not-ignored",
            Self::Ignored => "ignored",
        }
    }
}

/// Ends of names of examples, which are meant to be committed.
const EXAMPLES: [&str; 7] = ["example", "sample", "template", "dist", "defaults", "schema", "tmpl"];

/// The most files that are listed.
const MAX_FILES: usize = 50;

/// Returns the files such as `.env`: all that git does not ignore, and the ignored ones of the top folder.
pub(crate) fn find_env_files(dir: &Path) -> Vec<EnvFile> {
    let Ok(repository) = Repository::discover(dir, &GitEnvironment::from_process()) else {
        return Vec::new();
    };
    let Some(top) = repository.work_tree.as_deref() else { return Vec::new() };
    let lister = FileLister {
        repository: Some(&repository),
        root: top,
        ignore_mode: IgnoreMode::AsGit,
        origin: PathOrigin::Program,
        excluded: &|path: &[u8]| !is_env_name(path),
    };
    let index = Index::read(&repository.index_file, &repository.git_dir, repository.format).ok();
    let is_tracked = |path: &[u8]| index.as_ref().is_some_and(|index| !index.positions_of(path).is_empty());
    // The files of a submodule belong to its own repository.
    let is_submodule = |path: &[u8]| {
        index.as_ref().is_some_and(|index| {
            index
                .entries_at(index.positions_of(path))
                .any(|entry| matches!(EntryKind::from_mode(entry.mode), EntryKind::Submodule))
        })
    };
    let is_own =
        |path: &[u8]| path.iter().enumerate().all(|(at, byte)| *byte != b'/' || !is_submodule(&path[..at]));
    let mut found: Vec<EnvFile> = lister
        .list(&[top.to_path_buf()])
        .files
        .into_iter()
        .filter(|file| is_own(&file.path))
        .map(|file| {
            let state = if is_tracked(&file.path) { EnvState::Tracked } else { EnvState::NotIgnored };
            EnvFile { path: file.path, state }
        })
        .collect();
    let entries = std::fs::read_dir(top).into_iter().flatten().flatten();
    let names = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    for path in names.map(|entry| path_bytes(Path::new(&entry.file_name()))) {
        if is_env_name(&path) && found.iter().all(|file| file.path != path) {
            found.push(EnvFile { path, state: EnvState::Ignored });
        }
    }
    found.sort();
    found.truncate(MAX_FILES);
    found
}

/// Whether a path is that of a file such as `.env`, `.env.local` or `prod.env`, and not of an example.
fn is_env_name(path: &[u8]) -> bool {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    let parts: Vec<&str> = name.split('.').collect();
    let is_env = matches!(parts.as_slice(), ["", "env", ..] | [.., _, "env"]);
    is_env && !parts.iter().any(|part| EXAMPLES.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_environment_files_are_recognised_and_examples_are_not() {
        for (path, expected) in [
            (".env", true),
            ("a/b/.env", true),
            (".env.local", true),
            (".ENV.production", true),
            ("prod.env", true),
            (".env.example", false),
            ("example.env", false),
            (".env.local.sample", false),
            (".envrc", false),
            ("environment", false),
            (".env/file", false),
            ("", false),
        ] {
            assert_eq!(is_env_name(path.as_bytes()), expected, "{path}");
        }
    }
}
