//! Azure Pipelines. Variables: Microsoft's documentation, "Use predefined variables". It says of a push neither
//! what was there before nor which branch is the main one.

use crate::ci::{Author, Environment, RunScope, System, branch_of, needed};

pub(crate) const SYSTEM: System = System {
    name: "Azure Pipelines",
    recognise: |environment| environment.is("TF_BUILD", "true"),
    event: None,
    asked,
    full_clone_help: "write `- checkout: self` and below it `fetchDepth: 0` as the job's first step",
    head_commit_help: "write `- checkout: self` and below it `fetchDepth: 0` as the job's first step",
};

fn asked(environment: &Environment<'_>) -> Result<RunScope, String> {
    let head = needed(environment, "BUILD_SOURCEVERSION")?;
    match environment.get("BUILD_REASON").as_deref() {
        Some("PullRequest") => {
            // What is built is a merge of Azure's own; the change's last commit is named apart.
            let head = environment.commit("SYSTEM_PULLREQUEST_SOURCECOMMITID").unwrap_or(head);
            let number = environment
                .get("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER")
                .or_else(|| environment.get("SYSTEM_PULLREQUEST_PULLREQUESTID"));
            let onto = environment.get("SYSTEM_PULLREQUEST_TARGETBRANCH").map(|name| branch_of(&name));
            let author = Author::untrusted_if(environment.is("SYSTEM_PULLREQUEST_ISFORK", "true"));
            Ok(RunScope::change("pull request", number, head, None, onto).by(author))
        }
        Some("Schedule") => Ok(RunScope::everything("schedule")),
        Some("Manual") => Ok(RunScope::everything("run by hand")),
        _ => {
            let reference = environment.get("BUILD_SOURCEBRANCH").unwrap_or_default();
            Ok(RunScope::push(&reference, head, None, None))
        }
    }
}
