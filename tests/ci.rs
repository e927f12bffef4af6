//! `scan --ci` in clones as the CI systems make them: what is read, and that nothing is green which was not.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic here is the failure report"
)]

mod support;

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};
use support::{Sandbox, skant_program, text_of, tokens};

/// A project on a host: a key in the oldest commit of `main`, one that `fix` adds and takes away again, one that
/// `main` got since, and a change without any.
struct Host {
    sandbox: Sandbox,
    before: String,
    main: String,
    fix: String,
    clean: String,
}

const ZERO: &str = "0000000000000000000000000000000000000000";

fn host() -> Host {
    let sandbox = Sandbox::repo();
    let write = |name: &str| sandbox.write(&format!("{name}.env"), format!("K={}\n", tokens::api_key(name)));
    write("old");
    sandbox.commit_all("old");
    sandbox.write("old.env", "K=\n");
    let before = sandbox.commit_all("before");
    sandbox.git(&["checkout", "-q", "-b", "fix"]);
    write("added");
    sandbox.commit_all("add");
    sandbox.git(&["rm", "-q", "added.env"]);
    let fix = sandbox.commit_all("take away");
    sandbox.git(&["checkout", "-q", "-b", "clean", &before]);
    sandbox.write("clean.txt", "clean\n");
    let clean = sandbox.commit_all("clean");
    sandbox.git(&["checkout", "-q", "main"]);
    write("since");
    let main = sandbox.commit_all("since");
    for (number, branch) in [("1", "fix"), ("2", "clean")] {
        sandbox.git(&["checkout", "-q", "--detach", "main"]);
        sandbox.git(&["merge", "-q", "--no-ff", "-m", "merge", branch]);
        sandbox.git(&["update-ref", &format!("refs/pull/{number}/merge"), "HEAD"]);
    }
    sandbox.git(&["checkout", "-q", "main"]);
    // GitHub and GitLab hand out what a branch was before, too.
    sandbox.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    Host { sandbox, before, main, fix, clean }
}

impl Host {
    /// A clone with all branches, at a ref.
    fn whole(&self, at: &str) -> PathBuf {
        self.clone_of(at, &[])
    }

    /// A clone of one ref that ends after some commits.
    fn shallow(&self, at: &str, depth: &str) -> PathBuf {
        self.clone_of(at, &["--depth", depth])
    }

    fn clone_of(&self, at: &str, depth: &[&str]) -> PathBuf {
        let clone = self.sandbox.beside("clone");
        let _ = std::fs::remove_dir_all(&clone);
        let (folder, url) = (clone.to_str().unwrap(), format!("file://{}", self.sandbox.dir.display()));
        self.sandbox.git(&["init", "-q", "-b", "job", folder]);
        let git = |args: &[&str]| self.sandbox.git(&[&["-C", folder], args].concat());
        git(&["remote", "add", "origin", &url]);
        let wanted = format!("+{at}:refs/remotes/job");
        let heads = "+refs/heads/*:refs/remotes/origin/*";
        let refs = if depth.is_empty() { vec![heads, &wanted] } else { vec![wanted.as_str()] };
        git(&[&["fetch", "-q"], depth, &["origin"], &refs].concat());
        git(&["checkout", "-q", "--detach", "refs/remotes/job"]);
        clone
    }

    fn scan(&self, clone: &Path, variables: &[(&str, &str)], more: &[&str]) -> Output {
        let mut command = self.sandbox.command_in(clone, skant_program());
        command.args(["scan", "--ci"]).args(more).envs(variables.iter().copied());
        command.output().unwrap()
    }

