//! Installs `skant agent hook` in the configurations of coding agents. The rest of a configuration keeps its bytes.

pub(crate) mod command;
pub(crate) mod config_file;
pub(crate) mod error;
pub(crate) mod event_hooks;
pub(crate) mod json_edit;
pub(crate) mod json_spans;
pub(crate) mod json_write;
pub(crate) mod state;
pub(crate) mod target;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use config_file::ConfigFile;
pub(crate) use config_file::{Places, Scope};
pub(crate) use error::InstallError;
pub(crate) use state::{HookState, state, states};
pub(crate) use target::{TARGETS, Target, by_name};

/// What happens to a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Installed,
    Updated,
    Unchanged,
    Removed,
    NotInstalled,
}

/// A change of the configuration of an agent, not made yet.
pub(crate) struct Change {
    pub(crate) target: &'static Target,
    file: ConfigFile,
    /// The new text; `None` removes the file.
    new: Option<String>,
    pub(crate) outcome: Outcome,
}

impl Change {
    pub(crate) fn path(&self) -> PathBuf {
        self.file.path.clone()
    }

    /// Makes the change.
    ///
    /// # Errors
    /// The file cannot be written, or another program has changed it since.
    pub(crate) fn apply(&self) -> Result<(), InstallError> {
        match self.outcome {
            Outcome::Unchanged | Outcome::NotInstalled => Ok(()),
            Outcome::Installed | Outcome::Updated | Outcome::Removed => {
                self.file.replace(self.new.as_deref())
            }
        }
    }
}

/// Returns the agents of which there are traces.
pub(crate) fn found(places: &Places) -> Vec<&'static Target> {
    TARGETS.iter().filter(|target| places.has(target)).collect()
}

/// Plans the installation for an agent.
///
/// # Errors
/// The configuration cannot be read or edited.
pub(crate) fn plan_install(
    target: &'static Target,
    scope: Scope,
    places: &Places,
    program: &Path,
) -> Result<Change, InstallError> {
    let command = command::for_shell(program).ok_or(InstallError::Program)?;
    let file = ConfigFile::read(places.file(target, scope)?, places)?;
    let unfit = |unfit| InstallError::unfit(file.path.clone(), unfit);
    let shape = target.shape;
    let (new, was_there) = match &file.text {
        None => (shape.new_file(&command), false),
        Some(text) => {
            let was_there = shape.commands(text).map_err(unfit)?.iter().any(Option::is_some);
            (shape.install(text, &command).map_err(unfit)?, was_there)
        }
    };
    let new = Some(new);
    let outcome = match (new == file.text, was_there) {
        (true, _) => Outcome::Unchanged,
        (false, true) => Outcome::Updated,
        (false, false) => Outcome::Installed,
    };
    Ok(Change { target, file, new, outcome })
}

/// Plans the removal for an agent.
///
/// # Errors
/// The configuration cannot be read or edited.
pub(crate) fn plan_uninstall(
    target: &'static Target,
    scope: Scope,
    places: &Places,
) -> Result<Change, InstallError> {
    let file = ConfigFile::read(places.file(target, scope)?, places)?;
    let unfit = |unfit| InstallError::unfit(file.path.clone(), unfit);
    let mut new = None;
    if let Some(text) = &file.text {
        let commands = target.shape.commands(text).map_err(unfit)?;
        let is_own = commands.iter().flatten().any(|command| target.shape.new_file(command) == *text);
        if !is_own {
            new = Some(target.shape.uninstall(text).map_err(unfit)?);
        }
    }
    let outcome = if new == file.text { Outcome::NotInstalled } else { Outcome::Removed };
    Ok(Change { target, file, new, outcome })
}
