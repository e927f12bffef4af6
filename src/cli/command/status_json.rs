//! The state of a clone as JSON: docs/cli.md, "skant status".

use std::path::Path;

use serde_json::{Value, json};

use super::clone_state::CloneState;
use crate::agent::install::HookState;
use crate::cli::session::printable_path;
use crate::hook::status::{HookStatus, Program, Reach};
use crate::scan::redact;
use crate::text::{escape_path, escape_terminal};

/// Writes one JSON object.
pub(super) fn render(clone: &CloneState) -> String {
    let status = &clone.status;
    let managers = clone.managers.iter().map(|(name, file)| json!({"name": name, "file": safe(file)}));
    let submodules = clone
        .submodules
        .iter()
        .map(|submodule| json!({"path": path(&submodule.path), "state": submodule.state.name()}));
    let env_files =
        clone.env_files.iter().map(|file| json!({"path": path(&file.path), "state": file.state.name()}));
    let setting = status.hooks_path.as_ref().map(|setting| {
        json!({"value": safe(&setting.value), "scope": safe(&setting.scope), "origin": safe(&setting.origin)})
    });
    let value = json!({
        "tool": "skant",
        "version": env!("CARGO_PKG_VERSION"),
        "schema": 1,
        "repository": status.top.as_deref().map(printable_path),
        "bare": status.top.is_none(),
        "protected": status.is_protected(),
        "hooks_folder": {"path": printable_path(&status.folder), "holder": status.holder.name(), "setting": setting},
        "hooks": status.hooks.iter().map(hook).collect::<Vec<_>>(),
        "managers": managers.collect::<Vec<_>>(),
        "settings": match &clone.settings {
            Ok(files) => json!({"files": files.iter().map(safe).collect::<Vec<_>>(), "error": null}),
            Err(error) => json!({"files": [], "error": safe(error)}),
        },
        "unused": status.unused.iter().map(|path| printable_path(path)).collect::<Vec<_>>(),
        "submodules": submodules.collect::<Vec<_>>(),
        "env_files": env_files.collect::<Vec<_>>(),
        "agents": clone.agents.iter().map(agent).collect::<Vec<_>>(),
        "notes": status.notes.iter().map(safe).collect::<Vec<_>>(),
    });
    format!("{value:#}\n")
}

fn agent(state: &HookState) -> Value {
    json!({
        "name": state.target.name,
        "installed": state.is_installed(),
        "files": state.files.iter().map(|file| printable_path(file)).collect::<Vec<_>>(),
        "missing": state.missing,
        "faults": state.faults.iter().map(safe).collect::<Vec<_>>(),
        "steps": state.target.steps,
    })
}

fn hook(hook: &HookStatus) -> Value {
    let name = hook.hook.name();
    match &hook.reach {
        Reach::Reached { by, file, entry, program: found } => json!({
            "name": name,
            "reached": true,
            "by": by.name(),
            "file": printable_path(file),
            "entry": entry.as_deref().map(safe),
            "program": found.as_ref().map(program),
            "reason": null,
        }),
        Reach::NotReached { reason } => json!({
            "name": name, "reached": false, "by": null, "file": null, "entry": null, "program": null,
            "reason": safe(reason),
        }),
    }
}

fn program(program: &Program) -> Value {
    json!({"path": printable_path(&program.path), "version": program.version})
}

fn path(bytes: &[u8]) -> String {
    redact(&escape_path(bytes))
}

fn safe(text: impl AsRef<Path>) -> String {
    redact(&escape_terminal(text.as_ref().as_os_str().as_encoded_bytes()))
}
