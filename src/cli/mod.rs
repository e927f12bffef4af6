//! The command line: arguments to settings, a scan, a report, an exit code. clap goes no further than this room.

pub(crate) mod args;
pub(crate) mod clock;
pub(crate) mod command;
pub(crate) mod output;
pub(crate) mod path_arguments;
pub(crate) mod policy;
pub(crate) mod progress;
pub(crate) mod settings;
pub(crate) mod stdin;

use std::ffi::OsString;
use std::io::Write;
use std::panic;
use std::sync::Arc;

use clap::Parser as _;

use crate::finding::{Confidence, Finding, ProblemKind, Report};
use crate::scan::redacted;
use crate::source::Cancellation;
use crate::text::escape_terminal;

use args::{Arguments, Command};

/// What a process ends with. The numbers are a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything asked for was read, and nothing that fails the run was found: 0.
    Clean,
    /// Findings: 1.
    Findings,
    /// Something could not be checked, or the call or the configuration is wrong: 2.
    Failed,
    /// Both: 3.
    Both,
    /// Interrupted: 130.
    Interrupted,
}

impl Exit {
    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Failed => 2,
            Self::Both => 3,
            Self::Interrupted => 130,
        }
    }

    /// From a report and what fails the run.
    fn of(report: &Report, fails: impl Fn(&Finding) -> bool) -> Self {
        let found = report.findings.iter().any(fails);
        // As the report says: a signal that came when all was read changes nothing.
        if report.problems.iter().any(|problem| problem.kind == ProblemKind::Interrupted) {
            return Self::Interrupted;
        }
        match (found, report.problems.is_empty()) {
            (false, true) => Self::Clean,
            (true, true) => Self::Findings,
            (false, false) => Self::Failed,
            (true, false) => Self::Both,
        }
    }
}

/// An error that ends a run before there is a report: what is wrong, and what to do.
pub(crate) struct Failure(String);

impl<E: std::fmt::Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Runs the program with these arguments (the first is its name).
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    quiet_panics();
    no_core_dumps();
    // What is not caught where it happens: its place has been told.
    panic::catch_unwind(panic::AssertUnwindSafe(|| obey(arguments))).unwrap_or(Exit::Failed)
}

fn obey(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            return refuse(&error);
        }
    };
    let stop = stop_on_signal();
    let ended = enter(&arguments).and_then(|()| match &arguments.command {
        Command::Scan(scan) => crate::cli::command::scan::scan(&arguments.common, scan, &stop),
        Command::Hook(hook) => crate::cli::command::hook::run(&arguments.common, hook, &stop),
        Command::Install(install) => crate::cli::command::install::install(install),
        Command::Uninstall(install) => crate::cli::command::install::uninstall(install),
        Command::Rules(what) => crate::cli::command::rules::run(&arguments.common, what, &stop),
        Command::Allow(what) => crate::cli::command::baseline::allow(&arguments.common, what, &stop),
        Command::Baseline(what) => crate::cli::command::baseline::baseline(&arguments.common, what, &stop),
        Command::Config(what) => crate::cli::command::config::run(&arguments.common, what),
        Command::Explain(what) => crate::cli::command::explain::run(&arguments.common, what, &stop),
        Command::Completions { shell } => crate::cli::command::completions::completions(*shell),
        Command::Man => crate::cli::command::completions::man(),
    });
    ended.unwrap_or_else(|Failure(said)| {
        complain(&format!("error: {said}"));
        Exit::Failed
    })
}

fn enter(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(folder) = &arguments.common.directory {
        std::env::set_current_dir(folder).map_err(|error| {
            Failure(format!("cannot enter {}: {error}; `-C` takes a folder", folder.display()))
        })?;
    }
    // rayon reads these by itself, and takes any number.
    let of_rayon = ["RAYON_NUM_THREADS", "RAYON_RS_NUM_CPUS"].into_iter().find_map(std::env::var_os);
    let of_rayon = of_rayon.and_then(|jobs| jobs.to_str()?.parse().ok());
    if let Some(jobs) = arguments.common.jobs.or(of_rayon) {
        rayon::ThreadPoolBuilder::new().num_threads(jobs.get().min(MOST_JOBS)).build_global()?;
    }
    Ok(())
}

