//! Buildkite. Variables: Buildkite's documentation, "Environment variables".

use super::error::MissingInformation;
use super::system::{Author, Environment, RunScope, System};

pub(crate) const SYSTEM: System = System {
    name: "Buildkite",
    is_current: |environment| environment.is("BUILDKITE", "true"),
    event_variable: None,
    scope,
    full_clone_help: "remove `--depth` from `BUILDKITE_GIT_CLONE_FLAGS` and `BUILDKITE_GIT_FETCH_FLAGS`, and run \
                      `git fetch --unshallow` before this",
    head_commit_help: "run `git fetch origin \"$BUILDKITE_COMMIT\"` before this",
};

fn scope(environment: &Environment<'_>) -> Result<RunScope, MissingInformation> {
    let head = environment.required_commit("BUILDKITE_COMMIT")?;
    // The variable is `false` in a build without a pull request.
    if let Some(number) = environment.get("BUILDKITE_PULL_REQUEST").filter(|number| number != "false") {
        let onto = environment.get("BUILDKITE_PULL_REQUEST_BASE_BRANCH");
        let source = environment.get("BUILDKITE_PULL_REQUEST_REPO");
        let is_fork = source.is_some() && !is_same_repository(source, environment.get("BUILDKITE_REPO"));
        let author = Author::from_fork(is_fork);
        let scope = RunScope::change("pull request", Some(number), head, (None, onto), author);
        return Ok(scope.with_branch(environment.get("BUILDKITE_BRANCH")));
    }
    let main = environment.get("BUILDKITE_PIPELINE_DEFAULT_BRANCH");
    if let Some(tag) = environment.get("BUILDKITE_TAG") {
        return Ok(RunScope::push(&format!("refs/tags/{tag}"), head, None, main));
    }
    match environment.get("BUILDKITE_SOURCE").as_deref() {
        Some("schedule") => Ok(RunScope::everything("schedule")),
        Some("ui" | "api") => Ok(RunScope::everything("run by hand")),
        _ => Ok(RunScope::push(&environment.get("BUILDKITE_BRANCH").unwrap_or_default(), head, None, main)),
    }
}

/// Whether two addresses name one repository: `git@host:a/b.git` and `https://host/a/b` do.
fn is_same_repository(one: Option<String>, other: Option<String>) -> bool {
    let path = |address: &str| {
        let plain = address.trim_end_matches('/').trim_end_matches(".git");
        let parts: Vec<String> = plain.rsplit(['/', ':']).take(2).map(str::to_ascii_lowercase).collect();
        parts
    };
    one.map(|one| path(&one)) == other.map(|other| path(&other))
}
