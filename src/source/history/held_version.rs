//! The decoded versions on the path of a walk, and their eviction when memory is short.

use super::memory_limit::{CountedBuffer, HeldBytes};

/// A version that other versions derive from.
pub(super) struct HeldVersion<'h, S> {
    pub(super) slot: u32,
    /// Number of deltas between the version and the root of its tree.
    pub(super) depth: u32,
    /// The visitor's state; `None` if the visitor has seen the object in another pack.
    pub(super) state: Option<S>,
    /// Index of the child that is visited next.
    pub(super) next_child: usize,
    /// `None` after eviction.
    buffer: Option<CountedBuffer<'h>>,
}

impl<'h, S> HeldVersion<'h, S> {
    pub(super) fn new(
        slot: u32,
        depth: u32,
        state: Option<S>,
        mut bytes: Vec<u8>,
        held: &'h HeldBytes,
    ) -> Self {
        // A reused buffer may be much larger than the version.
        if bytes.capacity() / 2 > bytes.len() {
            bytes.shrink_to_fit();
        }
        Self { slot, depth, state, next_child: 0, buffer: Some(CountedBuffer::new(bytes, held)) }
    }

    /// Returns the content; `None` after eviction.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        self.buffer.as_ref().map(CountedBuffer::bytes)
    }

    /// Stores the content again after eviction.
    pub(super) fn restore(&mut self, bytes: Vec<u8>, held: &'h HeldBytes) {
        self.buffer = Some(CountedBuffer::new(bytes, held));
    }

    /// Returns the buffer for reuse; an empty one after eviction.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.buffer.map(CountedBuffer::into_bytes).unwrap_or_default()
    }
}

/// Evicts versions of a path until the held bytes are within the limit, or until only the last version is left, which
/// the next object derives from. The version that frees the most bytes for each step of decoding it again is evicted
/// first.
pub(super) fn evict<S>(path: &mut [HeldVersion<'_, S>], held: &HeldBytes) {
    let Some((_, path)) = path.split_last_mut() else { return };
    while held.is_over_limit() {
        // Decoding again starts at the nearest held version above, or at the root.
        let mut above = None;
        let mut best: Option<(usize, usize)> = None;
        for (at, version) in path.iter().enumerate() {
            let Some(buffer) = &version.buffer else { continue };
            let steps = above.map_or(version.depth + 1, |above| version.depth.saturating_sub(above).max(1));
            above = Some(version.depth);
            let gain = buffer.count() / steps as usize;
            if best.is_none_or(|(most, _)| gain > most) {
                best = Some((gain, at));
            }
        }
        let Some((_, at)) = best else { return };
        path[at].buffer = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path<'h>(held: &'h HeldBytes, versions: &[(u32, usize)]) -> Vec<HeldVersion<'h, ()>> {
        let version = |(depth, size): &(u32, usize)| HeldVersion::new(0, *depth, None, vec![0; *size], held);
        versions.iter().map(version).collect()
    }

    fn is_held(path: &[HeldVersion<'_, ()>]) -> Vec<bool> {
        path.iter().map(|version| version.bytes().is_some()).collect()
    }

    #[test]
    fn cheap_versions_are_evicted_first_and_the_last_one_never() {
        let held = HeldBytes::new(250);
        let mut versions = path(&held, &[(0, 100), (90, 100), (91, 100), (92, 100)]);
        evict(&mut versions, &held);
        assert_eq!(is_held(&versions), [false, true, false, true]);
        drop(versions);
        let mut versions = path(&held, &[(0, 10), (1, 300)]);
        evict(&mut versions, &held);
        assert_eq!(is_held(&versions), [false, true]);
        drop(versions);
        assert!(!held.is_over_limit() && held.is_empty());
    }

    proptest::proptest! {
        #[test]
        fn held_bytes_stay_within_the_limit(
            sizes in proptest::collection::vec(0_usize..1000, 1..20),
            max in 0_usize..5000,
        ) {
            let held = HeldBytes::new(max);
            let versions: Vec<(u32, usize)> = (0_u32..).map(|at| at * 3).zip(sizes).collect();
            let mut versions = path(&held, &versions);
            evict(&mut versions, &held);
            let all = versions.len();
            let left = is_held(&versions).into_iter().filter(|is_held| *is_held).count();
            proptest::prop_assert!(!held.is_over_limit() || left == 1);
            proptest::prop_assert!(versions[all - 1].bytes().is_some());
        }
    }
}
