//! `skant version`: prints the name and the version.

use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::output;

pub(crate) fn run() -> Result<Exit, CliError> {
    output::print(concat!("skant ", env!("CARGO_PKG_VERSION"), "\n"))
}
