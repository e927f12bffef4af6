//! `skant install` and `skant uninstall`: four scripts in git's hooks folder, and one for a server. An earlier hook moves to a
//! folder beside it and is called first. Where a hook manager would take them out of use, its own files have to call
//! skant instead.
//!
//! Both read all files first and then change them as one transaction: a failure leaves the folder as it was.
//! Prints nothing; both return their changes as data.

pub(crate) mod binary_path;
pub(crate) mod error;
pub(crate) mod global;
mod hook_files;
pub(crate) mod hooks_dir;
pub(crate) mod kept_folder;
mod leftovers;
mod manager_in_charge;
mod plan;
pub(crate) mod script;
pub(crate) mod third_party;
pub(crate) mod transaction;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use hook_files::{HookFiles, metadata};
use hooks_dir::HooksDir;
use kept_folder::KeptFolder;
use plan::Plan;

pub use super::git_hook::Hook;
pub use binary_path::running_program;
pub use error::InstallError;
pub(crate) use global::global_folder;
pub use global::{GlobalAction, install_global, uninstall_global};
pub(crate) use hook_files::DISPLACED;
pub(crate) use leftovers::{Left, find_left, folders as candidate_folders};

use super::manager;

/// The behaviour where the hooks folder is not this repository's alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignFolder {
    /// Do not change it. An installation is an error then.
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

/// Installs the hooks: those of a clone, and in a bare repository `pre-receive`. Returns the result for each file.
///
/// # Errors
///
/// Fails if there is no repository, if git refuses it, if a hook manager would take the hooks out of use, if the hooks
/// folder is not this repository's alone, if an earlier hook cannot be kept, or if a file cannot be written. Then nothing
/// has changed.
pub fn install(options: &Options<'_>) -> Result<Vec<Action>, InstallError> {
    let dir = find_folder(options)?;
    let program = std::path::absolute(options.program)
        .map_err(|source| InstallError::io("find", options.program, source))?;
    let declared = dir.top.as_deref().map(manager::declared).unwrap_or_default();
    let hooks = wanted(options, &dir);
    if options.foreign_folder == ForeignFolder::Refuse
        && let Some(answer) = manager_in_charge::answer(&dir, options.dir, &declared, &hooks)
    {
        return answer;
    }
    let _lock = transaction::lock(&dir.path);
    let kept = KeptFolder::of(&dir.path);
    let mut plan = Plan::default();
    for hook in &hooks {
        plan.install(&HookFiles::read(&dir.path, &kept, *hook)?, &program, &kept, &declared)?;
    }
    if plan.is_refused(&dir, options) {
        let (called, missing) = third_party::find_calls(&dir.path, &hooks);
        return if missing.is_empty() {
            Ok(called)
        } else {
            Err(InstallError::foreign_folder(&dir, missing))
        };
    }
    plan.apply(&dir)
}

/// Removes the hooks that [`install`] installed, also those that git does not run any more because `core.hooksPath`
/// leads elsewhere or a hook manager renamed them, and gives the earlier hooks their names back. The result has no entry
/// for a hook that does not exist. `find_left` says what is left.
///
/// # Errors
///
/// Fails if there is no repository, if git refuses it, or if a file cannot be changed.
pub fn uninstall(options: &Options<'_>) -> Result<Vec<Action>, InstallError> {
    let dir = hooks_dir::find(options.git, options.dir)?;
    let mut actions = Vec::new();
    for folder in leftovers::folders(&dir) {
        let _lock = transaction::lock(&folder.path);
        let kept = KeptFolder::of(&folder.path);
        let mut plan = Plan::default();
        for hook in Hook::EVERY.into_iter().filter(|hook| is_wanted(options, *hook)) {
            plan.uninstall(HookFiles::read(&folder.path, &kept, hook)?);
        }
        if !plan.is_refused(&folder, options) {
            actions.extend(plan.apply(&folder)?);
            kept.remove_if_unused();
        }
    }
    Ok(actions)
}

/// Finds the hooks folder. A server's own hook is called by the script for all repositories, so it is in the own folder
/// also if `core.hooksPath` leads to those.
fn find_folder(options: &Options<'_>) -> Result<HooksDir, InstallError> {
    let dir = hooks_dir::find(options.git, options.dir)?;
    let receive = dir.path.join(Hook::PreReceive.name());
    let is_global = third_party::read_hook(&receive).is_some_and(|content| script::is_global(&content));
    Ok(if dir.is_bare() && is_global { dir.with_own_folder() } else { dir })
}

/// Returns the hooks to install, in the order in which git calls them.
fn wanted(options: &Options<'_>, dir: &HooksDir) -> Vec<Hook> {
    dir.hooks().iter().copied().filter(|hook| is_wanted(options, *hook)).collect()
}

/// Whether a hook is to be changed. The hook of a server has no option of its own.
fn is_wanted(options: &Options<'_>, hook: Hook) -> bool {
    hook == Hook::PreReceive || options.hooks.contains(&hook)
}
