//! Running git, for the few questions that only git answers (revision syntax, reftable). Plumbing only, with an
//! environment in which nothing of the repository's configuration is run.

use std::process::{Command, Stdio};

use thiserror::Error;

use crate::git::Repository;

/// git could not be asked, or refused.
#[derive(Debug, Error)]
pub enum GitCommandError {
    /// There is no git.
    #[error("cannot run git ({0}); install git, or put it on the PATH")]
    NoGit(std::io::Error),
    /// git refused; holds what it said, escaped.
    #[error("git {command} failed: {message}")]
    Failed {
        /// The subcommand.
        command: String,
        /// git's own words.
        message: String,
        /// Whether it said nothing, which is how it answers a quiet question in the negative.
        is_silent: bool,
    },
}

/// Runs `git ARGS…` on a repository and returns its standard output.
///
/// # Errors
/// git is not there, or ends with an error.
pub fn run_git(repository: &Repository, arguments: &[&str]) -> Result<Vec<u8>, GitCommandError> {
    let mut command = Command::new("git");
    command
        .arg(format!("--git-dir={}", repository.git_dir.display()))
        // A foreign owner matters where something is run; nothing is, here.
        .args(["-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"])
        .args(arguments)
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        // A git before 2.44 does not know that one, and would have a remote's program run.
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
    let said = String::from_utf8_lossy(&output.stderr);
    let is_silent = said.is_empty() && output.status.code() == Some(1);
    let said = crate::text::escape_terminal(said.lines().next().unwrap_or("no reason given").as_bytes());
    let command = arguments.first().unwrap_or(&"").to_string();
    Err(GitCommandError::Failed { command, message: said, is_silent })
}
