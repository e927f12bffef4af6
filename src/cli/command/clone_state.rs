//! The state of the clone in the current folder, for `status` and for the end of `install`.

use std::ffi::OsStr;
use std::path::Path;

use super::agent_install;
use crate::agent::install::{HookState, states};
use crate::cli::args::Common;
use crate::cli::error::CliError;
use crate::cli::session::current_repository;
use crate::cli::settings;
use crate::hook::status::{
    EnvFile, Status, Submodule, declared_managers, examine, find_env_files, find_submodules,
};
use crate::policy::PolicyBase;
use crate::policy::repo_files::TreeVersion;

/// The state of the clone in the current folder.
pub(super) struct CloneState {
    pub(super) status: Status,
    /// The declared hook managers: name and file.
    pub(super) managers: Vec<(&'static str, String)>,
    /// The names of the settings files in force, or why they cannot be used.
    pub(super) settings: Result<Vec<String>, String>,
    pub(super) submodules: Vec<Submodule>,
    /// How many submodules were not examined.
    pub(super) more_submodules: usize,
    pub(super) env_files: Vec<EnvFile>,
    /// The hooks of the coding agents on this machine.
    pub(super) agents: Vec<HookState>,
}

impl CloneState {
    pub(super) fn examine(common: &Common) -> Result<Self, CliError> {
        let (git, dir) = (OsStr::new("git"), Path::new("."));
        let status = examine(git, dir)?;
        let declared = declared_managers(&status);
        let managers =
            declared.into_iter().map(|declared| (declared.manager.name(), declared.file)).collect();
        let (submodules, more_submodules) = find_submodules(git, dir);
        Ok(Self {
            managers,
            settings: settings_files(common),
            submodules,
            more_submodules,
            env_files: find_env_files(dir),
            agents: states(&agent_install::places()),
            status,
        })
    }
}

fn settings_files(common: &Common) -> Result<Vec<String>, String> {
    let repository = current_repository().map_err(|error| error.to_string())?;
    let base = PolicyBase::Repository(TreeVersion::Worktree);
    let policy =
        settings::load_policy(common, Some(&repository), &base).map_err(|error| error.to_string())?;
    Ok(policy.layers.into_iter().map(|layer| layer.name).collect())
}
