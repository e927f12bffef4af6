//! Whether the hooks of a repository reach skant: read from the files that git, hook managers and skant left there.
//!
//! Runs nothing but git's own queries, changes nothing, and prints nothing. A state that cannot be read counts as not
//! protected.

mod env_files;
mod hook_file;
mod managers;
mod program;
mod reach;
mod submodules;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::git_hook::Hook;
use super::install::hooks_dir::{self, HooksDir, HooksPath};
use super::install::kept_folder::KeptFolder;
use super::install::script::Origin;
use super::install::{DISPLACED, InstallError, candidate_folders, script, third_party};
use super::manager::{self, Declared};

pub(crate) use env_files::{EnvFile, EnvState, find_env_files};
pub(crate) use program::Program;
pub(crate) use reach::{By, Reach};
pub(crate) use submodules::{Submodule, SubmoduleState, find_submodules};

/// What protects a repository.
#[derive(Debug)]
pub(crate) struct Status {
    /// The folder in which git looks for hooks.
    pub(crate) folder: PathBuf,
    /// The top of the working tree; `None` in a bare repository.
    pub(crate) top: Option<PathBuf>,
    /// The setting that names the folder, if there is one.
    pub(crate) hooks_path: Option<HooksPath>,
    /// Who put the hooks into that folder.
    pub(crate) holder: Holder,
    /// The hooks that protect such a repository.
    pub(crate) hooks: Vec<HookStatus>,
    /// Files of skant's that git does not run.
    pub(crate) unused: Vec<PathBuf>,
    /// What may change, or is done twice.
    pub(crate) notes: Vec<String>,
}

/// The holder of the hooks folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// The repository: no setting.
    Repository,
    /// `skant install --global`.
    SkantGlobal,
    /// husky.
    Husky,
    /// Somebody's `core.hooksPath`.
    Setting,
}

impl Holder {
    /// The name in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Repository => "repository",
            Self::SkantGlobal => "skant-global",
            Self::Husky => "husky",
            Self::Setting => "setting",
        }
    }
}

/// The state of a hook.
#[derive(Debug)]
pub(crate) struct HookStatus {
    pub(crate) hook: Hook,
    pub(crate) reach: Reach,
}

impl Status {
    /// Whether every hook reaches skant.
    pub(crate) fn is_protected(&self) -> bool {
        self.hooks.iter().all(|hook| matches!(hook.reach, Reach::Reached { .. }))
    }
}

/// Examines the repository that holds `dir`.
///
/// # Errors
///
/// Fails if there is no repository, if git refuses it, or if `core.hooksPath` leads to no folder.
pub(crate) fn examine(git: &OsStr, dir: &Path) -> Result<Status, InstallError> {
    let dir_of_hooks = hooks_dir::find(git, dir)?;
    let hooks_path = hooks_dir::hooks_path(git, &dir.canonicalize().unwrap_or_else(|_| dir.to_path_buf()))?;
    let declared = dir_of_hooks.top.as_deref().map(manager::declared).unwrap_or_default();
    let context =
        reach::Context { dir: &dir_of_hooks, declared: &declared, path: program::folders_of_path() };
    let hooks: Vec<HookStatus> = dir_of_hooks
        .hooks()
        .iter()
        .map(|hook| HookStatus { hook: *hook, reach: context.reach(*hook) })
        .collect();
    let unused = unused_files(&dir_of_hooks, &hooks);
    let mut notes = managers::notes(&dir_of_hooks, &declared, &hooks);
    notes.extend(twice_notes(&context, &hooks));
    notes.extend(cache_note(&hooks));
    Ok(Status {
        holder: holder(&dir_of_hooks),
        top: dir_of_hooks.top,
        folder: dir_of_hooks.path,
        hooks_path,
        hooks,
        unused,
        notes,
    })
}

fn holder(dir: &HooksDir) -> Holder {
    let is_global = |hook: Hook| {
        third_party::read_hook(&dir.path.join(hook.name())).is_some_and(|content| script::is_global(&content))
    };
    if Hook::EVERY.into_iter().any(is_global) {
        Holder::SkantGlobal
    } else if hooks_dir::resolve_links(&dir.path) == hooks_dir::resolve_links(&dir.own()) {
        Holder::Repository
    } else if dir.path.components().any(|part| part.as_os_str() == ".husky") {
        Holder::Husky
    } else {
        Holder::Setting
    }
}

/// Returns the scripts of skant's that are not run: in another folder than git's, or under a name that nobody calls.
fn unused_files(dir: &HooksDir, hooks: &[HookStatus]) -> Vec<PathBuf> {
    let is_own = |path: &PathBuf| {
        !path.is_symlink()
            && third_party::read_hook(path).is_some_and(|content| {
                !script::is_global(&content) && !matches!(script::origin(&content), Origin::ThirdParty)
            })
    };
    let is_run = |path: &PathBuf| {
        hooks.iter().any(|hook| matches!(&hook.reach, Reach::Reached { file, .. } if file == path))
    };
    let mut found = Vec::new();
    for folder in candidate_folders(dir) {
        let is_used = folder.path == dir.path;
        for hook in Hook::EVERY {
            let name = folder.path.join(hook.name());
            found.extend(Some(name).filter(|_| !is_used));
            found.extend(DISPLACED.map(|end| folder.path.join(format!("{}{end}", hook.name()))));
        }
    }
    found.retain(|path| is_own(path) && !is_run(path));
    found
}

/// Returns a note for each hook that runs skant twice: itself, and by a hook that runs as well.
fn twice_notes(context: &reach::Context<'_>, hooks: &[HookStatus]) -> Vec<String> {
    let kept = KeptFolder::of(&context.dir.path);
    let note = |hook: &HookStatus| {
        let Reach::Reached { by, file, .. } = &hook.reach else { return None };
        let second = match by {
            By::Own => context.second_call(hook.hook, &kept.hook(hook.hook), file),
            By::Global => context.second_call(hook.hook, &context.dir.own().join(hook.hook.name()), file),
            _ => None,
        }?;
        Some(format!(
            "{}: skant runs twice, by its own hook and by {second}; remove one of the two",
            hook.hook.name()
        ))
    };
    hooks.iter().filter_map(note).collect()
}

/// Returns a note if a hook calls a program that a cleanup may remove.
fn cache_note(hooks: &[HookStatus]) -> Option<String> {
    let program = hooks.iter().find_map(|hook| match &hook.reach {
        Reach::Reached { program: Some(program), .. } => {
            Some(program).filter(|program| program.is_in_cache())
        }
        _ => None,
    })?;
    Some(format!(
        "{} is in a cache, and everything is blocked once the cache is emptied; install skant to stay, as by `pipx \
         install skant` or `uv tool install skant`, then run `skant install` again",
        program.path.display()
    ))
}

/// Returns the declared managers, for a report.
pub(crate) fn declared_managers(status: &Status) -> Vec<Declared> {
    status.top.as_deref().map(manager::declared).unwrap_or_default()
}
