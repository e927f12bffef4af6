//! `uninstall`.

use crate::cli::args::Install;
use crate::cli::command::install::{change_hooks, global};
use crate::cli::{Exit, Failure};
use crate::hook::install;

pub(crate) fn uninstall(arguments: &Install) -> Result<Exit, Failure> {
    if arguments.global {
        return global(install::uninstall_global);
    }
    change_hooks(arguments, install::uninstall)
}
