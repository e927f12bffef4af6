//! A folder for a test, with git and skant in a fixed environment.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// A folder with an empty home, in which git and skant ignore the user's settings.
pub struct Sandbox {
    _root: tempfile::TempDir,
    /// The working folder.
    pub dir: PathBuf,
    home: PathBuf,
}

impl Sandbox {
    /// Makes an empty folder outside of any repository.
    pub fn empty() -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        let (dir, home) = (root.path().join("work"), root.path().join("home"));
        std::fs::create_dir_all(&dir).expect("work");
        std::fs::create_dir_all(&home).expect("home");
        Self { _root: root, dir, home }
    }

    /// Makes an empty repository on branch `main`.
    pub fn repo() -> Self {
        let sandbox = Self::empty();
        sandbox.git(&["init", "-q", "-b", "main"]);
        sandbox
    }

    /// Makes a repository with one commit of `README.md`.
    pub fn with_commit() -> Self {
        let sandbox = Self::repo();
        sandbox.write("README.md", "hello\n");
        sandbox.commit_all("first");
        sandbox
    }

    /// Returns a path next to the working folder, for remotes, worktrees and the like.
    pub fn sibling(&self, name: &str) -> PathBuf {
        self.dir.parent().expect("a parent").join(name)
    }

    /// Prepares a command in the working folder, with the fixed environment.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        self.command_in(&self.dir, program)
    }

    /// Prepares a command in another folder, with the fixed environment.
    pub fn command_in(&self, dir: &Path, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(dir)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.home)
            // What agents of this machine keep in the temporary folder is not of the test.
            .env("CLAUDE_CODE_TMPDIR", &self.home)
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

    /// Runs git and returns its standard output. Panics with its standard error if it fails.
    pub fn git(&self, args: &[&str]) -> String {
        let output = self.try_git(args);
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Runs git. It may fail.
    pub fn try_git(&self, args: &[&str]) -> Output {
        self.command("git").args(args).output().expect("git runs")
    }

    /// Runs a shell script in the working folder, with `skant` on the PATH. Panics if it fails.
    pub fn sh(&self, script: &str) -> String {
        let output = self.try_sh(script);
        assert!(output.status.success(), "sh: {script}\n{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Runs a shell script. It may fail.
    pub fn try_sh(&self, script: &str) -> Output {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let skant = SKANT.get().and_then(|program| program.parent()).map(Path::to_path_buf);
        let path = std::env::join_paths(skant.into_iter().chain(std::env::split_paths(&path)));
        self.command("sh").env("PATH", path.expect("a PATH")).args(["-ec", script]).output().expect("sh runs")
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
        // A program that ends early may have closed the pipe.
        let _ = child.stdin.take().expect("piped").write_all(input);
        child.wait_with_output().expect("skant ends")
    }

    /// Writes a file below the working folder, with its parent folders.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.dir.join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, content).expect("written");
    }

    /// Stages and commits everything. Returns the commit's name.
    pub fn commit_all(&self, message: &str) -> String {
        self.git(&["add", "-A", "-f"]);
        self.git(&["commit", "-q", "--no-verify", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }
}

/// Writes an executable script by another process. A child that another thread starts meanwhile would inherit an open
/// file of this process, and the system refuses to run a file that is open for writing.
pub fn write_script(path: &Path, content: &str) {
    use std::io::Write as _;
    let mut child = Command::new("sh")
        .args(["-ec", "cat > \"$0\"; chmod 755 \"$0\""])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .expect("sh runs");
    child.stdin.take().expect("piped").write_all(content.as_bytes()).expect("written");
    assert!(child.wait().expect("sh ends").success(), "{}", path.display());
}

static SKANT: OnceLock<PathBuf> = OnceLock::new();

/// Sets the program under test. Cargo names it to the root package's integration tests only.
pub(crate) fn set_skant_program(path: &Path) {
    SKANT.get_or_init(|| path.to_path_buf());
}

/// Returns the program under test.
pub fn skant_program() -> PathBuf {
    SKANT.get().expect("the test program starts its tests with testkit::trials::run").clone()
}

/// Returns both streams of a run as text.
pub fn text_of(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
