//! `skant completions`: prints the completions of a shell, generated from the arguments.

use clap_complete::{Shell, generate};

use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::{args, output};

pub(crate) fn run(shell: Shell) -> Result<Exit, CliError> {
    // clap_complete panics if a pipe is closed, so it writes to memory first.
    let mut out = Vec::new();
    generate(shell, &mut args::command(), "skant", &mut out);
    output::print(out)
}
