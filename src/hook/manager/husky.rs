//! husky 9: a file per hook in `.husky`, run with `sh -e`. <https://typicode.github.io/husky/>

use std::path::Path;

use serde_json::Value;

use super::config::{ConfigText, depends_on, read_text};
use super::{ConfigCall, Declared, IGNORED, Manager};
use crate::hook::git_hook::Hook;
use crate::hook::skant_call::{OnError, find_call};

/// The folder of the hooks in a project that does not name another.
const FOLDER: &str = ".husky";
/// Files of other programs' hooks, which show that a `.husky` folder is in use.
const OTHER_HOOKS: [&str; 3] = ["prepare-commit-msg", "post-merge", "post-checkout"];

/// Returns the declaration: a dependency, a script that runs husky, or hooks in `.husky`.
pub(super) fn declared(top: &Path, package: Option<&Value>) -> Option<Declared> {
    let mut found = in_folder(top, FOLDER);
    if package.is_some_and(names_husky) {
        "package.json".clone_into(&mut found.file);
        return Some(found);
    }
    let names = Hook::ALL.map(Hook::name).into_iter().chain(OTHER_HOOKS);
    let mut texts = names.map(|name| read_text(top, &format!("{FOLDER}/{name}")));
    texts.any(|text| !matches!(text, ConfigText::Absent)).then_some(found)
}

fn names_husky(package: &Value) -> bool {
    let scripts = package.get("scripts").and_then(Value::as_object);
    let mut scripts = scripts.into_iter().flat_map(|scripts| scripts.values()).filter_map(Value::as_str);
    depends_on(package, "husky")
        || scripts.any(|script| script.split([' ', '&', ';']).any(|word| word == "husky"))
}

/// Returns what the files of a folder call.
pub(super) fn in_folder(top: &Path, folder: &str) -> Declared {
    let mut found = Declared::new(Manager::Husky, folder);
    for hook in Hook::ALL {
        let file = format!("{folder}/{}", hook.name());
        match read_text(top, &file) {
            ConfigText::Absent => {}
            ConfigText::Unreadable => found.is_partly_read = true,
            ConfigText::Text(text) => {
                found.entries.push((hook, ""));
                let call = find_call(&text, hook, OnError::Ends);
                found.calls.extend(call.map(|call| {
                    let fault = (!call.blocks).then_some(IGNORED);
                    ConfigCall { hook, file, entry: None, call: Some(call), fault }
                }));
            }
        }
    }
    found
}
