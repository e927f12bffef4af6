//! The variables of each system as it documents them, and the scope that they give.

use std::collections::HashMap;

use serde_json::{Value, json};

use miette::Diagnostic as _;

use super::detect::detect_run;
use super::error::UnresolvedRun;
use super::system::{Author, Commits, RunScope};

const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const C: &str = "cccccccccccccccccccccccccccccccccccccccc";
const ZERO: &str = "0000000000000000000000000000000000000000";

fn scope_of(variables: &[(&str, &str)], event: &Value) -> Result<(&'static str, RunScope), UnresolvedRun> {
    let variables: HashMap<&str, &str> = variables.iter().copied().collect();
    let variable = |name: &str| variables.get(name).map(|value| (*value).to_owned());
    let read = |path: &str| {
        assert_eq!(path, "/event.json");
        Ok(event.to_string().into_bytes())
    };
    detect_run(&variable, &read).map(|run| (run.system.name, run.scope))
}

/// The error and its help on one line. Each error has a code.
fn with_help(error: &UnresolvedRun) -> String {
    assert!(error.code().is_some_and(|code| code.to_string().starts_with("skant::ci::")));
    format!("{error}; {}", error.help().unwrap())
}

fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

fn change(head: &str, base: Option<&str>, onto: Option<&str>) -> Commits {
    let author = Author::Member;
    Commits::Change { head: head.to_owned(), base: owned(base), onto: owned(onto), author }
}

fn push(head: &str, before: Option<&str>, branch: Option<&str>, main: Option<&str>) -> Commits {
    Commits::Push {
        head: head.to_owned(),
        before: owned(before),
        branch: owned(branch),
        tag: None,
        main: owned(main),
    }
}

fn tag(head: &str, name: &str, main: Option<&str>) -> Commits {
    let (before, branch) = (None, None);
    Commits::Push { head: head.to_owned(), before, branch, tag: owned(Some(name)), main: owned(main) }
}