/// More threads than this are a slip of the hand: tens of thousands of them do nothing but look for work.
const MOST_JOBS: usize = 256;

/// Help and version are no errors; clap prints each where it belongs. It quotes what it did not understand, which
/// may be a secret in the wrong place.
fn refuse(error: &clap::Error) -> Exit {
    if !error.use_stderr() {
        // There is nobody left to tell if the stream is closed. Nothing that was given is in it.
        let _ = error.print();
        return Exit::Clean;
    }
    let plain = error.render().to_string();
    let shown = redacted(&plain);
    // There is nobody left to tell if the stream is closed.
    let _ = if shown == plain { error.print() } else { std::io::stderr().write_all(shown.as_bytes()) };
    Exit::Failed
}

/// Says something on standard error, made safe for a terminal.
fn complain(said: &str) {
    let lines: Vec<String> = said.lines().map(|line| escape_terminal(line.as_bytes())).collect();
    // What follows the first line stands further in, so that no name in it can pass for a line of our own.
    let said = redacted(&lines.join("\n  "));
    // There is nobody left to tell if standard error is closed.
    let _ = writeln!(std::io::stderr(), "skant: {said}");
}

/// A panic's message may hold what was being looked at; only its place is told.
fn quiet_panics() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|place| format!("{}:{}", place.file(), place.line()));
        complain(&format!("internal error at {}", place.unwrap_or_default()));
    }));
}

/// What is searched stands in memory, and a core dump would put it on disk, or with a service that collects them.
/// Whoever wants to find a mistake of skant's can have one.
fn no_core_dumps() {
    #[cfg(unix)]
    if std::env::var_os("SKANT_CORE_DUMPS").is_none_or(|wanted| wanted.is_empty()) {
        use rustix::process::{Resource, Rlimit, setrlimit};
        // A system that refuses leaves things as they are.
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
        #[cfg(target_os = "linux")]
        let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    }
}

/// The first signal ends the scan with a report, the second one at once. So does time: what waits for a pipe or for
/// standard input looks at nothing else, and whoever sends a signal may send only one.
fn stop_on_signal() -> Arc<Cancellation> {
    let stop = Arc::new(Cancellation::default());
    let handler = Arc::clone(&stop);
    let installed = ctrlc::set_handler(move || {
        if handler.is_set() {
            leave_at_once();
        }
        handler.set();
        std::thread::spawn(|| {
            std::thread::sleep(PATIENCE);
            leave_at_once();
        });
    });
    // Without a handler the signal ends the process, which is right, too.
    drop(installed);
    stop
}

/// So long a scan that was told to end may take for it.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(8);

#[expect(clippy::exit, reason = "it is to end whatever the other threads wait for")]
fn leave_at_once() {
    std::process::exit(Exit::Interrupted.code().into());
}

/// Whether a finding fails a run of `scan`.
fn fails(finding: &Finding, least: Option<Confidence>, unreachable_too: bool) -> bool {
    least.is_some_and(|least| finding.confidence >= least) && (unreachable_too || finding.is_reachable())
}

/// Whether a finding blocks a hook: when it is certain, or likely and a provider's.
fn blocks(finding: &Finding) -> bool {
    finding.confidence == Confidence::High || (finding.confidence == Confidence::Medium && finding.provider)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planted() -> String {
        ["sk-", "ant-api03-", &"k".repeat(80)].concat()
    }

    #[test]
    #[ignore = "run by the test below, in a process of its own"]
    fn panics() {
        quiet_panics();
        assert!(planted().is_empty(), "the text was {}", planted());
    }

    #[test]
    fn a_panic_tells_its_place_and_not_its_message() {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "cli::tests::panics", "--ignored", "--nocapture"])
            .env("RUST_BACKTRACE", "full")
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(said.contains("skant: internal error at src/cli/mod.rs:"), "{said}");
        assert!(!said.contains("kkkk"), "the message was printed");
    }
}
