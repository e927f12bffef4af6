//! Hooks that somebody else's files call: where a folder is not ours to write, its users put skant's lines there.

use std::fs;
use std::path::Path;

use crate::hook::install::{Action, Hook, What};

/// The folder of the files that people write where git looks for hooks in another one. What husky tells git to use is
/// `.husky/_`; its users' own files are one folder up.
pub(crate) fn of_people(folder: &Path) -> &Path {
    let is_husky = |folder: &&Path| folder.file_name().is_some_and(|name| name == ".husky");
    folder.ancestors().find(is_husky).unwrap_or(folder)
}

/// The hooks that are called there already, and those that are not.
pub(crate) fn called(folder: &Path, hooks: &[Hook]) -> (Vec<Action>, Vec<Hook>) {
    let place = of_people(folder);
    let (called, missing): (Vec<Hook>, Vec<Hook>) =
        hooks.iter().partition(|hook| calls(&place.join(hook.name()), **hook));
    let action = |hook: Hook| Action { hook, path: place.join(hook.name()), what: What::Called };
    (called.into_iter().map(action).collect(), missing)
}

/// Whether a line of a file, and no comment, calls skant for a hook: `skant hook pre-commit "$@"`.
fn calls(path: &Path, hook: Hook) -> bool {
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
    fn a_line_that_calls_skant_is_told_from_one_that_speaks_of_it() {
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
            assert_eq!(calls(&path, Hook::PreCommit), expected, "{text}");
        }
        assert!(!calls(&folder.path().join("none"), Hook::PreCommit));
    }
}
