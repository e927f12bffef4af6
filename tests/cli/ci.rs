//! `scan --ci` in clones as CI systems make them: which commits are read, and that a scan which did not read them all
//! never ends with 0.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};
use testkit::trials::Trial;
use testkit::{Sandbox, skant_program, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        pull_request_scan_reads_its_commits_only,
        pull_request_that_merged_main_is_not_blamed_for_its_keys,
        merged_pull_request_is_read,
        shallow_clone_is_refused_with_the_setting_that_fixes_it,
        push_scan_reads_new_commits_only,
        forced_push_reads_a_wider_range,
        tag_is_read_with_its_message,
        tag_that_the_clone_made_a_light_one_is_read_with_its_message,
        name_of_the_branch_or_tag_is_read,
        run_is_never_about_no_commit,
        run_without_new_commits_reads_earlier_ones_in_every_system,
        earlier_push_to_the_branch_excludes_nothing,
        scheduled_and_manual_runs_read_the_whole_history,
        every_ci_system_reads_the_same_change,
        missing_commits_never_end_with_0,
        job_without_git_names_git_and_no_commit,
        empty_change_and_unknown_system_are_refused,
        settings_come_from_the_base_branch,
        documented_ci_jobs_fail_with_a_key_and_pass_without,
    ]
}

/// A project on a server. The oldest commit of `main` has a key. Branch `fix` adds a key and removes it again. A later
/// commit of `main` has a third key. Branch `clean` has none.
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
    // GitHub and GitLab also serve the former heads of a branch.
    sandbox.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    Host { sandbox, before, main, fix, clean }
}

impl Host {
    /// Clones all branches and checks out a ref.
    fn whole(&self, at: &str) -> PathBuf {
        self.clone_of(at, &[])
    }

    /// Clones one ref to a depth.
    fn shallow(&self, at: &str, depth: &str) -> PathBuf {
        self.clone_of(at, &["--depth", depth])
    }

