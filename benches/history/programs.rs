//! The programs that are measured: skant, parts of it, git, and other scanners that are installed.

use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::inside::{DECODE, WITHOUT_PROVENANCE};

/// A program with its arguments.
pub(crate) struct Program {
    /// Its name for `--only`.
    pub(crate) key: &'static str,
    /// Its name in the table.
    pub(crate) name: String,
    path: PathBuf,
    arguments: Vec<OsString>,
    /// Its home, so that it neither reads nor changes the user's.
    home: PathBuf,
    /// A folder that it fills, and that is removed before the next run.
    fills: Option<PathBuf>,
}

impl Program {
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).current_dir(&self.home).env("HOME", &self.home);
        for name in ["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"] {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn prepare(&self) -> Result<(), Box<dyn Error>> {
        match &self.fills {
            Some(folder) if folder.exists() => Ok(fs::remove_dir_all(folder)?),
            _ => Ok(()),
        }
    }
}

/// Another scanner: the command that prints its version, and the command that reads a whole history without any server,
/// neither to verify findings nor to update itself. `REPO` and `OUT` are replaced by paths.
struct Peer {
    key: &'static str,
    version: &'static [&'static str],
    arguments: &'static [&'static str],
}

const PEERS: [Peer; 4] = [
    Peer {
        key: "kingfisher",
        version: &["--version"],
        arguments: &[
            "scan",
            "REPO",
            "--git-history",
            "full",
            "--no-validate",
            "--no-update-check",
            "--format",
            "json",
            "--output",
            "OUT",
        ],
    },
    Peer {
        key: "noseyparker",
        version: &["--version"],
        arguments: &["scan", "--progress", "never", "--git-history", "full", "--datastore", "OUT", "REPO"],
    },
    Peer {
        key: "betterleaks",
        version: &["version"],
        arguments: &[
            "git",
            "--no-banner",
            "--exit-code",
            "1",
            "--output",
            "OUT.json",
            "--log-opts=--all",
            "REPO",
        ],
    },
    Peer {
        key: "gitleaks",
        version: &["version"],
        arguments: &[
            "git",
            "--no-banner",
            "--log-level",
            "error",
            "--exit-code",
            "1",
            "--report-format",
            "json",
            "--report-path",
            "OUT",
            "REPO",
        ],
    },
];

/// Counts the secrets that skant finds, as a check that planted keys are found.
pub(crate) fn secrets(repository: &Path) -> Result<usize, Box<dyn Error>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_skant"));
    let output = command.arg("-C").arg(repository).args(["scan", "--history", "--format=json"]).output()?;
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    Ok(report["findings"].as_array().map_or(0, Vec::len))
}

/// Returns all programs that can be measured here.
pub(crate) fn all(repository: &Path, scratch: &Path) -> Result<Vec<Program>, Box<dyn Error>> {
    let home = scratch.join("home");
    fs::create_dir(&home)?;
    let itself = std::env::current_exe()?;
    let path = repository.as_os_str();
    let make = |key: &'static str, name: &str, program: &Path, arguments: &[&OsStr]| Program {
        key,
        name: name.to_owned(),
        path: program.to_path_buf(),
        arguments: arguments.iter().map(|argument| argument.to_os_string()).collect(),
        home: home.clone(),
        fills: None,
    };
    let own = Path::new(env!("CARGO_BIN_EXE_skant"));
    let [scan, history, json] = ["scan", "--history", "--format=json"].map(OsStr::new);
    let all_objects =
        ["cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer"].map(OsStr::new);
    let mut found = vec![
        make("skant", "**skant**", own, &[OsStr::new("-C"), path, scan, history, json]),
        make("no-provenance", "skant, without provenance", &itself, &[OsStr::new(WITHOUT_PROVENANCE), path]),
        make(
            "decode",
            "skant's reader alone, every object decoded once",
            &itself,
            &[OsStr::new(DECODE), path],
        ),
        make(
            "git",
            "`git cat-file --batch-all-objects --batch --unordered --buffer`",
            Path::new("git"),
            &[&[OsStr::new("-C"), path][..], &all_objects].concat(),
        ),
    ];
    for peer in PEERS {
        let Some(version) = version(&peer, &home) else { continue };
        let out = scratch.join(peer.key);
        let argument = |argument: &&str| match *argument {
            "REPO" => path.to_os_string(),
            "OUT" => out.clone().into_os_string(),
            "OUT.json" => out.with_extension("json").into_os_string(),
            other => OsString::from(other),
        };
        found.push(Program {
            key: peer.key,
            name: format!("{} {version}", peer.key),
            path: PathBuf::from(peer.key),
            arguments: peer.arguments.iter().map(argument).collect(),
            home: home.clone(),
            fills: (peer.key == "noseyparker").then_some(out),
        });
    }
    Ok(found)
}

/// Returns the version that a program on the `PATH` prints: the last word that has a digit.
fn version(peer: &Peer, home: &Path) -> Option<String> {
    let mut command = Command::new(peer.key);
    let output = command.args(peer.version).env("HOME", home).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find(|line| !line.trim().is_empty())?;
    line.split_whitespace()
        .rfind(|word| word.contains(|letter: char| letter.is_ascii_digit()))
        .map(str::to_owned)
}
