//! GitHub Actions, and what speaks its language (Gitea, Forgejo). Variables and events: GitHub's documentation,
//! "Variables reference" and "Webhook events and payloads".

use crate::ci::{Author, Environment, RunScope, System, branch_of, is_some_commit, shown};

pub(crate) const SYSTEM: System = System {
    name: "GitHub Actions",
    recognise: |environment| environment.is("GITHUB_ACTIONS", "true"),
    event: Some("GITHUB_EVENT_PATH"),
    asked,
    full_clone_help: "write `fetch-depth: 0` below `with:` of the step `actions/checkout`",
    head_commit_help: "write `ref: ${{ github.event.pull_request.head.sha }}` and `fetch-depth: 0` below `with:` of the \
                  step `actions/checkout`",
};

fn asked(environment: &Environment<'_>) -> Result<RunScope, String> {
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
        other => Err(format!(
            "an event `{}` names no commits; run this on push, pull_request, merge_group, schedule or \
             workflow_dispatch, or name the commits: `skant scan --history main..HEAD`",
            shown(other)
        )),
    }
}

fn pull_request(environment: &Environment<'_>) -> Result<RunScope, String> {
    let head = commit(environment, "/pull_request/head/sha")?;
    let base = commit(environment, "/pull_request/base/sha")?;
    let number = environment.event.pointer("/pull_request/number").map(ToString::to_string);
    let onto = environment.event("/pull_request/base/ref");
    // A fork that was deleted since has no name any more.
    let [ours, theirs] =
        ["base", "head"].map(|end| environment.event(&format!("/pull_request/{end}/repo/full_name")));
    let author = Author::untrusted_if(ours.is_none() || ours != theirs);
    Ok(RunScope::change("pull request", number, head, Some(base), onto).by(author))
}

fn push(environment: &Environment<'_>) -> Result<RunScope, String> {
    if environment.event.pointer("/deleted").and_then(serde_json::Value::as_bool) == Some(true) {
        return Err("this push deletes a ref, so there is nothing to read; give the job the line \
                    `if: ${{ !github.event.deleted }}`"
            .to_owned());
    }
    let head = commit(environment, "/after")?;
    let before = environment.event("/before").filter(|id| is_some_commit(id));
    let reference = environment.event("/ref").unwrap_or_default();
    Ok(RunScope::push(&reference, head, before, environment.event("/repository/default_branch")))
}

fn merge_group(environment: &Environment<'_>) -> Result<RunScope, String> {
    let head = commit(environment, "/merge_group/head_sha")?;
    let base = commit(environment, "/merge_group/base_sha")?;
    let onto = environment.event("/merge_group/base_ref").map(|reference| branch_of(&reference));
    Ok(RunScope::change("merge queue", None, head, Some(base), onto))
}

fn commit(environment: &Environment<'_>, pointer: &str) -> Result<String, String> {
    environment.event(pointer).filter(|id| is_some_commit(id)).ok_or_else(|| {
        let field = pointer.trim_start_matches('/').replace('/', ".");
        format!("the event has no `{field}`; name the commits instead: `skant scan --history main..HEAD`")
    })
}
