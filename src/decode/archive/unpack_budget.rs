//! How much is unpacked: bytes, members, archives in archives. In bytes and steps, so that the same archive gives
//! the same result on every machine.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// So much is unpacked of any file.
const FREE: usize = 16 << 20;

/// So many times its own size is unpacked of it besides. Text seldom shrinks to less than a twentieth.
const RATIO: usize = 128;

/// No more is unpacked of any file.
const MOST: usize = 512 << 20;

/// The same for what lies in base64 in a text, which may hold many.
const FREE_IN_COAT: usize = 256 << 10;
const RATIO_IN_COAT: usize = 64;

/// So many members of a file and of all archives in it are looked at.
const MOST_MEMBERS: usize = 1 << 18;

/// So many archives may lie in each other.
const MOST_LEVELS: usize = 6;

/// From so much on a file is unpacked alone, while others wait: what all threads hold together stays small.
const LARGE: usize = 32 << 20;

/// Held by the one that unpacks much.
static ALONE: Mutex<()> = Mutex::new(());

/// What is left to unpack.
#[derive(Debug)]
pub struct UnpackBudget {
    bytes: usize,
    members: usize,
    levels: usize,
    unpacked: usize,
    alone: Option<MutexGuard<'static, ()>>,
}

impl UnpackBudget {
    /// For a file of so many bytes, with all that lies in it.
    #[must_use]
    pub const fn for_file(length: usize) -> Self {
        let bytes = FREE.saturating_add(length.saturating_mul(RATIO));
        Self::new(if bytes < MOST { bytes } else { MOST })
    }

    /// For a stretch of so many bytes in a coat.
    #[must_use]
    pub const fn for_region(length: usize) -> Self {
        let bytes = FREE_IN_COAT.saturating_add(length.saturating_mul(RATIO_IN_COAT));
        Self::new(if bytes < MOST { bytes } else { MOST })
    }

    const fn new(bytes: usize) -> Self {
        Self { bytes, members: MOST_MEMBERS, levels: MOST_LEVELS, unpacked: 0, alone: None }
    }

    /// Goes into an archive; `false` where it lies too deep.
    #[must_use]
    pub const fn enter(&mut self) -> bool {
        let is_open = self.levels > 0;
        if is_open {
            self.levels -= 1;
        }
        is_open
    }

    /// Comes back from an archive that was entered.
    pub const fn leave(&mut self) {
        self.levels += 1;
    }

    /// Counts a member; `false` if they are too many.
    pub(crate) const fn count(&mut self) -> bool {
        let left = self.members > 0;
        self.members = self.members.saturating_sub(1);
        left
    }

    /// How many bytes may still be unpacked.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Counts bytes that were unpacked.
    pub(crate) fn spend(&mut self, bytes: usize) {
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
    fn what_is_left_grows_with_the_file_and_ends() {
        assert!(
            UnpackBudget::for_file(0).bytes() >= 1 << 20
                && UnpackBudget::for_file(usize::MAX).bytes() == MOST
        );
        assert!(UnpackBudget::for_region(100).bytes() < UnpackBudget::for_file(100).bytes());
        let mut room = UnpackBudget::for_region(0);
        room.spend(FREE_IN_COAT - 1);
        assert_eq!(room.bytes(), 1);
        room.spend(2);
        assert_eq!(room.bytes(), 0);
        assert!((0..MOST_LEVELS).all(|_| room.enter()) && !room.enter());
        room.leave();
        assert!(room.enter());
    }

    #[test]
    fn what_unpacks_much_does_so_alone() {
        let mut room = UnpackBudget::for_file(1 << 30);
        room.spend(LARGE);
        assert!(room.alone.is_none());
        room.spend(1);
        assert!(room.alone.is_some());
        room.spend(1);
        let other = std::thread::spawn(|| {
            let mut room = UnpackBudget::for_file(1 << 30);
            room.spend(LARGE + 1);
            room.alone.is_some()
        });
        drop(room);
        assert!(other.join().unwrap());
    }
}
