//! CircleCI. Variables: CircleCI's documentation, "Project values and variables". It says neither what a change
//! goes to nor what was there before a push.

use crate::ci::{Environment, RunScope, System, needed};

pub(crate) const SYSTEM: System = System {
    name: "CircleCI",
    recognise: |environment| environment.is("CIRCLECI", "true"),
    event: None,
    asked,
    full_clone_help: "write `method: full` below the step `checkout:`",
    head_commit_help: "write `method: full` below the step `checkout:`",
};

fn asked(environment: &Environment<'_>) -> Result<RunScope, String> {
    let head = needed(environment, "CIRCLE_SHA1")?;
    let reference = match environment.get("CIRCLE_TAG") {
        Some(tag) => format!("refs/tags/{tag}"),
        None => environment.get("CIRCLE_BRANCH").unwrap_or_default(),
    };
    Ok(RunScope::push(&reference, head, None, None))
}
