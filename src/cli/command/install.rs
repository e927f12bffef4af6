//! `install`.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;

use crate::cli::args::Install;
use crate::cli::session::shown;
use crate::cli::{Exit, Failure, output};
use crate::hook::install;
use crate::hook::install::{Action, ForeignFolder, Global, Hook, InstallError, Options, What};

pub(crate) fn install(arguments: &Install) -> Result<Exit, Failure> {
    if arguments.global {
        return global(|options, folder| install::install_global(options, folder).map(Some));
    }
    change_hooks(arguments, install::install, failed)
}

pub(crate) fn change_hooks(
    arguments: &Install,
    change: impl Fn(&Options<'_>) -> Result<Vec<Action>, InstallError>,
    told: impl Fn(&InstallError) -> Failure,
) -> Result<Exit, Failure> {
    let program = install::program()?;
    let actions = change(&options(&program, arguments.force)).map_err(|error| told(&error))?;
    let mut out = Vec::new();
    for action in &actions {
        writeln!(out, "{:<17} {}: {}", action.hook.name(), said(action.what), shown(&action.path))?;
    }
    if actions.is_empty() {
        writeln!(out, "no hooks of skant's are here")?;
    }
    output::say(out)
}

/// For all repositories of the user.
pub(crate) fn global(
    change: impl Fn(&Options<'_>, &Path) -> Result<Option<Global>, InstallError>,
) -> Result<Exit, Failure> {
    let folder = install::global_folder(|name| std::env::var_os(name));
    let folder = folder.ok_or_else(|| Failure("there is no home folder: HOME is not set; set it".into()))?;
    let program = install::program()?;
    let done = change(&options(&program, false), &folder).map_err(|error| failed(&error))?;
    let mut out = Vec::new();
    match done {
        Some(Global { folder, what: What::Removed }) => {
            writeln!(out, "all repositories  removed: {}", shown(&folder))?;
        }
        Some(Global { folder, what }) => {
            writeln!(out, "all repositories  {}: {} (`core.hooksPath`)", said(what), shown(&folder))?;
            writeln!(
                out,
                "Their own hooks are called, too. A repository with a `core.hooksPath` of its own (husky) \
                           goes its own way: see `skant install` there."
            )?;
        }
        None => writeln!(out, "no hooks of skant's are here")?,
    }
    output::say(out)
}

fn options(program: &Path, force: bool) -> Options<'_> {
    Options {
        dir: Path::new("."),
        git: OsStr::new("git"),
        program,
        hooks: &Hook::ALL,
        foreign_folder: if force { ForeignFolder::Change } else { ForeignFolder::Refuse },
    }
}

pub(crate) fn failed(error: &InstallError) -> Failure {
    let help = error.help().map(|help| format!("; {help}")).unwrap_or_default();
    Failure(format!("{error}{help}"))
}

fn said(what: What) -> &'static str {
    match what {
        What::Installed => "installed",
        What::Refreshed => "brought up to date",
        What::Unchanged => "already installed",
        What::Called => "called already",
        What::KeptAndCalls => "was there before; kept, and called first",
        What::Kept => "was there before and not executable; kept, and not called",
        What::Removed => "removed",
        What::Restored => "put back",
        What::LeftAlone => "is not skant's (or was edited); left alone",
    }
}
