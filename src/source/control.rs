//! The two channels between a running scan and the program that started it.

use crate::source::cancellation::Cancellation;
use crate::source::progress::Progress;

/// What every scan function takes, so that its caller can end it and watch it from another thread.
#[derive(Debug, Default)]
pub struct ScanControl {
    /// From the caller to the scan: the request to end early.
    pub cancellation: Cancellation,
    /// From the scan to the caller: how much has been read.
    pub progress: Progress,
}
