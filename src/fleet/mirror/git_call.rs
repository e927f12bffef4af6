//! Calls of git that reach a remote: in an environment in which nothing of a repository is run, nobody is asked, and a
//! credential is in no argument.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use thiserror::Error;

use crate::fleet::environment::OTHER_REPOSITORY;
use crate::fleet::forge::Token;
use crate::git::{GIT_TIME_LIMIT, WatchedEnd, prepare_program, run_watched, run_within};
use crate::source::Cancellation;

/// The protocols that git may use, whatever its settings rewrite a URL to.
const PROTOCOLS: &str = "https:http:ssh:git";

/// The most bytes of the answer of a command.
const MAX_ANSWER: u64 = 256 << 20;

/// The pause between two measurements of the disk.
const MEASURE: Duration = Duration::from_millis(250);

/// Settings that keep git from running programs of a template or of a repository, and from work that nobody asked for.
const SETTINGS: [&str; 16] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.logAllRefUpdates=false",
    "credential.interactive=false",
    "fetch.recurseSubmodules=false",
    "fetch.unpackLimit=1",
    "fetch.writeCommitGraph=false",
    "gc.auto=0",
    "http.lowSpeedLimit=1",
    "http.lowSpeedTime=60",
    "init.templateDir=",
    "maintenance.auto=false",
    "repack.writeBitmaps=false",
    "safe.directory=*",
    "submodule.recurse=false",
    "transfer.bundleURI=false",
];

/// Variables of git that print requests, or change what a command does.
const REMOVED: [&str; 16] = [
    "GIT_CONFIG_PARAMETERS",
    "GIT_CURL_VERBOSE",
    "GIT_DEFAULT_HASH",
    "GIT_DEFAULT_REF_FORMAT",
    "GIT_EXTERNAL_DIFF",
    "GIT_TEMPLATE_DIR",
    "GIT_TRACE",
    "GIT_TRACE2",
    "GIT_TRACE2_EVENT",
    "GIT_TRACE2_PERF",
    "GIT_TRACE_CURL",
    "GIT_TRACE_CURL_NO_DATA",
    "GIT_TRACE_PACKET",
    "GIT_TRACE_PACKFILE",
    "GIT_TRACE_SETUP",
    "GIT_TRACE_SHALLOW",
];

/// Whether the user has a command of his own for ssh: in the environment, or in git's settings for all repositories.
pub(super) fn has_ssh_command(no_repository: &Path) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if is_set("GIT_SSH_COMMAND") || is_set("GIT_SSH") {
        return true;
    }
    let Ok(mut call) = prepare_program(OsStr::new("git")) else { return false };
    let mut git_dir = OsString::from("--git-dir=");
    git_dir.push(no_repository);
    call.arg(git_dir).args(["config", "--get", "core.sshCommand"]);
    for name in OTHER_REPOSITORY {
        call.env_remove(name);
    }
    run_within(&mut call, GIT_TIME_LIMIT).is_ok_and(|answer| answer.status.success())
}

/// Why git did not do what it was called for.
#[derive(Debug, Error)]
pub(crate) enum GitFault {
    #[error("cannot run git ({0}); install git, or put its absolute folder on the PATH")]
    NoGit(std::io::Error),
    #[error("git {command} failed: {message}")]
    Failed { command: &'static str, message: String },
    #[error("git {command} took longer than {seconds} seconds; `--clone-timeout` sets another limit")]
    TooSlow { command: &'static str, seconds: u64 },
    #[error("it is larger than {0} bytes; `--max-size` sets another limit")]
    TooLarge(u64),
    #[error("the run was interrupted")]
    Interrupted,
}

/// The limits of the calls for one repository.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CloneLimits {
    /// The most bytes on the disk.
    pub(crate) bytes: u64,
    /// The longest time of a command.
    pub(crate) time: Duration,
}

/// What the calls for one repository share.
pub(super) struct GitCalls<'c> {
    /// A path without a repository: without one, git would obey the settings of the repository around the current folder.
    pub(super) no_repository: &'c Path,
    /// Whether the user has a command for ssh, which knows by itself whether to ask somebody.
    pub(super) has_ssh_command: bool,
    pub(super) limits: CloneLimits,
    /// The token for the host, if the environment has one.
    pub(super) token: Option<&'c Token>,
    /// Variables with tokens, which git does not need.
    pub(super) hidden_variables: &'c [&'static str],
    pub(super) cancellation: &'c Cancellation,
}

