//! The steps of the advice: commands run as they stand, and comments change no value.

use std::fs;

use serde_json::Value;
use testkit::trials::Trial;
use testkit::{Sandbox, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        proposed_comment_suppresses_and_changes_no_line,
        lines_for_gitignore_leave_the_example_in_git,
        untracked_file_is_not_revoked_first,
        text_of_a_blocked_message_is_kept,
        advice_for_a_message_suppresses_it,
        tags_and_names_have_steps_of_their_own,
        command_shows_the_line_of_an_old_version,
        key_files_get_no_comment,
    ]
}

fn help(sandbox: &Sandbox, arguments: &[&str]) -> Vec<String> {
    let output = sandbox.skant(&[&["scan", "--json"], arguments].concat());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let help = report["findings"][0]["help"].as_array().unwrap_or_else(|| panic!("{}", text_of(&output)));
    help.iter().map(|step| step.as_str().unwrap().to_owned()).collect()
}

/// Returns the command or code between backquotes in the step that contains some words.
fn quoted(help: &[String], words: &str) -> String {
    let step = help.iter().find(|step| step.contains(words)).unwrap_or_else(|| panic!("{words}: {help:?}"));
    step.split('`').nth(1).unwrap().to_owned()
}

fn proposed_comment_suppresses_and_changes_no_line() {
    let key = tokens::api_key("comment");
    for (file, text) in [
        ("a.py", "x = 1\nkey = \"KEY\"\n"),
        ("a.js", "const x = 1;\nconst key = f(a, 'KEY');\n"),
        ("a.sql", "SET x = 1;\nSET PASSWORD = 'KEY';\n"),
        ("a.css", "a {\n  content: \"KEY\";\n}\n"),
        ("a.tf", "x = 1\nkey = \"KEY\"\n"),
        ("run.sh", "x=1\nexport KEY=KEY\n"),
        (".env", "A=1\nKEY=KEY\n"),
        ("app.properties", "a=1\nkey=KEY\n"),
        ("a.ini", "[a]\nkey = KEY\n"),
        ("Dockerfile", "FROM x\nENV KEY=KEY\n"),
        ("a.yaml", "a: 1\nkey: KEY\n"),
        ("a.xml", "<a>\n  <key>KEY</key>\n</a>\n"),
    ] {
        let sandbox = Sandbox::repo();
        let text = text.replace("KEY\n", &format!("{key}\n")).replace("KEY\"", &format!("{key}\""));
        let text = text.replace("KEY'", &format!("{key}'")).replace("KEY<", &format!("{key}<"));
        sandbox.write(file, &text);
        sandbox.commit_all("leak");
        let comment = quoted(&help(&sandbox, &[file]), "add a comment on the line above");
        let lines: Vec<&str> = text.lines().collect();
        let at = lines.iter().position(|line| line.contains(&key)).unwrap();
        let changed = [&lines[..at], &[comment.as_str()], &lines[at..]].concat().join("\n") + "\n";
        sandbox.write(file, changed);
        let output = sandbox.skant(&["scan", file]);
        assert_eq!(output.status.code(), Some(0), "{file}: {}", text_of(&output));
    }
}

fn lines_for_gitignore_leave_the_example_in_git() {
    let sandbox = Sandbox::with_commit();
    sandbox.write(".env", format!("KEY={}\n", tokens::api_key("env")));
    let command = quoted(&help(&sandbox, &[".env"]), "keep the file out of git");
    sandbox.sh(&command);
    for (file, is_ignored) in [(".env", true), (".env.local", true), (".env.example", false)] {
        let output = sandbox.try_git(&["check-ignore", "-q", file]);
        assert_eq!(output.status.success(), is_ignored, "{file}");
    }
    // The file was tracked: the second command takes it out of the index.
    sandbox.git(&["add", "-f", ".env"]);
    let command = help(&sandbox, &[".env"]).iter().find(|step| step.contains("git rm")).unwrap().clone();
    sandbox.sh(command.split('`').nth(1).unwrap());
    assert_eq!(sandbox.git(&["ls-files"]), "README.md");
    assert!(sandbox.dir.join(".env").exists());
}

