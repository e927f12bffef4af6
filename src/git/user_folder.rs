//! Where the environment says that the user's own settings are.
//!
//! A variable that leads into the scanned repository, or whose meaning depends on the current folder, names files of
//! the repository's authors. Jobs of CI systems set such variables: `HOME=$WORKSPACE`. Such a folder is not the
//! user's, neither for skant nor for git when skant runs it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use super::repository::Repository;

/// The folder of the user's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum UserFolder {
    /// A folder of the user's.
    Trusted(PathBuf),
    /// A relative path, or one inside of the repository.
    Untrusted(PathBuf),
    /// The environment names none.
    Unset,
}

impl UserFolder {
    /// Returns the folder, if it is the user's.
    pub(crate) fn trusted(self) -> Option<PathBuf> {
        match self {
            Self::Trusted(folder) => Some(folder),
            Self::Untrusted(_) | Self::Unset => None,
        }
    }
}

/// Returns the home folder that the environment names: `HOME`, as for git. `std::env::home_dir` would ask the C library
/// where it is not set, and a program that is linked statically dies there by a signal if `nsswitch.conf` names a module.
pub(crate) fn home_folder() -> Option<PathBuf> {
    if cfg!(unix) { variable_path("HOME") } else { env::home_dir() }
}

/// Returns the folder of the user's settings, usually `~/.config`.
pub(crate) fn user_config_folder(repository: Option<&Repository>) -> UserFolder {
    let variable = if cfg!(windows) { "APPDATA" } else { "XDG_CONFIG_HOME" };
    let (named, below) = match (variable_path(variable), variable_path("HOME")) {
        (Some(folder), _) => (folder, ""),
        (None, Some(home)) => (home, ".config"),
        (None, None) => return UserFolder::Unset,
    };
    let folder = if below.is_empty() { named.clone() } else { named.join(below) };
    if leads_into(repository, &named, below) {
        UserFolder::Untrusted(folder)
    } else {
        UserFolder::Trusted(folder)
    }
}

/// Returns the folder for files that the user's programs keep between runs, usually `~/.local/state`; `None` if the
/// environment names none, or one inside of the repository.
pub(crate) fn user_state_folder(repository: &Repository) -> Option<PathBuf> {
    let variable = if cfg!(windows) { "LOCALAPPDATA" } else { "XDG_STATE_HOME" };
    let (named, below) = match (variable_path(variable), variable_path("HOME")) {
        (Some(folder), _) => (folder, ""),
        (None, Some(home)) => (home, ".local/state"),
        (None, None) => return None,
    };
    let folder = if below.is_empty() { named.clone() } else { named.join(below) };
    (!leads_into(Some(repository), &named, below)).then_some(folder)
}

/// Returns the folder for files that can be made again, usually `~/.cache`; `None` if the environment names none, or one
/// inside of the repository.
pub(crate) fn user_cache_folder(repository: Option<&Repository>) -> Option<PathBuf> {
    let variable = if cfg!(windows) { "LOCALAPPDATA" } else { "XDG_CACHE_HOME" };
    let (named, below) = match (variable_path(variable), variable_path("HOME")) {
        (Some(folder), _) => (folder, ""),
        (None, Some(home)) => (home, ".cache"),
        (None, None) => return None,
    };
    let folder = if below.is_empty() { named.clone() } else { named.join(below) };
    (!leads_into(repository, &named, below)).then_some(folder)
}

/// Takes the configuration files from git that the environment puts into the repository.
pub(super) fn shield_git(command: &mut Command, repository: &Repository) {
    let leads = |name: &str, below: &str| {
        variable_path(name).is_some_and(|path| leads_into(Some(repository), &path, below))
    };
    if leads("GIT_CONFIG_GLOBAL", "") || leads("HOME", ".config/git") || leads("XDG_CONFIG_HOME", "git") {
        command.env("GIT_CONFIG_GLOBAL", "/dev/null");
    }
    if leads("GIT_CONFIG_SYSTEM", "") {
        command.env("GIT_CONFIG_SYSTEM", "/dev/null");
    }
}

fn variable_path(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Whether a path of the environment is relative, or whether it or `below` in it is inside of the repository. Links
/// below the path are the user's own and are not followed.
fn leads_into(repository: Option<&Repository>, path: &Path, below: &str) -> bool {
    if path.is_relative() {
        return true;
    }
    let Some(repository) = repository else { return false };
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let path = real(path).join(below);
    let folders = [repository.work_tree.as_ref(), Some(&repository.git_dir), Some(&repository.common_dir)];
    folders.into_iter().flatten().any(|folder| path.starts_with(real(folder)))
}
