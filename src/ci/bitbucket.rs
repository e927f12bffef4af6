//! Bitbucket Pipelines. Variables: Atlassian's documentation, "Variables and secrets". For a push they name neither
//! the commit before it nor the main branch.

use super::error::MissingInformation;
use super::system::{Author, Environment, RunScope, System};

pub(crate) const SYSTEM: System = System {
    name: "Bitbucket Pipelines",
    is_current: |environment| environment.get("BITBUCKET_BUILD_NUMBER").is_some(),
    event_variable: None,
    scope,
    full_clone_help: "write `clone:` and below it `depth: full` at the step (or at the top of the file)",
    head_commit_help: "write `clone:` and below it `depth: full` at the step (or at the top of the file)",
};

fn scope(environment: &Environment<'_>) -> Result<RunScope, MissingInformation> {
    let head = environment.required_commit("BITBUCKET_COMMIT")?;
    if let Some(number) = environment.get("BITBUCKET_PR_ID") {
        let base = environment.commit("BITBUCKET_PR_DESTINATION_COMMIT");
        let onto = environment.get("BITBUCKET_PR_DESTINATION_BRANCH");
        // Bitbucket runs no pipeline for a pull request from a fork (its documentation, "Pull requests" start
        // condition; the request to change that is BCLOUD-13162), so the author may push to this repository.
        let author = Author::Member;
        let scope = RunScope::change("pull request", Some(number), head, (base, onto), author);
        return Ok(scope.with_branch(environment.get("BITBUCKET_BRANCH")));
    }
    let reference = match environment.get("BITBUCKET_TAG") {
        Some(tag) => format!("refs/tags/{tag}"),
        None => environment.get("BITBUCKET_BRANCH").unwrap_or_default(),
    };
    Ok(RunScope::push(&reference, head, None, None))
}
