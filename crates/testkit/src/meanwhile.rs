//! Work that goes on in another thread while a test does something.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Ends the work when it is dropped, so also after a failed assertion: the work would never end otherwise, and neither
/// would the test.
struct EndOnDrop<'d>(&'d AtomicBool);

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Repeats `work` in another thread as long as `body` runs. Returns the result of `body` and the number of rounds.
pub fn meanwhile<T>(mut work: impl FnMut() + Send, body: impl FnOnce() -> T) -> (T, usize) {
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let worker = scope.spawn(|| {
            let mut rounds = 0;
            while !is_done.load(Ordering::Relaxed) {
                work();
                rounds += 1;
            }
            rounds
        });
        let end = EndOnDrop(&is_done);
        let result = body();
        drop(end);
        (result, worker.join().expect("the work does not panic"))
    })
}
