//! The state of a clone as JSON, schema version 1: docs/cli.md, "skant status". Within a version fields are added, never
//! changed. Every text is escaped and redacted.

use std::io;
use std::path::Path;

use serde::Serialize;

use super::clone_state::CloneState;
use crate::agent::install::HookState;
use crate::cli::session::printable_path;
use crate::hook::status::{HookStatus, Program, Reach};
use crate::scan::redact;
use crate::text::{escape_path, escape_terminal};

const SCHEMA: u32 = 1;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct StatusView {
    tool: &'static str,
    /// The version of the program that wrote this.
    version: &'static str,
    schema: u32,
    /// The top of the working tree; null in a bare repository.
    repository: Option<String>,
    bare: bool,
    /// Whether every hook of `hooks` is reached.
    protected: bool,
    hooks_folder: FolderView,
    hooks: Vec<HookView>,
    /// The hook managers that the files of the project declare.
    managers: Vec<ManagerView>,
    settings: SettingsView,
    /// The hooks of skant that git does not run.
    unused: Vec<String>,
    submodules: Vec<EntryView>,
    /// How many submodules were not examined.
    more_submodules: usize,
    /// Each `.env`, `.env.*` and `*.env` that is no example.
    env_files: Vec<EntryView>,
    /// The coding agents with traces in the home folder or in the project. They do not count for `protected`.
    agents: Vec<AgentView>,
    notes: Vec<String>,
}

/// The folder in which git looks for hooks.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FolderView {
    path: String,
    /// `repository`, `skant-global`, `husky` or `setting`.
    holder: &'static str,
    setting: Option<HooksPathView>,
}

