//! Counters of a running scan, for display only: no decision depends on them.
//!
//! The readers of objects and files add to them; the progress line of the command line takes snapshots.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// Shared counters of one scan.
#[derive(Debug, Default)]
pub struct Progress {
    expected: Counts,
    done: Counts,
    values: AtomicUsize,
    is_tracing_provenance: AtomicBool,
}

/// Numbers of objects (or files) and of bytes. `stored` counts bytes as they are stored, that is compressed.
#[derive(Debug, Default)]
struct Counts {
    objects: AtomicUsize,
    bytes: AtomicU64,
    stored: AtomicU64,
}

/// The counters at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ProgressSnapshot {
    /// Objects or files that have been read.
    pub objects: usize,
    /// Number of objects or files to read in total; 0 while it is unknown.
    pub expected: usize,
    /// Bytes that have been read.
    pub bytes: u64,
    /// Share of the stored (compressed) bytes that has been read, from 0 to 1. The estimate of the remaining
    /// time is based on it.
    pub share: f64,
    /// Distinct values that have been found.
    pub values: usize,
    /// Whether everything has been read and the provenance of the values is being traced.
    pub is_tracing_provenance: bool,
}

/// The counts of one thread that it has not yet published: every update of a shared counter is expensive.
#[derive(Debug, Default)]
pub(crate) struct PendingCounts {
    objects: usize,
    bytes: u64,
    stored: u64,
}

impl PendingCounts {
    /// Largest number of objects that stay unpublished.
    const MAX_OBJECTS: usize = 256;

    /// Largest number of bytes that stay unpublished.
    const MAX_BYTES: u64 = 1 << 20;

    /// Counts an object, and publishes when enough is pending.
    pub(crate) fn add(&mut self, bytes: usize, stored: u64, progress: &Progress) {
        self.objects += 1;
        self.bytes += bytes as u64;
        self.stored += stored;
        if self.objects >= Self::MAX_OBJECTS || self.bytes >= Self::MAX_BYTES {
            self.publish(progress);
        }
    }

    /// Adds the pending counts to the shared ones.
    pub(crate) fn publish(&mut self, progress: &Progress) {
        let Self { objects, bytes, stored } = std::mem::take(self);
        // Tracing provenance reads trees a second time; they were counted the first time.
        if progress.is_tracing_provenance.load(Ordering::Relaxed) {
            return;
        }
        progress.done.objects.fetch_add(objects, Ordering::Relaxed);
        progress.done.bytes.fetch_add(bytes, Ordering::Relaxed);
        progress.done.stored.fetch_add(stored, Ordering::Relaxed);
    }
}

impl Progress {
    /// Announces further objects or files to read, with their number of stored bytes.
    pub fn add_expected(&self, objects: usize, stored: u64) {
        self.expected.objects.fetch_add(objects, Ordering::Relaxed);
        self.expected.stored.fetch_add(stored, Ordering::Relaxed);
        self.is_tracing_provenance.store(false, Ordering::Relaxed);
    }

    /// Counts a file, or an object outside of packs, that was read.
    pub fn add_file(&self, bytes: u64) {
        PendingCounts { objects: 1, bytes, stored: 1 }.publish(self);
    }

    /// Counts a value that was found for the first time.
    pub fn add_value(&self) {
        self.values.fetch_add(1, Ordering::Relaxed);
    }

    /// Marks the end of reading and the beginning of tracing provenance.
    pub fn begin_provenance(&self) {
        self.is_tracing_provenance.store(true, Ordering::Relaxed);
    }

    /// Returns the counters as they are now.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a share for people")]
    pub fn snapshot(&self) -> ProgressSnapshot {
        let load = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let (stored, all) = (load(&self.done.stored), load(&self.expected.stored));
        ProgressSnapshot {
            objects: self.done.objects.load(Ordering::Relaxed),
            expected: self.expected.objects.load(Ordering::Relaxed),
            bytes: load(&self.done.bytes),
            share: if all == 0 { 0.0 } else { (stored as f64 / all as f64).min(1.0) },
            values: self.values.load(Ordering::Relaxed),
            is_tracing_provenance: self.is_tracing_provenance.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_all_threads_add_up() {
        let progress = Progress::default();
        progress.add_expected(4_000, 40_000);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut pending = PendingCounts::default();
                    for _ in 0..1_000 {
                        pending.add(100, 5, &progress);
                    }
                    pending.publish(&progress);
                });
            }
        });
        progress.add_value();
        let snapshot = progress.snapshot();
        assert_eq!(
            (snapshot.objects, snapshot.expected, snapshot.bytes, snapshot.values),
            (4_000, 4_000, 400_000, 1)
        );
        assert!((snapshot.share - 0.5).abs() < 1e-9 && !snapshot.is_tracing_provenance);
    }
}