impl GitCalls<'_> {
    /// Runs a command of git; its first argument names it. `folder` is the repository, whose size is limited.
    ///
    /// # Errors
    /// git cannot be run, fails, or breaks a limit.
    pub(super) fn run(
        &self,
        command: &'static str,
        folder: Option<&Path>,
        arguments: &[&OsStr],
    ) -> Result<Vec<u8>, GitFault> {
        let mut call = prepare_program(OsStr::new("git")).map_err(GitFault::NoGit)?;
        let mut git_dir = OsString::from("--git-dir=");
        git_dir.push(folder.unwrap_or(self.no_repository));
        call.arg(git_dir);
        for setting in SETTINGS {
            call.args(["-c", setting]);
        }
        call.arg(command).args(arguments);
        self.set_environment(&mut call);
        let (start, mut measured) = (Instant::now(), Instant::now());
        let mut watch = || {
            if self.cancellation.is_requested() {
                return Some(GitFault::Interrupted);
            }
            if start.elapsed() > self.limits.time {
                return Some(GitFault::TooSlow { command, seconds: self.limits.time.as_secs() });
            }
            if measured.elapsed() < MEASURE {
                return None;
            }
            measured = Instant::now();
            self.check_size(folder).err()
        };
        match run_watched(&mut call, MAX_ANSWER, &mut watch).map_err(GitFault::NoGit)? {
            WatchedEnd::Stopped(fault) => Err(fault),
            WatchedEnd::Ended { status, stdout, .. } if status.success() => {
                self.check_size(folder).map(|()| stdout)
            }
            WatchedEnd::Ended { stderr, .. } => {
                // Progress lines end with a carriage return.
                let said = String::from_utf8_lossy(&stderr).replace('\r', "\n");
                let is_reason = |line: &&str| {
                    ["fatal:", "error:", "ssh:", "ERROR"].iter().any(|start| line.starts_with(start))
                };
                let reason =
                    said.lines().find(is_reason).or_else(|| said.lines().last()).unwrap_or("no reason given");
                Err(GitFault::Failed { command, message: reason.to_owned() })
            }
        }
    }

    fn check_size(&self, folder: Option<&Path>) -> Result<(), GitFault> {
        let size = folder.map_or(0, super::size_of);
        if size > self.limits.bytes { Err(GitFault::TooLarge(self.limits.bytes)) } else { Ok(()) }
    }

    fn set_environment(&self, call: &mut Command) {
        for name in OTHER_REPOSITORY.iter().chain(&REMOVED).chain(self.hidden_variables) {
            call.env_remove(name);
        }
        call.env("GIT_ALLOW_PROTOCOL", PROTOCOLS)
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ASKPASS", "")
            .env("SSH_ASKPASS", "")
            .env("SSH_ASKPASS_REQUIRE", "never")
            .env("GCM_INTERACTIVE", "never")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_OPTIONAL_LOCKS", "0");
        if !self.has_ssh_command {
            call.env("GIT_SSH_COMMAND", "ssh -oBatchMode=yes");
        }
        if let Some(token) = self.token {
            let number =
                std::env::var("GIT_CONFIG_COUNT").ok().and_then(|count| count.parse().ok()).unwrap_or(0_u32);
            let (name, value) = token.git_setting();
            call.env("GIT_CONFIG_COUNT", (number + 1).to_string())
                .env(format!("GIT_CONFIG_KEY_{number}"), name)
                .env(format!("GIT_CONFIG_VALUE_{number}"), value);
        }
    }
}
