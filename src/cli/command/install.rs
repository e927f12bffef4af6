//! `install`.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;

use crate::cli::args::Install;
use crate::cli::session::shown;
use crate::cli::{Exit, Failure, output};
use crate::hook::install;
use crate::hook::install::{Action, ForeignFolder, GlobalAction, Hook, InstallError, Options, Outcome};

pub(crate) fn install(arguments: &Install) -> Result<Exit, Failure> {
    if arguments.global {
        return global(|options, folder| install::install_global(options, folder).map(Some));
    }
    change_hooks(arguments, install::install)
}

pub(crate) fn change_hooks(
    arguments: &Install,
    change: impl Fn(&Options<'_>) -> Result<Vec<Action>, InstallError>,
) -> Result<Exit, Failure> {
    let program = install::running_program()?;
    let actions = change(&options(&program, arguments.force)).map_err(|error| failed(&error))?;
    let mut out = Vec::new();
    for action in &actions {
        writeln!(out, "{:<17} {}: {}", action.hook.name(), said(action.outcome), shown(&action.path))?;
    }
    if actions.is_empty() {
        writeln!(out, "no hooks of skant's are here")?;
    }
    output::say(out)
}

/// For all repositories of the user.
pub(crate) fn global(
    change: impl Fn(&Options<'_>, &Path) -> Result<Option<GlobalAction>, InstallError>,
) -> Result<Exit, Failure> {
    let folder = install::global_folder(|name| std::env::var_os(name));
    let folder = folder.ok_or_else(|| Failure("there is no home folder: HOME is not set; set it".into()))?;
    let program = install::running_program()?;
    let done = change(&options(&program, false), &folder).map_err(|error| failed(&error))?;
    let mut out = Vec::new();
    match done {
        Some(GlobalAction { folder, outcome: Outcome::Removed }) => {
            writeln!(out, "all repositories  removed: {}", shown(&folder))?;
        }
        Some(GlobalAction { folder, outcome }) => {
            writeln!(out, "all repositories  {}: {} (`core.hooksPath`)", said(outcome), shown(&folder))?;
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
    let help = miette::Diagnostic::help(error).map(|help| format!("; {help}")).unwrap_or_default();
    Failure(format!("{error}{help}"))
}

fn said(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Installed => "installed",
        Outcome::Refreshed => "brought up to date",
        Outcome::Unchanged => "already installed",
        Outcome::Called => "called already",
        Outcome::KeptAndCalled => "was there before; kept, and called first",
        Outcome::Kept => "was there before and not executable; kept, and not called",
        Outcome::Removed => "removed",
        Outcome::Restored => "put back",
        Outcome::LeftAlone => "is not skant's (or was edited); left alone",
    }
}
