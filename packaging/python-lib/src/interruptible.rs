//! Work that Ctrl-C ends: it runs in a thread of its own, and this one asks Python for signals.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use pyo3::prelude::*;
use skant::ScanControl;

/// The time between two questions for signals.
const CHECK_INTERVAL: Duration = Duration::from_millis(50);

/// Runs `work` without the interpreter's lock. Returns `None` if it panicked.
///
/// # Errors
/// Returns the exception that a handler of a signal raised, such as `KeyboardInterrupt`; the work is cancelled then.
pub(crate) fn run<T: Send>(
    py: Python<'_>,
    work: impl FnOnce(&ScanControl) -> T + Send,
) -> PyResult<Option<T>> {
    let control = ScanControl::default();
    thread::scope(|scope| {
        let (ended, mut waiting) = channel::<()>();
        let control = &control;
        let worker = scope.spawn(move || {
            // Dropped at the end of the work, also by a panic.
            let _ended = ended;
            work(control)
        });
        let mut interrupted = Ok(());
        loop {
            let answer;
            (waiting, answer) = py.detach(move || {
                let answer = waiting.recv_timeout(CHECK_INTERVAL);
                (waiting, answer)
            });
            if answer == Err(RecvTimeoutError::Disconnected) {
                break;
            }
            if interrupted.is_ok() {
                interrupted = py.check_signals().inspect_err(|_| control.cancellation.request());
            }
        }
        let result = worker.join().ok();
        interrupted.map(|()| result)
    })
}
