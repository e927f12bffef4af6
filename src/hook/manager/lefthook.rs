//! lefthook: jobs per hook in `lefthook.yml` and `lefthook-local.yml`. <https://lefthook.dev/configuration/>
//!
//! Files that `extends` and `remotes` name are not read.

use std::path::Path;

use serde_json::Value;

use super::config::{Parsed, depends_on, read};
use super::{ConfigCall, Declared, IGNORED, Manager};
use crate::hook::git_hook::Hook;
use crate::hook::skant_call::{OnError, find_call};

/// The names of the settings file without their ending, in lefthook's order.
const NAMES: [&str; 3] = ["lefthook", ".lefthook", ".config/lefthook"];
const ENDINGS: [&str; 5] = ["yml", "yaml", "json", "jsonc", "toml"];

/// The packages of npm; where a project has one, the program is in `node_modules` and seldom on the `PATH`.
const NPM_PACKAGES: [&str; 3] = ["lefthook", "@evilmartians/lefthook", "@evilmartians/lefthook-installer"];

/// The faults of a job.
const SKIPPED: &str = "the job is skipped at times (`skip`, `only`)";
const SOME_FILES: &str = "the job runs for some files only (`glob`, `files`, `exclude`)";
const NO_INPUT: &str = "`use_stdin: true` is missing, so that every push is blocked";

/// Returns the declaration in the first settings file, with the jobs of the local one. `package` is `package.json`.
pub(super) fn declared(top: &Path, package: Option<&Value>) -> Option<Declared> {
    let first = |suffix: &str| {
        NAMES.iter().flat_map(|name| ENDINGS.map(|ending| format!("{name}{suffix}.{ending}"))).find_map(
            |name| match read(top, &name) {
                Parsed::Absent => None,
                Parsed::Unreadable => Some((name, None)),
                Parsed::Value(value) => Some((name, Some(value))),
            },
        )
    };
    let (main, local) = (first(""), first("-local"));
    let (file, _) = main.as_ref().or(local.as_ref())?;
    let mut found = Declared::new(Manager::Lefthook, file);
    if package.is_some_and(|package| NPM_PACKAGES.iter().any(|name| depends_on(package, name))) {
        found.install_command = "npx lefthook install";
    }
    for (file, value) in [main, local].into_iter().flatten() {
        match value {
            Some(value) => add(&mut found, &file, &value),
            None => found.is_partly_read = true,
        }
    }
    Some(found)
}

fn add(found: &mut Declared, file: &str, value: &Value) {
    let names_others = |key: &str| value.get(key).is_some_and(|value| !value.is_null());
    found.is_partly_read |= ["extends", "remotes", "remote"].into_iter().any(names_others);
    for hook in Hook::ALL {
        let Some(settings) = value.get(hook.name()) else { continue };
        let key = ["jobs", "commands"].into_iter().find(|key| settings.get(key).is_some());
        found.entries.push((hook, key.unwrap_or_default()));
        let inherited = fault_of(settings);
        let mut jobs = Vec::new();
        collect(settings, inherited, &mut jobs);
        for (job, fault) in jobs {
            let Some(call) =
                job.get("run").and_then(Value::as_str).and_then(|run| find_call(run, hook, OnError::GoesOn))
            else {
                continue;
            };
            let has_input = job.get("use_stdin").and_then(Value::as_bool) == Some(true);
            let fault = fault
                .or((!call.blocks).then_some(IGNORED))
                .or((hook.reads_input() && !has_input).then_some(NO_INPUT));
            found.calls.push(ConfigCall {
                hook,
                file: file.to_owned(),
                entry: None,
                call: Some(call),
                fault,
            });
        }
    }
}

/// Lists the jobs and commands below the settings of a hook or a group.
fn collect<'v>(
    settings: &'v Value,
    inherited: Option<&'static str>,
    jobs: &mut Vec<(&'v Value, Option<&'static str>)>,
) {
    let commands = settings.get("commands").and_then(Value::as_object);
    let listed = settings.get("jobs").and_then(Value::as_array);
    let commands = commands.into_iter().flat_map(|commands| commands.values());
    for job in commands.chain(listed.into_iter().flatten()) {
        let fault = inherited.or_else(|| fault_of(job));
        jobs.push((job, fault));
        if let Some(group) = job.get("group") {
            collect(group, fault.or_else(|| fault_of(group)), jobs);
        }
    }
}

fn fault_of(settings: &Value) -> Option<&'static str> {
    let is_set =
        |key: &str| settings.get(key).is_some_and(|value| !value.is_null() && value != &Value::Bool(false));
    if is_set("skip") || is_set("only") {
        Some(SKIPPED)
    } else if ["glob", "files", "file_types", "exclude"].into_iter().any(is_set) {
        Some(SOME_FILES)
    } else {
        None
    }
}