fn github(event_name: &str, event: &Value) -> Result<RunScope, UnresolvedRun> {
    let variables =
        [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", event_name), ("GITHUB_EVENT_PATH", "/event.json")];
    scope_of(&variables, event).map(|(system, scope)| {
        assert_eq!(system, "GitHub Actions");
        scope
    })
}

#[test]
fn github_runs_are_read_from_the_event() {
    let pull = json!({"pull_request": {"number": 12, "head": {"sha": A, "ref": "fix", "repo": {"full_name": "a/b"}},
                                       "base": {"sha": B, "ref": "main", "repo": {"full_name": "a/b"}}}});
    let pushed = |before: &str| {
        json!({"ref": "refs/heads/fix", "before": before, "after": A, "deleted": false,
               "repository": {"default_branch": "main"}})
    };
    let tagged =
        json!({"ref": "refs/tags/v1", "before": ZERO, "after": A, "repository": {"default_branch": "main"}});
    let queued = json!({"merge_group": {"head_sha": A, "base_sha": B, "base_ref": "refs/heads/main"}});
    let cases = [
        ("pull_request", &pull, "pull request 12 into `main`", change(A, Some(B), Some("main"))),
        ("pull_request_target", &pull, "pull request 12 into `main`", change(A, Some(B), Some("main"))),
        ("push", &pushed(B), "push to `fix`", push(A, Some(B), Some("fix"), Some("main"))),
        ("push", &pushed(ZERO), "push to `fix`", push(A, None, Some("fix"), Some("main"))),
        ("push", &tagged, "tag `v1`", tag(A, "v1", Some("main"))),
        ("merge_group", &queued, "merge queue into `main`", change(A, Some(B), Some("main"))),
        ("schedule", &json!({"schedule": "0 0 * * *"}), "schedule", Commits::Everything),
        ("workflow_dispatch", &json!({}), "run by hand", Commits::Everything),
    ];
    for (name, event, description, commits) in cases {
        let scope = github(name, event).unwrap();
        assert_eq!((scope.description.as_str(), scope.commits), (description, commits), "{name}");
    }
}

#[test]
fn an_event_without_commits_is_an_error_with_help() {
    let cases = [
        ("issues", json!({}), "an event `issues` names no commits"),
        ("", json!({}), "an event `` names no commits"),
        ("pull_request", json!({"pull_request": {"head": {}}}), "the event has no `pull_request.head.sha`"),
        ("pull_request", json!([1, 2]), "the event has no `pull_request.head.sha`"),
        ("push", json!({"after": ZERO, "deleted": true}), "if: ${{ !github.event.deleted }}"),
        ("push", json!({"after": ZERO}), "the event has no `after`"),
        ("push", json!({"after": 7}), "the event has no `after`"),
        ("merge_group", json!({"merge_group": {"head_sha": A}}), "the event has no `merge_group.base_sha`"),
    ];
    for (name, event, expected) in cases {
        let error = with_help(&github(name, &event).unwrap_err());
        assert!(error.starts_with("GitHub Actions: ") && error.contains(expected), "{name}: {error}");
    }
    let on = |name: &str| (name == "GITHUB_ACTIONS").then(|| "true".to_owned());
    let error = with_help(&detect_run(&on, &|_| Ok(Vec::new())).err().unwrap());
    assert!(error.contains("the event cannot be read from GITHUB_EVENT_PATH: it is not set"), "{error}");
    let all = |_: &str| Some("true".to_owned());
    let error = with_help(&detect_run(&all, &|_| Ok(b"{".to_vec())).err().unwrap());
    assert!(error.contains("it holds no JSON"), "{error}");
    let error = with_help(&detect_run(&all, &|_| Err(std::io::ErrorKind::NotFound.into())).err().unwrap());
    assert!(error.contains("GITHUB_EVENT_PATH"), "{error}");
}

type Row<'r> = (&'r [(&'static str, &'static str)], &'static str, Commits);

/// Checks the scope of each row's variables. `common` are the variables that every run of the system has.
fn check_scopes(system: &str, common: &[(&'static str, &'static str)], rows: &[Row<'_>]) {
    for (variables, description, commits) in rows {
        let (found, scope) = scope_of(&[common, variables].concat(), &Value::Null).unwrap();
        assert_eq!((found, scope.description.as_str()), (system, *description), "{variables:?}");
        assert_eq!(scope.commits, *commits, "{variables:?}");
    }
}

#[test]
fn gitlab_runs_are_read_from_the_variables() {
    const REQUEST: [(&str, &str); 5] = [
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", B),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ("CI_COMMIT_BEFORE_SHA", ZERO),
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
    ];
    let merged = [&REQUEST[..], &[("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", C)]].concat();
    let source = |source: &'static str, before: &'static str| {
        [("CI_PIPELINE_SOURCE", source), ("CI_COMMIT_BEFORE_SHA", before), ("CI_COMMIT_BRANCH", "fix")]
    };
    let external = [
        ("CI_EXTERNAL_PULL_REQUEST_IID", "4"),
        ("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME", "main"),
        ("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA", B),
    ];
    let pushed = |before: Option<&str>| push(A, before, Some("fix"), Some("main"));
    check_scopes(
        "GitLab CI",
        &[("GITLAB_CI", "true"), ("CI_COMMIT_SHA", A), ("CI_DEFAULT_BRANCH", "main")],
        &[
            (&REQUEST, "merge request 7 into `main`", change(A, Some(B), Some("main"))),
            (&merged, "merge request 7 into `main`", change(C, Some(B), Some("main"))),
            (&external, "pull request 4 into `main`", change(A, Some(B), Some("main"))),
            (&source("push", B), "push to `fix`", pushed(Some(B))),
            (&source("push", ZERO), "push to `fix`", pushed(None)),
            (&source("schedule", ZERO), "schedule", Commits::Everything),
            (&source("web", ZERO), "run by hand", Commits::Everything),
            (&source("parent_pipeline", ZERO), "child pipeline", Commits::Everything),
            (&source("parent_pipeline", B), "push to `fix`", pushed(Some(B))),
            (&[("CI_COMMIT_TAG", "v1")], "tag `v1`", tag(A, "v1", Some("main"))),
        ],
    );
}

#[test]
fn bitbucket_runs_are_read_from_the_variables() {
    let request = [
        ("BITBUCKET_PR_ID", "3"),
        ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
        ("BITBUCKET_PR_DESTINATION_COMMIT", "bbbbbbbbbbbb"),
        ("BITBUCKET_BRANCH", "fix"),
    ];
    check_scopes(
        "Bitbucket Pipelines",
        &[("BITBUCKET_BUILD_NUMBER", "1"), ("BITBUCKET_COMMIT", A)],
        &[
            (&request, "pull request 3 into `main`", change(A, Some("bbbbbbbbbbbb"), Some("main"))),
            (&[("BITBUCKET_BRANCH", "fix")], "push to `fix`", push(A, None, Some("fix"), None)),
            (&[("BITBUCKET_TAG", "v1")], "tag `v1`", tag(A, "v1", None)),
        ],
    );
}

#[test]
fn azure_runs_are_read_from_the_variables() {
    let request = [
        ("BUILD_REASON", "PullRequest"),
        ("SYSTEM_PULLREQUEST_PULLREQUESTID", "9"),
        ("SYSTEM_PULLREQUEST_SOURCECOMMITID", C),
        ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
    ];
    let pushed = [("BUILD_REASON", "IndividualCI"), ("BUILD_SOURCEBRANCH", "refs/heads/x/fix")];
    check_scopes(
        "Azure Pipelines",
        &[("TF_BUILD", "True"), ("BUILD_SOURCEVERSION", A)],
        &[
            (&request, "pull request 9 into `main`", change(C, None, Some("main"))),
            (&pushed, "push to `x/fix`", push(A, None, Some("x/fix"), None)),
            (&[("BUILD_REASON", "Schedule")], "schedule", Commits::Everything),
            (&[("BUILD_REASON", "Manual")], "run by hand", Commits::Everything),
        ],
    );
}

#[test]
fn jenkins_runs_are_read_from_the_variables() {
    let changed = [("CHANGE_ID", "5"), ("CHANGE_TARGET", "main"), ("BRANCH_NAME", "PR-5")];
    let since = [("BRANCH_NAME", "fix"), ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", B), ("GIT_PREVIOUS_COMMIT", C)];
    check_scopes(
        "Jenkins",
        &[("JENKINS_URL", "https://ci.example.org/")],
        &[
            (&changed, "change 5 into `main`", change("HEAD", None, Some("main"))),
            (&since, "push to `fix`", push("HEAD", Some(B), Some("fix"), None)),
            (&[("GIT_BRANCH", "origin/fix")], "push to `fix`", push("HEAD", None, Some("fix"), None)),
            (&[("TAG_NAME", "v1")], "tag `v1`", tag("HEAD", "v1", None)),
        ],
    );
}

#[test]
fn circleci_and_buildkite_runs_are_read_from_the_variables() {
    check_scopes(
        "CircleCI",
        &[("CIRCLECI", "true"), ("CIRCLE_SHA1", A)],
        &[
            (&[("CIRCLE_BRANCH", "fix")], "push to `fix`", push(A, None, Some("fix"), None)),
            (&[("CIRCLE_TAG", "v1")], "tag `v1`", tag(A, "v1", None)),
            (&[], "push", push(A, None, None, None)),
        ],
    );
    let request = [("BUILDKITE_PULL_REQUEST", "8"), ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main")];
    let pushed =
        [("BUILDKITE_PULL_REQUEST", "false"), ("BUILDKITE_BRANCH", "fix"), ("BUILDKITE_SOURCE", "webhook")];
    check_scopes(
        "Buildkite",
        &[("BUILDKITE", "true"), ("BUILDKITE_COMMIT", A), ("BUILDKITE_PIPELINE_DEFAULT_BRANCH", "main")],
        &[
            (&request, "pull request 8 into `main`", change(A, None, Some("main"))),
            (&pushed, "push to `fix`", push(A, None, Some("fix"), Some("main"))),
            (&[("BUILDKITE_SOURCE", "schedule")], "schedule", Commits::Everything),
        ],
    );
}

#[test]
fn a_missing_system_and_a_missing_commit_are_errors() {
    let none = with_help(&scope_of(&[("CI", "true")], &Value::Null).unwrap_err());
    assert!(none.contains("Buildkite") && none.contains("skant scan --history main..HEAD"), "{none}");
    for (variables, name) in [
        ([("GITLAB_CI", "true"), ("CI_COMMIT_SHA", "")], "CI_COMMIT_SHA"),
        ([("CIRCLECI", "true"), ("CIRCLE_SHA1", ZERO)], "CIRCLE_SHA1"),
        ([("TF_BUILD", "True"), ("X", "")], "BUILD_SOURCEVERSION"),
        ([("BITBUCKET_BUILD_NUMBER", "1"), ("X", "")], "BITBUCKET_COMMIT"),
        ([("BUILDKITE", "true"), ("X", "")], "BUILDKITE_COMMIT"),
    ] {
        let error = with_help(&scope_of(&variables, &Value::Null).unwrap_err());
        assert!(error.contains(name) && error.contains("--history"), "{error}");
    }
}

#[test]
fn a_run_names_its_branch_or_tag() {
    let named = |scope: RunScope| scope.ref_names.join(" ");
    let pull = json!({"pull_request": {"head": {"sha": A, "ref": "fix"}, "base": {"sha": B, "ref": "main"}}});
    assert_eq!(named(github("pull_request", &pull).unwrap()), "fix");
    let pushed = |reference: &str| json!({"ref": reference, "before": B, "after": A});
    assert_eq!(named(github("push", &pushed("refs/heads/a/fix")).unwrap()), "a/fix");
    assert_eq!(named(github("push", &pushed("refs/tags/v1")).unwrap()), "v1");
    assert_eq!(named(github("schedule", &json!({})).unwrap()), "");
    for variables in [
        [
            ("GITLAB_CI", "1"),
            ("CI_COMMIT_SHA", A),
            ("CI_MERGE_REQUEST_IID", "1"),
            ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "fix"),
        ],
        [
            ("GITLAB_CI", "1"),
            ("CI_COMMIT_SHA", A),
            ("CI_COMMIT_BRANCH", "fix"),
            ("CI_PIPELINE_SOURCE", "push"),
        ],
        [
            ("BITBUCKET_BUILD_NUMBER", "1"),
            ("BITBUCKET_COMMIT", A),
            ("BITBUCKET_PR_ID", "1"),
            ("BITBUCKET_BRANCH", "fix"),
        ],
        [
            ("TF_BUILD", "true"),
            ("BUILD_SOURCEVERSION", A),
            ("BUILD_REASON", "PullRequest"),
            ("SYSTEM_PULLREQUEST_SOURCEBRANCH", "fix"),
        ],
        [
            ("BUILDKITE", "true"),
            ("BUILDKITE_COMMIT", A),
            ("BUILDKITE_PULL_REQUEST", "1"),
            ("BUILDKITE_BRANCH", "fix"),
        ],
        [("JENKINS_URL", "x"), ("CHANGE_ID", "1"), ("CHANGE_TARGET", "main"), ("CHANGE_BRANCH", "fix")],
        [("CIRCLECI", "true"), ("CIRCLE_SHA1", A), ("CIRCLE_BRANCH", "fix"), ("X", "")],
    ] {
        assert_eq!(named(scope_of(&variables, &Value::Null).unwrap().1), "fix", "{variables:?}");
    }
}

#[test]
fn names_are_escaped() {
    let hostile = "x\u{1b}[31m\n::error::y";
    let variables = [("CIRCLECI", "true"), ("CIRCLE_SHA1", A), ("CIRCLE_BRANCH", hostile)];
    let (_, scope) = scope_of(&variables, &Value::Null).unwrap();
    assert_eq!(scope.description, "push to `x\\u{1b}[31m\\u{a}::error::y`");
}

#[test]
fn the_author_of_a_change_from_a_fork_is_untrusted() {
    let author = |scope: RunScope| match scope.commits {
        Commits::Change { author, .. } => author,
        other => panic!("{other:?}"),
    };
    let pull = |head: &Value| json!({"pull_request": {"head": {"sha": A, "repo": head}, "base": {"sha": B, "repo": {"full_name": "a/b"}}}});
    let github = |head: Value| author(github("pull_request", &pull(&head)).unwrap());
    assert_eq!(github(json!({"full_name": "a/b"})), Author::Member);
    assert_eq!(github(json!({"full_name": "c/b"})), Author::Untrusted);
    assert_eq!(github(json!(null)), Author::Untrusted);
    let merge = |theirs| {
        [
            ("GITLAB_CI", "true"),
            ("CI_COMMIT_SHA", A),
            ("CI_MERGE_REQUEST_IID", "7"),
            ("CI_MERGE_REQUEST_PROJECT_PATH", "a/b"),
            ("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", theirs),
        ]
    };
    let azure = |fork| {
        [
            ("TF_BUILD", "True"),
            ("BUILD_SOURCEVERSION", A),
            ("BUILD_REASON", "PullRequest"),
            ("SYSTEM_PULLREQUEST_ISFORK", fork),
            ("X", ""),
        ]
    };
    let buildkite = |theirs| {
        [
            ("BUILDKITE", "true"),
            ("BUILDKITE_COMMIT", A),
            ("BUILDKITE_PULL_REQUEST", "8"),
            ("BUILDKITE_REPO", "git@example.org:a/b.git"),
            ("BUILDKITE_PULL_REQUEST_REPO", theirs),
        ]
    };
    let jenkins =
        |fork| [("JENKINS_URL", "x"), ("CHANGE_ID", "5"), ("CHANGE_FORK", fork), ("X", ""), ("Y", "")];
    for (variables, expected) in [
        (merge("a/b"), Author::Member),
        (merge("c/b"), Author::Untrusted),
        (azure("False"), Author::Member),
        (azure("True"), Author::Untrusted),
        (buildkite("https://example.org/a/b"), Author::Member),
        (buildkite("https://example.org/c/b.git"), Author::Untrusted),
        (jenkins(""), Author::Member),
        (jenkins("c"), Author::Untrusted),
    ] {
        assert_eq!(author(scope_of(&variables, &Value::Null).unwrap().1), expected, "{variables:?}");
    }
}
