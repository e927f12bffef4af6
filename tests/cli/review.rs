//! Keys that once passed unseen, each with a negative control.

use testkit::trials::Trial;
use testkit::{Sandbox, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        paths_in_two_repositories_are_refused,
        refs_of_another_remote_are_not_known_commits,
        rename_explains_one_new_path_and_not_its_copy,
    ]
}

fn key_line(seed: &str) -> String {
    format!("key = {}\n", tokens::api_key(seed))
}

fn paths_in_two_repositories_are_refused() {
    let sandbox = Sandbox::with_commit();
    let other = sandbox.sibling("other");
    sandbox.git(&["init", "-q", other.to_str().unwrap()]);
    // Tracked and ignored: only the index of its own repository shows that the file has to be read.
    std::fs::write(other.join(".gitignore"), "*.env\n").unwrap();
    std::fs::write(other.join("app.env"), key_line("other")).unwrap();
    let add = sandbox.command_in(&other, "git").args(["add", "-f", "."]).status().unwrap();
    assert!(add.success());
    let both = sandbox.skant(&["scan", ".", "../other"]);
    assert_eq!(both.status.code(), Some(2), "{}", text_of(&both));
    assert!(text_of(&both).contains("several repositories"));
    let one = sandbox.skant(&["scan", "../other"]);
    assert_eq!(one.status.code(), Some(1), "{}", text_of(&one));
    // A path outside of every repository is no second repository.
    std::fs::write(sandbox.sibling("loose.txt"), key_line("loose")).unwrap();
    let mixed = sandbox.skant(&["scan", "../loose.txt", "README.md"]);
    assert_eq!(mixed.status.code(), Some(1), "{}", text_of(&mixed));
}

fn refs_of_another_remote_are_not_known_commits() {
    let sandbox = Sandbox::with_commit();
    for remote in ["origin", "fork"] {
        sandbox.git(&["init", "-q", "--bare", sandbox.sibling(remote).to_str().unwrap()]);
    }
    sandbox.git(&["remote", "add", "origin", "../origin"]);
    sandbox.git(&["remote", "add", "origin/fork", "../fork"]);
    sandbox.git(&["push", "-q", "origin", "main"]);
    sandbox.write("app.env", key_line("pushed"));
    sandbox.commit_all("a key");
    sandbox.git(&["push", "-q", "origin/fork", "main"]);
    sandbox.git(&["fetch", "-q", "--all"]);
    sandbox.sh("skant install");
    let pushed = sandbox.try_sh("git push origin main");
    assert!(!pushed.status.success(), "{}", text_of(&pushed));
    assert!(text_of(&pushed).contains("this push was blocked"), "{}", text_of(&pushed));
}

fn rename_explains_one_new_path_and_not_its_copy() {
    let sandbox = Sandbox::repo();
    sandbox.write("old.env", key_line("moved"));
    sandbox.commit_all("known");
    std::fs::rename(sandbox.dir.join("old.env"), sandbox.dir.join("new.env")).unwrap();
    sandbox.git(&["add", "-A"]);
    let renamed = sandbox.skant(&["scan", "--staged"]);
    assert_eq!(renamed.status.code(), Some(0), "{}", text_of(&renamed));
    std::fs::copy(sandbox.dir.join("new.env"), sandbox.dir.join("copy.env")).unwrap();
    sandbox.git(&["add", "-A"]);
    let copied = sandbox.skant(&["scan", "--staged"]);
    assert_eq!(copied.status.code(), Some(1), "{}", text_of(&copied));
}
