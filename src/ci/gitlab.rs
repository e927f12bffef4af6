//! GitLab CI. Variables: GitLab's documentation, "Predefined CI/CD variables reference".

use crate::ci::{Author, Environment, RunScope, System, needed};

pub(crate) const SYSTEM: System = System {
    name: "GitLab CI",
    recognise: |environment| environment.get("GITLAB_CI").is_some(),
    event: None,
    asked,
    full_clone_help: "write `GIT_DEPTH: 0` below `variables:` of the job",
    head_commit_help: "write `GIT_DEPTH: 0` below `variables:` of the job",
};

fn asked(environment: &Environment<'_>) -> Result<RunScope, String> {
    let head = needed(environment, "CI_COMMIT_SHA")?;
    if let Some(number) = environment.get("CI_MERGE_REQUEST_IID") {
        // With merged results the commit is a merge of GitLab's own; the change's last commit is named apart.
        let head = environment.commit("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA").unwrap_or(head);
        let target = environment.commit("CI_MERGE_REQUEST_TARGET_BRANCH_SHA");
        let base = environment.commit("CI_MERGE_REQUEST_DIFF_BASE_SHA").or(target);
        let onto = environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME");
        let [ours, theirs] = ["CI_MERGE_REQUEST_PROJECT_PATH", "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH"]
            .map(|name| environment.get(name));
        let author = Author::untrusted_if(ours != theirs);
        return Ok(RunScope::change("merge request", Some(number), head, base, onto).by(author));
    }
    if let Some(onto) = environment.get("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME") {
        let head = environment.commit("CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA").unwrap_or(head);
        let base = environment.commit("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA");
        let number = environment.get("CI_EXTERNAL_PULL_REQUEST_IID");
        let [ours, theirs] = ["TARGET", "SOURCE"]
            .map(|end| environment.get(&format!("CI_EXTERNAL_PULL_REQUEST_{end}_REPOSITORY")));
        let author = Author::untrusted_if(ours != theirs);
        return Ok(RunScope::change("pull request", number, head, base, Some(onto)).by(author));
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
        // A child pipeline is told neither what was pushed nor before what.
        Some("parent_pipeline") if environment.commit("CI_COMMIT_BEFORE_SHA").is_none() => {
            return Ok(RunScope::everything("child pipeline"));
        }
        _ => {}
    }
    let branch = environment.get("CI_COMMIT_BRANCH").or_else(|| environment.get("CI_COMMIT_REF_NAME"));
    let before = environment.commit("CI_COMMIT_BEFORE_SHA");
    Ok(RunScope::push(&branch.unwrap_or_default(), head, before, main))
}
