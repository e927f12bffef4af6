//! Where git looks for hooks, and whose folder that is. Asks git, changes nothing.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::hook::install::InstallError;

/// The hooks folder; it need not exist.
#[derive(Debug)]
pub(crate) struct Folder {
    /// Absolute.
    pub(crate) path: PathBuf,
    pub(crate) belongs: Belongs,
}

/// Whose a hooks folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Belongs {
    /// This repository's own, with all its worktrees.
    ToRepository,
    /// Part of the working tree: whatever is written there may be committed.
    ToWorkTree,
    /// Somewhere else: other repositories may use it.
    Elsewhere,
}

/// Finds the hooks folder of the repository that holds `dir`.
pub(crate) fn find(git: &OsStr, dir: &Path) -> Result<Folder, InstallError> {
    let dir = dir.canonicalize().map_err(|source| InstallError::io("find", dir, source))?;
    let repository = real(&dir.join(rev_parse(git, &dir, &["--git-common-dir"])?));
    // A bare repository has no working tree. Where there is one, a relative `core.hooksPath` starts at its top.
    let tree = rev_parse(git, &dir, &["--show-toplevel"]).ok();
    let top = tree.as_deref().unwrap_or(&dir);
    let path = top.join(rev_parse(git, top, &["--git-path", "hooks"])?);
    if path.exists() && !path.is_dir() {
        return Err(InstallError::NoFolder { path });
    }
    let belongs = belongs(&real(&path), &repository, tree.as_deref().map(real).as_deref());
    Ok(Folder { path, belongs })
}

/// The repository may lie in the working tree or the other way round: the inner one counts.
fn belongs(path: &Path, repository: &Path, tree: Option<&Path>) -> Belongs {
    let tree = tree.filter(|tree| path.starts_with(tree));
    match (path.starts_with(repository), tree) {
        (true, Some(tree)) if tree.starts_with(repository) => Belongs::ToWorkTree,
        (true, _) => Belongs::ToRepository,
        (false, Some(_)) => Belongs::ToWorkTree,
        (false, None) => Belongs::Elsewhere,
    }
}

/// The path with all links followed, as far as it exists.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => real(parent).join(name),
        _ => path.to_path_buf(),
    })
}

/// Asks `git rev-parse` for a path.
fn rev_parse(git: &OsStr, dir: &Path, arguments: &[&str]) -> Result<PathBuf, InstallError> {
    let output = Command::new(git)
        .arg("rev-parse")
        .args(arguments)
        .current_dir(dir)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .map_err(|source| InstallError::not_run(git, source))?;
    if !output.status.success() {
        return Err(InstallError::refused_by_git(dir, &output.stderr));
    }
    let line = output.stdout.strip_suffix(b"\n").unwrap_or(&output.stdout);
    Ok(path_of(line))
}

#[cfg(unix)]
pub(crate) fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// Git for Windows writes UTF-8.
#[cfg(not(unix))]
pub(crate) fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).trim_end_matches('\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inner_folder_says_whose_it_is() {
        let cases = [
            ("/r/.git/hooks", "/r/.git", Some("/r"), Belongs::ToRepository),
            ("/r/.git/mine", "/r/.git", Some("/r"), Belongs::ToRepository),
            ("/r/.git/hooks", "/r/.git", Some("/elsewhere/linked"), Belongs::ToRepository),
            ("/r/.git/modules/s/hooks", "/r/.git/modules/s", Some("/r/s"), Belongs::ToRepository),
            ("/r/.husky/_", "/r/.git", Some("/r"), Belongs::ToWorkTree),
            ("/r", "/r/.git", Some("/r"), Belongs::ToWorkTree),
            ("/r/main/.husky", "/r", Some("/r/main"), Belongs::ToWorkTree),
            ("/r/hooks", "/r", Some("/r/main"), Belongs::ToRepository),
            ("/bare.git/hooks", "/bare.git", None, Belongs::ToRepository),
            ("/home/a/hooks", "/r/.git", Some("/r"), Belongs::Elsewhere),
            ("/r/.github", "/r/.git", Some("/r"), Belongs::ToWorkTree),
            ("/r2/hooks", "/r/.git", Some("/r"), Belongs::Elsewhere),
        ];
        for (path, repository, tree, expected) in cases {
            let found = belongs(Path::new(path), Path::new(repository), tree.map(Path::new));
            assert_eq!(found, expected, "{path} {repository} {tree:?}");
        }
    }
}
