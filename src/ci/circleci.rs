//! CircleCI. Variables: CircleCI's documentation, "Project values and variables". They name neither the target
//! branch of a change nor the commit before a push, so every run is a push.

use super::error::MissingInformation;
use super::system::{Environment, RunScope, System};

pub(crate) const SYSTEM: System = System {
    name: "CircleCI",
    is_current: |environment| environment.is("CIRCLECI", "true"),
    event_variable: None,
    scope,
    full_clone_help: "write `method: full` below the step `checkout:`",
    head_commit_help: "write `method: full` below the step `checkout:`",
};

fn scope(environment: &Environment<'_>) -> Result<RunScope, MissingInformation> {
    let head = environment.required_commit("CIRCLE_SHA1")?;
    let reference = match environment.get("CIRCLE_TAG") {
        Some(tag) => format!("refs/tags/{tag}"),
        None => environment.get("CIRCLE_BRANCH").unwrap_or_default(),
    };
    Ok(RunScope::push(&reference, head, None, None))
}
