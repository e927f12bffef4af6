//! Azure Pipelines. Variables: Microsoft's documentation, "Use predefined variables". For a push they name neither
//! the commit before it nor the main branch.

use super::error::MissingInformation;
use super::system::{Author, Environment, RunScope, System, branch_name};

pub(crate) const SYSTEM: System = System {
    name: "Azure Pipelines",
    is_current: |environment| environment.is("TF_BUILD", "true"),
    event_variable: None,
    scope,
    full_clone_help: "write `- checkout: self` and below it `fetchDepth: 0` as the job's first step",
    head_commit_help: "write `- checkout: self` and below it `fetchDepth: 0` as the job's first step",
};

fn scope(environment: &Environment<'_>) -> Result<RunScope, MissingInformation> {
    let head = environment.required_commit("BUILD_SOURCEVERSION")?;
    match environment.get("BUILD_REASON").as_deref() {
        Some("PullRequest") => {
            // Azure builds a merge commit of its own; another variable names the change's last commit.
            let head = environment.commit("SYSTEM_PULLREQUEST_SOURCECOMMITID").unwrap_or(head);
            let number = environment
                .get("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER")
                .or_else(|| environment.get("SYSTEM_PULLREQUEST_PULLREQUESTID"));
            let onto = environment.get("SYSTEM_PULLREQUEST_TARGETBRANCH").map(|name| branch_name(&name));
            let author = Author::from_fork(environment.is("SYSTEM_PULLREQUEST_ISFORK", "true"));
            let scope = RunScope::change("pull request", number, head, (None, onto), author);
            Ok(scope.with_branch(environment.get("SYSTEM_PULLREQUEST_SOURCEBRANCH")))
        }
        Some("Schedule") => Ok(RunScope::everything("schedule")),
        Some("Manual") => Ok(RunScope::everything("run by hand")),
        _ => {
            let reference = environment.get("BUILD_SOURCEBRANCH").unwrap_or_default();
            Ok(RunScope::push(&reference, head, None, None))
        }
    }
}
