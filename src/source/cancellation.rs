//! The request to end a scan early.
//!
//! A scan that is cancelled still reports the findings up to that point. Nothing here interrupts a thread: the
//! readers poll the request between two objects or files.

use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that any thread, or a signal handler, may raise; it is never lowered.
#[derive(Debug, Default)]
pub struct Cancellation {
    is_requested: AtomicBool,
}

impl Cancellation {
    /// Requests the end of the scan.
    pub fn request(&self) {
        self.is_requested.store(true, Ordering::Relaxed);
    }

    /// Whether the end of the scan was requested.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.is_requested.load(Ordering::Relaxed)
    }
}
