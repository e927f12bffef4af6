//! Running git, for the questions that only git answers: revision syntax, reftables, remotes.
//!
//! Only plumbing commands are run, in an environment in which nothing from the repository's configuration is
//! executed and nothing is fetched. A git that waits for a pipe is not waited for.

use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use super::git_program::{GIT_TIME_LIMIT, prepare_program, run_within};
use super::repository::Repository;
use super::special_files::find_special_file;
use super::user_folder::shield_git;

/// Why git gave no answer.
#[derive(Debug, Error, Diagnostic)]
pub enum GitCommandError {
    /// git could not be started.
    #[error("cannot run git ({0})")]
    #[diagnostic(code(skant::git::no_git), help("install git, or put its absolute folder on the PATH"))]
    NoGit(io::Error),
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
    /// A pipe or device has the path of a file that git reads.
    #[error("{} is not a regular file, and git would wait for it", .0.display())]
    #[diagnostic(code(skant::git::special_file), help("remove it, or replace it by a file"))]
    SpecialFile(PathBuf),
    /// git did not end in time.
    #[error("git {command} did not end within {} seconds", GIT_TIME_LIMIT.as_secs())]
    #[diagnostic(
        code(skant::git::time_limit),
        help("run `git {command}` in the repository to see what it waits for; `git gc` may make it faster")
    )]
    TimedOut {
        /// The subcommand.
        command: String,
    },
}

/// Variables of git's environment that change the output of a command, or where it goes.
const REMOVED: [&str; 8] = [
    "GIT_CONFIG_PARAMETERS",
    "GIT_EXTERNAL_DIFF",
    "GIT_TRACE",
    "GIT_TRACE2",
    "GIT_TRACE2_EVENT",
    "GIT_TRACE2_PERF",
    "GIT_TRACE_PACKET",
    "GIT_TRACE_SETUP",
];

/// Runs `git ARGS…` on a repository and returns its standard output.
///
/// # Errors
/// Returns an error if git cannot be started, ends with an error, or does not end in time, and if it would wait for a
/// pipe.
pub(crate) fn run_git(repository: &Repository, arguments: &[&str]) -> Result<Vec<u8>, GitCommandError> {
    run_git_after_search(repository, find_special_file(repository), arguments)
}

/// Runs git as [`run_git`] does. `special` is the pipe or device that a search for the files of this command found.
pub(super) fn run_git_after_search(
    repository: &Repository,
    special: Option<PathBuf>,
    arguments: &[&str],
) -> Result<Vec<u8>, GitCommandError> {
    if let Some(path) = special {
        return Err(GitCommandError::SpecialFile(path));
    }
    let mut command = prepare_program(OsStr::new("git")).map_err(GitCommandError::NoGit)?;
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
        .env("GIT_PAGER", "cat");
    for name in REMOVED {
        command.env_remove(name);
    }
    shield_git(&mut command, repository);
    let name = arguments.first().unwrap_or(&"").to_string();
    let output = match run_within(&mut command, GIT_TIME_LIMIT) {
        Ok(output) => output,
        Err(error) if error.kind() == io::ErrorKind::TimedOut => {
            return Err(GitCommandError::TimedOut { command: name });
        }
        Err(error) => return Err(GitCommandError::NoGit(error)),
    };
    if output.status.success() {
        return Ok(output.stdout);
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let is_silent = errors.is_empty() && output.status.code() == Some(1);
    let first_line = errors.lines().next().unwrap_or("no reason given");
    let message = crate::text::escape_terminal(first_line.as_bytes());
    Err(GitCommandError::Failed { command: name, message, is_silent })
}
