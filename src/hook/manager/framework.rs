//! The pre-commit framework and prek: hooks with stages, in `.pre-commit-config.yaml` or `prek.toml`.
//! <https://pre-commit.com/#pre-commit-configyaml---hooks>

use std::path::Path;

use serde_json::Value;

use super::config::{Parsed, read, texts};
use super::{ConfigCall, Declared, Manager};
use crate::hook::git_hook::Hook;
use crate::hook::skant_call::{OnError, SkantCall, find_call};

/// The settings file of both.
pub(crate) const PRE_COMMIT_CONFIG: &str = ".pre-commit-config.yaml";
/// The settings file of prek alone.
const PREK_CONFIG: &str = "prek.toml";

/// The ids of `.pre-commit-hooks.yaml` without their endings, each with its stages.
const IDS: [(&str, &[Hook]); 3] = [
    ("skant", &[Hook::PreCommit, Hook::PreMergeCommit]),
    ("skant-commit-msg", &[Hook::CommitMsg]),
    ("skant-push", &[Hook::PrePush]),
];
const ID_ENDINGS: [&str; 3] = ["", "-system", "-src"];

/// Names of stages before pre-commit 3.2.
const FORMER_STAGES: [(&str, &str); 3] =
    [("commit", "pre-commit"), ("merge-commit", "pre-merge-commit"), ("push", "pre-push")];

const OTHER_STAGE: &str = "its `stages` leave this hook out";
const SOME_FILES: &str = "it runs for some files only (`files`, `exclude`, `types`)";

/// Returns the declaration in a settings file with the form of pre-commit.
pub(super) fn declared(top: &Path, file: &str) -> Option<Declared> {
    from_file(top, file, Manager::PreCommit)
}

/// Returns the declaration in prek's own file.
pub(super) fn declared_prek(top: &Path) -> Option<Declared> {
    from_file(top, PREK_CONFIG, Manager::Prek)
}

fn from_file(top: &Path, file: &str, manager: Manager) -> Option<Declared> {
    let mut found = Declared::new(manager, file);
    let value = match read(top, file) {
        Parsed::Absent => return None,
        Parsed::Unreadable => return Some(Declared { is_partly_read: true, ..found }),
        Parsed::Value(value) => value,
    };
    let default_stages = value.get("default_stages");
    for repository in value.get("repos").and_then(Value::as_array).into_iter().flatten() {
        let is_local = repository.get("repo").and_then(Value::as_str) == Some("local");
        let revision = repository.get("rev").and_then(Value::as_str);
        for hook in repository.get("hooks").and_then(Value::as_array).into_iter().flatten() {
            let calls = if is_local { of_local(hook, default_stages) } else { of_id(hook) };
            let id = hook.get("id").and_then(Value::as_str).unwrap_or_default();
            let revision = revision.map(|revision| format!(" of {revision}")).unwrap_or_default();
            found.calls.extend(calls.into_iter().map(|call| {
                let entry = Some(format!("`{id}`{revision}"));
                ConfigCall { file: file.to_owned(), entry, ..call }
            }));
        }
    }
    Some(found)
}

/// Returns the calls of a hook of skant's own repository.
fn of_id(hook: &Value) -> Vec<ConfigCall> {
    let id = hook.get("id").and_then(Value::as_str).unwrap_or_default();
    let known = IDS.iter().find(|(name, _)| ID_ENDINGS.iter().any(|end| id.strip_suffix(end) == Some(*name)));
    let Some((_, hooks)) = known else { return Vec::new() };
    let stages = hook.get("stages");
    // Other ids have a program that the framework installs for itself; it is not searched.
    let program = id.ends_with("-system").then(|| SkantCall {
        program: "skant".to_owned(),
        is_wrapped: false,
        blocks: true,
    });
    let call = |hook: &Hook| {
        let is_left_out = stages.is_some() && !has_stage(stages, *hook);
        let fault = is_left_out.then_some(OTHER_STAGE);
        ConfigCall { hook: *hook, file: String::new(), entry: None, call: program.clone(), fault }
    };
    hooks.iter().map(call).collect()
}

/// Returns the calls of a hook that the settings define themselves.
fn of_local(hook: &Value, default_stages: Option<&Value>) -> Vec<ConfigCall> {
    let Some(entry) = hook.get("entry").and_then(Value::as_str) else { return Vec::new() };
    let stages = hook.get("stages").or(default_stages).filter(|stages| !texts(Some(stages)).is_empty());
    let is_limited =
        ["files", "exclude", "types", "types_or", "exclude_types"].iter().any(|key| hook.get(key).is_some());
    let always_runs = hook.get("always_run").and_then(Value::as_bool) == Some(true);
    let calls = Hook::ALL.into_iter().filter_map(|name| {
        // The check before a commit serves merges, too.
        let also = if name == Hook::PreMergeCommit { Hook::PreCommit } else { name };
        let call = find_call(entry, name, OnError::Ends).or_else(|| find_call(entry, also, OnError::Ends))?;
        let fault = if stages.is_some() && !has_stage(stages, name) {
            Some(OTHER_STAGE)
        } else {
            (is_limited && !always_runs).then_some(SOME_FILES)
        };
        Some(ConfigCall { hook: name, file: String::new(), entry: None, call: Some(call), fault })
    });
    calls.collect()
}

fn has_stage(stages: Option<&Value>, hook: Hook) -> bool {
    texts(stages).into_iter().any(|stage| {
        let present = FORMER_STAGES.iter().find(|(former, _)| *former == stage);
        present.map_or(stage, |(_, present)| present) == hook.name()
    })
}
