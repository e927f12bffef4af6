//! The unpack budget: limits on bytes, members and nested archives. It counts bytes and steps, never time, so that an
//! archive has the same result on every machine.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The number of bytes that may be unpacked from any file.
const FREE: usize = 16 << 20;

/// The factor of the file's size that may be unpacked in addition. Text seldom compresses to less than a twentieth.
const RATIO: usize = 128;

/// The factor of the size of a database whose values are kept in memory. The content of a page is counted up to twice,
/// and its records, of which a small one has a few bytes.
const RATIO_IN_MEMORY: usize = 8;

/// The maximum number of bytes that may be unpacked from a file.
const MAX_BYTES: usize = 512 << 20;

/// [`FREE`] for an encoded region, since a text may contain many.
const FREE_IN_REGION: usize = 256 << 10;

/// [`RATIO`] for an encoded region.
const RATIO_IN_REGION: usize = 64;

/// The maximum number of members of a file, including those of nested archives.
const MAX_MEMBERS: usize = 1 << 18;

/// The maximum depth of nested archives.
const MAX_DEPTH: usize = 6;

/// The number of unpacked bytes from which a file is unpacked alone, while other threads wait. It keeps the memory of
/// all threads together small.
const LARGE: usize = 32 << 20;

/// The lock of the thread that unpacks a large file.
static ALONE: Mutex<()> = Mutex::new(());

/// The rest of the limits for one file or region.
#[derive(Debug)]
pub struct UnpackBudget {
    bytes: usize,
    members: usize,
    depth: usize,
    unpacked: usize,
    alone: Option<MutexGuard<'static, ()>>,
}

impl UnpackBudget {
    /// Creates the budget of a file of a length in bytes, for the file and all nested archives.
    #[must_use]
    pub const fn for_file(length: usize) -> Self {
        let bytes = FREE.saturating_add(length.saturating_mul(RATIO));
        Self::new(if bytes < MAX_BYTES { bytes } else { MAX_BYTES })
    }

    /// Creates the budget of an encoded region of a length in bytes.
    #[must_use]
    pub const fn for_region(length: usize) -> Self {
        let bytes = FREE_IN_REGION.saturating_add(length.saturating_mul(RATIO_IN_REGION));
        Self::new(if bytes < MAX_BYTES { bytes } else { MAX_BYTES })
    }

    /// Creates the budget of a database of the user's own of a length in bytes, whose values are kept in memory.
    #[must_use]
    pub(crate) const fn for_memory(length: usize) -> Self {
        Self::new(FREE.saturating_add(length.saturating_mul(RATIO_IN_MEMORY)))
    }

    const fn new(bytes: usize) -> Self {
        Self { bytes, members: MAX_MEMBERS, depth: MAX_DEPTH, unpacked: 0, alone: None }
    }

    /// Enters a nested archive. Returns `false` if it is too deep.
    #[must_use]
    pub const fn enter(&mut self) -> bool {
        let may_enter = self.depth > 0;
        if may_enter {
            self.depth -= 1;
        }
        may_enter
    }

    /// Leaves a nested archive that was entered.
    pub const fn leave(&mut self) {
        self.depth += 1;
    }

    /// Counts a member. Returns `false` if there are too many.
    pub(super) const fn count_member(&mut self) -> bool {
        let is_within = self.members > 0;
        self.members = self.members.saturating_sub(1);
        is_within
    }

    /// The number of bytes that may still be unpacked.
    pub(super) const fn bytes_left(&self) -> usize {
        self.bytes
    }

    /// Counts unpacked bytes. Waits for other large files once this file becomes large.
    pub(super) fn spend(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes);
        self.unpacked += bytes;
        if self.unpacked > LARGE && self.alone.is_none() {
            self.alone = Some(ALONE.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_grows_with_the_file_up_to_a_maximum() {
        assert!(UnpackBudget::for_file(0).bytes_left() >= 1 << 20);
        assert_eq!(UnpackBudget::for_file(usize::MAX).bytes_left(), MAX_BYTES);
        assert!(UnpackBudget::for_region(100).bytes_left() < UnpackBudget::for_file(100).bytes_left());
        let mut budget = UnpackBudget::for_region(0);
        budget.spend(FREE_IN_REGION - 1);
        assert_eq!(budget.bytes_left(), 1);
        budget.spend(2);
        assert_eq!(budget.bytes_left(), 0);
        assert!((0..MAX_DEPTH).all(|_| budget.enter()) && !budget.enter());
        budget.leave();
        assert!(budget.enter());
    }

    #[test]
    fn a_large_file_is_unpacked_alone() {
        let mut budget = UnpackBudget::for_file(1 << 30);
        budget.spend(LARGE);
        assert!(budget.alone.is_none());
        budget.spend(1);
        assert!(budget.alone.is_some());
        budget.spend(1);
        let other = std::thread::spawn(|| {
            let mut budget = UnpackBudget::for_file(1 << 30);
            budget.spend(LARGE + 1);
            budget.alone.is_some()
        });
        drop(budget);
        assert!(other.join().unwrap());
    }
}
