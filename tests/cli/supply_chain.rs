//! What a change may bring in without anybody noticing: actions by a tag, `unsafe` without a reason.
#![allow(clippy::expect_used, clippy::panic, missing_docs, reason = "a panic here is the failure report")]

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Trial;

use crate::support::trials::{Ran, Skip, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        actions_are_named_by_their_commits,
        unsafe_stands_in_two_places_with_a_reason,
        the_tree_itself_holds_no_secret,
    ]
}

fn below(folder: &str) -> Vec<(PathBuf, String)> {
    let (mut files, mut work) = (Vec::new(), vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)]);
    while let Some(path) = work.pop() {
        if path.is_dir() {
            work.extend(fs::read_dir(&path).expect("listed").map(|entry| entry.expect("an entry").path()));
        } else {
            let text = fs::read_to_string(&path).expect("text");
            files.push((path, text));
        }
    }
    assert!(!files.is_empty(), "{folder}");
    files
}

fn actions_are_named_by_their_commits() {
    let mut seen = 0;
    for (path, text) in below(".github/workflows") {
        for line in text.lines() {
            let Some((_, action)) = line.split_once("uses:") else { continue };
            let commit = action.split_once('@').map_or("", |(_, commit)| commit.trim());
            let (commit, version) = commit.split_once(" # v").unwrap_or((commit, ""));
            let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_commit && !version.is_empty(), "{}: {line}", path.display());
            seen += 1;
        }
        assert!(text.contains("permissions:\n  contents: read\n"), "{}: what it may do", path.display());
    }
    assert!(seen > 0);
}

fn unsafe_stands_in_two_places_with_a_reason() {
    let mut places = Vec::new();
    for (path, text) in below("src") {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if !code.split(|sign: char| !sign.is_alphanumeric() && sign != '_').any(|word| word == "unsafe") {
                continue;
            }
            let reason = lines[..at].iter().rev().take_while(|line| line.trim_start().starts_with("//"));
            assert!(reason.into_iter().any(|line| line.contains("SAFETY: ")), "{}: {line}", path.display());
            places.push(path.strip_prefix(env!("CARGO_MANIFEST_DIR")).expect("below").display().to_string());
        }
    }
    places.sort();
    assert_eq!(places, ["src/source/git/pack/map.rs", "src/text/sieve/vector.rs"]);
}

/// This repository's own hook is quiet, and so is the first thing that its README asks for: examples are cut, or on
/// record in `.skant-baseline`.
fn the_tree_itself_holds_no_secret() -> Ran {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    if !top.join(".git").exists() {
        return Err(Skip("needs a git checkout, for git's ignore rules".to_owned()));
    }
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_skant"))
        .args(["scan", "--format", "json"])
        .current_dir(top)
        .output()
        .expect("run");
    assert!(output.status.success(), "`skant scan` finds something here; cut it, or `skant allow` it");
    assert!(String::from_utf8_lossy(&output.stdout).contains("\"complete\": true"));
    Ok(())
}
