//! `skant install` and `skant uninstall`: four scripts in git's hooks folder. An earlier hook moves to a folder beside it
//! and is called first.
//!
//! Both read all files first and then change them as one transaction: a failure leaves the folder as it was.
//! Prints nothing; both return their changes as data.

pub(crate) mod binary_path;
pub(crate) mod error;
pub(crate) mod global;
mod hook_files;
pub(crate) mod hooks_dir;
pub(crate) mod kept_folder;
mod plan;
pub(crate) mod script;
pub(crate) mod third_party;
pub(crate) mod transaction;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use hook_files::{HookFiles, metadata};
use kept_folder::KeptFolder;
use plan::Plan;

pub use binary_path::running_program;
pub(crate) use error::FolderAdvice;
pub use error::InstallError;
pub(crate) use global::global_folder;
pub use global::{GlobalAction, install_global, uninstall_global};

/// A hook that `skant install` installs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hook {
    /// Runs before a commit: scans the staged files.
    PreCommit,
    /// Runs before the commit of a merge without conflicts.
    PreMergeCommit,
    /// Scans the message of a commit.
    CommitMsg,
    /// Scans the commits of a push.
    PrePush,
}

impl Hook {
    /// All hooks, in the order in which git calls them.
    pub const ALL: [Self; 4] = [Self::PreCommit, Self::PreMergeCommit, Self::CommitMsg, Self::PrePush];

    /// The name that git uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PreMergeCommit => "pre-merge-commit",
            Self::CommitMsg => "commit-msg",
            Self::PrePush => "pre-push",
        }
    }
}

/// The behaviour where the hooks folder is not this repository's alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignFolder {
    /// Return an error and change nothing.
    Refuse,
    /// Change it anyway (`--force`).
    Change,
}

/// The repository, the program and the hooks of an installation.
#[derive(Clone, Copy, Debug)]
pub struct Options<'o> {
    /// A folder in the repository.
    pub dir: &'o Path,
    /// The git program: a path, or a name to search for on the PATH.
    pub git: &'o OsStr,
    /// The skant program that the hooks try first; [`running_program()`] finds it. `uninstall` does not use it.
    pub program: &'o Path,
    /// The hooks to install or remove; normally [`Hook::ALL`].
    pub hooks: &'o [Hook],
    /// Whether a folder that other repositories also use may be changed.
    pub foreign_folder: ForeignFolder,
}

/// The result for one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// The hook.
    pub hook: Hook,
    /// The file.
    pub path: PathBuf,
    /// The change.
    pub outcome: Outcome,
}

/// The change to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Skant's script was written; there was no script of skant before.
    Installed,
    /// Skant's script was replaced: its text was older, it called another program or it was not executable.
    Refreshed,
    /// The same script of skant was there already.
    Unchanged,
    /// The hooks folder is not this repository's alone, and this file in it calls skant already.
    Called,
    /// The earlier hook is at this path now and is called first.
    KeptAndCalled,
    /// The earlier hook is at this path now. It is not executable: git did not run it, and skant does not run it.
    Kept,
    /// Skant's script was removed.
    Removed,
    /// The earlier hook has its own name again, which is this path.
    Restored,
    /// A third-party hook, or an edited script of skant, was not changed.
    LeftAlone,
}

/// Installs the hooks. Returns the result for each file.
///
/// # Errors
///
/// Fails if there is no repository, if git refuses it, if the hooks folder is not this repository's alone, if an
/// earlier hook cannot be kept, or if a file cannot be written. Then nothing has changed.
pub fn install(options: &Options<'_>) -> Result<Vec<Action>, InstallError> {
    let dir = hooks_dir::find(options.git, options.dir)?;
    let program = std::path::absolute(options.program)
        .map_err(|source| InstallError::io("find", options.program, source))?;
    let _lock = transaction::lock(&dir.path);
    let kept = KeptFolder::of(&dir.path);
    let mut plan = Plan::default();
    for hook in wanted(options) {
        plan.install(&HookFiles::read(&dir.path, &kept, hook)?, &program, &kept)?;
    }
    if plan.is_refused(&dir, options) {
        let (called, missing) = third_party::find_calls(&dir.path, options.hooks);
        return if missing.is_empty() {
            Ok(called)
        } else {
            Err(InstallError::foreign_folder(&dir, FolderAdvice::AddLines(missing)))
        };
    }
    plan.apply(&dir)
}

/// Removes the hooks that [`install`] installed, and gives the earlier hooks their names back. The result has no entry
/// for a hook that does not exist.
///
/// # Errors
///
/// Fails like [`install`].
pub fn uninstall(options: &Options<'_>) -> Result<Vec<Action>, InstallError> {
    let dir = hooks_dir::find(options.git, options.dir)?;
    let _lock = transaction::lock(&dir.path);
    let kept = KeptFolder::of(&dir.path);
    let mut plan = Plan::default();
    for hook in wanted(options) {
        plan.uninstall(HookFiles::read(&dir.path, &kept, hook)?);
    }
    if plan.is_refused(&dir, options) {
        return Err(InstallError::foreign_folder(&dir, FolderAdvice::ForceUninstall));
    }
    let actions = plan.apply(&dir)?;
    kept.remove_if_unused();
    Ok(actions)
}

/// Returns the hooks to change, in the order in which git calls them.
fn wanted(options: &Options<'_>) -> impl Iterator<Item = Hook> {
    Hook::ALL.into_iter().filter(|hook| options.hooks.contains(hook))
}
