//! How much memory the walk along the deltas may hold, how much it may decode, and the versions that it holds.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Limits, in bytes. What the first two are changes how long a walk takes, and nothing that it finds.
#[derive(Clone, Copy, Debug)]
pub struct MemoryLimit {
    /// What all threads together may hold in versions that others derive from. The objects at hand come on top:
    /// on each thread one and the one that it derives from.
    pub max_held: usize,
    /// Larger objects are read one at a time, when all others have been read.
    pub large_object: usize,
    /// What may be decoded of a small pack. A kilobyte may stand for gigabytes, and a pack may hold many such.
    pub base_decoded: u64,
}

/// What may be decoded besides for each byte of a pack. The histories that compress best, of large files with
/// small changes, come to some hundreds.
pub const MAX_DECODED_PER_BYTE: u64 = 1024;

impl MemoryLimit {
    /// How many bytes of a pack of this size are worth being decoded.
    pub(crate) fn worth(&self, stored: u64) -> i64 {
        let worth = stored.saturating_mul(MAX_DECODED_PER_BYTE).saturating_add(self.base_decoded);
        i64::try_from(worth).unwrap_or(i64::MAX)
    }
}

impl Default for MemoryLimit {
    fn default() -> Self {
        Self { max_held: 128 << 20, large_object: 64 << 20, base_decoded: 16 << 30 }
    }
}

/// What all threads hold at the moment.
#[derive(Debug)]
pub(crate) struct Held {
    bytes: AtomicUsize,
    most: usize,
}

impl Held {
    pub(crate) const fn new(most: usize) -> Self {
        Self { bytes: AtomicUsize::new(0), most }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > self.most
    }
}

/// Bytes that are counted for as long as they are held.
struct Counted<'h> {
    bytes: Vec<u8>,
    count: usize,
    held: &'h Held,
}

impl<'h> Counted<'h> {
    fn new(bytes: Vec<u8>, held: &'h Held) -> Self {
        let count = bytes.capacity();
        held.bytes.fetch_add(count, Ordering::Relaxed);
        Self { bytes, count, held }
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.held.bytes.fetch_sub(self.count, Ordering::Relaxed);
    }
}

/// A version that others derive from.
pub(crate) struct Frame<'h, S> {
    pub(crate) slot: u32,
    /// How many differences lie between it and its root.
    pub(crate) depth: u32,
    /// What the visitor carries on; absent where it has seen the object in another pack.
    pub(crate) state: Option<S>,
    /// Which of its children is next.
    pub(crate) next: usize,
    /// Absent after it was let go.
    bytes: Option<Counted<'h>>,
}

impl<'h, S> Frame<'h, S> {
    pub(crate) fn new(slot: u32, depth: u32, state: Option<S>, mut bytes: Vec<u8>, held: &'h Held) -> Self {
        // A buffer that held something much larger is not worth its memory.
        if bytes.capacity() / 2 > bytes.len() {
            bytes.shrink_to_fit();
        }
        Self { slot, depth, state, next: 0, bytes: Some(Counted::new(bytes, held)) }
    }

    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        self.bytes.as_ref().map(|counted| counted.bytes.as_slice())
    }

    pub(crate) fn bring_back(&mut self, bytes: Vec<u8>, held: &'h Held) {
        self.bytes = Some(Counted::new(bytes, held));
    }

    /// Its buffer, to be used again.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes.map(|mut counted| std::mem::take(&mut counted.bytes)).unwrap_or_default()
    }
}

/// Lets versions go until no more is held than may be, or only the last is left, which the next object derives
/// from. The first to go is the one that frees most for each version that has to be decoded to have it back.
pub(crate) fn let_go<S>(path: &mut [Frame<'_, S>], held: &Held) {
    let Some((_, path)) = path.split_last_mut() else { return };
    while held.is_over() {
        // Decoding begins at the nearest version above that is held, or at the root.
        let mut above = None;
        let mut best: Option<(usize, usize)> = None;
        for (at, frame) in path.iter().enumerate() {
            let Some(counted) = &frame.bytes else { continue };
            let steps = above.map_or(frame.depth + 1, |above| frame.depth.saturating_sub(above).max(1));
            above = Some(frame.depth);
            let gain = counted.count / steps as usize;
            if best.is_none_or(|(most, _)| gain > most) {
                best = Some((gain, at));
            }
        }
        let Some((_, at)) = best else { return };
        path[at].bytes = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path<'h>(held: &'h Held, versions: &[(u32, usize)]) -> Vec<Frame<'h, ()>> {
        let frame = |(depth, size): &(u32, usize)| Frame::new(0, *depth, None, vec![0; *size], held);
        versions.iter().map(frame).collect()
    }

    fn kept(path: &[Frame<'_, ()>]) -> Vec<bool> {
        path.iter().map(|frame| frame.bytes().is_some()).collect()
    }

    #[test]
    fn what_is_cheap_to_have_back_goes_first_and_the_last_never() {
        let held = Held::new(250);
        let mut frames = path(&held, &[(0, 100), (90, 100), (91, 100), (92, 100)]);
        let_go(&mut frames, &held);
        assert_eq!(kept(&frames), [false, true, false, true]);
        drop(frames);
        let mut frames = path(&held, &[(0, 10), (1, 300)]);
        let_go(&mut frames, &held);
        assert_eq!(kept(&frames), [false, true]);
        drop(frames);
        assert!(!held.is_over() && held.bytes.into_inner() == 0);
    }

    proptest::proptest! {
        #[test]
        fn no_more_is_held_than_may_be(
            sizes in proptest::collection::vec(0_usize..1000, 1..20),
            most in 0_usize..5000,
        ) {
            let held = Held::new(most);
            let versions: Vec<(u32, usize)> = (0_u32..).map(|at| at * 3).zip(sizes).collect();
            let mut frames = path(&held, &versions);
            let_go(&mut frames, &held);
            let all = frames.len();
            let left = kept(&frames).into_iter().filter(|kept| *kept).count();
            proptest::prop_assert!(!held.is_over() || left == 1);
            proptest::prop_assert!(frames[all - 1].bytes().is_some());
        }
    }
}
