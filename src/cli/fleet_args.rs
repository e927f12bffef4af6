//! The arguments of `skant fleet`, as clap parses them.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

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
    /// A repository, a folder with repositories, a URL, or the owner of repositories on a forge: `github:OWNER`,
    /// `gitlab:GROUP`, `gitea:https://HOST/OWNER`, `bitbucket:WORKSPACE`. A token for the list is taken from the
    /// environment (`GITHUB_TOKEN`, `GITLAB_TOKEN`, `GITEA_TOKEN`, `BITBUCKET_TOKEN`).
    #[arg(value_name = "PATH|URL|FORGE:OWNER")]
    pub(crate) entries: Vec<OsString>,
    /// Read paths and URLs from LIST, one in each line, or from another inventory; `-` is standard input (repeatable).
    #[arg(long, value_name = "LIST")]
    pub(crate) from: Vec<PathBuf>,
    /// Whether archived repositories of a forge are in the inventory.
    #[arg(long, value_name = "WHICH", default_value = "yes")]
    pub(crate) archived: Choice,
    /// Whether forks on a forge are in the inventory.
    #[arg(long, value_name = "WHICH", default_value = "yes")]
    pub(crate) forks: Choice,
}

/// Whether repositories of a kind are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Choice {
    Yes,
    No,
    /// Nothing but these.
    Only,
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
    /// The largest clone, such as `500M` or `20G`; a larger repository is named and not read.
    #[arg(long, value_name = "SIZE", default_value = "32G", value_parser = parse_size, hide_short_help = true)]
    pub(crate) max_size: u64,
    /// The longest time of one call of git for a remote repository.
    #[arg(long, value_name = "SECONDS", default_value = "3600", hide_short_help = true)]
    pub(crate) clone_timeout: u64,
    /// The size of all mirrors that stay in the store for the next run; 0 keeps none.
    #[arg(long, value_name = "SIZE", default_value = "10G", value_parser = parse_size, hide_short_help = true)]
    pub(crate) keep_mirrors: u64,
    /// Print the coverage row of each repository as a line of JSON when it has ended, then a line with the sums.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Reads a number of bytes with an optional unit of 1024: K, M, G, T.
fn parse_size(text: &str) -> Result<u64, String> {
    let wrong = || "write a number of bytes, or one with K, M, G or T, such as `500M`".to_owned();
    let digits = text.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    let unit = text[digits.len()..].to_ascii_uppercase();
    let shift = match unit.trim_end_matches('B').trim_end_matches('I') {
        "" if unit.is_empty() || unit == "B" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return Err(wrong()),
    };
    number.checked_mul(1 << shift).ok_or_else(wrong)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_number_with_a_unit() {
        for (text, bytes) in [
            ("0", 0),
            ("7", 7),
            ("7B", 7),
            ("2k", 2048),
            ("500M", 500 << 20),
            ("3GiB", 3 << 30),
            ("1TB", 1 << 40),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in ["", "G", "1.5G", "-1", "5X", "5iB", "99999999T", "1 G"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }
}
