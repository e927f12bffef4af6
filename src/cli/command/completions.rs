//! `completions`.

use clap::CommandFactory as _;
use clap_complete::{Shell, generate};

use crate::cli::args::Arguments;
use crate::cli::{Exit, Failure, output};

pub(crate) fn completions(shell: Shell) -> Result<Exit, Failure> {
    // Both are made in memory: writers of other crates panic on a closed pipe.
    let mut out = Vec::new();
    generate(shell, &mut Arguments::command(), "skant", &mut out);
    output::say(out)
}
