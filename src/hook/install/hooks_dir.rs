//! The folder in which git looks for hooks, and its owner. Asks git, changes nothing.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use super::{Hook, InstallError};
use crate::git::{
    Answer, DiscoverError, GIT_TIME_LIMIT, GitEnvironment, Repository, find_special_file, prepare_program,
    run_within,
};

/// The hooks folder of a repository.
#[derive(Clone, Debug)]
pub(crate) struct HooksDir {
    /// An absolute path; it may not exist.
    pub(crate) path: PathBuf,
    pub(crate) owner: Owner,
    /// The git folder that all worktrees share, without links.
    pub(crate) common: PathBuf,
    /// The top of the working tree; `None` in a bare repository.
    pub(crate) top: Option<PathBuf>,
}

impl HooksDir {
    /// Whether the repository has no working tree, as on a server.
    pub(crate) const fn is_bare(&self) -> bool {
        self.top.is_none()
    }

    /// The hooks folder of the repository itself, which git uses without `core.hooksPath`.
    pub(crate) fn own(&self) -> PathBuf {
        self.common.join("hooks")
    }

    /// Returns the same repository with its own hooks folder.
    pub(crate) fn with_own_folder(self) -> Self {
        let path = self.own();
        let owner = owner(&resolve_links(&path), &self.common, self.top.as_deref());
        Self { path, owner, ..self }
    }

    /// The hooks that protect the repository. A bare one gets that of a server as well; those of a clone serve its
    /// worktrees, and commits with `--work-tree`.
    pub(crate) const fn hooks(&self) -> &'static [Hook] {
        if self.is_bare() { &Hook::EVERY } else { &Hook::ALL }
    }
}

/// The owner of a hooks folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// This repository with all its worktrees.
    Repository,
    /// The working tree: a file in the folder may be committed.
    WorkTree,
    /// Another folder: other repositories may use it.
    Elsewhere,
}

/// Finds the hooks folder of the repository that holds `dir`.
pub(crate) fn find(git: &OsStr, dir: &Path) -> Result<HooksDir, InstallError> {
    let dir = dir.canonicalize().map_err(|source| InstallError::io("find", dir, source))?;
    reject_special_files(&dir)?;
    let common = resolve_links(&dir.join(rev_parse(git, &dir, &["--git-common-dir"])?));
    let is_bare = rev_parse(git, &dir, &["--is-bare-repository"])? == Path::new("true");
    // A bare repository has no working tree. If there is one, a relative `core.hooksPath` starts at its top.
    let tree = rev_parse(git, &dir, &["--show-toplevel"]).ok();
    let top = tree.as_deref().unwrap_or(&dir);
    let path = top.join(rev_parse(git, top, &["--git-path", "hooks"])?);
    if path.exists() && !path.is_dir() {
        return Err(InstallError::NotAFolder { path });
    }
    // In the git folder itself git names no top.
    let beside = || common.parent().filter(|_| !is_bare && common.ends_with(".git")).map(Path::to_path_buf);
    let top = tree.as_deref().map(resolve_links).or_else(beside);
    let owner = owner(&resolve_links(&path), &common, top.as_deref());
    Ok(HooksDir { path, owner, common, top })
}

/// Returns an error if git would wait for a pipe. Without a repository git says what is wrong.
fn reject_special_files(dir: &Path) -> Result<(), InstallError> {
    let special = match Repository::discover(dir, &GitEnvironment::from_process()) {
        Ok(repository) => find_special_file(&repository),
        Err(DiscoverError::Unreadable { path, source }) if source.kind() == io::ErrorKind::InvalidInput => {
            Some(path)
        }
        Err(_) => None,
    };
    special.map_or(Ok(()), |path| Err(InstallError::SpecialFile { path }))
}

/// Returns the owner of a path. The repository may be inside the working tree or the other way round: the inner
/// folder decides.
fn owner(path: &Path, repository: &Path, tree: Option<&Path>) -> Owner {
    let tree = tree.filter(|tree| path.starts_with(tree));
    match (path.starts_with(repository), tree) {
        (true, Some(tree)) if tree.starts_with(repository) => Owner::WorkTree,
        (true, _) => Owner::Repository,
        (false, Some(_)) => Owner::WorkTree,
        (false, None) => Owner::Elsewhere,
    }
}

