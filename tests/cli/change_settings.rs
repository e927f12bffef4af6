//! A change cannot exclude what it adds: whose settings count for a message, a push and a CI run.

use testkit::trials::Trial;
use testkit::{Sandbox, skant_program, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        message_is_checked_by_the_settings_before_its_commit,
        push_is_checked_by_the_settings_before_each_commit,
        first_push_has_the_settings_of_its_last_commit,
        tracking_refs_of_another_address_do_not_count,
        ci_run_without_the_main_branch_has_no_settings,
        ci_run_takes_no_settings_from_a_branch_that_is_only_called_main,
    ]
}

const EXCLUDE: &str = "exclude = [\"a.env\"]\n";

fn ends(sandbox: &Sandbox, code: i32, args: &[&str], input: &str) -> String {
    let output = sandbox.skant_with_input(args, input.as_bytes());
    let said = text_of(&output);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
    said
}

fn message_is_checked_by_the_settings_before_its_commit() {
    let settings =
        ["disable = [\"anthropic-api-key\"]\n", "[[allow]]\nrule = \"anthropic-api-key\"\nreason = \"x\"\n"];
    for settings in settings.into_iter().chain(["[[allow]]\npath = [\"**\"]\nreason = \"x\"\n"]) {
        let sandbox = Sandbox::with_commit();
        std::fs::write(sandbox.dir.join(".git/MSG"), format!("use {}\n", tokens::api_key("message")))
            .unwrap();
        sandbox.write("skant.toml", settings);
        sandbox.git(&["add", "skant.toml"]);
        ends(&sandbox, 1, &["hook", "commit-msg", ".git/MSG"], "");
    }
}

/// A repository whose remote, on this machine, has its first commit.
fn with_remote() -> (Sandbox, String, String) {
    let sandbox = Sandbox::with_commit();
    let far = sandbox.sibling("far.git");
    let far = far.to_str().unwrap().to_owned();
    sandbox.git(&["init", "-q", "--bare", &far]);
    sandbox.git(&["remote", "add", "origin", &far]);
    sandbox.git(&["push", "-q", "--no-verify", "origin", "HEAD:refs/heads/main"]);
    let first = sandbox.git(&["rev-parse", "HEAD"]);
    (sandbox, far, first)
}

fn push(sandbox: &Sandbox, code: i32, far: &str, old: &str) -> String {
    let new = sandbox.git(&["rev-parse", "HEAD"]);
    let input = format!("refs/heads/main {new} refs/heads/main {old}\n");
    ends(sandbox, code, &["hook", "pre-push", "origin", far], &input)
}

fn push_is_checked_by_the_settings_before_each_commit() {
    let (sandbox, far, first) = with_remote();
    let leak = |sandbox: &Sandbox| sandbox.write("a.env", format!("K={}\n", tokens::api_key("push")));
    // In the commit itself.
    leak(&sandbox);
    sandbox.write("skant.toml", EXCLUDE);
    sandbox.commit_all("both");
    push(&sandbox, 1, &far, &first);
    // In the working tree only.
    sandbox.git(&["reset", "-q", "--hard", &first]);
    leak(&sandbox);
    sandbox.commit_all("leak");
    sandbox.write("skant.toml", EXCLUDE);
    push(&sandbox, 1, &far, &first);
    // In the commit after.
    sandbox.commit_all("exclude");
    push(&sandbox, 1, &far, &first);
    // In the commit before: as in the hook for commits.
    sandbox.git(&["reset", "-q", "--hard", &first]);
    sandbox.write("skant.toml", EXCLUDE);
    sandbox.commit_all("exclude");
    leak(&sandbox);
    sandbox.commit_all("leak");
    let said = push(&sandbox, 0, &far, &first);
    assert!(
        said.contains("settings") || said.contains("policy"),
        "the change of the settings is said: {said}"
    );
    sandbox.write("b.env", format!("K={}\n", tokens::api_key("other")));
    sandbox.commit_all("another");
    let said = push(&sandbox, 1, &far, &first);
    assert!(said.contains("b.env") && !said.contains("a.env:"), "{said}");
}

fn first_push_has_the_settings_of_its_last_commit() {
    let sandbox = Sandbox::with_commit();
    let far = sandbox.sibling("far.git");
    sandbox.git(&["init", "-q", "--bare", far.to_str().unwrap()]);
    sandbox.write("a.env", format!("K={}\n", tokens::api_key("push")));
    sandbox.write("skant.toml", EXCLUDE);
    sandbox.commit_all("both");
    push(&sandbox, 0, far.to_str().unwrap(), &"0".repeat(40));
    std::fs::remove_file(sandbox.dir.join("skant.toml")).unwrap();
    sandbox.commit_all("no settings");
    sandbox.write("skant.toml", EXCLUDE);
    push(&sandbox, 1, far.to_str().unwrap(), &"0".repeat(40));
}

