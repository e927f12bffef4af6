//! The programs that are measured: skant, parts of it, git, and other scanners that are installed.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use benchkit::Done;
use benchkit::installed::{self, Installed};
use benchkit::measure::Sample;
use benchkit::tools::Task;
use testkit::Sandbox;

use super::inside::{DECODE, WITHOUT_PROVENANCE};

/// A program with its arguments.
pub(crate) struct Program {
    /// Its name for `--only`.
    pub(crate) key: &'static str,
    /// Its name in the table.
    pub(crate) name: String,
    kind: Kind,
    /// A file or folder that it fills, and that is removed before the next run.
    fills: PathBuf,
}

enum Kind {
    /// A scanner of the table.
    Scanner(Installed),
    /// A part of skant, or git, in a home that is not the user's.
    Other(Sandbox, OsString, Vec<OsString>),
}

impl Program {
    pub(crate) fn command(&self, repository: &Path) -> Done<Command> {
        match &self.kind {
            Kind::Scanner(scanner) => {
                let command = scanner.command(Task::History, repository, &[], &self.fills);
                command.ok_or_else(|| format!("{} reads no history", self.key).into())
            }
            Kind::Other(sandbox, program, arguments) => {
                let mut command = sandbox.command(program);
                command.args(arguments);
                Ok(command)
            }
        }
    }

    pub(crate) fn prepare(&self) -> Done<()> {
        if self.fills.is_dir() {
            fs::remove_dir_all(&self.fills)?;
        } else if self.fills.exists() {
            fs::remove_file(&self.fills)?;
        }
        Ok(())
    }

    pub(crate) fn gave_up(&self, sample: &Sample) -> bool {
        match &self.kind {
            Kind::Scanner(scanner) => scanner.gave_up(sample),
            Kind::Other(..) => sample.code != Some(0),
        }
    }
}

/// Counts the secrets that skant finds, as a check that planted keys are found.
pub(crate) fn secrets(repository: &Path) -> Done<usize> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_skant"));
    let output = command.arg("-C").arg(repository).args(["scan", "--history", "--format=json"]).output()?;
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    Ok(report["findings"].as_array().map_or(0, Vec::len))
}

/// Returns all programs that can be measured here.
pub(crate) fn all(repository: &Path, scratch: &Path) -> Done<Vec<Program>> {
    let itself = std::env::current_exe()?;
    let (of_itself, git) = (itself.as_os_str(), OsStr::new("git"));
    let path = repository.as_os_str();
    let other = |key: &'static str, name: &str, program: &OsStr, arguments: &[&OsStr]| Program {
        key,
        name: name.to_owned(),
        kind: Kind::Other(
            Sandbox::empty(),
            program.to_owned(),
            arguments.iter().map(|argument| argument.to_os_string()).collect(),
        ),
        fills: scratch.join(key),
    };
    let all_objects =
        ["cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer"].map(OsStr::new);
    let parts = [
        other(
            "no-provenance",
            "skant, without provenance",
            of_itself,
            &[OsStr::new(WITHOUT_PROVENANCE), path],
        ),
        other(
            "decode",
            "skant's reader alone, every object decoded once",
            of_itself,
            &[OsStr::new(DECODE), path],
        ),
        other(
            "git",
            "`git cat-file --batch-all-objects --batch --unordered --buffer`",
            git,
            &[&[OsStr::new("-C"), path][..], &all_objects].concat(),
        ),
    ];
    let own = Path::new(env!("CARGO_BIN_EXE_skant"));
    let (scanners, _) = installed::find(own, |tool| tool.can(Task::History));
    let mut programs: Vec<Program> = scanners
        .into_iter()
        .map(|scanner| Program {
            key: scanner.tool.key,
            name: if scanner.tool.key == "skant" { "**skant**".into() } else { scanner.name() },
            fills: scratch.join(scanner.tool.key),
            kind: Kind::Scanner(scanner),
        })
        .collect();
    // skant is the first one.
    programs.splice(1..1, parts);
    Ok(programs)
}
