//! What hook managers may do to hooks that reach skant today.

use super::HookStatus;
use super::reach::{By, Reach};
use crate::hook::install::hooks_dir::HooksDir;
use crate::hook::manager::{Declared, Manager};

/// Returns a note for each manager that would take skant's hooks out of use, or call skant a second time.
pub(super) fn notes(dir: &HooksDir, declared: &[Declared], hooks: &[HookStatus]) -> Vec<String> {
    let has_own = |hook: &HookStatus| matches!(&hook.reach, Reach::Reached { by: By::Own | By::Global, .. });
    let own: Vec<_> = hooks.iter().filter(|hook| has_own(hook)).map(|hook| hook.hook).collect();
    // With its own `core.hooksPath`, husky has done it.
    let uses_husky = dir.path.components().any(|part| part.as_os_str() == ".husky");
    let mut notes = Vec::new();
    for declared in declared {
        let is_in_force = declared.manager == Manager::Husky && uses_husky;
        let missing = declared.missing(&own);
        let name = declared.manager.name();
        if own.is_empty() || is_in_force {
            continue;
        }
        if declared.manager.displaces_hooks() {
            if !missing.is_empty() {
                notes.push(format!(
                    "{name} ({}) takes skant's hooks out of use the next time it writes its own (`{}`); `skant install` \
                     prints the lines that stay",
                    declared.file,
                    declared.install_command
                ));
            }
        } else if missing.len() < own.len() && !hooks.iter().any(|hook| is_by(hook, declared.manager)) {
            notes.push(format!(
                "{} calls skant, too: after `{}` it runs twice; use one of the two",
                declared.file, declared.install_command
            ));
        }
    }
    notes
}

fn is_by(hook: &HookStatus, manager: Manager) -> bool {
    matches!(&hook.reach, Reach::Reached { by: By::Manager(by), .. } if *by == manager)
}
