//! GitLab CI. Variables: GitLab's documentation, "Predefined CI/CD variables reference".

use super::error::MissingInformation;
use super::system::{Author, Environment, RunScope, System};

pub(crate) const SYSTEM: System = System {
    name: "GitLab CI",
    is_current: |environment| environment.get("GITLAB_CI").is_some(),
    event_variable: None,
    scope,
    full_clone_help: "write `GIT_DEPTH: 0` below `variables:` of the job",
    head_commit_help: "write `GIT_DEPTH: 0` below `variables:` of the job",
};

fn scope(environment: &Environment<'_>) -> Result<RunScope, MissingInformation> {
    let head = environment.required_commit("CI_COMMIT_SHA")?;
    if let Some(number) = environment.get("CI_MERGE_REQUEST_IID") {
        return Ok(merge_request(environment, number, head));
    }
    if let Some(onto) = environment.get("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME") {
        return Ok(external_pull_request(environment, onto, head));
    }
    let main = environment.get("CI_DEFAULT_BRANCH");
    if let Some(tag) = environment.get("CI_COMMIT_TAG") {
        return Ok(RunScope::push(&format!("refs/tags/{tag}"), head, None, main));
    }
    match environment.get("CI_PIPELINE_SOURCE").as_deref() {
        Some("schedule") => return Ok(RunScope::everything("schedule")),
        Some("web" | "api" | "trigger" | "pipeline" | "chat" | "webide" | "ondemand_dast_scan") => {
            return Ok(RunScope::everything("run by hand"));
        }
        // The variables of a child pipeline say neither what was pushed nor the commit before it.
        Some("parent_pipeline") if environment.commit("CI_COMMIT_BEFORE_SHA").is_none() => {
            return Ok(RunScope::everything("child pipeline"));
        }
        _ => {}
    }
    let branch = environment.get("CI_COMMIT_BRANCH").or_else(|| environment.get("CI_COMMIT_REF_NAME"));
    let before = environment.commit("CI_COMMIT_BEFORE_SHA");
    Ok(RunScope::push(&branch.unwrap_or_default(), head, before, main))
}

fn merge_request(environment: &Environment<'_>, number: String, head: String) -> RunScope {
    // With merged results GitLab builds a merge commit of its own; another variable names the change's last commit.
    let head = environment.commit("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA").unwrap_or(head);
    let target = environment.commit("CI_MERGE_REQUEST_TARGET_BRANCH_SHA");
    let base = environment.commit("CI_MERGE_REQUEST_DIFF_BASE_SHA").or(target);
    let onto = environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME");
    let [target, source] = ["CI_MERGE_REQUEST_PROJECT_PATH", "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH"]
        .map(|name| environment.get(name));
    RunScope::change("merge request", Some(number), head, (base, onto), Author::from_fork(target != source))
        .with_branch(environment.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"))
}

/// Returns the scope of a pull request on GitHub that GitLab runs for.
fn external_pull_request(environment: &Environment<'_>, onto: String, head: String) -> RunScope {
    let head = environment.commit("CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA").unwrap_or(head);
    let base = environment.commit("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA");
    let number = environment.get("CI_EXTERNAL_PULL_REQUEST_IID");
    let [target, source] = ["TARGET", "SOURCE"]
        .map(|end| environment.get(&format!("CI_EXTERNAL_PULL_REQUEST_{end}_REPOSITORY")));
    RunScope::change("pull request", number, head, (base, Some(onto)), Author::from_fork(target != source))
        .with_branch(environment.get("CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME"))
}
