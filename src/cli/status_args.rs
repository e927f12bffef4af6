//! The arguments of `skant status`, as clap parses them.

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// End with exit code 1 if a hook does not reach skant.
    #[arg(long)]
    pub(crate) check: bool,
    /// The format of standard output.
    #[arg(long, short, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: StatusFormat,
    /// Same as `--format json`.
    #[arg(long, conflicts_with = "format")]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatusFormat {
    /// Text for people.
    Human,
    /// One JSON object.
    Json,
}