fn untracked_file_is_not_revoked_first() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("app.py", format!("KEY = \"{}\"\n", tokens::api_key("untracked")));
    let steps = help(&sandbox, &[]);
    assert!(steps[0].contains("os.environ[\"ANTHROPIC_API_KEY\"]"), "{steps:?}");
    assert!(steps.iter().any(|step| step.starts_with("if it was committed, pushed or shared before, ")));
    sandbox.commit_all("leak");
    assert!(help(&sandbox, &[])[0].starts_with("revoke"), "{:?}", help(&sandbox, &[]));
}

fn text_of_a_blocked_message_is_kept() {
    let sandbox = Sandbox::with_commit();
    assert_eq!(sandbox.skant(&["install"]).status.code(), Some(0));
    let key = tokens::api_key("message");
    sandbox.write("a", "x\n");
    sandbox.git(&["add", "a"]);
    let blocked = sandbox.try_sh(&format!("git commit -q -m 'a long text with {key}'"));
    assert!(!blocked.status.success());
    let said = String::from_utf8_lossy(&blocked.stderr).replace("\n                 ", " ");
    let command = said.split('`').find(|part| part.starts_with("git commit -e -F")).unwrap().to_owned();
    let command = command.split_whitespace().collect::<Vec<_>>().join(" ");
    sandbox.sh(&format!("export GIT_EDITOR=\"sed -i s/{}.*/it/\"; {command}", &key[..20]));
    assert_eq!(sandbox.git(&["log", "-1", "--format=%s"]), "a long text with it");
}

fn advice_for_a_message_suppresses_it() {
    let sandbox = Sandbox::with_commit();
    assert_eq!(sandbox.skant(&["install"]).status.code(), Some(0));
    let message = format!("use {}", tokens::api_key("message"));
    let commit = ["commit", "--allow-empty", "-m", &message];
    let blocked = text_of(&sandbox.try_git(&commit)).split_whitespace().collect::<Vec<_>>().join(" ");
    let fingerprint = blocked.split("fingerprint = \"").nth(1).unwrap_or_else(|| panic!("{blocked}"));
    let fingerprint = fingerprint.split('"').next().unwrap();
    sandbox.write("skant.toml", format!("[[allow]]\nfingerprint = \"{fingerprint}\"\nreason = \"test\"\n"));
    sandbox.git(&["add", "skant.toml"]);
    let passed = sandbox.try_git(&commit);
    assert!(passed.status.success(), "{}", text_of(&passed));
}

fn tags_and_names_have_steps_of_their_own() {
    let sandbox = Sandbox::with_commit();
    assert_eq!(sandbox.skant(&["install"]).status.code(), Some(0));
    sandbox.git(&["init", "-q", "--bare", "../remote"]);
    let key = tokens::api_key("tag");
    sandbox.git(&["tag", "-a", "v1", "-m", &key]);
    sandbox.git(&["branch", &format!("b/{key}")]);
    for (name, step) in [("v1", "`git tag -f -a"), (&format!("b/{key}"), "`git branch -m")] {
        let said = text_of(&sandbox.try_git(&["push", "../remote", name]));
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(step) && !said.contains("--amend"), "{said}");
    }
}

fn command_shows_the_line_of_an_old_version() {
    let sandbox = Sandbox::with_commit();
    let key = tokens::api_key("old");
    sandbox.write("a.txt", format!("one\ntwo {key}\n"));
    sandbox.commit_all("leak");
    sandbox.sh("git rm -q a.txt; git commit -q --no-verify -m gone");
    let command = quoted(&help(&sandbox, &["--history"]), "to see the location");
    assert!(sandbox.sh(&command) == format!("two {key}"), "the command prints the line");
}

fn key_files_get_no_comment() {
    let sandbox = Sandbox::with_commit();
    let key = tokens::api_key("file");
    for file in ["token", "k.pem", "a.json", "id_rsa", "notes.txt", "a.unknown"] {
        sandbox.write(file, format!("{key}\n"));
        let steps = help(&sandbox, &[file]);
        assert!(steps.last().unwrap().contains("`skant allow "), "{file}: {steps:?}");
        assert!(!steps.join("").contains("skant:allow"), "{file}: {steps:?}");
        fs::remove_file(sandbox.dir.join(file)).unwrap();
    }
}