    fn clone_of(&self, at: &str, depth: &[&str]) -> PathBuf {
        let clone = self.sandbox.sibling("clone");
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
        let path = self.sandbox.sibling("event.json");
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

/// The event of a push, as GitHub writes it.
pub(super) fn push(branch: &str, before: &str, after: &str) -> Value {
    json!({"ref": format!("refs/heads/{branch}"), "before": before, "after": after,
           "repository": {"default_branch": "main"}})
}

const JSON: [&str; 2] = ["--format", "json"];

/// Returns the report of a run that has to end with this code.
fn report(output: &Output, code: i32) -> Value {
    assert_eq!(output.status.code(), Some(code), "{}", text_of(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Returns the files with findings.
fn found(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap();
    let paths = findings.iter().flat_map(|finding| finding["locations"].as_array().unwrap());
    let mut paths: Vec<&str> = paths.map(|place| place["path"].as_str().unwrap()).collect();
    paths.dedup();
    paths
}

/// Checks that a run ended with 2, that its output contains all of these, and that it wrote no report.
fn refused(output: &Output, expected: &[&str]) {
    let said = text_of(output).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(output.status.code(), Some(2), "{said}");
    for expected in expected {
        assert!(said.contains(expected), "`{expected}` in: {said}");
    }
    assert!(said.contains("INCOMPLETE: 1 problem") || said.starts_with("skant: error: "), "{said}");
}

fn pull_request_scan_reads_its_commits_only() {
    let host = host();
    let clone = host.whole("refs/pull/1/merge");
    for event in ["pull_request", "pull_request_target"] {
        let result = report(&host.github(&clone, event, &host.pull_request(&host.fix), &JSON), 1);
        // Neither the older key of `main` nor the newer one is reported; a key that `fix` removed again is.
        assert_eq!(found(&result), ["added.env"]);
        assert_eq!(result["scope"]["commits"], json!(2));
        let ci = format!("GitHub Actions, pull request 1 into `main`: {:.12}..{:.12}", host.before, host.fix);
        assert_eq!(result["scope"]["ci"], json!(ci));
        let help = result["findings"][0]["help"].to_string();
        assert!(help.contains("clones, forks and caches keep pushed commits"), "{help}");
    }
    let clone = host.whole("refs/pull/2/merge");
    let result = report(&host.github(&clone, "pull_request", &host.pull_request(&host.clean), &JSON), 0);
    assert_eq!((&result["scope"]["commits"], &result["complete"]), (&json!(1), &json!(true)));
    let human = host.github(&clone, "pull_request", &host.pull_request(&host.clean), &[]);
    let said = text_of(&human);
    assert!(said.starts_with("GitHub Actions, pull request 1 into `main`: "), "{said}");
    assert!(
        said.contains("\nno secrets found in 1 commit and 1 file (")
            && said.ends_with("; everything was read\n"),
        "{said}"
    );
}

fn pull_request_that_merged_main_is_not_blamed_for_its_keys() {
    let host = host();
    host.sandbox.git(&["checkout", "-q", "clean"]);
    host.sandbox.git(&["merge", "-q", "-m", "merge main", "main"]);
    let head = host.sandbox.git(&["rev-parse", "HEAD"]);
    let clone = host.whole("refs/heads/clean");
    let result = report(&host.github(&clone, "pull_request", &host.pull_request(&head), &JSON), 0);
    assert_eq!(result["scope"]["commits"], json!(2));
}

fn merged_pull_request_is_read() {
    let host = host();
    host.sandbox.git(&["merge", "-q", "--no-ff", "-m", "merge", "fix"]);
    let clone = host.whole("refs/heads/main");
    let result = report(&host.github(&clone, "pull_request", &host.pull_request(&host.fix), &JSON), 1);
    assert_eq!(found(&result), ["added.env"]);
}

fn shallow_clone_is_refused_with_the_setting_that_fixes_it() {
    let host = host();
    let event = host.pull_request(&host.fix);
    for depth in ["1", "2"] {
        let clone = host.shallow("refs/pull/1/merge", depth);
        refused(&host.github(&clone, "pull_request", &event, &[]), &["GitHub Actions", "`fetch-depth: 0`"]);
    }
    // No setting accepts the missing commits, and every format shows them.
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
        assert!(
            said.contains(shows) && said.contains("fetch-depth"),
            "{format} does not show `{shows}` and `fetch-depth`: {said}"
        );
    }
    let clone = host.shallow("refs/heads/main", "1");
    for (name, event) in [
        ("push", push("main", &host.before, &host.main)),
        ("push", push("main", ZERO, &host.main)),
        ("schedule", json!({})),
    ] {
        refused(&host.github(&clone, name, &event, &[]), &["shallow", "`fetch-depth: 0`"]);
    }
    // A shallow clone that holds all commits of the push is read.
    let clone = host.shallow("refs/heads/main", "2");
    let result = report(&host.github(&clone, "push", &push("main", &host.before, &host.main), &JSON), 1);
    assert_eq!(found(&result), ["since.env"]);
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

fn push_scan_reads_new_commits_only() {
    let host = host();
    let clone = host.whole("refs/heads/main");
    let result = report(&host.github(&clone, "push", &push("main", &host.before, &host.main), &JSON), 1);
    assert_eq!(found(&result), ["since.env"]);
    // A new branch: the commits that `main` lacks.
    let clone = host.whole("refs/heads/fix");
    let result = report(&host.github(&clone, "push", &push("fix", ZERO, &host.fix), &JSON), 1);
    assert_eq!(found(&result), ["added.env"]);
    // `main` itself is new: all commits.
    let result = report(&host.github(&clone, "push", &push("main", ZERO, &host.main), &JSON), 1);
    assert_eq!(found(&result), ["old.env", "since.env"]);
    assert_eq!(
        result["scope"]["ci"],
        json!(format!("GitHub Actions, push to `main`: all of {:.12}", host.main))
    );
}

fn forced_push_reads_a_wider_range() {
    let host = host();
    let gone = "1234567890123456789012345678901234567890";
    let clone = host.whole("refs/heads/fix");
    let result = report(&host.github(&clone, "push", &push("fix", gone, &host.fix), &JSON), 1);
    assert_eq!(found(&result), ["added.env"]);
    assert_eq!(result["notes"][0]["kind"], json!("wider-range"));
    assert!(result["notes"][0]["message"].as_str().unwrap().contains("123456789012"), "{}", result["notes"]);
    let result = report(&host.github(&clone, "push", &push("main", gone, &host.main), &JSON), 1);
    assert_eq!(found(&result), ["old.env", "since.env"]);
    let clone = host.shallow("refs/heads/fix", "1");
    let event = push("fix", gone, &host.fix);
    refused(&host.github(&clone, "push", &event, &[]), &["123456789012", "`fetch-depth: 0`"]);
}

fn tag_is_read_with_its_message() {
    let host = host();
    let message = format!("release {}", tokens::api_key("in the tag"));
    host.sandbox.git(&["tag", "-a", "v1", "-m", &message, "main"]);
    let clone = host.whole("refs/heads/main");
    host.sandbox.git(&["-C", clone.to_str().unwrap(), "fetch", "-q", "--tags", "origin"]);
    let object = host.sandbox.git(&["rev-parse", "v1"]);
    let event = json!({"ref": "refs/tags/v1", "before": ZERO, "after": object,
                       "repository": {"default_branch": "main"}});
    let result = report(&host.github(&clone, "push", &event, &JSON), 1);
    let kinds: Vec<_> =
        result["findings"].as_array().unwrap().iter().map(|found| &found["locations"][0]["kind"]).collect();
    // The main branch has the commits of the tag, so its last one is scanned again: no run is about nothing.
    assert_eq!(kinds, [&Value::Null, &json!("message")], "{result}");
    assert_eq!(result["scope"]["commits"], json!(1));
    let variables = [("GITLAB_CI", "true"), ("CI_COMMIT_SHA", &*host.main), ("CI_COMMIT_TAG", "v1")];
    report(&host.scan(&clone, &variables, &JSON), 1);
}

fn tag_that_the_clone_made_a_light_one_is_read_with_its_message() {
    let host = host();
    let key = tokens::api_key("message");
    for (name, message) in [("v1", format!("release\n\nK={key}")), ("v2", "release".to_owned())] {
        host.sandbox.git(&["tag", "-a", name, "-m", &message, &host.clean]);
    }
    for (name, code) in [("v1", 1), ("v2", 0)] {
        let clone = host.whole("refs/heads/clean");
        let folder = clone.to_str().unwrap();
        let event = json!({"ref": format!("refs/tags/{name}"), "before": ZERO, "after": host.clean,
                           "repository": {"default_branch": "main"}});
        // What `actions/checkout` does: first everything, then the commit under the name of the tag.
        host.sandbox.git(&["-C", folder, "fetch", "-q", "origin", "+refs/tags/*:refs/tags/*"]);
        let light = format!("+{}:refs/tags/{name}", host.clean);
        host.sandbox.git(&["-C", folder, "fetch", "-q", "--no-tags", "origin", &light]);
        let said = report(&host.github(&clone, "push", &event, &JSON), code);
        assert_eq!(found(&said).len(), usize::from(code == 1), "{said}");
        assert!(!said["notes"].to_string().contains("no message"), "{said}");
    }
    let clone = host.whole("refs/heads/clean");
    host.sandbox.git(&["-C", clone.to_str().unwrap(), "tag", "v3", &host.clean]);
    let event = json!({"ref": "refs/tags/v3", "before": ZERO, "after": host.clean,
                       "repository": {"default_branch": "main"}});
    let said = report(&host.github(&clone, "push", &event, &JSON), 0);
    assert!(said["notes"].to_string().contains("the tag has no message in this clone"), "{said}");
}

fn name_of_the_branch_or_tag_is_read() {
    let host = host();
    let clone = host.whole("refs/heads/clean");
    let key = tokens::api_key("branch");
    for (name, code) in [(format!("fix-{key}"), 1), ("fix".to_owned(), 0)] {
        let mut event = host.pull_request(&host.clean);
        event["pull_request"]["head"]["ref"] = json!(name);
        let pulled = host.github(&clone, "pull_request", &event, &[]);
        let pushed = host.github(&clone, "push", &push(&name, &host.before, &host.clean), &[]);
        let gitlab = [
            ("GITLAB_CI", "1"),
            ("CI_COMMIT_SHA", host.clean.as_str()),
            ("CI_COMMIT_BRANCH", name.as_str()),
            ("CI_COMMIT_BEFORE_SHA", host.before.as_str()),
        ];
        for output in [pulled, pushed, host.scan(&clone, &gitlab, &["--format", "json"])] {
            assert!(!text_of(&output).contains(&key));
            assert_eq!(output.status.code(), Some(code), "{}", text_of(&output));
        }
    }
}

fn run_is_never_about_no_commit() {
    let host = host();
    let clone = host.whole("refs/heads/main");
    // The branch moved back, or an older commit is built again: what was there before has all commits.
    let moved = report(&host.github(&clone, "push", &push("main", &host.main, &host.before), &JSON), 1);
    assert_eq!(found(&moved).len(), 1, "{moved}");
    assert!(moved["notes"].to_string().contains("no commit is new"), "{moved}");
    let jenkins = [
        ("JENKINS_URL", "x"),
        ("GIT_BRANCH", "origin/main"),
        ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", host.main.as_str()),
    ];
    let rebuilt = report(&host.scan(&clone, &jenkins, &JSON), 1);
    assert_eq!(found(&rebuilt).len(), 2, "{rebuilt}");
    // A new branch at the tip of the main branch: the last commit, which has a key.
    let new = report(&host.github(&clone, "push", &push("new", ZERO, &host.main), &JSON), 1);
    assert_eq!(found(&new).len(), 1, "{new}");
    let new = report(&host.github(&clone, "push", &push("new", ZERO, &host.before), &JSON), 0);
    assert_eq!(found(&new).len(), 0, "{new}");
}

/// Runs that name no commit that the main branch does not have; `@` is its tip.
const WITHOUT_NEW_COMMITS: [(&str, &str); 13] = [
    ("GitLab, rebuilt", "GITLAB_CI=1 CI_COMMIT_SHA=@ CI_COMMIT_BRANCH=main CI_COMMIT_BEFORE_SHA=@"),
    ("GitLab, a branch", "GITLAB_CI=1 CI_COMMIT_SHA=@ CI_COMMIT_BRANCH=new CI_COMMIT_BEFORE_SHA=@"),
    ("GitLab, a tag", "GITLAB_CI=1 CI_COMMIT_SHA=@ CI_COMMIT_TAG=v9"),
    ("Bitbucket, a tag", "BITBUCKET_BUILD_NUMBER=1 BITBUCKET_COMMIT=@ BITBUCKET_TAG=v9"),
    ("Bitbucket, a branch", "BITBUCKET_BUILD_NUMBER=1 BITBUCKET_COMMIT=@ BITBUCKET_BRANCH=new"),
    ("Azure, a tag", "TF_BUILD=true BUILD_SOURCEVERSION=@ BUILD_SOURCEBRANCH=refs/tags/v9"),
    ("Azure, a branch", "TF_BUILD=true BUILD_SOURCEVERSION=@ BUILD_SOURCEBRANCH=refs/heads/new"),
    ("Buildkite, a tag", "BUILDKITE=true BUILDKITE_COMMIT=@ BUILDKITE_TAG=v9"),
    ("Buildkite, a branch", "BUILDKITE=true BUILDKITE_COMMIT=@ BUILDKITE_BRANCH=new"),
    ("CircleCI, a tag", "CIRCLECI=true CIRCLE_SHA1=@ CIRCLE_TAG=v9"),
    ("CircleCI, a branch", "CIRCLECI=true CIRCLE_SHA1=@ CIRCLE_BRANCH=new"),
    ("Jenkins, a tag", "JENKINS_URL=x TAG_NAME=v9"),
    ("Jenkins, rebuilt", "JENKINS_URL=x BRANCH_NAME=main GIT_PREVIOUS_SUCCESSFUL_COMMIT=@"),
];

fn run_without_new_commits_reads_earlier_ones_in_every_system() {
    let host = host();
    let clone = host.whole("refs/heads/main");
    let main = host.main.as_str();
    let tag = json!({"ref": "refs/tags/v9", "before": ZERO, "after": main,
                     "repository": {"default_branch": "main"}});
    let mut runs = vec![
        ("GitHub, rebuilt", host.github(&clone, "push", &push("main", main, main), &JSON)),
        ("GitHub, a branch", host.github(&clone, "push", &push("new", main, main), &JSON)),
        ("GitHub, a tag", host.github(&clone, "push", &tag, &JSON)),
    ];
    for (name, variables) in WITHOUT_NEW_COMMITS {
        let variables = variables.replace('@', main);
        let variables: Vec<(&str, &str)> =
            variables.split(' ').map(|variable| variable.split_once('=').unwrap()).collect();
        runs.push((name, host.scan(&clone, &variables, &JSON)));
    }
    for (name, output) in runs {
        // The last commit of `main` adds a key.
        let result = report(&output, 1);
        assert!(result["scope"]["commits"].as_u64() > Some(0), "{name}: {result}");
        assert!(found(&result).contains(&"since.env"), "{name}: {result}");
        assert!(result["notes"].to_string().contains("no commit is new"), "{name}: {}", result["notes"]);
    }
    // All files of the head are read, too: the key of an earlier commit is found at a tag of a later, clean one.
    host.sandbox.write("later.txt", "clean\n");
    let later = host.sandbox.commit_all("later");
    let clone = host.whole("refs/heads/main");
    let tag = json!({"ref": "refs/tags/v10", "before": ZERO, "after": later,
                     "repository": {"default_branch": "main"}});
    let result = report(&host.github(&clone, "push", &tag, &JSON), 1);
    assert_eq!(found(&result), ["since.env"], "{result}");
    // The control: a push with new commits reads those only, and has no such note.
    let result = report(&host.github(&clone, "push", &push("main", &host.before, main), &JSON), 1);
    assert_eq!((&result["scope"]["commits"], found(&result).len()), (&json!(1), 1));
    assert_eq!(result["notes"], json!([]));
}

fn earlier_push_to_the_branch_excludes_nothing() {
    let host = host();
    host.sandbox.git(&["checkout", "-q", "-b", "own", &host.before]);
    host.sandbox.write("skant.toml", "exclude = [\"own.env\"]\n");
    let first = host.sandbox.commit_all("settings");
    host.sandbox.write("own.env", "K=\n");
    let harmless = host.sandbox.commit_all("harmless");
    host.sandbox.write("own.env", format!("K={}\n", tokens::api_key("own")));
    let second = host.sandbox.commit_all("key");
    let clone = host.whole("refs/heads/own");
    report(&host.github(&clone, "push", &push("own", &first, &harmless), &JSON), 0);
    report(&host.github(&clone, "push", &push("own", &first, &second), &JSON), 1);
}

fn scheduled_and_manual_runs_read_the_whole_history() {
    let host = host();
    let clone = host.whole("refs/heads/main");
    for event in ["schedule", "workflow_dispatch"] {
        let result = report(&host.github(&clone, event, &json!({}), &JSON), 1);
        assert_eq!(found(&result), ["added.env", "old.env", "since.env"]);
        assert_eq!(result["scope"]["kind"], json!("history"));
        assert!(result["scope"]["ci"].as_str().unwrap().ends_with(": everything that the clone holds"));
    }
}

fn every_ci_system_reads_the_same_change() {
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
        let result = report(&host.scan(&clone, variables, &JSON), 1);
        assert_eq!(found(&result), ["added.env"], "{variables:?}");
        assert_eq!(result["scope"]["commits"], json!(2), "{variables:?}");
    }
    // Without the name of the branch nothing is left out.
    let variables = [("CIRCLECI", "true"), ("CIRCLE_SHA1", &*host.main)];
    assert_eq!(found(&report(&host.scan(&clone, &variables, &JSON), 1)), ["old.env", "since.env"]);
    // Some systems do not name the former head of the main branch: all commits are read.
    let variables = [("CIRCLECI", "true"), ("CIRCLE_SHA1", &*host.main), ("CIRCLE_BRANCH", "main")];
    assert_eq!(found(&report(&host.scan(&clone, &variables, &JSON), 1)), ["old.env", "since.env"]);
}

/// Without git every commit seems to be absent, and a deeper clone would not help.
fn job_without_git_names_git_and_no_commit() {
    let host = host();
    let clone = host.whole("main");
    let path = host.sandbox.sibling("event.json");
    let events =
        [("pull_request", host.pull_request(&host.fix)), ("push", push("main", &host.before, &host.main))];
    for (name, event) in events {
        assert_eq!(host.github(&clone, name, &event, &[]).status.code(), Some(1), "{name}, with git");
        let mut command = host.sandbox.command_in(&clone, skant_program());
        command.args(["scan", "--ci"]).env("GITHUB_ACTIONS", "true").env("GITHUB_EVENT_NAME", name);
        let output = command.env("GITHUB_EVENT_PATH", &path).env("PATH", "/nonexistent").output().unwrap();
        let text = text_of(&output);
        assert_eq!(output.status.code(), Some(2), "{name}: {text}");
        assert!(text.contains("cannot run git") && !text.contains("not in this clone"), "{name}: {text}");
    }
}

fn missing_commits_never_end_with_0() {
    let host = host();
    // The checkout of the base branch does not have the commits of the change.
    let only_main = host.sandbox.sibling("only-main");
    let url = format!("file://{}", host.sandbox.dir.display());
    host.sandbox.git(&["clone", "-q", "--single-branch", "-b", "main", &url, only_main.to_str().unwrap()]);
    let event = host.pull_request(&host.fix);
    let line = "`ref: ${{ github.event.pull_request.head.sha }}`";
    refused(&host.github(&only_main, "pull_request_target", &event, &[]), &["is not in this clone", line]);
    // A clone of the branch alone does not have the base.
    let only_fix = host.sandbox.sibling("only-fix");
    host.sandbox.git(&["clone", "-q", "--single-branch", "-b", "fix", &url, only_fix.to_str().unwrap()]);
    let variables = [("JENKINS_URL", "x"), ("CHANGE_ID", "1"), ("CHANGE_TARGET", "main")];
    let line = "`git fetch origin +refs/heads/main:refs/remotes/origin/main`";
    refused(&host.scan(&only_fix, &variables, &[]), &["the branch `main`", line]);
    host.sandbox.git(&["-C", only_fix.to_str().unwrap(), "fetch", "-q", "origin", &line[18..line.len() - 1]]);
    report(&host.scan(&only_fix, &variables, &JSON), 1);
}

fn empty_change_and_unknown_system_are_refused() {
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

fn settings_come_from_the_base_branch() {
    let host = host();
    host.sandbox.git(&["checkout", "-q", "fix"]);
    host.sandbox.write("skant.toml", "exclude = [\"*.env\"]\ndisable = [\"anthropic-api-key\"]\n");
    let head = host.sandbox.commit_all("look away");
    let clone = host.whole("refs/heads/fix");
    let result = report(&host.github(&clone, "pull_request", &host.pull_request(&head), &JSON), 1);
    assert_eq!(found(&result), ["added.env"]);
    // The setting counts once the base has it.
    host.sandbox.git(&["checkout", "-q", "main"]);
    host.sandbox.write("skant.toml", "exclude = [\"*.env\"]\n");
    let base = host.sandbox.commit_all("look away");
    host.sandbox.git(&["checkout", "-q", "-b", "next"]);
    host.sandbox.write("next.env", format!("K={}\n", tokens::api_key("next")));
    let head = host.sandbox.commit_all("next");
    let clone = host.whole("refs/heads/next");
    let event = json!({"pull_request": {"head": {"sha": head}, "base": {"sha": base, "ref": "main"}}});
    let result = report(&host.github(&clone, "pull_request", &event, &JSON), 0);
    assert_eq!(result["notes"][0]["kind"], json!("left-out"));
    let result =
        report(&host.github(&clone, "pull_request", &event, &[&JSON[..], &["--no-repo-config"]].concat()), 1);
    assert_eq!(found(&result), ["next.env"]);
}

/// Runs the commands of the CI jobs in docs/ci.md.
fn documented_ci_jobs_fail_with_a_key_and_pass_without() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci.md")).unwrap();
    let lines =
        readme.lines().map(|line| line.trim_start().trim_start_matches("- ").trim_start_matches("run: "));
    let lines: Vec<&str> = lines.filter(|line| line.starts_with("skant scan --ci --")).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    let host = host();
    let event = host.sandbox.sibling("event.json");
    let summary = host.sandbox.sibling("summary");
    let clone = host.sandbox.sibling("clone");
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
        for written in ["gl-secret-detection-report.json", "skant.xml", "../summary"] {
            let result = std::fs::read_to_string(clone.join(written)).unwrap();
            assert_eq!(result.contains("added.env"), expected == 1, "{written}: {result}");
        }
    }
}
