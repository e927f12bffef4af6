//! What the input of a tool adds to files, apart from the rest of the input.

use serde_json::{Map, Value};

use super::patch;

/// A change of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    /// The path as the tool names it.
    pub(crate) path: String,
    pub(crate) before: String,
    pub(crate) after: String,
    /// Whether `after` is the whole file.
    pub(crate) is_whole: bool,
}

/// The tools that change files, by the names of all agents. The text that another tool gets may go anywhere.
const TOOLS: [&str; 22] = [
    "Edit",
    "MultiEdit",
    "NotebookEdit",
    "StrReplace",
    "Write",
    "apply_patch",
    "applyPatch",
    "create",
    "create_file",
    "edit",
    "edit_file",
    "edit_notebook_file",
    "fs_write",
    "insert",
    "insert_edit_into_file",
    "multi_replace_string_in_file",
    "replace",
    "replace_string_in_file",
    "str_replace",
    "str_replace_editor",
    "write",
    "write_file",
];

/// The tools that take a patch.
const PATCH_TOOLS: [&str; 2] = ["apply_patch", "applyPatch"];

/// The names of the path of a file.
pub(crate) const PATHS: [&str; 8] = [
    "file_path",
    "filePath",
    "path",
    "absolute_path",
    "notebook_path",
    "target_file",
    "target_notebook",
    "file",
];

/// The names of a replaced text and of the text that replaces it.
const PAIRS: [(&str, &str); 4] = [
    ("old_string", "new_string"),
    ("oldString", "newString"),
    ("old_str", "new_str"),
    ("old_source", "new_source"),
];

/// The names of a whole file, and of a text that is put into one.
const WHOLE: [&str; 4] = ["content", "contents", "file_text", "fileText"];
const INSERTED: [&str; 3] = ["code", "insert_line_text", "insert_text"];

/// Returns the changes of files by a tool, and the input without their texts.
pub(crate) fn changes(tool: &str, input: &Value) -> (Vec<Change>, Value) {
    let (mut changes, mut rest) = (Vec::new(), input.clone());
    if PATCH_TOOLS.contains(&tool) {
        take_patches(&mut rest, &mut changes);
    } else if TOOLS.contains(&tool) {
        take_texts(&mut rest, "", &mut changes);
    }
    (changes, rest)
}

/// Returns the path that an input names.
pub(crate) fn path_of(input: &Map<String, Value>) -> Option<&str> {
    PATHS.iter().find_map(|name| input.get(*name)).and_then(Value::as_str)
}

fn take_patches(input: &mut Value, changes: &mut Vec<Change>) {
    match input {
        Value::String(text) => {
            if let Some(files) = patch::parse(text) {
                changes.extend(files.into_iter().map(|file| Change {
                    path: file.path,
                    before: file.before,
                    after: file.after,
                    is_whole: false,
                }));
                *input = Value::Null;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| take_patches(value, changes)),
        Value::Object(fields) => fields.values_mut().for_each(|value| take_patches(value, changes)),
        _ => {}
    }
}

/// Takes the texts out of an object and the objects in it, which may leave the path to the outer one.
fn take_texts(input: &mut Value, outer_path: &str, changes: &mut Vec<Change>) {
    match input {
        Value::Object(fields) => {
            let path = path_of(fields).unwrap_or(outer_path).to_owned();
            for (old, new) in PAIRS {
                if let Some(after) = take(fields, new) {
                    let before = take(fields, old).unwrap_or_default();
                    changes.push(Change { path: path.clone(), before, after, is_whole: false });
                }
            }
            for name in WHOLE.iter().chain(&INSERTED) {
                if let Some(after) = take(fields, name) {
                    let is_whole = WHOLE.contains(name);
                    changes.push(Change { path: path.clone(), before: String::new(), after, is_whole });
                }
            }
            fields.values_mut().for_each(|value| take_texts(value, &path, changes));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| take_texts(value, outer_path, changes)),
        _ => {}
    }
}

fn take(fields: &mut Map<String, Value>, name: &str) -> Option<String> {
    match fields.get_mut(name)?.take() {
        Value::String(text) => Some(text),
        other => {
            fields.insert(name.to_owned(), other);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_texts_of_edits_are_taken_out_with_their_path() {
        let input =
            json!({"file_path": "a.py", "edits": [{"old_string": "x", "new_string": "y"}], "note": "n"});
        let (found, rest) = changes("MultiEdit", &input);
        let expected = Change { path: "a.py".into(), before: "x".into(), after: "y".into(), is_whole: false };
        assert_eq!(found, [expected]);
        assert_eq!(
            rest,
            json!({"file_path": "a.py", "edits": [{"old_string": null, "new_string": null}], "note": "n"})
        );
    }

    #[test]
    fn the_input_of_another_tool_stays_whole() {
        let input = json!({"path": ".env", "content": "x"});
        assert_eq!(changes("mcp__files__post", &input), (Vec::new(), input));
    }
}
