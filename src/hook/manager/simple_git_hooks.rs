//! simple-git-hooks: one command per hook, in `package.json` or a file of its own. It removes every hook that its
//! settings do not name. <https://github.com/toplenboren/simple-git-hooks>

use std::path::Path;

use serde_json::Value;

use super::config::{ConfigText, Parsed, read, read_text};
use super::{ConfigCall, Declared, IGNORED, Manager};
use crate::hook::git_hook::Hook;
use crate::hook::skant_call::{OnError, find_call};

/// The key in `package.json`.
const KEY: &str = "simple-git-hooks";
/// The files of its own, in its order. Those that are programs are not run here.
const FILES: [(&str, Format); 8] = [
    (".simple-git-hooks.cjs", Format::Program),
    (".simple-git-hooks.js", Format::Program),
    (".simple-git-hooks.mjs", Format::Program),
    ("simple-git-hooks.cjs", Format::Program),
    ("simple-git-hooks.js", Format::Program),
    ("simple-git-hooks.mjs", Format::Program),
    (".simple-git-hooks.json", Format::Json),
    ("simple-git-hooks.json", Format::Json),
];

/// What a file of its own is.
#[derive(Clone, Copy)]
enum Format {
    Program,
    Json,
}

/// Returns the declaration in the first of its files.
pub(super) fn declared(top: &Path, package: Option<&Value>) -> Option<Declared> {
    for (name, format) in FILES {
        let (value, is_readable) = match (read_text(top, name), format) {
            (ConfigText::Absent, _) => continue,
            (_, Format::Json) => match read(top, name) {
                Parsed::Value(value) => (value, true),
                Parsed::Absent | Parsed::Unreadable => (Value::Null, false),
            },
            (_, Format::Program) => (Value::Null, false),
        };
        return Some(Declared { is_partly_read: !is_readable, ..from_value(name, &value) });
    }
    match package?.get(KEY)? {
        Value::String(name) => match read(top, name) {
            Parsed::Value(value) => Some(from_value(name, &value)),
            Parsed::Absent | Parsed::Unreadable => {
                Some(Declared { is_partly_read: true, ..from_value("package.json", &Value::Null) })
            }
        },
        value => Some(from_value("package.json", value)),
    }
}

fn from_value(file: &str, value: &Value) -> Declared {
    let mut found = Declared::new(Manager::SimpleGitHooks, file);
    for hook in Hook::ALL {
        let Some(command) = value.get(hook.name()).and_then(Value::as_str) else { continue };
        found.entries.push((hook, KEY));
        found.calls.extend(find_call(command, hook, OnError::GoesOn).map(|call| {
            let fault = (!call.blocks).then_some(IGNORED);
            ConfigCall { hook, file: file.to_owned(), entry: None, call: Some(call), fault }
        }));
    }
    found
}
