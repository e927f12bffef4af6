//! Comparison of the listed files with git's own list of untracked files.

#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::*;

use super::{FileLister, PathOrigin};
use crate::git::{GitEnvironment, Repository};
use crate::source::ignore_files::IgnoreMode;

fn git(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The paths that git would add.
fn listed_by_git(top: &Path) -> BTreeSet<String> {
    let listed = git(top, &["ls-files", "-z", "--others", "--exclude-standard"]);
    let names = listed.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    names.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
}

fn listed_here(top: &Path, names: &[PathBuf]) -> BTreeSet<String> {
    let repository = Repository::discover(top, &GitEnvironment::default()).unwrap();
    let lister = FileLister {
        repository: Some(&repository),
        root: repository.work_tree.as_deref().unwrap(),
        ignore_mode: IgnoreMode::AsGit,
        origin: PathOrigin::Person,
        excluded: &|_| false,
    };
    let listing = lister.list(names);
    assert_eq!(listing.problems, []);
    listing.files.iter().map(|file| String::from_utf8_lossy(&file.path).into_owned()).collect()
}

/// Makes a repository with files whose names have the special characters of patterns.
fn tree() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let top = fs::canonicalize(folder.path()).unwrap();
    git(&top, &["init", "-q"]);
    let names = [
        "a",
        "b",
        "ab",
        "A",
        "aB",
        "a b",
        "a ",
        "a\t",
        "a.b",
        "b.a",
        "{a,b}",
        "a{b",
        "[a]",
        "[a",
        "a]",
        "a\\",
        "\\a",
        "a-b",
        "^a",
        "!a",
        "#a",
        "**",
        "a*",
        "?",
        "\u{e9}",
        "a\r",
        "abab",
        "[[:alpha:]]",
        "-",
        "]",
    ];
    for folder in ["", "a.d/", "b.d/", "a.d/b.d/", "b.d/a.d/b.d/", "a b.d/", "{a,b}.d/"] {
        fs::create_dir_all(top.join(folder)).unwrap();
        for name in names {
            fs::write(top.join(folder).join(name), "").unwrap();
        }
    }
    (folder, top)
}

/// A pattern of pieces that match each other often.
fn pattern() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(vec!["a", "b", "ab", "A", ".d", "a.d", "b.d"]),
        4 => prop::sample::select(vec!["*", "**", "**/", "/**", "/**/", "?", "/", "//", "***"]),
        3 => prop::sample::select(vec![
            "[ab]", "[!a]", "[^a]", "[a-b]", "[b-a]", "[]a]", "[!]a]", "[a", "[", "]", "[/]", "[a/]", "[\\]a]",
            "[[:alpha:]]", "[[:upper:]]", "[[:nonsense:]]", "[[:alpha:]", "[a-]", "[--a]", "[[.a.]]", "[[=a=]]",
            "[[:]", "[\\", "[!-~]", "[[:space:]]", "[[:punct:][:digit:]]",
        ]),
        2 => prop::sample::select(vec!["{a,b}", "{a", "\\", "\\a", "\\*", "\\?", "\\[", "\\\\", "\\ ", "!", "#"]),
        1 => prop::sample::select(vec![" ", "\t", "\r", "\u{e9}", "\0", "-", "^", ".", "\u{feff}", "~", "+(a)", "@(a|b)"]),
    ];
    let ends = prop::sample::select(vec!["", "", "", "", "/", " ", "  ", "\t", "\\ ", "\r"]);
    let starts = prop::sample::select(vec!["", "", "", "", "!", "/", "\\!", "\\#", "#"]);
    (starts, prop::collection::vec(piece, 1..5), ends)
        .prop_map(|(start, pieces, end)| format!("{start}{}{end}", pieces.concat()))
}

fn ignore_file() -> impl Strategy<Value = String> {
    let line_end = prop::sample::select(vec!["\n", "\n", "\r\n"]);
    let line = (pattern(), line_end).prop_map(|(line, end)| line + end);
    (any::<bool>(), prop::collection::vec(line, 0..4), any::<bool>()).prop_map(|(mark, lines, ends)| {
        let text = lines.concat();
        let text = if ends { text } else { text.trim_end_matches('\n').to_owned() };
        if mark { format!("\u{feff}{text}") } else { text }
    })
}

