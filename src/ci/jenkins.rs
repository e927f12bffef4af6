//! Jenkins, multibranch and plain. Variables: those of Jenkins' git and branch API plugins.

use super::system::{Author, Environment, RunScope, System, branch_name};

pub(crate) const SYSTEM: System = System {
    name: "Jenkins",
    is_current: |environment| {
        environment.get("JENKINS_URL").is_some() || environment.get("HUDSON_URL").is_some()
    },
    event_variable: None,
    scope: |environment| Ok(scope(environment)),
    full_clone_help: "switch \"Shallow clone\" off under \"Advanced clone behaviours\" (in a Jenkinsfile: \
                      `cloneOption(shallow: false)`), or run `git fetch --unshallow` before this",
    head_commit_help: "check out the commit before this (`checkout scm`)",
};

fn scope(environment: &Environment<'_>) -> RunScope {
    // Jenkins may check a change out as a merge commit of its own, which no variable names.
    let head = "HEAD".to_owned();
    if let Some(number) = environment.get("CHANGE_ID") {
        let author = Author::from_fork(environment.get("CHANGE_FORK").is_some());
        let onto = environment.get("CHANGE_TARGET");
        return RunScope::change("change", Some(number), head, (None, onto), author)
            .with_branch(environment.get("CHANGE_BRANCH"));
    }
    if let Some(tag) = environment.get("TAG_NAME") {
        return RunScope::push(&format!("refs/tags/{tag}"), head, None, None);
    }
    let branch = environment.get("BRANCH_NAME").or_else(|| {
        let branch = environment.get("GIT_BRANCH")?;
        Some(branch.strip_prefix("origin/").unwrap_or(&branch).to_owned())
    });
    // The last run that succeeded: the findings of a failed run have to be reported again.
    let before = environment.commit("GIT_PREVIOUS_SUCCESSFUL_COMMIT");
    RunScope::push(&branch_name(&branch.unwrap_or_default()), head, before, None)
}
