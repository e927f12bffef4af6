//! `skant agent audit`: what stands in the folders of coding agents on this machine, and its removal.

use std::collections::BTreeSet;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use super::agent_audit_output::{Mode, Redaction, render, render_json};
use super::agent_install::places;
use crate::agent::audit::{Audit, Kind, Left, OpenFiles, areas, audit, replace};
use crate::cli::agent_args::AgentAudit;
use crate::cli::args::Common;
use crate::cli::error::{CliError, print_line};
use crate::cli::exit::Exit;
use crate::cli::{output, settings};
use crate::policy::repo_files::TreeVersion;
use crate::scan::Scanner;
use crate::source::ScanControl;

#[derive(Debug, Error, Diagnostic)]
#[error("there is no home folder: HOME is not set, or is no absolute path of a folder")]
#[diagnostic(
    code(skant::agent::no_home),
    help("set HOME to the folder in which the agents keep their files, then run this again")
)]
struct NoHome;

pub(super) fn run(common: &Common, arguments: &AgentAudit, control: &ScanControl) -> Result<Exit, CliError> {
    let mode = match (arguments.redact, arguments.yes) {
        (false, _) => Mode::Show,
        (true, false) => Mode::Plan,
        (true, true) => Mode::Replace,
    };
    let scanner = settings::scanner(common, None, TreeVersion::Worktree)?;
    let places = places();
    // Without a home folder nothing would be searched.
    if !places.home.as_deref().is_some_and(std::path::Path::is_dir) {
        return Err(NoHome.into());
    }
    let mut projects = projects_of_claude(places.home.as_deref());
    projects.push(places.project.clone());
    let areas = areas(places.home.as_deref(), &projects, places.variable);
    let found = audit(&scanner, &areas, &|| control.cancellation.is_requested());
    let redaction = match mode {
        Mode::Show => Redaction::default(),
        Mode::Plan => plan(&found),
        Mode::Replace => rewrite(&scanner, &found, control),
    };
    let text =
        if arguments.json { render_json(&found, mode, &redaction) } else { render(&found, mode, &redaction) };
    output::print(text)?;
    let is_left = match mode {
        Mode::Show | Mode::Plan => !found.values.is_empty(),
        Mode::Replace => !redaction.left.is_empty(),
    };
    let exit = if is_left { Exit::Findings } else { Exit::Clean };
    Ok(if found.problems.is_empty() { exit } else { exit.and_incomplete() })
}

/// Rewrites the files with values.
fn rewrite(scanner: &Scanner, found: &Audit, control: &ScanControl) -> Redaction {
    let open = OpenFiles::now();
    let mut redaction = Redaction::default();
    for (path, kind) in files(found) {
        let kept = if control.cancellation.is_requested() {
            Some("the run was interrupted")
        } else {
            kept_because(kind)
        };
        match kept {
            Some(reason) => redaction.left.push((path, reason.to_owned())),
            None => match replace(scanner, &path, &|path| open.contains(path)) {
                Ok(()) => redaction.replaced.push(path),
                Err(left) => redaction.left.push((path, Left::reason(&left))),
            },
        }
    }
    if !open.is_known() && !redaction.replaced.is_empty() {
        print_line(
            "note: this system does not say which files are open; start the agents again, so that none writes to an old \
             file",
        );
    }
    redaction
}

/// Returns the files with values, each once.
fn files(found: &Audit) -> BTreeSet<(PathBuf, Kind)> {
    let holders = found.values.iter().flat_map(|value| &value.holders);
    holders.map(|holder| (holder.file.path.clone(), holder.file.kind)).collect()
}

fn plan(found: &Audit) -> Redaction {
    let mut redaction = Redaction::default();
    for (path, kind) in files(found) {
        match kept_because(kind) {
            Some(reason) => redaction.left.push((path, reason.to_owned())),
            None => redaction.replaced.push(path),
        }
    }
    redaction
}

/// Returns why a file of a kind is not changed.
const fn kept_because(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Configuration => {
            Some("a server or the agent needs the value; put the name of an environment variable there")
        }
        _ => None,
    }
}

/// Returns the projects that Claude Code has a record of.
fn projects_of_claude(home: Option<&std::path::Path>) -> Vec<PathBuf> {
    let content = home.and_then(|home| std::fs::read(home.join(".claude.json")).ok()).unwrap_or_default();
    let root: serde_json::Value = serde_json::from_slice(&content).unwrap_or_default();
    let projects = root.get("projects").and_then(serde_json::Value::as_object);
    projects
        .into_iter()
        .flatten()
        .map(|(path, _)| PathBuf::from(path))
        .filter(|path| path.is_absolute())
        .collect()
}