#[test]
fn the_listed_files_are_those_that_git_would_add() {
    let (_folder, top) = tree();
    let strategy = (
        ignore_file(),
        prop::option::of(ignore_file()),
        prop::option::of(ignore_file()),
        ignore_file(),
        prop::sample::select(vec!["true", "false"]),
    );
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases: 150, ..ProptestConfig::default() });
    let optional = |path: PathBuf, text: Option<String>| match text {
        Some(text) => fs::write(path, text).unwrap(),
        None => drop(fs::remove_file(path)),
    };
    let result = runner.run(&strategy, |(above, middle, deep, exclude, fold_case)| {
        fs::write(top.join(".gitignore"), above).unwrap();
        optional(top.join("b.d/.gitignore"), middle);
        optional(top.join("b.d/a.d/.gitignore"), deep);
        fs::write(top.join(".git/info/exclude"), exclude).unwrap();
        git(&top, &["config", "core.ignoreCase", fold_case]);
        prop_assert_eq!(listed_here(&top, std::slice::from_ref(&top)), listed_by_git(&top));
        Ok(())
    });
    result.unwrap();
}

#[test]
fn a_named_folder_has_the_ignore_files_above_it() {
    let (_folder, top) = tree();
    fs::write(top.join(".gitignore"), "ab\n/b.d/a.d/a\n").unwrap();
    fs::write(top.join("b.d/.gitignore"), "!/a.d/b.d/ab\na.d/A\n").unwrap();
    let folder = top.join("b.d/a.d");
    let expected: BTreeSet<String> =
        listed_by_git(&top).into_iter().filter(|name| name.starts_with("b.d/a.d/")).collect();
    assert!(expected.contains("b.d/a.d/b.d/ab") && !expected.contains("b.d/a.d/ab"), "{expected:?}");
    assert_eq!(listed_here(&top, &[folder]), expected);
}

#[test]
fn the_ignore_file_of_the_user_is_the_one_that_git_finds() {
    let (_folder, top) = tree();
    let file = top.join(".git/user");
    fs::write(&file, "a\n").unwrap();
    let file = file.display().to_string();
    for (value, ignores) in [(file.as_str(), true), ("", false), ("/dev/null", false), (".git/user", true)] {
        git(&top, &["config", "core.excludesFile", value]);
        let listed = listed_here(&top, std::slice::from_ref(&top));
        assert_eq!(listed, listed_by_git(&top), "{value}");
        assert_eq!(!listed.contains("a"), ignores, "{value}");
    }
}

#[test]
fn a_nested_repository_has_its_own_rules() {
    let (_folder, top) = tree();
    fs::write(top.join(".gitignore"), "ab\n").unwrap();
    let nested = top.join("a.d");
    git(&nested, &["init", "-q"]);
    fs::write(nested.join(".gitignore"), "/b\n").unwrap();
    fs::write(nested.join(".git/info/exclude"), "A\n").unwrap();
    let listed = listed_here(&top, std::slice::from_ref(&top));
    let inside = listed.iter().filter_map(|name| name.strip_prefix("a.d/").map(str::to_owned));
    assert_eq!(inside.collect::<BTreeSet<_>>(), listed_by_git(&nested));
    assert!(listed.contains("a.d/ab") && !listed.contains("ab") && !listed.contains("a.d/A"));
}

#[test]
fn files_that_cannot_be_used_as_ignore_files_ignore_nothing() {
    let (_folder, top) = tree();
    fs::write(top.join(".gitignore"), "ab\n").unwrap();
    std::os::unix::fs::symlink("../.gitignore", top.join("a.d/.gitignore")).unwrap();
    let listed = listed_here(&top, std::slice::from_ref(&top));
    assert!(listed.contains("a.d/ab") && !listed.contains("ab") && !listed.contains("b.d/ab"));
}
