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
pub(super) fn calls_skant(path: &Path, hook: Hook) -> bool {
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

/// What a hook in a shell does with its own path if it takes the folders of the path for names.
const SHELL_COMPARISONS: [&str; 9] =
    ["${0%", "${0#", "${0/", "case $0", "case \"$0", "$0\" =", "$0 =", "= \"$0", "= $0"];
/// The own path of a program in other languages.
const OWN_PATHS: [&str; 4] = ["__file__", "__FILE__", "__filename", "argv"];

/// Returns whether a hook depends on the name of its folder: it names its own file, or compares its own path with that
/// name. Such a hook does something else in another folder. Comments and messages do not count.
pub(super) fn names_its_place(path: &Path, hook: Hook) -> bool {
    let Ok(content) = fs::read(path) else { return false };
    let text = String::from_utf8_lossy(&content);
    text.lines().map(str::trim).any(|line| {
        let is_comment =
            ["#", "//", "--", "*"].iter().any(|mark| line.starts_with(mark)) && !line.ends_with(";;");
        let is_message = ["echo ", "printf ", "print", "puts "].iter().any(|word| line.starts_with(word))
            && !line.contains(['|', '`', '<'])
            && !line.contains("$(");
        if is_comment || is_message {
            return false;
        }
        names_own_file(line, hook)
            || is_word(line, "hooks") && SHELL_COMPARISONS.iter().any(|text| line.contains(text))
            || line.contains("git/hooks") && OWN_PATHS.iter().any(|text| line.contains(text))
            || line.starts_with('*') && line.contains("/hooks/") && line.contains(')')
    })
}

/// Returns whether a line has `hooks/NAME`, also with quotes or a bracket between.
fn names_own_file(line: &str, hook: Hook) -> bool {
    line.match_indices(hook.name()).any(|(at, name)| {
        let (before, after) = (&line[..at], &line[at + name.len()..]);
        let folder = before.trim_end_matches(['"', '\'']).strip_suffix('/');
        folder.is_some_and(|folder| folder.trim_end_matches(['"', '\'', ')', '`', '}']).ends_with("hooks"))
            && !after.starts_with(|next: char| next.is_alphanumeric() || "._-/".contains(next))
    })
}

fn is_word(line: &str, word: &str) -> bool {
    let is_part =
        |character: Option<char>| character.is_some_and(|found| found.is_alphanumeric() || found == '_');
    line.match_indices(word).any(|(at, _)| {
        !is_part(line[..at].chars().next_back()) && !is_part(line[at + word.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_that_depends_on_its_folder_is_recognised() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hook");
        for (line, expected) in [
            ("tail -n +4 .git/hooks/pre-commit | sh", true),
            ("exec bash \"$GIT_DIR/hooks/pre-commit\" \"$@\"", true),
            ("sed '1,/^__END__$/d' \"$(git rev-parse --git-path hooks)/pre-commit\"", true),
            ("top=${0%/.git/hooks/*}", true),
            ("case $0 in */hooks/*) exit 1 ;; esac", true),
            ("*/.git/hooks/*) exit 1 ;;", true),
            ("[ \"$0\" = .git/hooks/pre-commit ] || exit 0", true),
            ("top = __file__.split('/.git/hooks/')[0]", true),
            ("const top = process.argv[1].replace(/.git/hooks.*/, '')", true),
            ("# save as .git/hooks/pre-commit", false),
            ("echo 'remove .git/hooks/pre-commit to go on'", false),
            (". .git/hooks/lib.sh", false),
            (". \"$(dirname \"$0\")/lib.sh\"", false),
            (". \"$(dirname \"$0\")/../../tools/hooks/lib.sh\"", false),
            ("for part in .git/hooks/pre-commit.d/*; do \"$part\" \"$@\"; done", false),
            ("exec .git/hooks/pre-push", false),
            ("case ${0##*/} in pre-commit) exit 1 ;; esac", false),
            ("tail -n +4 \"$0\" | sh", false),
            ("deleting the 'pre-commit' file in the hooks directory; usually '.git/hooks'", false),
        ] {
            fs::write(&path, format!("#!/bin/sh\n{line}\n")).unwrap();
            assert_eq!(names_its_place(&path, Hook::PreCommit), expected, "{line}");
        }
    }

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
