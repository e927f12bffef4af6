//! The limit on the time of a test. A test that hangs would take the whole run with it, and nothing would name it.

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The longest of all tests that run by default takes less than a minute on two busy cores.
const LIMIT_IN_MINUTES: u64 = 15;

/// The running tests, each with its start.
static RUNNING: Mutex<Vec<(String, Instant)>> = Mutex::new(Vec::new());

/// Runs a test as one that is watched.
pub(crate) fn watched<T>(name: &str, test: impl FnOnce() -> T) -> T {
    struct Ended<'n>(&'n str);
    impl Drop for Ended<'_> {
        fn drop(&mut self) {
            RUNNING.lock().unwrap_or_else(PoisonError::into_inner).retain(|(name, _)| name != self.0);
        }
    }
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner).push((name.to_owned(), Instant::now()));
    let _ended = Ended(name);
    test()
}

/// Ends the program when a test takes longer than the limit, and names it.
#[expect(clippy::exit, clippy::print_stdout, reason = "nothing else ends a test that hangs, and names it")]
pub(crate) fn watch() {
    thread::spawn(|| {
        loop {
            thread::sleep(Duration::from_secs(5));
            let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((name, _)) =
                running.iter().find(|(_, start)| start.elapsed().as_secs() > LIMIT_IN_MINUTES * 60)
            {
                println!("\ntest {name} has not ended in {LIMIT_IN_MINUTES} minutes: FAILED");
                std::process::exit(101);
            }
        }
    });
}
