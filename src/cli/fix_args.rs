//! The arguments of `skant fix`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::remediation::fix::store::STORES;

#[derive(Debug, Args)]
pub(crate) struct Fix {
    /// Files and folders, or fingerprints of a report (default: the whole working tree).
    #[arg(value_name = "PATH|FINGERPRINT")]
    pub(crate) targets: Vec<OsString>,
    /// Write the changes without a question.
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Write the values to this file (default: the nearest `.env`, or `.env` at the top of the repository).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["to", "history"])]
    pub(crate) env_file: Option<PathBuf>,
    /// Print the command that puts each value into a secrets manager, and the line that reads it; change nothing.
    #[arg(long, value_name = "STORE", conflicts_with_all = ["yes", "history"], value_parser = stores())]
    pub(crate) to: Option<String>,
    /// Plan a rewrite of the history: write the replacements for `git filter-repo` or BFG, and run nothing.
    #[arg(long, conflicts_with = "yes")]
    pub(crate) history: bool,
    /// With --history: the folder for the plan, outside of the repository.
    #[arg(long, value_name = "FOLDER", requires = "history")]
    pub(crate) plan: Option<PathBuf>,
}

fn stores() -> PossibleValuesParser {
    PossibleValuesParser::new(STORES.iter().map(|store| store.name))
}
