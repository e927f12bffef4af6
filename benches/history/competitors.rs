//! The measured programs: skant, parts of it, git, and other scanners if they are installed.

use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::parts::{DECODE, NO_PROVENANCE};

/// A program with its arguments.
pub(crate) struct Competitor {
    /// Its name for `--only`.
    pub(crate) key: &'static str,
    /// Its name in the table.
    pub(crate) name: String,
    program: PathBuf,
    arguments: Vec<OsString>,
    /// Its home folder, so that it does not use the user's.
    home: PathBuf,
    /// A folder that it creates, and that must be removed before the next run.
    output: Option<PathBuf>,
}

impl Competitor {
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.home).env("HOME", &self.home);
        for name in ["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"] {
            command.env_remove(name);
        }
        command
    }

    /// Removes the output of the last run.
    pub(crate) fn prepare(&self) -> Result<(), Box<dyn Error>> {
        match &self.output {
            Some(folder) if folder.exists() => Ok(fs::remove_dir_all(folder)?),
            _ => Ok(()),
        }
    }
}

/// Another scanner. `REPO` and `OUT` in its arguments are replaced by paths.
struct OtherScanner {
    key: &'static str,
    /// The arguments that print its version.
    version: &'static [&'static str],
    /// The arguments that scan a whole history. No server is asked whether findings are valid or whether the scanner
    /// is up to date.
    arguments: &'static [&'static str],
}

const OTHER_SCANNERS: [OtherScanner; 4] = [
    OtherScanner {
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
    OtherScanner {
        key: "noseyparker",
        version: &["--version"],
        arguments: &["scan", "--progress", "never", "--git-history", "full", "--datastore", "OUT", "REPO"],
    },
    OtherScanner {
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
    OtherScanner {
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

/// Returns the number of secrets that skant finds. In a repository with planted keys it shows whether they are found.
pub(crate) fn count_secrets(repository: &Path) -> Result<usize, Box<dyn Error>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_skant"));
    let output = command.arg("-C").arg(repository).args(["scan", "--history", "--format=json"]).output()?;
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    Ok(report["findings"].as_array().map_or(0, Vec::len))
}

/// Returns all programs that can be measured on this machine.
pub(crate) fn list(repository: &Path, scratch: &Path) -> Result<Vec<Competitor>, Box<dyn Error>> {
    let home = scratch.join("home");
    fs::create_dir(&home)?;
    let itself = std::env::current_exe()?;
    let path = repository.as_os_str();
    let make = |key: &'static str, name: &str, program: &Path, arguments: &[&OsStr]| Competitor {
        key,
        name: name.to_owned(),
        program: program.to_path_buf(),
        arguments: arguments.iter().map(|argument| argument.to_os_string()).collect(),
        home: home.clone(),
        output: None,
    };
    let own = Path::new(env!("CARGO_BIN_EXE_skant"));
    let [scan, history, json] = ["scan", "--history", "--format=json"].map(OsStr::new);
    let all_objects =
        ["cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer"].map(OsStr::new);
    let mut found = vec![
        make("skant", "**skant**", own, &[OsStr::new("-C"), path, scan, history, json]),
        make("no-provenance", "skant without provenance", &itself, &[OsStr::new(NO_PROVENANCE), path]),
        make(
            "decode",
            "skant's reader alone: every object decoded once",
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
    for scanner in OTHER_SCANNERS {
        let Some(version) = read_version(&scanner, &home) else { continue };
        let out = scratch.join(scanner.key);
        let argument = |argument: &&str| match *argument {
            "REPO" => path.to_os_string(),
            "OUT" => out.clone().into_os_string(),
            "OUT.json" => out.with_extension("json").into_os_string(),
            other => OsString::from(other),
        };
        found.push(Competitor {
            key: scanner.key,
            name: format!("{} {version}", scanner.key),
            program: PathBuf::from(scanner.key),
            arguments: scanner.arguments.iter().map(argument).collect(),
            home: home.clone(),
            output: (scanner.key == "noseyparker").then_some(out),
        });
    }
    Ok(found)
}

/// Returns the version of a program on the `PATH`: the last word with a digit in its first line.
fn read_version(scanner: &OtherScanner, home: &Path) -> Option<String> {
    let mut command = Command::new(scanner.key);
    let output = command.args(scanner.version).env("HOME", home).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find(|line| !line.trim().is_empty())?;
    line.split_whitespace()
        .rfind(|word| word.contains(|character: char| character.is_ascii_digit()))
        .map(str::to_owned)
}
