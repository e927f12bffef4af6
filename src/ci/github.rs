//! GitHub Actions, and the systems with the same variables (Gitea, Forgejo). Variables and events: GitHub's
//! documentation, "Variables reference" and "Webhook events and payloads".

use super::error::{MissingInformation, NAME_THE_COMMITS};
use super::system::{Author, Environment, RunScope, System, branch_name, escaped, is_commit_id};

pub(crate) const SYSTEM: System = System {
    name: "GitHub Actions",
    is_current: |environment| environment.is("GITHUB_ACTIONS", "true"),
    event_variable: Some("GITHUB_EVENT_PATH"),
    scope,
    full_clone_help: "write `fetch-depth: 0` below `with:` of the step `actions/checkout`",
    head_commit_help: "write `ref: ${{ github.event.pull_request.head.sha }}` and `fetch-depth: 0` below `with:` of \
                       the step `actions/checkout`",
};

fn scope(environment: &Environment<'_>) -> Result<RunScope, MissingInformation> {
    let name = environment.get("GITHUB_EVENT_NAME").unwrap_or_default();
    match name.as_str() {
        "pull_request" | "pull_request_target" | "pull_request_review" | "pull_request_review_comment" => {
            pull_request(environment)
        }
        "push" => push(environment),
        "merge_group" => merge_group(environment),
        "schedule" => Ok(RunScope::everything("schedule")),
        "workflow_dispatch" | "repository_dispatch" => Ok(RunScope::everything("run by hand")),
        "release" => Ok(RunScope::everything("release")),
        other => Err(MissingInformation::new(
            format!("an event `{}` names no commits", escaped(other)),
            "run this on push, pull_request, merge_group, schedule or workflow_dispatch, or name the commits: `skant \
             scan --history main..HEAD`",
        )),
    }
}

fn pull_request(environment: &Environment<'_>) -> Result<RunScope, MissingInformation> {
    let head = commit(environment, "/pull_request/head/sha")?;
    let base = commit(environment, "/pull_request/base/sha")?;
    let number = environment.event.pointer("/pull_request/number").map(ToString::to_string);
    let onto = environment.event("/pull_request/base/ref");
    // A fork that has been deleted has no name in the event.
    let [target, source] =
        ["base", "head"].map(|end| environment.event(&format!("/pull_request/{end}/repo/full_name")));
    let author = Author::from_fork(target.is_none() || target != source);
    let scope = RunScope::change("pull request", number, head, (Some(base), onto), author);
    let branch = environment.event("/pull_request/head/ref").or_else(|| environment.get("GITHUB_HEAD_REF"));
    Ok(scope.with_branch(branch))
}

fn push(environment: &Environment<'_>) -> Result<RunScope, MissingInformation> {
    if environment.event.pointer("/deleted").and_then(serde_json::Value::as_bool) == Some(true) {
        return Err(MissingInformation::new(
            "this push deletes a ref, so there is nothing to scan",
            "give the job the line `if: ${{ !github.event.deleted }}`",
        ));
    }
    let head = commit(environment, "/after")?;
    let before = environment.event("/before").filter(|id| is_commit_id(id));
    let reference = environment.event("/ref").unwrap_or_default();
    Ok(RunScope::push(&reference, head, before, environment.event("/repository/default_branch")))
}

fn merge_group(environment: &Environment<'_>) -> Result<RunScope, MissingInformation> {
    let head = commit(environment, "/merge_group/head_sha")?;
    let base = commit(environment, "/merge_group/base_sha")?;
    let onto = environment.event("/merge_group/base_ref").map(|reference| branch_name(&reference));
    // The queue may hold changes from forks, but only a member can put them there.
    let author = Author::Member;
    let scope = RunScope::change("merge queue", None, head, (Some(base), onto), author);
    Ok(scope.with_branch(environment.event("/merge_group/head_ref")))
}

fn commit(environment: &Environment<'_>, pointer: &str) -> Result<String, MissingInformation> {
    environment.event(pointer).filter(|id| is_commit_id(id)).ok_or_else(|| {
        let field = pointer.trim_start_matches('/').replace('/', ".");
        MissingInformation::new(format!("the event has no `{field}`"), NAME_THE_COMMITS)
    })
}
