//! The command line: arguments to settings, a scan, a report, an exit code. clap goes no further than this room.

pub(crate) mod args;
pub(crate) mod baseline_file;
pub(crate) mod clock;
pub(crate) mod command;
pub(crate) mod error;
pub(crate) mod exit;
pub(crate) mod output;
pub(crate) mod path_arguments;
pub(crate) mod policy;
pub(crate) mod process;
pub(crate) mod progress;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod stdin;

use std::ffi::OsString;
use std::panic;

use clap::Parser as _;

use crate::finding::{Confidence, Finding};

use args::{Arguments, Command};
use error::{complain, refuse};
use process::{no_core_dumps, quiet_panics, stop_on_signal};

pub(crate) use error::Failure;
pub use exit::Exit;

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
    let control = stop_on_signal();
    let ended = enter(&arguments).and_then(|()| match &arguments.command {
        Command::Scan(scan) => crate::cli::command::scan::scan(&arguments.common, scan, &control),
        Command::Hook(hook) => crate::cli::command::hook::run(&arguments.common, hook, &control),
        Command::Install(install) => crate::cli::command::install::install(install),
        Command::Uninstall(install) => crate::cli::command::uninstall::uninstall(install),
        Command::Rules(what) => crate::cli::command::rules::run(&arguments.common, what, &control),
        Command::Allow(what) => crate::cli::command::allow::allow(&arguments.common, what, &control),
        Command::Baseline(what) => crate::cli::command::baseline::baseline(&arguments.common, what, &control),
        Command::Config(what) => crate::cli::command::config::run(&arguments.common, what),
        Command::Explain(what) => crate::cli::command::explain::run(&arguments.common, what, &control),
        Command::Completions { shell } => crate::cli::command::completions::completions(*shell),
        Command::Man => crate::cli::command::man::man(),
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

/// Whether a finding fails a run of `scan`.
fn fails(finding: &Finding, least: Option<Confidence>, unreachable_too: bool) -> bool {
    least.is_some_and(|least| finding.confidence >= least) && (unreachable_too || finding.is_reachable())
}

/// Whether a finding blocks a hook: when it is certain, or likely and a provider's.
fn blocks(finding: &Finding) -> bool {
    finding.confidence == Confidence::High || (finding.confidence == Confidence::Medium && finding.provider)
}
