//! What the tests share: tokens built at test time, and repositories made by the git binary in a fixed environment.
#![allow(dead_code, unreachable_pub, reason = "each test program uses its own part of this")]
#![allow(clippy::expect_used, clippy::panic, reason = "a panic here is the failure report")]

pub mod needs;
mod templates;
pub mod tokens;
pub mod trials;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder of its own with an empty home, in which git and skant run undisturbed by the user's settings.
pub struct Sandbox {
    _root: tempfile::TempDir,
    /// The working folder: a repository once [`Sandbox::init`] has run.
    pub dir: PathBuf,
    home: PathBuf,
}

impl Sandbox {
    /// An empty folder, no repository yet.
    pub fn empty() -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        let (dir, home) = (root.path().join("work"), root.path().join("home"));
        std::fs::create_dir_all(&dir).expect("work");
        std::fs::create_dir_all(&home).expect("home");
        Self { _root: root, dir, home }
    }

    /// An empty repository on branch `main`.
    pub fn repo() -> Self {
        let sandbox = Self::empty();
        sandbox.git(&["init", "-q", "-b", "main"]);
        sandbox
    }

    /// A repository with one commit that holds `README.md`.
    pub fn with_commit() -> Self {
        let sandbox = Self::repo();
        sandbox.write("README.md", "hello\n");
        sandbox.commit_all("first");
        sandbox
    }

    /// The folder beside the working folder, for remotes, worktrees and the like.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.dir.parent().expect("a parent").join(name)
    }

    /// A command in the working folder with the fixed environment.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        self.command_in(&self.dir, program)
    }

    /// The same in another folder.
    pub fn command_in(&self, dir: &Path, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(dir)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.home)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "Ada Author")
            .env("GIT_AUTHOR_EMAIL", "ada@example.org")
            .env("GIT_AUTHOR_DATE", "2026-01-02T03:04:05Z")
            .env("GIT_COMMITTER_NAME", "Carl Committer")
            .env("GIT_COMMITTER_EMAIL", "carl@example.org")
            .env("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z")
            .env("LC_ALL", "C.UTF-8")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command
    }

    /// Runs git and returns its standard output; panics with its standard error where it fails.
    pub fn git(&self, args: &[&str]) -> String {
        let output = self.try_git(args);
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Runs git, whatever comes of it.
    pub fn try_git(&self, args: &[&str]) -> Output {
        self.command("git").args(args).output().expect("git runs")
    }

    /// Runs a shell script in the working folder, with `skant` on the PATH; panics where it fails.
    pub fn sh(&self, script: &str) -> String {
        let output = self.try_sh(script);
        assert!(output.status.success(), "sh: {script}\n{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Runs a shell script, whatever comes of it.
    pub fn try_sh(&self, script: &str) -> Output {
        let path = std::env::join_paths(
            std::iter::once(skant_folder())
                .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
        )
        .expect("a PATH");
        self.command("sh").env("PATH", path).args(["-ec", script]).output().expect("sh runs")
    }

    /// Runs skant.
    pub fn skant(&self, args: &[&str]) -> Output {
        self.command(skant_program()).args(args).output().expect("skant runs")
    }

    /// Runs skant with standard input.
    pub fn skant_with_input(&self, args: &[&str], input: &[u8]) -> Output {
        use std::io::Write as _;
        let mut child = self
            .command(skant_program())
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("skant runs");
        // A program that has already answered may have closed the pipe.
        let _ = child.stdin.take().expect("piped").write_all(input);
        child.wait_with_output().expect("skant ends")
    }

    /// Writes a file below the working folder, making its folders.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.dir.join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, content).expect("written");
    }

    /// Stages everything and commits it; returns the commit's name.
    pub fn commit_all(&self, message: &str) -> String {
        self.git(&["add", "-A", "-f"]);
        self.git(&["commit", "-q", "--no-verify", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }
}

/// The program under test.
pub fn skant_program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_skant"))
}

fn skant_folder() -> PathBuf {
    skant_program().parent().expect("a folder").to_path_buf()
}

/// Both streams of a run as text.
pub fn text_of(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
