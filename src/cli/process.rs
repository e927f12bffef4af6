//! Process-wide settings: panic messages, core dumps, signals.

use std::panic;
use std::sync::Arc;

use crate::cli::error::complain;
use crate::cli::exit::Exit;
use crate::source::ScanControl;

/// A panic's message may hold what was being looked at; only its place is told.
pub(crate) fn quiet_panics() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|place| format!("{}:{}", place.file(), place.line()));
        complain(&format!("internal error at {}", place.unwrap_or_default()));
    }));
}

/// What is searched stands in memory, and a core dump would put it on disk, or with a service that collects them.
/// Whoever wants to find a mistake of skant's can have one.
pub(crate) fn no_core_dumps() {
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
pub(crate) fn stop_on_signal() -> Arc<ScanControl> {
    let control = Arc::new(ScanControl::default());
    let handler = Arc::clone(&control);
    let installed = ctrlc::set_handler(move || {
        if handler.cancellation.is_requested() {
            leave_at_once();
        }
        handler.cancellation.request();
        std::thread::spawn(|| {
            std::thread::sleep(PATIENCE);
            leave_at_once();
        });
    });
    // Without a handler the signal ends the process, which is right, too.
    drop(installed);
    control
}

/// So long a scan that was told to end may take for it.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(8);

#[expect(clippy::exit, reason = "it is to end whatever the other threads wait for")]
fn leave_at_once() {
    std::process::exit(Exit::Interrupted.code().into());
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
