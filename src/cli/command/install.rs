//! `skant install`: installs the git hooks of a repository, or of all repositories of the user.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use super::clone_state::CloneState;
use super::status_text;
use crate::cli::args::{Common, Install};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::session::printable_path;
use crate::hook::install;
use crate::hook::install::{Action, ForeignFolder, GlobalAction, Hook, InstallError, Left, Options, Outcome};
use crate::scan::redact;
use crate::text::escape_terminal;

#[derive(Debug, Error, Diagnostic)]
enum CommandError {
    #[error("there is no home folder: HOME is not set")]
    #[diagnostic(code(skant::install::no_home), help("set `HOME`, or `XDG_CONFIG_HOME`"))]
    NoHome,
    #[error("the path of this program cannot be determined: {0}")]
    #[diagnostic(code(skant::install::no_program), help("call skant by its absolute path"))]
    NoProgram(io::Error),
}

pub(crate) fn run(common: &Common, arguments: &Install) -> Result<Exit, CliError> {
    if arguments.global {
        let done = change_global(|options, folder| install::install_global(options, folder).map(Some))?;
        // Hooks of this repository may bypass those of all; outside of a repository there is nothing to say.
        output::print(match CloneState::examine(common) {
            Ok(clone) => format!("This repository:\n{}", status_text::render(&clone)),
            Err(_) => IN_A_CLONE.to_owned(),
        })?;
        return Ok(done);
    }
    let program = install::running_program().map_err(CommandError::NoProgram)?;
    let actions = install::install(&options(&program, arguments.force))?;
    // The state says whether git runs what was installed.
    let clone = CloneState::examine(common)?;
    output::print(format!("{}{}", describe_actions(&actions), status_text::render(&clone)))?;
    Ok(if clone.status.is_protected() { Exit::Clean } else { Exit::Failed })
}

/// Removes the hooks of the current repository, and prints the result for each file and what is left.
pub(super) fn remove_from_repository(force: bool) -> Result<Exit, CliError> {
    let program = install::running_program().map_err(CommandError::NoProgram)?;
    let options = options(&program, force);
    let actions = install::uninstall(&options)?;
    let left = install::find_left(&options)?;
    let mut out = describe_actions(&actions);
    for Left { path, advice } in &left {
        // Writing to a string does not fail.
        let _ = writeln!(
            out,
            "{:<17} {}: {}",
            "left",
            printable_path(path),
            redact(&escape_terminal(advice.as_bytes()))
        );
    }
    if out.is_empty() {
        out.push_str(NO_HOOKS);
    }
    output::print(out)?;
    Ok(if left.is_empty() { Exit::Clean } else { Exit::Findings })
}

/// Writes a line for each file.
fn describe_actions(actions: &[Action]) -> String {
    let mut out = String::new();
    for action in actions {
        // Writing to a string does not fail.
        let _ = writeln!(
            out,
            "{:<17} {}: {}",
            action.hook.name(),
            description(action.outcome),
            printable_path(&action.path)
        );
    }
    out
}

/// The end of the output of `install --global` where the state of a repository is not known.
const IN_A_CLONE: &str = "In a clone, `skant status` shows whether its hooks are reached.\n";

const NO_HOOKS: &str = "no hooks of skant are installed here\n";

/// Changes the hooks for all repositories of the user and prints the result.
pub(super) fn change_global(
    change: impl Fn(&Options<'_>, &Path) -> Result<Option<GlobalAction>, InstallError>,
) -> Result<Exit, CliError> {
    let folder = install::global_folder(|name| std::env::var_os(name)).ok_or(CommandError::NoHome)?;
    let program = install::running_program().map_err(CommandError::NoProgram)?;
    output::print(match change(&options(&program, false), &folder)? {
        Some(GlobalAction { folder, outcome: Outcome::Removed }) => {
            format!("all repositories  removed: {}\n", printable_path(&folder))
        }
        Some(GlobalAction { folder, outcome }) => format!(
            "all repositories  {}: {} (`core.hooksPath`)\n\
             The repositories' own hooks are called as well. A repository with its own `core.hooksPath`, such as one \
             with husky, does not use these hooks: run `skant install` there.\n",
            description(outcome),
            printable_path(&folder)
        ),
        None => NO_HOOKS.to_owned(),
    })
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

const fn description(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Installed => "installed",
        Outcome::Refreshed => "updated",
        Outcome::Unchanged => "already installed",
        Outcome::Called => "called already",
        Outcome::KeptAndCalled => "earlier hook; kept, and called first",
        Outcome::Kept => "earlier hook, not executable; kept, and not called",
        Outcome::Removed => "removed",
        Outcome::Restored => "restored",
        Outcome::LeftAlone => "not skant's, or edited; not changed",
    }
}
