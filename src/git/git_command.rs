//! Running git, for the questions that only git answers: revision syntax, reftables, remotes.
//!
//! Only plumbing commands are run, in an environment in which nothing from the repository's configuration is
//! executed and nothing is fetched.

use std::process::{Command, Stdio};

use miette::Diagnostic;
use thiserror::Error;

use super::repository::Repository;

/// Why git gave no answer.
#[derive(Debug, Error, Diagnostic)]
pub enum GitCommandError {
    /// git could not be started.
    #[error("cannot run git ({0})")]
    #[diagnostic(code(skant::git::no_git), help("install git, or put it on the PATH"))]
    NoGit(std::io::Error),
    /// git ended with an error.
    #[error("git {command} failed: {message}")]
    #[diagnostic(code(skant::git::failed), help("`git {command}` has to work here first"))]
    Failed {
        /// The subcommand.
        command: String,
        /// The first line of its standard error, escaped.
        message: String,
        /// Whether standard error was empty and the exit code 1: a negative answer to a `--quiet` question.
        is_silent: bool,
    },
}

/// Runs `git ARGS…` on a repository and returns its standard output.
///
/// # Errors
/// Returns an error if git cannot be started or ends with an error.
pub(crate) fn run_git(repository: &Repository, arguments: &[&str]) -> Result<Vec<u8>, GitCommandError> {
    let mut command = Command::new("git");
    command
        .arg(format!("--git-dir={}", repository.git_dir.display()))
        // git rejects a foreign owner because it may execute the owner's settings. These commands execute nothing.
        .args(["-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"])
        .args(arguments)
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        // A git before 2.44 does not know GIT_NO_LAZY_FETCH and would run the program of a remote.
        .env("GIT_ALLOW_PROTOCOL", "none")
        .env("GIT_PAGER", "cat")
        .env("LC_ALL", "C")
        .env_remove("GIT_EXTERNAL_DIFF")
        .env_remove("GIT_CONFIG_PARAMETERS")
        .env_remove("GIT_TRACE")
        .stdin(Stdio::null());
    let output = command.output().map_err(GitCommandError::NoGit)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let is_silent = errors.is_empty() && output.status.code() == Some(1);
    let first_line = errors.lines().next().unwrap_or("no reason given");
    let message = crate::text::escape_terminal(first_line.as_bytes());
    let command = arguments.first().unwrap_or(&"").to_string();
    Err(GitCommandError::Failed { command, message, is_silent })
}
