//! Jenkins, multibranch and plain. Variables: those of Jenkins' git and branch API plugins.

use crate::ci::{Author, Environment, RunScope, System, branch_of};

pub(crate) const SYSTEM: System = System {
    name: "Jenkins",
    recognise: |environment| {
        environment.get("JENKINS_URL").is_some() || environment.get("HUDSON_URL").is_some()
    },
    event: None,
    asked: |environment| Ok(asked(environment)),
    full_clone_help: "switch \"Shallow clone\" off under \"Advanced clone behaviours\" (in a Jenkinsfile: \
                  `cloneOption(shallow: false)`), or run `git fetch --unshallow` before this",
    head_commit_help: "check out the commit before this (`checkout scm`)",
};

fn asked(environment: &Environment<'_>) -> RunScope {
    // A change may be checked out as a merge that Jenkins made, of which no variable holds the name.
    let head = "HEAD".to_owned();
    if let Some(number) = environment.get("CHANGE_ID") {
        let author = Author::untrusted_if(environment.get("CHANGE_FORK").is_some());
        return RunScope::change("change", Some(number), head, None, environment.get("CHANGE_TARGET"))
            .by(author);
    }
    if let Some(tag) = environment.get("TAG_NAME") {
        return RunScope::push(&format!("refs/tags/{tag}"), head, None, None);
    }
    let branch = environment.get("BRANCH_NAME").or_else(|| {
        let branch = environment.get("GIT_BRANCH")?;
        Some(branch.strip_prefix("origin/").unwrap_or(&branch).to_owned())
    });
    // The last one that succeeded: what a failed run has found is not done with.
    let before = environment.commit("GIT_PREVIOUS_SUCCESSFUL_COMMIT");
    RunScope::push(&branch_of(&branch.unwrap_or_default()), head, before, None)
}
