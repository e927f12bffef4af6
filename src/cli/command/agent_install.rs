//! `skant agent install` and `uninstall`: the hooks in the settings of coding agents.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use crate::agent::install::{
    Change, Outcome, Places, Scope, TARGETS, Target, by_name, found, plan_install, plan_uninstall, state,
};
use crate::cli::agent_args::AgentInstall;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::session::{current_repository, printable_path};
use crate::git::home_folder;
use crate::hook::install::running_program;
use crate::text::escape_terminal;

#[derive(Debug, Error, Diagnostic)]
enum CommandError {
    #[error("no coding agent was found in the home folder or in this project")]
    #[diagnostic(code(skant::agent::none_found), help("name the agent with `--agent`: {names}"))]
    NoneFound { names: String },
    #[error("the path of this program cannot be determined: {0}")]
    #[diagnostic(code(skant::agent::no_program), help("call skant by its absolute path"))]
    NoProgram(io::Error),
}

/// Returns the folders in which this process finds the settings of agents.
pub(super) fn places() -> Places {
    let folder = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let top = current_repository().ok().and_then(|repository| repository.work_tree);
    let project = top.map_or_else(|| folder.clone(), |top| folder.join(top));
    Places {
        home: home_folder().filter(|home| home.is_absolute()),
        project,
        variable: |name| std::env::var_os(name),
    }
}

pub(super) fn install(arguments: &AgentInstall) -> Result<Exit, CliError> {
    let program = running_program().map_err(CommandError::NoProgram)?;
    let places = places();
    let targets = targets(arguments, &places);
    if targets.is_empty() {
        let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        return Err(CommandError::NoneFound { names: names.join(", ") }.into());
    }
    change(&targets, &places, |target| Ok(plan_install(target, scope(arguments), &places, &program)?))
}

pub(super) fn uninstall(arguments: &AgentInstall) -> Result<Exit, CliError> {
    let places = places();
    let targets = targets(arguments, &places);
    if targets.is_empty() {
        output::print("no hooks of coding agents are installed here\n")?;
        return Ok(Exit::Clean);
    }
    change(&targets, &places, |target| Ok(plan_uninstall(target, scope(arguments), &places)?))
}

const fn scope(arguments: &AgentInstall) -> Scope {
    if arguments.global { Scope::Global } else { Scope::Project }
}

/// Returns the agents that the arguments name, or else those of which there are traces.
fn targets(arguments: &AgentInstall, places: &Places) -> Vec<&'static Target> {
    if arguments.agent.is_empty() {
        let reads_it = |target: &&Target| arguments.global || target.project.is_some();
        return found(places).into_iter().filter(reads_it).collect();
    }
    let named: Vec<&Target> = arguments.agent.iter().filter_map(|name| by_name(name)).collect();
    TARGETS.iter().filter(|target| named.iter().any(|named| named.name == target.name)).collect()
}

/// Plans the changes of all agents before it makes the first one, so that a file that is refused stops all of them.
fn change(
    targets: &[&'static Target],
    places: &Places,
    plan: impl Fn(&'static Target) -> Result<Change, CliError>,
) -> Result<Exit, CliError> {
    let changes: Vec<Change> = targets.iter().map(|target| plan(target)).collect::<Result<_, _>>()?;
    let mut out = String::new();
    let mut done: Vec<PathBuf> = Vec::new();
    for change in &changes {
        // Two agents may read one file.
        let path = change.path();
        let is_shared = done.contains(&path);
        if !is_shared {
            change.apply()?;
        }
        // Writing to a string does not fail.
        let _ =
            writeln!(out, "{:<12} {}: {}", change.target.name, words(change.outcome), printable_path(&path));
        if matches!(change.outcome, Outcome::Installed | Outcome::Updated | Outcome::Unchanged) {
            for step in change.target.steps {
                let _ = writeln!(out, "{:<12} still to do: {step}", "");
            }
            for fault in state(change.target, places).faults {
                let _ = writeln!(out, "{:<12} still to do: {}", "", escape_terminal(fault.as_bytes()));
            }
        }
        done.push(path);
    }
    output::print(out)?;
    Ok(Exit::Clean)
}

const fn words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Installed => "installed",
        Outcome::Updated => "updated",
        Outcome::Unchanged => "already installed",
        Outcome::Removed => "removed",
        Outcome::NotInstalled => "not installed",
    }
}
