//! Changes that reviewers may overlook: actions named by a tag, `unsafe` without a reason, a secret in the repository.

use std::fs;
use std::path::{Path, PathBuf};

use testkit::trials::{Ran, Skip, Trial};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        actions_are_pinned_to_commits,
        unsafe_code_is_in_one_file_with_a_reason,
        this_repository_has_no_secret,
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

fn actions_are_pinned_to_commits() {
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
        let is_limited = ["permissions: {}\n", "permissions:\n  contents: read\n"]
            .iter()
            .any(|limit| text.contains(limit));
        assert!(is_limited, "{}: what it may do", path.display());
    }
    assert!(seen > 0);
}

fn unsafe_code_is_in_one_file_with_a_reason() {
    let mut places = Vec::new();
    for (path, text) in below("src").into_iter().chain(below("crates/bytescan/src")) {
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
    places.dedup();
    assert_eq!(places, ["crates/bytescan/src/x86.rs"]);
}

/// This repository's own scan finds nothing: examples are cut, or listed in `.skant-baseline`.
fn this_repository_has_no_secret() -> Ran {
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