/// `core.hooksPath`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct HooksPathView {
    value: String,
    /// `system`, `global`, `local`, `worktree` or `command`.
    scope: String,
    origin: String,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct HookView {
    name: &'static str,
    reached: bool,
    /// `own`, `global`, `line`, or the name of a hook manager; null if skant is not reached.
    by: Option<&'static str>,
    file: Option<String>,
    /// The entry of the file that calls skant, such as the revision of a framework's hook.
    entry: Option<String>,
    /// The program that the hook would run; null where a framework installs its own.
    program: Option<ProgramView>,
    /// Why skant is not reached.
    reason: Option<String>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ProgramView {
    path: String,
    /// The version in the file; null for a script that starts the program.
    version: Option<String>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ManagerView {
    name: &'static str,
    file: String,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SettingsView {
    /// The settings files in force.
    files: Vec<String>,
    /// Why the settings cannot be used; every hook fails then.
    error: Option<String>,
}

/// A submodule (`protected`, `not-protected`, `absent`), or an environment file (`tracked`, `not-ignored`, `ignored`).
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct EntryView {
    path: String,
    state: &'static str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct AgentView {
    name: &'static str,
    /// Whether each event of the agent reaches skant.
    installed: bool,
    /// The settings files with hooks of skant.
    files: Vec<String>,
    /// The events without a hook of skant.
    missing: Vec<String>,
    /// What keeps the hooks from running.
    faults: Vec<String>,
    /// What a person has to do that no file shows.
    steps: Vec<String>,
}

impl StatusView {
    fn of(clone: &CloneState) -> Self {
        let status = &clone.status;
        let setting = status.hooks_path.as_ref().map(|setting| HooksPathView {
            value: safe(&setting.value),
            scope: safe(&setting.scope),
            origin: safe(&setting.origin),
        });
        let submodules = clone.submodules.iter();
        let env_files = clone.env_files.iter();
        Self {
            tool: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            schema: SCHEMA,
            repository: status.top.as_deref().map(printable_path),
            bare: status.top.is_none(),
            protected: status.is_protected(),
            hooks_folder: FolderView {
                path: printable_path(&status.folder),
                holder: status.holder.name(),
                setting,
            },
            hooks: status.hooks.iter().map(HookView::of).collect(),
            managers: clone
                .managers
                .iter()
                .map(|(name, file)| ManagerView { name, file: safe(file) })
                .collect(),
            settings: match &clone.settings {
                Ok(files) => SettingsView { files: files.iter().map(safe).collect(), error: None },
                Err(error) => SettingsView { files: Vec::new(), error: Some(safe(error)) },
            },
            unused: status.unused.iter().map(|path| printable_path(path)).collect(),
            submodules: submodules.map(|found| EntryView::of(&found.path, found.state.name())).collect(),
            more_submodules: clone.more_submodules,
            env_files: env_files.map(|found| EntryView::of(&found.path, found.state.name())).collect(),
            agents: clone.agents.iter().map(AgentView::of).collect(),
            notes: status.notes.iter().map(safe).collect(),
        }
    }
}

impl HookView {
    fn of(hook: &HookStatus) -> Self {
        let missed = Self {
            name: hook.hook.name(),
            reached: false,
            by: None,
            file: None,
            entry: None,
            program: None,
            reason: None,
        };
        match &hook.reach {
            Reach::Reached { by, file, entry, program } => Self {
                reached: true,
                by: Some(by.name()),
                file: Some(printable_path(file)),
                entry: entry.as_deref().map(safe),
                program: program.as_ref().map(ProgramView::of),
                ..missed
            },
            Reach::NotReached { reason } => Self { reason: Some(safe(reason)), ..missed },
        }
    }
}

impl ProgramView {
    fn of(program: &Program) -> Self {
        Self { path: printable_path(&program.path), version: program.version.clone() }
    }
}

impl EntryView {
    fn of(path: &[u8], state: &'static str) -> Self {
        Self { path: redact(&escape_path(path)), state }
    }
}

impl AgentView {
    fn of(state: &HookState) -> Self {
        Self {
            name: state.target.name,
            installed: state.is_installed(),
            files: state.files.iter().map(|file| printable_path(file)).collect(),
            missing: state.missing.iter().map(safe).collect(),
            faults: state.faults.iter().map(safe).collect(),
            steps: state.target.steps.iter().map(safe).collect(),
        }
    }
}

/// Writes one JSON object and a line break.
///
/// # Errors
///
/// Fails if serde cannot write the object.
pub(super) fn render(clone: &CloneState) -> io::Result<String> {
    Ok(format!("{}\n", serde_json::to_string_pretty(&StatusView::of(clone))?))
}

fn safe(text: impl AsRef<Path>) -> String {
    redact(&escape_terminal(text.as_ref().as_os_str().as_encoded_bytes()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    use super::StatusView;

    /// Returns the JSON Schema, from the types that write the object.
    fn schema() -> Value {
        let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
        let mut schema = settings.into_generator().into_root_schema_for::<StatusView>();
        schema.insert("title".into(), "State of a clone (`skant status`), schema version 1".into());
        schema.into()
    }

    #[test]
    fn schema_file_matches_the_types() {
        let generated = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/status.schema.json");
        if std::env::var_os("SNAPSHOTS").is_some_and(|wish| wish == "overwrite") {
            std::fs::write(&path, &generated).unwrap();
        }
        assert!(
            std::fs::read_to_string(&path).unwrap_or_default() == generated,
            "schema/status.schema.json is out of date: SNAPSHOTS=overwrite cargo test --lib status_json"
        );
    }

    #[test]
    fn reference_shows_every_field() {
        let schema = schema();
        let definitions = schema["$defs"].as_object().unwrap().values();
        let objects = definitions.chain([&schema]).filter_map(|of| of["properties"].as_object());
        let names: Vec<&String> = objects.flat_map(|properties| properties.keys()).collect();
        assert!(names.len() > 30, "{names:?}");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
        let reference = std::fs::read_to_string(path).unwrap();
        let (_, section) = reference.split_once("\n### `skant status`\n").unwrap();
        let (example, _) = section.split_once("\n```\n").unwrap();
        let missing: Vec<_> =
            names.iter().filter(|name| !example.contains(&format!("\"{name}\": "))).collect();
        assert!(missing.is_empty(), "the example in docs/cli.md lacks {missing:?}");
    }
}
