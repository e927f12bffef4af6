//! `uninstall`.

use crate::cli::args::Install;
use crate::cli::command::install::{change_hooks, failed, global};
use crate::cli::{Exit, Failure};
use crate::hook::install;
use crate::hook::install::InstallError;

pub(crate) fn uninstall(arguments: &Install) -> Result<Exit, Failure> {
    if arguments.global {
        return global(install::uninstall_global);
    }
    change_hooks(arguments, install::uninstall, |error| match error {
        InstallError::TrackedFolder { .. } | InstallError::SharedFolder { .. } => {
            Failure(format!("{error}; `skant uninstall --force` takes skant's hooks away there all the same"))
        }
        _ => failed(error),
    })
}
