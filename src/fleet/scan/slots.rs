//! Slots for processes: as many run at a time as asked for, while further threads prepare the next unit or wait until the
//! disk has the last one.

use std::sync::{Condvar, Mutex, PoisonError};

/// A number of slots.
pub(crate) struct Slots {
    free: Mutex<usize>,
    changed: Condvar,
}

/// A slot. It is free again when it is dropped.
pub(super) struct Slot<'s>(&'s Slots);

impl Slots {
    pub(crate) const fn new(number: usize) -> Self {
        Self { free: Mutex::new(number), changed: Condvar::new() }
    }

    /// Waits for a slot.
    pub(super) fn take(&self) -> Slot<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free =
            self.changed.wait_while(free, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Slot(self)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[test]
    fn no_more_than_the_slots_are_taken() {
        let slots = Slots::new(3);
        let (taken, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..12 {
                scope.spawn(|| {
                    let _slot = slots.take();
                    most.fetch_max(taken.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(5));
                    taken.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        assert_eq!((taken.into_inner(), most.into_inner()), (0, 3));
    }
}
