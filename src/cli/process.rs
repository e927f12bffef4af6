//! Settings of the whole process: panic messages, core dumps, signals, the working directory, threads.

use std::io;
use std::panic;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use miette::Diagnostic;
use thiserror::Error;

use super::args::Common;
use super::error::{CliError, print_line};
use super::exit::Exit;
#[cfg(target_os = "linux")]
use crate::fleet::scan::PARENT_VARIABLE;
use crate::source::ScanControl;

/// The highest number of threads. A larger number is a typing error: tens of thousands of threads would only search for
/// work.
const MAX_THREADS: usize = 256;

/// The time that a cancelled scan has to write its report.
const GRACE_PERIOD: Duration = Duration::from_secs(8);

/// A setting of the process that cannot be applied.
#[derive(Debug, Error, Diagnostic)]
enum ProcessError {
    #[error("cannot change to the folder {}: {source}", path.display())]
    #[diagnostic(code(skant::cli::folder), help("`-C` takes a folder"))]
    Folder { path: PathBuf, source: io::Error },
    #[error("cannot start the threads: {0}")]
    #[diagnostic(code(skant::cli::threads), help("ask for fewer threads, such as `--jobs 1`"))]
    Threads(rayon::ThreadPoolBuildError),
}

/// Applies `-C` and `--jobs`.
pub(crate) fn configure(common: &Common) -> Result<(), CliError> {
    if let Some(path) = &common.directory {
        std::env::set_current_dir(path)
            .map_err(|source| ProcessError::Folder { path: path.clone(), source })?;
    }
    // rayon reads these variables itself, without an upper limit.
    let variable = ["RAYON_NUM_THREADS", "RAYON_RS_NUM_CPUS"].into_iter().find_map(std::env::var_os);
    let from_variable = variable.and_then(|jobs| jobs.to_str()?.parse().ok());
    if let Some(jobs) = common.jobs.or(from_variable) {
        rayon::ThreadPoolBuilder::new()
            .num_threads(jobs.get().min(MAX_THREADS))
            .build_global()
            .map_err(ProcessError::Threads)?;
    }
    Ok(())
}

/// Prints only the source location of a panic: its message may hold the scanned text.
pub(crate) fn hide_panic_messages() {
    panic::set_hook(Box::new(|info| {
        let location = info.location().map(|location| format!("{}:{}", location.file(), location.line()));
        print_line(&format!("internal error at {}", location.unwrap_or_default()));
    }));
}

/// Disables core dumps: the memory holds the scanned text, and a dump would write it to a disk or to a service that
/// collects dumps. `SKANT_CORE_DUMPS=1` keeps them, for the search for a bug in skant.
pub(crate) fn disable_core_dumps() {
    #[cfg(unix)]
    if std::env::var_os("SKANT_CORE_DUMPS").is_none_or(|wanted| wanted.is_empty()) {
        use rustix::process::{Resource, Rlimit, setrlimit};
        // If the system refuses, dumps stay as they are.
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
        #[cfg(target_os = "linux")]
        let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    }
}

/// Ends this process with the one that started it, if that is a scan of many repositories: what a killed run has
/// started would go on and take the processor from the next run.
pub(crate) fn end_with_parent() {
    #[cfg(target_os = "linux")]
    if let Some(parent) = std::env::var(PARENT_VARIABLE).ok().and_then(|parent| parent.parse::<i32>().ok()) {
        use rustix::process::{Signal, getppid, set_parent_process_death_signal};
        // Without the signal this process goes on to its end, which does no harm.
        let _ = set_parent_process_death_signal(Some(Signal::KILL));
        if getppid().map(rustix::process::Pid::as_raw_pid) != Some(parent) {
            exit_at_once();
        }
    }
}

/// Whether this process is the scan of one of many repositories.
pub(crate) fn is_unit() -> bool {
    std::env::var_os(PARENT_VARIABLE).is_some()
}

/// Returns the control of a scan that the first signal cancels. The scan then ends with a report.
///
/// A second signal ends the process at once. So does the end of the grace period: a thread that waits for a pipe or for
/// standard input does not check the cancellation, and the sender may send one signal only.
pub(crate) fn cancel_on_signal() -> Arc<ScanControl> {
    let control = Arc::new(ScanControl::default());
    let handler = Arc::clone(&control);
    let installed = ctrlc::set_handler(move || {
        if handler.cancellation.is_requested() {
            exit_at_once();
        }
        handler.cancellation.request();
        std::thread::spawn(|| {
            std::thread::sleep(GRACE_PERIOD);
            exit_at_once();
        });
    });
    // Without a handler the signal ends the process, which is also correct.
    drop(installed);
    control
}

#[expect(clippy::exit, reason = "other threads may wait for input that never comes")]
fn exit_at_once() {
    std::process::exit(Exit::Interrupted.code().into());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> String {
        ["sk-", "ant-api03-", &"k".repeat(80)].concat()
    }

    #[test]
    #[ignore = "the next test runs it in a process of its own"]
    fn panics() {
        hide_panic_messages();
        assert!(key().is_empty(), "the text was {}", key());
    }

    #[test]
    fn a_panic_prints_its_location_and_not_its_message() {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "cli::process::tests::panics", "--ignored", "--nocapture"])
            .env("RUST_BACKTRACE", "full")
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(said.contains("skant: internal error at src/cli/process.rs:"), "{said}");
        assert!(!said.contains("kkkk"), "the message was printed");
    }
}
