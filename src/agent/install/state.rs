//! Tells for each agent on this machine whether its hooks reach skant. Reads only.

use std::path::PathBuf;

use super::config_file::{ConfigFile, Place, Places, Scope};
use super::found;
use super::target::Target;

/// The hooks of an agent.
pub(crate) struct HookState {
    pub(crate) target: &'static Target,
    /// The files with hooks of skant.
    pub(crate) files: Vec<PathBuf>,
    /// The events for which no file has a hook.
    pub(crate) missing: Vec<&'static str>,
    /// What keeps the hooks from a file that is there, such as one that does not parse.
    pub(crate) faults: Vec<String>,
}

impl HookState {
    pub(crate) fn is_installed(&self) -> bool {
        self.missing.is_empty() && self.faults.is_empty()
    }
}

/// Returns the state of each agent of which there are traces.
pub(crate) fn states(places: &Places) -> Vec<HookState> {
    found(places).into_iter().map(|target| state(target, places)).collect()
}

/// Returns the state of an agent.
pub(crate) fn state(target: &'static Target, places: &Places) -> HookState {
    let shape = target.shape;
    let mut reached = vec![false; shape.events.len()];
    let (mut files, mut faults) = (Vec::new(), Vec::new());
    let paths = [Scope::Global, Scope::Project].map(|scope| places.file(target, scope));
    for path in paths.into_iter().flatten().chain(shared_file(target, places)) {
        let file = match ConfigFile::read(path, places) {
            Ok(file) => file,
            Err(error) => {
                faults.push(error.to_string());
                continue;
            }
        };
        let Some(text) = &file.text else { continue };
        let Ok(commands) = shape.commands(text) else {
            faults.push(format!("{} is not valid", file.path.display()));
            continue;
        };
        if shape.is_switched_off(text) {
            faults.push(format!(
                "`disableAllHooks` in {} switches off every hook; remove it",
                file.path.display()
            ));
        }
        if commands.iter().any(Option::is_some) {
            files.push(file.path.clone());
        }
        for (is_reached, command) in reached.iter_mut().zip(&commands) {
            *is_reached |= command.is_some();
        }
    }
    let missing = shape.events.iter().zip(&reached).filter(|(_, is_reached)| !**is_reached);
    HookState { target, missing: missing.map(|(event, _)| *event).collect(), files, faults }
}

/// The settings of Claude Code that a project shares: nothing is installed there, but hooks there count.
fn shared_file(target: &Target, places: &Places) -> Option<Place> {
    let is_local = target.project == Some(".claude/settings.local.json");
    is_local.then(|| Place::below(&places.project, ".claude/settings.json"))
}