/// Resolves all links of a path, as far as the path exists.
pub(crate) fn resolve_links(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => resolve_links(parent).join(name),
        _ => path.to_path_buf(),
    })
}

/// Asks `git rev-parse` for a path.
fn rev_parse(git: &OsStr, dir: &Path, arguments: &[&str]) -> Result<PathBuf, InstallError> {
    let output = ask(git, dir, &[&["rev-parse"], arguments].concat())?;
    if !output.status.success() {
        return Err(InstallError::refused_by_git(dir, &output.stderr));
    }
    let line = output.stdout.strip_suffix(b"\n").unwrap_or(&output.stdout);
    Ok(path_from_bytes(line))
}

/// Runs a command of git that reads only, in a folder.
fn ask(git: &OsStr, dir: &Path, arguments: &[&str]) -> Result<Answer, InstallError> {
    let mut command = prepare_program(git).map_err(|source| InstallError::git_not_started(git, source))?;
    command.args(arguments).current_dir(dir).env("GIT_OPTIONAL_LOCKS", "0");
    run_within(&mut command, GIT_TIME_LIMIT).map_err(|source| InstallError::git_not_started(git, source))
}

/// `core.hooksPath`, as git's settings say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HooksPath {
    /// The value, as written.
    pub(crate) value: String,
    /// Whose setting it is: `system`, `global`, `local`, `worktree` or `command`.
    pub(crate) scope: String,
    /// The file, such as `file:/home/a/.gitconfig`, or another origin.
    pub(crate) origin: String,
}

/// Asks git for `core.hooksPath`; `None` if it is not set, and if git is older than 2.26.
pub(crate) fn hooks_path(git: &OsStr, dir: &Path) -> Result<Option<HooksPath>, InstallError> {
    let arguments = ["config", "-z", "--show-scope", "--show-origin", "--get", "core.hooksPath"];
    let output = ask(git, dir, &arguments)?;
    if !output.status.success() {
        return Ok(None);
    }
    let mut parts =
        output.stdout.split(|byte| *byte == 0).map(|part| String::from_utf8_lossy(part).into_owned());
    let mut next = || parts.next().unwrap_or_default();
    let (scope, origin, value) = (next(), next(), next());
    Ok(Some(HooksPath { value, scope, origin }))
}

/// Converts a path that git printed.
#[cfg(unix)]
pub(crate) fn path_from_bytes(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// Converts a path that git printed. Git for Windows prints UTF-8.
#[cfg(not(unix))]
pub(crate) fn path_from_bytes(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).trim_end_matches('\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inner_folder_decides_the_owner() {
        let cases = [
            ("/r/.git/hooks", "/r/.git", Some("/r"), Owner::Repository),
            ("/r/.git/mine", "/r/.git", Some("/r"), Owner::Repository),
            ("/r/.git/hooks", "/r/.git", Some("/elsewhere/linked"), Owner::Repository),
            ("/r/.git/modules/s/hooks", "/r/.git/modules/s", Some("/r/s"), Owner::Repository),
            ("/r/.husky/_", "/r/.git", Some("/r"), Owner::WorkTree),
            ("/r", "/r/.git", Some("/r"), Owner::WorkTree),
            ("/r/main/.husky", "/r", Some("/r/main"), Owner::WorkTree),
            ("/r/hooks", "/r", Some("/r/main"), Owner::Repository),
            ("/bare.git/hooks", "/bare.git", None, Owner::Repository),
            ("/home/a/hooks", "/r/.git", Some("/r"), Owner::Elsewhere),
            ("/r/.github", "/r/.git", Some("/r"), Owner::WorkTree),
            ("/r2/hooks", "/r/.git", Some("/r"), Owner::Elsewhere),
        ];
        for (path, repository, tree, expected) in cases {
            let found = owner(Path::new(path), Path::new(repository), tree.map(Path::new));
            assert_eq!(found, expected, "{path} {repository} {tree:?}");
        }
    }
}
