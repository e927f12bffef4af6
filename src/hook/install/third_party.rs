//! Calls of skant in the files of third-party hooks. Where skant may not write into a hooks folder, its users add the
//! lines that call skant. Reads files, changes nothing.

use std::fs;
use std::path::Path;

use super::{Action, Hook, Outcome};

/// Returns the folder that holds the files that users write. Husky sets `core.hooksPath` to `.husky/_`, and its users'
/// own files are one folder up; otherwise it is the hooks folder itself.
pub(crate) fn user_folder(hooks_dir: &Path) -> &Path {
    let is_husky = |folder: &&Path| folder.file_name().is_some_and(|name| name == ".husky");
    hooks_dir.ancestors().find(is_husky).unwrap_or(hooks_dir)
}

/// Returns the hooks whose files call skant already, and the hooks whose files do not.
pub(crate) fn find_calls(hooks_dir: &Path, hooks: &[Hook]) -> (Vec<Action>, Vec<Hook>) {
    let folder = user_folder(hooks_dir);
    let (called, missing): (Vec<Hook>, Vec<Hook>) =
        hooks.iter().partition(|hook| calls_skant(&folder.join(hook.name()), **hook));
    let action = |hook: Hook| Action { hook, path: folder.join(hook.name()), outcome: Outcome::Called };
    (called.into_iter().map(action).collect(), missing)
}

/// Returns whether a line of a file that is not a comment calls skant for a hook: `skant hook pre-commit "$@"`.
fn calls_skant(path: &Path, hook: Hook) -> bool {
    let Ok(content) = fs::read(path) else { return false };
    let text = String::from_utf8_lossy(&content);
    text.lines().map(str::trim_start).filter(|line| !line.starts_with('#')).any(|line| {
        let words: Vec<&str> = line.split_whitespace().map(|word| word.trim_matches(['"', '\''])).collect();
        words.windows(3).any(|words| {
            let program = words[0].rsplit('/').next().unwrap_or_default();
            program == "skant" && words[1..] == ["hook", hook.name()]
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_of_skant_is_found_and_a_comment_is_not_a_call() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pre-commit");
        for (text, expected) in [
            ("skant hook pre-commit \"$@\"\n", true),
            ("#!/bin/sh\nset -e\nexec \"/opt/bin/skant\" hook pre-commit\n", true),
            ("npm test && skant hook pre-commit", true),
            ("# skant hook pre-commit \"$@\"\n", false),
            ("skant hook pre-push \"$@\"\n", false),
            ("skant scan --staged\n", false),
            ("kskant hook pre-commit\n", false),
            ("", false),
        ] {
            fs::write(&path, text).unwrap();
            assert_eq!(calls_skant(&path, Hook::PreCommit), expected, "{text}");
        }
        assert!(!calls_skant(&folder.path().join("none"), Hook::PreCommit));
    }
}
