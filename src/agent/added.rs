//! What the input of a tool adds to files, apart from the rest of the input.

use serde_json::{Map, Value};

use super::patch;

/// A change of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    /// The path as the tool names it.
    pub(crate) path: String,
    /// The path of the file that becomes this one.
    pub(crate) moved_from: Option<String>,
    pub(crate) before: String,
    pub(crate) after: String,
    /// Whether `after` is the whole file.
    pub(crate) is_whole: bool,
}

/// The tools that change files, by the names of all agents. The text that another tool gets may go anywhere.
const TOOLS: [&str; 23] = [
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
    "search_replace",
    "str_replace",
    "str_replace_editor",
    "write",
    "write_file",
];

/// The tools that take a patch.
const PATCH_TOOLS: [&str; 2] = ["apply_patch", "applyPatch"];

/// The words in the names of fields that hold the path of a file, in lower case. Which of several fields a tool takes
/// differs between tools and versions, so that each counts.
const PATH_WORDS: [&str; 6] = ["path", "file", "notebook", "target", "dest", "uri"];

/// The number of paths of one change. With more of them it is a change of a file without a name, which git would commit.
const MAX_PATHS: usize = 8;

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

/// Returns the changes of files by a tool, and the input without their texts. A text that may go into one of several files
/// is a change of each.
pub(crate) fn changes(tool: &str, input: &Value) -> (Vec<Change>, Value) {
    let (mut changes, mut rest) = (Vec::new(), input.clone());
    if PATCH_TOOLS.contains(&tool) {
        take_patches(&mut rest, &mut changes);
    } else if TOOLS.contains(&tool) {
        take_texts(&mut rest, &[], &mut changes);
    }
    (changes, rest)
}

/// Returns all paths that an input names.
pub(crate) fn paths_in(input: &Value) -> Vec<String> {
    let mut paths = Vec::new();
    add_paths(input, false, &|_| true, &mut paths);
    paths
}

/// Adds the texts of the fields that hold paths. Objects that `is_wanted` rejects are left out.
fn add_paths(
    value: &Value,
    is_path: bool,
    is_wanted: &dyn Fn(&Map<String, Value>) -> bool,
    paths: &mut Vec<String>,
) {
    match value {
        Value::String(path) if is_path => paths.push(path.clone()),
        Value::Array(values) => values.iter().for_each(|value| add_paths(value, is_path, is_wanted, paths)),
        Value::Object(fields) if is_wanted(fields) => {
            for (name, value) in fields.iter().filter(|(name, _)| !is_text_name(name)) {
                add_paths(value, is_path || is_path_name(name), is_wanted, paths);
            }
        }
        _ => {}
    }
}

fn is_path_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    PATH_WORDS.iter().any(|word| name.contains(word))
}

/// Returns whether a field of this name holds a text of a change.
fn is_text_name(name: &str) -> bool {
    PAIRS.iter().any(|(old, new)| [*old, *new].contains(&name))
        || WHOLE.iter().chain(&INSERTED).any(|text| *text == name)
}

/// Returns whether an object is a change by itself, apart from the objects in it.
fn is_change(fields: &Map<String, Value>) -> bool {
    fields.iter().any(|(name, value)| is_text_name(name) && value.is_string())
}

/// Takes the patches out of an input; the paths of the files stay.
fn take_patches(input: &mut Value, changes: &mut Vec<Change>) {
    match input {
        Value::String(text) => {
            if let Some(files) = patch::parse(text) {
                let paths = files.iter().flat_map(|file| file.moved_from.iter().chain([&file.path]));
                *input = paths.cloned().collect();
                changes.extend(files.into_iter().map(|file| Change {
                    path: file.path,
                    moved_from: file.moved_from,
                    before: file.before,
                    after: file.after,
                    is_whole: false,
                }));
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| take_patches(value, changes)),
        Value::Object(fields) => fields.values_mut().for_each(|value| take_patches(value, changes)),
        _ => {}
    }
}

/// Takes the texts out of an object and the objects in it, to which its paths apply as well.
fn take_texts(input: &mut Value, outer_paths: &[String], changes: &mut Vec<Change>) {
    match input {
        Value::Object(fields) => {
            let mut paths = outer_paths.to_vec();
            for (name, value) in fields.iter().filter(|(name, _)| !is_text_name(name)) {
                add_paths(value, is_path_name(name), &|inner| !is_change(inner), &mut paths);
            }
            paths.sort();
            paths.dedup();
            if paths.len() > MAX_PATHS {
                paths = vec![String::new()];
            }
            let unnamed = [String::new()];
            let mut add = |before: String, after: String, is_whole| {
                for path in if paths.is_empty() { &unnamed[..] } else { &paths } {
                    let (path, before, after) = (path.clone(), before.clone(), after.clone());
                    changes.push(Change { path, moved_from: None, before, after, is_whole });
                }
            };
            for (old, new) in PAIRS {
                if let Some(after) = take(fields, new) {
                    add(take(fields, old).unwrap_or_default(), after, false);
                }
            }
            for name in WHOLE.iter().chain(&INSERTED) {
                if let Some(after) = take(fields, name) {
                    add(String::new(), after, WHOLE.contains(name));
                }
            }
            fields.values_mut().for_each(|value| take_texts(value, &paths, changes));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| take_texts(value, outer_paths, changes)),
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

    fn change(path: &str, before: &str, after: &str) -> Change {
        Change { path: path.into(), before: before.into(), after: after.into(), ..Change::default() }
    }

    #[test]
    fn a_text_is_a_change_of_each_file_that_may_be_meant() {
        for (input, paths) in [
            (json!({"file_path": "a", "path": "b", "new_string": "y"}), &["a", "b"][..]),
            (json!({"filePath": "a", "target_file": "b", "file": "c", "new_string": "y"}), &["a", "b", "c"]),
            (json!({"path": "a", "edits": [{"path": "b", "new_string": "y"}]}), &["a", "b"]),
            (json!({"path": "a", "new_string": "y", "options": {"file_name": "b"}}), &["a", "b"]),
            (json!({"path": ["a", {"x": "b"}], "new_string": "y"}), &["a", "b"]),
            (json!({"new_string": "y"}), &[""]),
            (json!({"path": "a", "old_string": "", "new_string": "y", "mode": "b"}), &["a"]),
        ] {
            let expected: Vec<Change> = paths.iter().map(|path| change(path, "", "y")).collect();
            assert_eq!(changes("edit", &input).0, expected, "{input}");
        }
    }

    #[test]
    fn edits_of_several_files_are_apart() {
        let input = json!({"edits": [
            {"path": "a", "old_string": "1", "new_string": "2"},
            {"path": "b", "old_string": "3", "new_string": "4"},
        ]});
        assert_eq!(changes("edit", &input).0, [change("a", "1", "2"), change("b", "3", "4")]);
    }

    #[test]
    fn the_paths_of_a_patch_stay() {
        let text =
            "*** Begin Patch\n*** Update File: a\n*** Move to: b\n+x\n*** Add File: c\n+y\n*** End Patch";
        let (found, rest) = changes("apply_patch", &json!({"input": text}));
        assert_eq!(found.len(), 2);
        assert_eq!(rest, json!({"input": ["a", "b", "c"]}));
    }

    #[test]
    fn the_texts_of_edits_are_taken_out_with_their_path() {
        let input =
            json!({"file_path": "a.py", "edits": [{"old_string": "x", "new_string": "y"}], "note": "n"});
        let (found, rest) = changes("MultiEdit", &input);
        assert_eq!(found, [change("a.py", "x", "y")]);
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