    fn github(&self, clone: &Path, name: &str, event: &Value, more: &[&str]) -> Output {
        let path = self.sandbox.beside("event.json");
        std::fs::write(&path, event.to_string()).unwrap();
        let path = path.to_str().unwrap();
        let variables =
            [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", name), ("GITHUB_EVENT_PATH", path)];
        self.scan(clone, &variables, more)
    }

    fn pull_request(&self, head: &str) -> Value {
        let repo = json!({"full_name": "example/project"});
        json!({"pull_request": {"number": 1, "head": {"sha": head, "repo": repo},
                                "base": {"sha": self.before, "ref": "main", "repo": repo}}})
    }
}

/// A push as GitHub tells it.
fn push(branch: &str, before: &str, after: &str) -> Value {
    json!({"ref": format!("refs/heads/{branch}"), "before": before, "after": after,
           "repository": {"default_branch": "main"}})
}

const JSON: [&str; 2] = ["--format", "json"];

/// The report, which has to end with this code.
fn report(output: &Output, code: i32) -> Value {
    assert_eq!(output.status.code(), Some(code), "{}", text_of(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The files with findings.
fn found(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap();
    let paths = findings.iter().flat_map(|finding| finding["locations"].as_array().unwrap());
    let mut paths: Vec<&str> = paths.map(|place| place["path"].as_str().unwrap()).collect();
    paths.dedup();
    paths
}

/// Ends with 2, tells all of these, and cannot be taken for a result.
fn refused(output: &Output, expected: &[&str]) {
    let said = text_of(output).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(output.status.code(), Some(2), "{said}");
    for expected in expected {
        assert!(said.contains(expected), "`{expected}` in: {said}");
    }
    assert!(said.contains("INCOMPLETE: 1 problem") || said.starts_with("skant: error: "), "{said}");
}

#[test]
fn a_pull_request_is_read_and_nothing_else() {
    let host = host();
    let clone = host.whole("refs/pull/1/merge");
    for event in ["pull_request", "pull_request_target"] {
        let told = report(&host.github(&clone, event, &host.pull_request(&host.fix), &JSON), 1);
        // Not what `main` held before, nor what it got since; and what was taken away again.
        assert_eq!(found(&told), ["added.env"]);
        assert_eq!(told["scope"]["commits"], json!(2));
        let ci = format!("GitHub Actions, pull request 1 into `main`: {:.12}..{:.12}", host.before, host.fix);
        assert_eq!(told["scope"]["ci"], json!(ci));
        let help = told["findings"][0]["help"].to_string();
        assert!(help.contains("it was pushed, so clones, forks and caches keep it"), "{help}");
    }
    let clone = host.whole("refs/pull/2/merge");
    let told = report(&host.github(&clone, "pull_request", &host.pull_request(&host.clean), &JSON), 0);
    assert_eq!((&told["scope"]["commits"], &told["complete"]), (&json!(1), &json!(true)));
    let human = host.github(&clone, "pull_request", &host.pull_request(&host.clean), &[]);
    let said = text_of(&human);
    assert!(said.starts_with("GitHub Actions, pull request 1 into `main`: "), "{said}");
    assert!(
        said.contains("\nno secrets found in 1 commit and 1 file (") && said.ends_with("; complete\n"),
        "{said}"
    );
}

#[test]
fn a_pull_request_that_took_main_in_is_not_blamed_for_it() {
    let host = host();
    host.sandbox.git(&["checkout", "-q", "clean"]);
    host.sandbox.git(&["merge", "-q", "-m", "merge main", "main"]);
    let head = host.sandbox.git(&["rev-parse", "HEAD"]);
    let clone = host.whole("refs/heads/clean");
    let told = report(&host.github(&clone, "pull_request", &host.pull_request(&head), &JSON), 0);
    assert_eq!(told["scope"]["commits"], json!(2));
}

#[test]
fn a_merged_pull_request_is_still_read() {
    let host = host();
    host.sandbox.git(&["merge", "-q", "--no-ff", "-m", "merge", "fix"]);
    let clone = host.whole("refs/heads/main");
    let told = report(&host.github(&clone, "pull_request", &host.pull_request(&host.fix), &JSON), 1);
    assert_eq!(found(&told), ["added.env"]);
}

#[test]
fn a_shallow_clone_is_refused_with_the_line_that_mends_it() {
    let host = host();
    let event = host.pull_request(&host.fix);
    for depth in ["1", "2"] {
        let clone = host.shallow("refs/pull/1/merge", depth);
        refused(&host.github(&clone, "pull_request", &event, &[]), &["GitHub Actions", "`fetch-depth: 0`"]);
    }
    // No setting accepts that, and every format shows it.
    let more = ["--allow-incomplete", "--fail-on", "never", "--format"];
    let clone = host.shallow("refs/pull/1/merge", "1");
    for (format, shows) in [
        ("json", "\"complete\": false"),
        ("sarif", "\"executionSuccessful\": false"),
        ("junit", "<error type=\"unresolved-range\""),
        ("gitlab", "\"status\":\"failure\""),
        ("github", "::error title=skant%3A not read (unresolved-range)::"),
        ("markdown", "## skant: INCOMPLETE"),
    ] {
        let output = host.github(&clone, "pull_request", &event, &[&more[..], &[format]].concat());
        assert_eq!(output.status.code(), Some(2), "{format}");
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains(shows) && said.contains("fetch-depth"), "{format}: {said}");
    }
    let clone = host.shallow("refs/heads/main", "1");
    for (name, event) in [
        ("push", push("main", &host.before, &host.main)),
        ("push", push("main", ZERO, &host.main)),
        ("schedule", json!({})),
    ] {
        refused(&host.github(&clone, name, &event, &[]), &["shallow", "`fetch-depth: 0`"]);
    }
    // Where all that is asked for is there, it is read.
    let clone = host.shallow("refs/heads/main", "2");
    let told = report(&host.github(&clone, "push", &push("main", &host.before, &host.main), &JSON), 1);
    assert_eq!(found(&told), ["since.env"]);
    let rows = [
        ("GITLAB_CI", "CI_COMMIT_SHA", "`GIT_DEPTH: 0`"),
        ("BITBUCKET_BUILD_NUMBER", "BITBUCKET_COMMIT", "`depth: full`"),
        ("TF_BUILD", "BUILD_SOURCEVERSION", "`fetchDepth: 0`"),
        ("CIRCLECI", "CIRCLE_SHA1", "`method: full`"),
        ("BUILDKITE", "BUILDKITE_COMMIT", "`git fetch --unshallow`"),
        ("JENKINS_URL", "GIT_COMMIT", "`cloneOption(shallow: false)`"),
    ];
    for (system, commit, line) in rows {
        refused(&host.scan(&clone, &[(system, "true"), (commit, &host.main)], &[]), &["shallow", line]);
    }
}

#[test]
fn a_push_is_what_was_not_there_before() {
    let host = host();
    let clone = host.whole("refs/heads/main");
    let told = report(&host.github(&clone, "push", &push("main", &host.before, &host.main), &JSON), 1);
    assert_eq!(found(&told), ["since.env"]);
    // A new branch: what `main` does not have.
    let clone = host.whole("refs/heads/fix");
    let told = report(&host.github(&clone, "push", &push("fix", ZERO, &host.fix), &JSON), 1);
    assert_eq!(found(&told), ["added.env"]);
    // `main` itself is new: all of it.
    let told = report(&host.github(&clone, "push", &push("main", ZERO, &host.main), &JSON), 1);
    assert_eq!(found(&told), ["old.env", "since.env"]);
    assert_eq!(
        told["scope"]["ci"],
        json!(format!("GitHub Actions, push to `main`: all of {:.12}", host.main))
    );
}

#[test]
fn a_forced_push_reads_more_rather_than_less() {
    let host = host();
    let gone = "1234567890123456789012345678901234567890";
    let clone = host.whole("refs/heads/fix");
    let told = report(&host.github(&clone, "push", &push("fix", gone, &host.fix), &JSON), 1);
    assert_eq!(found(&told), ["added.env"]);
    assert_eq!(told["notes"][0]["kind"], json!("wider-range"));
    assert!(told["notes"][0]["message"].as_str().unwrap().contains("123456789012"), "{}", told["notes"]);
    let told = report(&host.github(&clone, "push", &push("main", gone, &host.main), &JSON), 1);
    assert_eq!(found(&told), ["old.env", "since.env"]);
    let clone = host.shallow("refs/heads/fix", "1");
    let event = push("fix", gone, &host.fix);
    refused(&host.github(&clone, "push", &event, &[]), &["123456789012", "`fetch-depth: 0`"]);
}

#[test]
fn a_tag_is_read_with_its_message() {
    let host = host();
    let message = format!("release {}", tokens::api_key("in the tag"));
    host.sandbox.git(&["tag", "-a", "v1", "-m", &message, "main"]);
    let clone = host.whole("refs/heads/main");
    host.sandbox.git(&["-C", clone.to_str().unwrap(), "fetch", "-q", "--tags", "origin"]);
    let object = host.sandbox.git(&["rev-parse", "v1"]);
    let event = json!({"ref": "refs/tags/v1", "before": ZERO, "after": object,
                       "repository": {"default_branch": "main"}});
    let told = report(&host.github(&clone, "push", &event, &JSON), 1);
    assert_eq!(told["findings"][0]["locations"][0]["kind"], json!("message"));
    assert_eq!(told["scope"]["commits"], json!(0));
    let variables = [("GITLAB_CI", "true"), ("CI_COMMIT_SHA", &*host.main), ("CI_COMMIT_TAG", "v1")];
    report(&host.scan(&clone, &variables, &JSON), 1);
}

#[test]
fn a_schedule_and_a_run_by_hand_read_everything() {
    let host = host();
    let clone = host.whole("refs/heads/main");
    for event in ["schedule", "workflow_dispatch"] {
        let told = report(&host.github(&clone, event, &json!({}), &JSON), 1);
        assert_eq!(found(&told), ["added.env", "old.env", "since.env"]);
        assert_eq!(told["scope"]["kind"], json!("history"));
        assert!(told["scope"]["ci"].as_str().unwrap().ends_with(": everything that the clone holds"));
    }
}

#[test]
fn every_system_reads_the_same_change() {
    let host = host();
    let (before, fix) = (host.before.as_str(), host.fix.as_str());
    let clone = host.whole("refs/heads/fix");
    let cases: [&[(&str, &str)]; 10] = [
        &[
            ("GITLAB_CI", "true"),
            ("CI_COMMIT_SHA", fix),
            ("CI_MERGE_REQUEST_IID", "1"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", before),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ],
        &[
            ("GITLAB_CI", "true"),
            ("CI_COMMIT_SHA", fix),
            ("CI_COMMIT_BEFORE_SHA", ZERO),
            ("CI_COMMIT_BRANCH", "fix"),
            ("CI_DEFAULT_BRANCH", "main"),
        ],
        &[
            ("BITBUCKET_BUILD_NUMBER", "1"),
            ("BITBUCKET_COMMIT", fix),
            ("BITBUCKET_PR_ID", "1"),
            ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
            ("BITBUCKET_PR_DESTINATION_COMMIT", &before[..12]),
        ],
        &[("BITBUCKET_BUILD_NUMBER", "1"), ("BITBUCKET_COMMIT", fix), ("BITBUCKET_BRANCH", "fix")],
        &[
            ("TF_BUILD", "True"),
            ("BUILD_SOURCEVERSION", fix),
            ("BUILD_REASON", "PullRequest"),
            ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
        ],
        &[("TF_BUILD", "True"), ("BUILD_SOURCEVERSION", fix), ("BUILD_SOURCEBRANCH", "refs/heads/fix")],
        &[("JENKINS_URL", "x"), ("CHANGE_ID", "1"), ("CHANGE_TARGET", "main")],
        &[("JENKINS_URL", "x"), ("BRANCH_NAME", "fix"), ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", before)],
        &[("CIRCLECI", "true"), ("CIRCLE_SHA1", fix), ("CIRCLE_BRANCH", "fix")],
        &[
            ("BUILDKITE", "true"),
            ("BUILDKITE_COMMIT", fix),
            ("BUILDKITE_PULL_REQUEST", "1"),
            ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main"),
        ],
    ];
    for variables in cases {
        let told = report(&host.scan(&clone, variables, &JSON), 1);
        assert_eq!(found(&told), ["added.env"], "{variables:?}");
        assert_eq!(told["scope"]["commits"], json!(2), "{variables:?}");
    }
    // Where the branch is not told, nothing is left out.
    let variables = [("CIRCLECI", "true"), ("CIRCLE_SHA1", &*host.main)];
    assert_eq!(found(&report(&host.scan(&clone, &variables, &JSON), 1)), ["old.env", "since.env"]);
    // Of a push to the main branch some systems do not say what was there before: all of it is read.
    let variables = [("CIRCLECI", "true"), ("CIRCLE_SHA1", &*host.main), ("CIRCLE_BRANCH", "main")];
    assert_eq!(found(&report(&host.scan(&clone, &variables, &JSON), 1)), ["old.env", "since.env"]);
}

#[test]
fn what_is_not_in_the_clone_is_never_green() {
    let host = host();
    // What the workflow of the base branch checks out does not hold the change.
    let only_main = host.sandbox.beside("only-main");
    let url = format!("file://{}", host.sandbox.dir.display());
    host.sandbox.git(&["clone", "-q", "--single-branch", "-b", "main", &url, only_main.to_str().unwrap()]);
    let event = host.pull_request(&host.fix);
    let line = "`ref: ${{ github.event.pull_request.head.sha }}`";
    refused(&host.github(&only_main, "pull_request_target", &event, &[]), &["is not in this clone", line]);
    // Nor does a clone of the branch hold what it is compared with.
    let only_fix = host.sandbox.beside("only-fix");
    host.sandbox.git(&["clone", "-q", "--single-branch", "-b", "fix", &url, only_fix.to_str().unwrap()]);
    let variables = [("JENKINS_URL", "x"), ("CHANGE_ID", "1"), ("CHANGE_TARGET", "main")];
    let line = "`git fetch origin +refs/heads/main:refs/remotes/origin/main`";
    refused(&host.scan(&only_fix, &variables, &[]), &["the branch `main`", line]);
    host.sandbox.git(&["-C", only_fix.to_str().unwrap(), "fetch", "-q", "origin", &line[18..line.len() - 1]]);
    report(&host.scan(&only_fix, &variables, &JSON), 1);
}

#[test]
fn an_empty_change_and_no_system_are_refused() {
    let host = host();
    let clone = host.whole("refs/heads/main");
    let event = host.pull_request(&host.before);
    refused(&host.github(&clone, "pull_request", &event, &[]), &["no commit is left to scan"]);
    refused(&host.scan(&clone, &[("CI", "true")], &[]), &["recognises no CI system", "--history main..HEAD"]);
    refused(&host.github(&clone, "issues", &json!({}), &[]), &["`issues`"]);
    for wrong in [&["--staged"][..], &["--history"], &["main..HEAD"], &["--no-ignore"]] {
        assert_eq!(host.scan(&clone, &[("CI", "true")], wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn the_settings_are_those_of_the_base() {
    let host = host();
    host.sandbox.git(&["checkout", "-q", "fix"]);
    host.sandbox.write("skant.toml", "exclude = [\"*.env\"]\ndisable = [\"anthropic-api-key\"]\n");
    let head = host.sandbox.commit_all("look away");
    let clone = host.whole("refs/heads/fix");
    let told = report(&host.github(&clone, "pull_request", &host.pull_request(&head), &JSON), 1);
    assert_eq!(found(&told), ["added.env"]);
    // Once the base has it, it counts.
    host.sandbox.git(&["checkout", "-q", "main"]);
    host.sandbox.write("skant.toml", "exclude = [\"*.env\"]\n");
    let base = host.sandbox.commit_all("look away");
    host.sandbox.git(&["checkout", "-q", "-b", "next"]);
    host.sandbox.write("next.env", format!("K={}\n", tokens::api_key("next")));
    let head = host.sandbox.commit_all("next");
    let clone = host.whole("refs/heads/next");
    let event = json!({"pull_request": {"head": {"sha": head}, "base": {"sha": base, "ref": "main"}}});
    let told = report(&host.github(&clone, "pull_request", &event, &JSON), 0);
    assert_eq!(told["notes"][0]["kind"], json!("left-out"));
    let told =
        report(&host.github(&clone, "pull_request", &event, &[&JSON[..], &["--no-repo-config"]].concat()), 1);
    assert_eq!(found(&told), ["next.env"]);
}

/// The lines of the README's jobs, as they stand there.
#[test]
fn the_jobs_in_the_readme_fail_on_a_key_and_pass_without() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let lines =
        readme.lines().map(|line| line.trim_start().trim_start_matches("- ").trim_start_matches("run: "));
    let lines: Vec<&str> = lines.filter(|line| line.starts_with("skant scan --ci --")).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    let host = host();
    let event = host.sandbox.beside("event.json");
    let summary = host.sandbox.beside("summary");
    let clone = host.sandbox.beside("clone");
    for (branch, head, expected) in [("fix", &host.fix, 1), ("clean", &host.clean, 0)] {
        host.whole(&format!("refs/heads/{branch}"));
        std::fs::write(&event, host.pull_request(head).to_string()).unwrap();
        let variables = format!(
            "GITHUB_ACTIONS=true GITHUB_EVENT_NAME=pull_request GITHUB_EVENT_PATH={} GITHUB_STEP_SUMMARY={}",
            event.display(),
            summary.display()
        );
        let gitlab = format!(
            "GITLAB_CI=true CI_COMMIT_SHA={head} CI_MERGE_REQUEST_IID=1 CI_MERGE_REQUEST_DIFF_BASE_SHA={}",
            host.before
        );
        for (line, variables) in lines.iter().zip([variables, gitlab]) {
            let output = host.sandbox.try_sh(&format!("cd ../clone; export {variables}; {line}"));
            assert_eq!(output.status.code(), Some(expected), "{line}: {}", text_of(&output));
        }
        for written in ["skant.sarif", "gl-secret-detection-report.json", "skant.xml", "../summary"] {
            let told = std::fs::read_to_string(clone.join(written)).unwrap();
            assert_eq!(told.contains("added.env"), expected == 1, "{written}: {told}");
        }
    }
}
