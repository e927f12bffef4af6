//! Limits of the walk along the deltas: how many bytes it may hold in memory, and how many it may decode.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Limits in bytes. The first two change the time that a walk takes, and not its result.
#[derive(Clone, Copy, Debug)]
pub struct MemoryLimit {
    /// Bytes of decoded versions that all threads together may hold for the versions derived from them. Each thread
    /// holds up to two more objects: the current one and its base.
    pub max_held: usize,
    /// Size from which objects are read one at a time, after all others.
    pub large_object: usize,
    /// Bytes that may be decoded from a pack of any size, in addition to `MAX_DECODED_PER_BYTE`. A kilobyte may
    /// unfold to gigabytes, and a pack may hold many such kilobytes.
    pub base_decoded: u64,
}

/// Bytes that may be decoded for each byte of a pack. The histories that compress best, of large files with small
/// changes, need some hundreds.
pub(crate) const MAX_DECODED_PER_BYTE: u64 = 1024;

impl MemoryLimit {
    /// Returns the number of bytes that may be decoded from a pack of a given size.
    pub(super) fn max_decoded(&self, pack_size: u64) -> i64 {
        let bytes = pack_size.saturating_mul(MAX_DECODED_PER_BYTE).saturating_add(self.base_decoded);
        i64::try_from(bytes).unwrap_or(i64::MAX)
    }
}

impl Default for MemoryLimit {
    fn default() -> Self {
        Self { max_held: 128 << 20, large_object: 64 << 20, base_decoded: 16 << 30 }
    }
}

/// The number of bytes that all threads hold at the moment.
#[derive(Debug)]
pub(super) struct HeldBytes {
    bytes: AtomicUsize,
    max: usize,
}

impl HeldBytes {
    pub(super) const fn new(max: usize) -> Self {
        Self { bytes: AtomicUsize::new(0), max }
    }

    pub(super) fn is_over_limit(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > self.max
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) == 0
    }
}

/// A buffer that is counted as held for as long as it exists.
pub(super) struct CountedBuffer<'h> {
    bytes: Vec<u8>,
    count: usize,
    held: &'h HeldBytes,
}

impl<'h> CountedBuffer<'h> {
    pub(super) fn new(bytes: Vec<u8>, held: &'h HeldBytes) -> Self {
        let count = bytes.capacity();
        held.bytes.fetch_add(count, Ordering::Relaxed);
        Self { bytes, count, held }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the counted size: the capacity of the buffer.
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

impl Drop for CountedBuffer<'_> {
    fn drop(&mut self) {
        self.held.bytes.fetch_sub(self.count, Ordering::Relaxed);
    }
}
