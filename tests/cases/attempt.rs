//! Commits and pushes with skant's hooks installed.

use std::process::Output;

use crate::case::Start;
use crate::run::{Checked, Project};
use testkit::trials::Skip;

/// The expected effect of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// skant blocks it because of a secret, and no ref moves.
    Blocked,
    /// skant blocks it because not everything could be checked, and no ref moves.
    Unchecked,
    /// skant cannot know what to check, says so, and no ref moves.
    Refused,
    /// It succeeds.
    Through,
}

/// A git command in some state.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// The subject, after the name of the group.
    pub name: &'static str,
    /// The state before the script.
    pub start: Start,
    /// The script that makes the state, before the hooks are installed.
    pub make: &'static str,
    /// The command, with the hooks installed.
    pub command: &'static str,
    /// The expected effect.
    pub effect: Effect,
}

/// The defaults of an attempt.
pub const ATTEMPT: Attempt =
    Attempt { name: "", start: Start::Commit, make: "", command: "", effect: Effect::Blocked };

/// Prints all refs: here, in linked worktrees, and on the other side.
const STATE: &str = "git for-each-ref; git rev-parse --verify -q HEAD || echo unborn; \
    git worktree list --porcelain; for other in ../*.git; do \
    if [ -d \"$other\" ]; then git -C \"$other\" for-each-ref; fi; done";

/// Makes the state, installs the hooks, and runs the command.
pub fn run(attempt: &Attempt) -> Checked {
    let project = Project::new(attempt.start);
    if let Err(skip) = project.make(attempt.make)? {
        return Ok(Err(skip));
    }
    let (output, has_moved) = execute(&project, attempt)?;
    project.no_leak(&output)?;
    let said = format!("{}{}", project.masked(&output.stdout), project.masked(&output.stderr));
    let right = match attempt.effect {
        Effect::Blocked => {
            !output.status.success() && !has_moved && said.contains("was blocked: it adds a secret")
        }
        Effect::Unchecked => {
            !output.status.success()
                && !has_moved
                && said.contains("was blocked: not everything could be checked")
        }
        Effect::Refused => {
            output.status.code() == Some(2) && !has_moved && said.contains("standard input has no line")
        }
        Effect::Through => output.status.success() && has_moved,
    };
    let failure = format!("{:?}, moved: {has_moved}, not {:?}: {said}", output.status.code(), attempt.effect);
    right.then_some(Ok(())).ok_or(failure)
}

/// Installs the hooks and runs the command. Also returns whether any ref moved.
pub fn execute(project: &Project, attempt: &Attempt) -> Result<(Output, bool), String> {
    project.make("skant install")?.map_err(|Skip(why)| why)?;
    let state = || String::from_utf8_lossy(&project.sh(STATE).stdout).into_owned();
    let before = state();
    let output = project.sh(&format!("set -e\nclock=1767400000; tick\n{}", attempt.command));
    Ok((output, state() != before))
}
