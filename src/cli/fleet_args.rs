//! The arguments of `skant fleet`, as clap parses them.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(crate) struct Fleet {
    #[command(subcommand)]
    pub(crate) command: FleetCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FleetCommand {
    /// Write an inventory of repositories to standard output: JSON lines, sorted and counted.
    Plan(FleetPlan),
    /// Scan the history of each repository of an inventory, and keep a report of each in a store.
    Scan(FleetScan),
    /// Show which repositories of a store were read, and which were not and why; end with exit code 2 or 3 if one was
    /// not.
    Status(FleetStatus),
}

#[derive(Debug, Args)]
pub(crate) struct FleetPlan {
    /// A repository, a folder with repositories, or a URL.
    #[arg(value_name = "PATH|URL")]
    pub(crate) entries: Vec<OsString>,
    /// Read paths and URLs from LIST, one in each line, or from another inventory; `-` is standard input (repeatable).
    #[arg(long, value_name = "LIST")]
    pub(crate) from: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct FleetScan {
    /// An inventory of `skant fleet plan`, or `-` for standard input.
    #[arg(value_name = "INVENTORY")]
    pub(crate) inventory: PathBuf,
    /// The folder for reports and coverage; what is done there is not read again.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) store: PathBuf,
    /// Scan only every N-th repository, from the K-th on: one of N shares. `auto` takes K and N from the variables of
    /// Kubernetes, Slurm, AWS Batch, GitLab, CircleCI, Buildkite or Azure Pipelines.
    #[arg(long, value_name = "K/N|auto")]
    pub(crate) shard: Option<String>,
    /// Print the coverage row of each repository as a line of JSON when it has ended, then a line with the sums.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct FleetStatus {
    /// The store of a scan.
    #[arg(value_name = "STORE")]
    pub(crate) store: PathBuf,
    /// Print the coverage row of each repository as a line of JSON, then a line with the sums.
    #[arg(long)]
    pub(crate) json: bool,
}
