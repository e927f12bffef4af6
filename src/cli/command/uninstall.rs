//! `skant uninstall`: removes the git hooks of skant and restores the earlier ones.

use super::install::{change_global, remove_from_repository};
use crate::cli::args::Uninstall;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::hook::install;

pub(crate) fn run(arguments: &Uninstall) -> Result<Exit, CliError> {
    if arguments.global {
        return change_global(install::uninstall_global);
    }
    remove_from_repository(arguments.force)
}
