//! `skant fix --history`.

use crate::cli::args::Common;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::fix_args::Fix;
use crate::source::ScanControl;

pub(super) fn run(_: &Common, _: &Fix, _: &ScanControl) -> Result<Exit, CliError> {
    Ok(Exit::Failed)
}
