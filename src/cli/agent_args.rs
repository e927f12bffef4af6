//! The arguments of `skant agent`, as clap parses them.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};

use crate::agent::install::TARGETS;

#[derive(Debug, Args)]
pub(crate) struct Agent {
    #[command(subcommand)]
    pub(crate) command: AgentCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AgentCommand {
    /// Answer an event of a coding agent; the agent calls this and writes the event to standard input.
    Hook,
    /// Add the hook to the settings of coding agents; the rest of a file keeps its bytes.
    Install(AgentInstall),
    /// Take the hook out of the settings of coding agents.
    Uninstall(AgentInstall),
    /// Search the folders of coding agents on this machine, their transcripts first; end with exit code 1 for a secret.
    Audit(AgentAudit),
    /// Serve tools to a coding agent over standard input and output (Model Context Protocol).
    Mcp(AgentMcp),
}

#[derive(Debug, Args)]
pub(crate) struct AgentInstall {
    /// The agent; repeatable (default: each agent with traces in the home folder or the project).
    #[arg(long, value_name = "NAME", value_parser = agents())]
    pub(crate) agent: Vec<String>,
    /// For all projects, in the home folder (default: for this project).
    #[arg(long)]
    pub(crate) global: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AgentAudit {
    /// Take the secrets out of transcripts, histories and caches; without --yes only say where.
    #[arg(long)]
    pub(crate) redact: bool,
    /// With --redact: write the files.
    #[arg(long, short, requires = "redact")]
    pub(crate) yes: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AgentMcp {
    /// The folder below which files may be scanned (default: the current folder).
    #[arg(long, value_name = "FOLDER")]
    pub(crate) root: Option<PathBuf>,
}

/// The names of the agents; clap accepts their other names, too.
fn agents() -> PossibleValuesParser {
    PossibleValuesParser::new(TARGETS.iter().map(|target| {
        clap::builder::PossibleValue::new(target.name).help(target.title).aliases(target.aliases)
    }))
}
