//! `skant agent`: its commands, and `hook`: an event of a coding agent on standard input, the answer on standard output.

use std::io::{self, Write as _};
use std::path::PathBuf;

use super::{agent_audit, agent_install, agent_mcp};
use crate::agent::{Answer, MAX_BYTES, Received, receive};
use crate::cli::args::{Agent, AgentCommand, Common};
use crate::cli::error::{CliError, IoError, print_line};
use crate::cli::exit::Exit;
use crate::cli::{settings, stdin};
use crate::git::{DiscoverError, GitEnvironment, Repository};
use crate::policy::repo_files::TreeVersion;
use crate::source::ScanControl;

pub(crate) fn run(common: &Common, agent: &Agent, control: &ScanControl) -> Result<Exit, CliError> {
    match &agent.command {
        AgentCommand::Hook => hook(common, control),
        AgentCommand::Install(options) => agent_install::install(options),
        AgentCommand::Mcp(options) => agent_mcp::run(common, options, control),
        AgentCommand::Audit(options) => agent_audit::run(common, options, control),
        AgentCommand::Uninstall(options) => agent_install::uninstall(options),
    }
}

fn hook(common: &Common, control: &ScanControl) -> Result<Exit, CliError> {
    let input = stdin::read_at_most(MAX_BYTES + 1, &control.cancellation)?;
    let answer = match receive(&input) {
        Ok(received) => answer(common, &received).unwrap_or_else(|error| {
            received.stop(&format!(
                "skant: {}; `skant config check` says more",
                crate::scan::redact(&one_line(&*error))
            ))
        }),
        Err(refusal) => refusal,
    };
    if let Some(error) = &answer.error {
        print_line(error.strip_prefix("skant: ").unwrap_or(error));
        return Ok(Exit::Failed);
    }
    let line = answer.output.map(|output| output + "\n").unwrap_or_default();
    let mut out = io::stdout().lock();
    out.write_all(line.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|source| IoError::Write { stream: "standard output", source })?;
    Ok(Exit::Clean)
}

/// Answers by the policy that counts for a commit in the folder of the session.
fn answer(common: &Common, received: &Received) -> Result<Answer, CliError> {
    let folder = received.folder().unwrap_or_else(|| PathBuf::from("."));
    let repository = match Repository::discover(&folder, &GitEnvironment::from_process()) {
        Ok(repository) => Some(repository),
        Err(DiscoverError::NotARepository(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let scanner = match &repository {
        Some(repository) => settings::commit_scanner(common, repository)?,
        None => settings::scanner(common, None, TreeVersion::Worktree)?,
    };
    let folder = std::path::absolute(&folder).unwrap_or(folder);
    let top = repository.as_ref().and_then(|repository| repository.work_tree.as_deref());
    Ok(received.answer(&scanner, &folder, top))
}

fn one_line(error: &(dyn miette::Diagnostic + Send + Sync)) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}
