//! Bitbucket Pipelines. Variables: Atlassian's documentation, "Variables and secrets". It says of a push neither
//! what was there before nor which branch is the main one.

use crate::ci::{Environment, RunScope, System, needed};

pub(crate) const SYSTEM: System = System {
    name: "Bitbucket Pipelines",
    recognise: |environment| environment.get("BITBUCKET_BUILD_NUMBER").is_some(),
    event: None,
    asked,
    full_clone_help: "write `clone:` and below it `depth: full` at the step (or at the top of the file)",
    head_commit_help: "write `clone:` and below it `depth: full` at the step (or at the top of the file)",
};

fn asked(environment: &Environment<'_>) -> Result<RunScope, String> {
    let head = needed(environment, "BITBUCKET_COMMIT")?;
    if let Some(number) = environment.get("BITBUCKET_PR_ID") {
        let base = environment.commit("BITBUCKET_PR_DESTINATION_COMMIT");
        let onto = environment.get("BITBUCKET_PR_DESTINATION_BRANCH");
        return Ok(RunScope::change("pull request", Some(number), head, base, onto));
    }
    let reference = match environment.get("BITBUCKET_TAG") {
        Some(tag) => format!("refs/tags/{tag}"),
        None => environment.get("BITBUCKET_BRANCH").unwrap_or_default(),
    };
    Ok(RunScope::push(&reference, head, None, None))
}