fn tracking_refs_of_another_address_do_not_count() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("k.env", format!("K={}\n", tokens::api_key("private")));
    let leak = sandbox.commit_all("leak");
    let (private, public) = ("git@host:team/private.git", "git@host:team/public.git");
    let push = |code: i32, address: &str| {
        let new = sandbox.git(&["rev-parse", "HEAD"]);
        let input = format!("refs/heads/work {new} refs/heads/work {}\n", "0".repeat(40));
        ends(&sandbox, code, &["hook", "pre-push", "origin", address], &input);
    };
    sandbox.git(&["remote", "add", "origin", private]);
    let tracking = sandbox.dir.join(".git/logs/refs/remotes/origin");
    std::fs::create_dir_all(&tracking).unwrap();
    std::fs::write(
        tracking.join("dev"),
        format!("{} {leak} A <a> 1 +0000\tfetch: storing head\n", "0".repeat(40)),
    )
    .unwrap();
    sandbox.git(&["update-ref", "refs/remotes/origin/dev", &leak]);
    std::fs::write(
        tracking.join("dev"),
        format!("{} {leak} A <a> 1 +0000\tfetch: storing head\n", "0".repeat(40)),
    )
    .unwrap();
    std::fs::write(
        sandbox.dir.join(".git/FETCH_HEAD"),
        format!("{leak}\tnot-for-merge\tbranch 'dev' of git@host:team/private\n"),
    )
    .unwrap();
    sandbox.write("y", "y");
    sandbox.commit_all("y");
    push(0, private);
    sandbox.git(&["remote", "set-url", "origin", public]);
    push(1, public);
    // A fetch of another remote says nothing about this one.
    sandbox.git(&["remote", "add", "other", private]);
    push(0, public);
    sandbox.git(&["remote", "remove", "other"]);
    // A clone names its address, and no later fetch another.
    std::fs::write(
        tracking.join("HEAD"),
        format!("{} {leak} A <a> 1 +0000\tclone: from {public}\n", "0".repeat(40)),
    )
    .unwrap();
    push(0, public);
    std::fs::write(
        tracking.join("HEAD"),
        format!("{} {leak} A <a> 1 +0000\tclone: from {private}\n", "0".repeat(40)),
    )
    .unwrap();
    push(1, public);
    std::fs::write(
        sandbox.dir.join(".git/FETCH_HEAD"),
        format!("{leak}\t\tbranch 'dev' of git@host:team/public\n"),
    )
    .unwrap();
    push(0, public);
}

fn ci_run(sandbox: &Sandbox, refs: &[&str], at: &str, variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let job = sandbox.sibling("job");
    let _ = std::fs::remove_dir_all(&job);
    let folder = job.to_str().unwrap();
    sandbox.git(&["init", "-q", "-b", "job", folder]);
    let git = |args: &[&str]| sandbox.git(&[&["-C", folder], args].concat());
    git(&["remote", "add", "origin", sandbox.dir.to_str().unwrap()]);
    git(&[&["fetch", "-q", "origin"], refs].concat());
    git(&["checkout", "-q", "--detach", at]);
    let mut command = sandbox.command_in(&job, skant_program());
    let output = command.args(["scan", "--ci"]).envs(variables.iter().copied()).output().unwrap();
    (output.status.code(), text_of(&output))
}

fn ci_run_without_the_main_branch_has_no_settings() {
    let sandbox = Sandbox::with_commit();
    sandbox.git(&["branch", "-M", "main"]);
    sandbox.git(&["checkout", "-q", "-b", "feature"]);
    sandbox.write("a.env", format!("K={}\n", tokens::api_key("ci")));
    sandbox.write("skant.toml", EXCLUDE);
    let head = sandbox.commit_all("both");
    sandbox.git(&["tag", "v1"]);
    let zero = "0".repeat(40);
    let gitlab = [
        ("GITLAB_CI", "true"),
        ("CI_COMMIT_SHA", &head),
        ("CI_DEFAULT_BRANCH", "main"),
        ("CI_PIPELINE_SOURCE", "push"),
    ];
    let branch = [&gitlab[..], &[("CI_COMMIT_BRANCH", "feature"), ("CI_COMMIT_BEFORE_SHA", &zero)]].concat();
    let tag = [&gitlab[..], &[("CI_COMMIT_TAG", "v1")]].concat();
    for (refs, variables) in [
        ("+refs/heads/feature:refs/remotes/origin/feature", &branch),
        ("+refs/tags/v1:refs/tags/v1", &tag),
        ("+refs/heads/*:refs/remotes/origin/*", &branch),
    ] {
        let (code, said) = ci_run(&sandbox, &[refs], &head, variables);
        assert_eq!(code, Some(1), "{refs}: {said}");
        assert_eq!(said.contains("git fetch origin +refs/heads/main"), !refs.contains('*'), "{refs}: {said}");
    }
}

fn ci_run_takes_no_settings_from_a_branch_that_is_only_called_main() {
    let sandbox = Sandbox::with_commit();
    sandbox.git(&["branch", "-M", "trunk"]);
    sandbox.git(&["checkout", "-q", "-b", "main"]);
    sandbox.write("skant.toml", EXCLUDE);
    sandbox.commit_all("settings");
    sandbox.git(&["checkout", "-q", "trunk"]);
    sandbox.write("a.env", format!("K={}\n", tokens::api_key("ci")));
    let head = sandbox.commit_all("leak");
    let all = ["+refs/heads/*:refs/remotes/origin/*"];
    for variables in [
        [("CIRCLECI", "true"), ("CIRCLE_SHA1", &*head), ("CIRCLE_BRANCH", "trunk")],
        [("BITBUCKET_BUILD_NUMBER", "1"), ("BITBUCKET_COMMIT", &head), ("BITBUCKET_BRANCH", "trunk")],
    ] {
        let (code, said) = ci_run(&sandbox, &all, &head, &variables);
        assert_eq!(code, Some(1), "{variables:?}: {said}");
    }
}
