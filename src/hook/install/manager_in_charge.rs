//! The answer of `skant install` in a project whose hook manager would take skant's hooks out of use.

use std::path::Path;

use super::hooks_dir::HooksDir;
use super::{Action, Hook, InstallError, Outcome};
use crate::hook::manager::{Declared, Manager, lines};

/// Returns the result of an installation that such a manager decides: every hook is called by its files, or an error with
/// the lines to add. Returns `None` if the project has no such manager.
pub(super) fn answer(
    dir: &HooksDir,
    caller: &Path,
    declared: &[Declared],
    hooks: &[Hook],
) -> Option<Result<Vec<Action>, InstallError>> {
    let top = dir.top.as_deref()?;
    let declared = in_charge(dir, declared)?;
    let missing = declared.missing(hooks);
    if missing.is_empty() {
        let action = |hook: &Hook| {
            let file = declared.call(*hook).map_or(&*declared.file, |call| &*call.file);
            Action { hook: *hook, path: top.join(file), outcome: Outcome::Called }
        };
        return Some(Ok(hooks.iter().map(action).collect()));
    }
    let caller = caller.canonicalize().unwrap_or_else(|_| caller.to_path_buf());
    Some(Err(InstallError::Manager {
        manager: declared.manager,
        file: declared.file.clone(),
        lines: lines::lines(top, &caller, declared, &missing),
        is_partly_read: declared.is_partly_read,
    }))
}

/// Returns the manager that takes hooks out of use; of several the one that `core.hooksPath` leads to.
fn in_charge<'d>(dir: &HooksDir, declared: &'d [Declared]) -> Option<&'d Declared> {
    let uses_husky = dir.path.components().any(|part| part.as_os_str() == ".husky");
    let mut displacing = declared.iter().filter(|declared| declared.manager.displaces_hooks());
    let first = displacing.clone().next()?;
    Some(displacing.find(|declared| (declared.manager == Manager::Husky) == uses_husky).unwrap_or(first))
}
