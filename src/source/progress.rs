//! How far a scan is: counted in passing by those who read, and looked at by whoever shows it.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// What has been read, and what there is. The numbers are for people: nothing is decided by them.
#[derive(Debug, Default)]
pub struct Progress {
    expected: Counts,
    done: Counts,
    values: AtomicUsize,
    is_telling: AtomicBool,
}

/// Numbers of objects or files and of bytes.
#[derive(Debug, Default)]
struct Counts {
    objects: AtomicUsize,
    bytes: AtomicU64,
    stored: AtomicU64,
}

/// A look at the numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ProgressSnapshot {
    /// Objects or files that have been read.
    pub objects: usize,
    /// How many there are; 0 where it is not known.
    pub of: usize,
    /// Bytes that have been read.
    pub bytes: u64,
    /// The share that has been read, as it is stored: the measure of the time that is left.
    pub share: f64,
    /// Different values that have been found.
    pub values: usize,
    /// Whether all has been read, and it is followed who brought what in.
    pub is_telling: bool,
}

/// What one thread has read and not told yet: shared numbers are dear to change.
#[derive(Debug, Default)]
pub(crate) struct PendingCounts {
    objects: usize,
    bytes: u64,
    stored: u64,
}

impl PendingCounts {
    /// So many objects at most are not told.
    const MOST: usize = 256;

    pub(crate) fn add(&mut self, bytes: usize, stored: u64, progress: &Progress) {
        self.objects += 1;
        self.bytes += bytes as u64;
        self.stored += stored;
        if self.objects >= Self::MOST || self.bytes >= 1 << 20 {
            self.tell(progress);
        }
    }

    pub(crate) fn tell(&mut self, progress: &Progress) {
        let Self { objects, bytes, stored } = std::mem::take(self);
        // Then trees are read once more, which were counted.
        if progress.is_telling.load(Ordering::Relaxed) {
            return;
        }
        progress.done.objects.fetch_add(objects, Ordering::Relaxed);
        progress.done.bytes.fetch_add(bytes, Ordering::Relaxed);
        progress.done.stored.fetch_add(stored, Ordering::Relaxed);
    }
}

impl Progress {
    /// There is so much more to read.
    pub fn expect(&self, objects: usize, stored: u64) {
        self.expected.objects.fetch_add(objects, Ordering::Relaxed);
        self.expected.stored.fetch_add(stored, Ordering::Relaxed);
        self.is_telling.store(false, Ordering::Relaxed);
    }

    /// A file was read.
    pub fn read(&self, bytes: u64) {
        PendingCounts { objects: 1, bytes, stored: 1 }.tell(self);
    }

    /// Another value was found.
    pub fn found(&self) {
        self.values.fetch_add(1, Ordering::Relaxed);
    }

    /// All was read; now it is followed who brought what in.
    pub fn telling(&self) {
        self.is_telling.store(true, Ordering::Relaxed);
    }

    /// A look at the numbers.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a share for people")]
    pub fn seen(&self) -> ProgressSnapshot {
        let number = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let (stored, all) = (number(&self.done.stored), number(&self.expected.stored));
        ProgressSnapshot {
            objects: self.done.objects.load(Ordering::Relaxed),
            of: self.expected.objects.load(Ordering::Relaxed),
            bytes: number(&self.done.bytes),
            share: if all == 0 { 0.0 } else { (stored as f64 / all as f64).min(1.0) },
            values: self.values.load(Ordering::Relaxed),
            is_telling: self.is_telling.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_between_threads() {
        let progress = Progress::default();
        progress.expect(4_000, 40_000);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut untold = PendingCounts::default();
                    for _ in 0..1_000 {
                        untold.add(100, 5, &progress);
                    }
                    untold.tell(&progress);
                });
            }
        });
        progress.found();
        let seen = progress.seen();
        assert_eq!((seen.objects, seen.of, seen.bytes, seen.values), (4_000, 4_000, 400_000, 1));
        assert!((seen.share - 0.5).abs() < 1e-9 && !seen.is_telling);
    }
}
