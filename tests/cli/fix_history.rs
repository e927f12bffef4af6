//! `skant fix --history`: the plan, and the real git filter-repo with it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use base64::Engine as _;
use testkit::trials::{Ran, Trial};
use testkit::{Sandbox, archives, mail, needs, skant_program, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        filter_repo_with_the_plan_leaves_no_value,
        plan_is_private_and_outside_of_the_repository,
        plan_names_refs_people_and_what_it_does_not_reach,
        only_named_values_are_planned,
    ]
}

fn key(seed: &str) -> String {
    tokens::api_key(seed)
}

fn password() -> String {
    ["kX9pQ2", "vR7tLm"].concat()
}

/// A history with values in files, messages, names, encodings and archives, on several refs.
fn leaky() -> Sandbox {
    let sandbox = Sandbox::with_commit();
    let base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    sandbox.write("app.py", format!("KEY = \"{}\"\nDB_PASSWORD = \"{}\"\n", key("a"), password()));
    sandbox.write("b64.yml", format!("config: {}\n", base64(&format!("key={}\n", key("b")))));
    sandbox.write("arrow.txt", format!("{}==>{}\n", key("c"), key("d")));
    sandbox.write(
        "wide.txt",
        format!("key={}\n", key("e")).encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
    );
    sandbox.write(
        "conf/all.zip",
        archives::zip(&[archives::zipped("app.env", format!("KEY={}\n", key("f")).as_bytes())]),
    );
    sandbox.write("split.py", format!("KEY = (\"{}\"\n       \"{}\")\n", &key("g")[..50], &key("g")[50..]));
    let part = mail::quoted_printable(format!("key={}\n", key("m")).as_bytes());
    sandbox.write("mail.eml", mail::multipart(&[(mail::QUOTED, part)]));
    sandbox.write(&format!("names/{}.txt", key("h")), "x\n");
    sandbox.commit_all(&format!("add a key {}", key("i")));
    sandbox.git(&["tag", "-a", "v1", "-m", &format!("release with {}", key("j"))]);
    sandbox.sh("git rm -q -r app.py names; git commit -q --no-verify -m removed");
    sandbox.git(&["checkout", "-q", "-b", "dev"]);
    sandbox.write("dev.properties", format!("db.password={}\n", password()));
    sandbox.commit_all("dev");
    sandbox.git(&["update-ref", "refs/pull/7/head", "HEAD"]);
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox
}

fn fingerprints(output: &Output) -> BTreeSet<String> {
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["fingerprint"].as_str().unwrap().to_owned()).collect()
}

fn plan(sandbox: &Sandbox, arguments: &[&str]) -> (Output, String) {
    let output = sandbox.skant(&[&["fix", "--history"], arguments].concat());
    let text = text_of(&output);
    for seed in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "m"] {
        assert!(!text.contains(&key(seed)[14..40]), "the output shows the value {seed}");
    }
    assert!(!text.contains(&password()), "the output shows the password");
    (output, text)
}

fn filter_repo_with_the_plan_leaves_no_value() -> Ran {
    needs::success("git", &["filter-repo", "--version"])?;
    let sandbox = leaky();
    let before = sandbox.skant(&["scan", "--history", "--json", "--min-confidence", "low"]);
    let before = fingerprints(&before);
    assert!(before.len() >= 12, "{before:?}");
    let (_, text) = plan(&sandbox, &["--min-confidence", "low"]);
    let clone = sandbox.sibling("rewrite.git");
    sandbox.sh(&format!("git clone -q --mirror . {}", clone.display()));
    let commands: Vec<&str> = text.lines().filter(|line| line.starts_with("  git filter-repo")).collect();
    assert_eq!(commands.len(), 2, "{text}");
    for command in commands {
        sandbox.sh(&format!("cd {}; {command}", clone.display()));
    }
    let after = sandbox
        .command_in(&clone, skant_program())
        .args(["scan", "--history", "--json", "--min-confidence", "low"])
        .output()
        .unwrap();
    assert_eq!(after.status.code(), Some(0), "{}", text_of(&after));
    let left: Vec<_> = fingerprints(&after).intersection(&before).cloned().collect();
    assert!(left.is_empty(), "{left:?}");
    // An e-mail is a text: its value is replaced, and the file stays.
    assert!(sandbox.sh(&format!("git -C {} show main:mail.eml", clone.display())).contains("--edge--"));
    Ok(())
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn plan_is_private_and_outside_of_the_repository() {
    let sandbox = leaky();
    let folder = sandbox.sibling("plan");
    for inside in [sandbox.dir.join("plan"), sandbox.dir.join(".git/plan"), "x/../plan".into()] {
        let (output, text) = plan(&sandbox, &["--plan", inside.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains("inside of the repository"), "{text}");
    }
    plan(&sandbox, &["--plan", folder.to_str().unwrap()]);
    assert_eq!(mode(&folder), 0o700);
    for entry in fs::read_dir(&folder).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
    let text = fs::read_to_string(folder.join("replacements.txt")).unwrap();
    assert!(text.lines().all(|line| line.ends_with("==>***REMOVED***")), "each line has its replacement");
    // A value of a word is replaced as a word.
    assert!(text.contains(&format!("regex:(?<![A-Za-z0-9_]){}(?![A-Za-z0-9_])==>", password())));
    assert_eq!(sandbox.git(&["status", "--porcelain", "--ignored"]), "");
}

fn plan_names_refs_people_and_what_it_does_not_reach() {
    let sandbox = leaky();
    sandbox.git(&["branch", &format!("b-{}", key("k"))]);
    let cut = key("cut");
    sandbox.write("cut.txt", format!("{}zz\n", &cut[..cut.len() - 2]));
    sandbox.commit_all("cut");
    sandbox.git(&["notes", "add", "-m", &key("note")]);
    sandbox.git(&["update-ref", "refs/keep/one", "HEAD"]);
    let (output, text) = plan(&sandbox, &[]);
    assert_eq!(output.status.code(), Some(1), "{text}");
    for expected in [
        "First revoke the values",
        "changes: branches (3): ",
        "changes: tags (1): refs/tags/v1",
        "changes: pull requests (1): refs/pull/7/head",
        "clone again: everybody with a clone",
        "still stand at a branch head",
        "not reached: ",
        "git branch -m OLD NEW",
        "may be no secret, and a rewrite replaces the text everywhere",
        "removes the file in every commit: ",
        "git push --force --all ADDRESS",
        "git push --force ADDRESS 'refs/notes/*:refs/notes/*'",
        "git push --force ADDRESS refs/keep/one:refs/keep/one",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    assert!(!text.contains(&key("k")[14..40]), "the name of the branch is masked");
}

fn only_named_values_are_planned() {
    let sandbox = leaky();
    let report = sandbox.skant(&["scan", "--json", "arrow.txt"]);
    let one = fingerprints(&report).into_iter().next().unwrap();
    let folder = sandbox.sibling("one");
    let (_, text) = plan(&sandbox, &[&one, "--plan", folder.to_str().unwrap()]);
    assert!(text.contains("1 finding, 1 replacement"), "{text}");
    assert_eq!(fs::read_to_string(folder.join("replacements.txt")).unwrap().lines().count(), 1);
    let (output, _) = plan(&sandbox, &["ffffffffffffffff"]);
    assert_eq!(output.status.code(), Some(2));
    let (output, _) = plan(&sandbox, &["arrow.txt"]);
    assert_eq!(output.status.code(), Some(2));
}
