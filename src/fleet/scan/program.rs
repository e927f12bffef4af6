//! The program of a unit: `skant scan --history` in a process of its own, so that neither a crash nor a lack of memory
//! in one repository ends the others.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::atomic_file::create_private;
use crate::fleet::environment::OTHER_REPOSITORY;
use crate::fleet::key::ReportOptions;
use crate::source::Cancellation;

/// The variable by which the program of a unit knows the process that it ends with.
pub(crate) const PARENT_VARIABLE: &str = "SKANT_FLEET_PARENT";

/// The start of the line by which the program of a unit says how many objects it has not read again.
const READ_BEFORE: &str = "skant fleet: objects read before: ";

/// The pauses between two questions whether a process has ended, as a part of the time that it has taken so far.
const PAUSE: (Duration, Duration) = (Duration::from_micros(200), Duration::from_millis(20));
const PAUSE_PART: u32 = 20;

/// The most bytes of standard error that are read.
const MAX_SAID: u64 = 16 << 10;

/// How the program of a unit is called.
#[derive(Clone, Debug)]
pub(crate) struct UnitProgram {
    /// This program.
    pub(crate) program: PathBuf,
    /// The options that the report depends on.
    pub(crate) options: ReportOptions,
    /// The number of threads of each process.
    pub(crate) threads: usize,
    /// Variables with tokens, which a scan does not need.
    pub(crate) hidden_variables: Vec<&'static str>,
}

/// How the program of a unit ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    /// The first lines of standard error, which skant has masked.
    pub(super) said: String,
    /// The number of objects that earlier scans have read.
    pub(super) read_before: u64,
}

impl UnitProgram {
    /// Scans the repository of a unit and writes the report to a new file. `state` holds what earlier scans have read, and
    /// is replaced.
    ///
    /// # Errors
    /// The program cannot be started, or it was ended by the cancellation (`Interrupted`).
    pub(super) fn run(
        &self,
        repository: &Path,
        (report, state): (&Path, &Path),
        cancellation: &Cancellation,
    ) -> io::Result<Ended> {
        let said = report.with_extension("stderr");
        let mut command = Command::new(&self.program);
        command
            .args(self.arguments(state))
            .current_dir(repository)
            .env(PARENT_VARIABLE, std::process::id().to_string())
            .stdin(Stdio::null())
            .stdout(create_private(report)?)
            .stderr(create_private(&said)?);
        for name in OTHER_REPOSITORY.iter().chain(&self.hidden_variables) {
            command.env_remove(name);
        }
        let mut child = command.spawn()?;
        let status = wait(&mut child, cancellation)?;
        let mut text = Vec::new();
        File::open(&said)?.take(MAX_SAID).read_to_end(&mut text)?;
        // The work folder is removed at the end.
        let _ = std::fs::remove_file(&said);
        let (said, read_before) = split_said(&String::from_utf8_lossy(&text));
        Ok(Ended { status, said, read_before })
    }

    /// Returns the arguments: those of a single scan whose report is equal.
    fn arguments(&self, state: &Path) -> Vec<std::ffi::OsString> {
        let ReportOptions {
            config,
            no_repo_config,
            no_suppressions,
            exclude,
            min_confidence,
            allow_incomplete,
        } = &self.options;
        let mut arguments: Vec<std::ffi::OsString> =
            ["scan", "--history", "--format=json", "--progress=never", "--color=never"]
                .map(Into::into)
                .into();
        arguments.push(format!("--jobs={}", self.threads).into());
        if let Some(config) = config {
            arguments.extend(["--config".into(), config.into()]);
        }
        arguments.extend(["--state".into(), state.into()]);
        for (is_set, name) in [
            (no_repo_config, "--no-repo-config"),
            (no_suppressions, "--no-suppressions"),
            (allow_incomplete, "--allow-incomplete"),
        ] {
            arguments.extend(is_set.then(|| name.into()));
        }
        arguments.extend(exclude.iter().map(|glob| format!("--exclude={glob}").into()));
        arguments.extend(min_confidence.map(|level| format!("--min-confidence={}", level.name()).into()));
        arguments
    }
}

/// Returns the line by which the program of a unit says how many objects earlier scans have read.
pub(crate) fn read_before_line(count: u64) -> String {
    format!("{READ_BEFORE}{count}\n")
}

/// Takes the number of objects that earlier scans have read out of standard error.
fn split_said(text: &str) -> (String, u64) {
    let count = text.lines().find_map(|line| line.strip_prefix(READ_BEFORE)?.parse().ok());
    let said = text.split_inclusive('\n').filter(|line| !line.starts_with(READ_BEFORE)).collect();
    (said, count.unwrap_or(0))
}

/// Waits for the end of a process. A cancellation ends it.
fn wait(child: &mut Child, cancellation: &Cancellation) -> io::Result<ExitStatus> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if cancellation.is_requested() {
            child.kill()?;
            child.wait()?;
            return Err(io::ErrorKind::Interrupted.into());
        }
        std::thread::sleep((start.elapsed() / PAUSE_PART).clamp(PAUSE.0, PAUSE.1));
    }
}
