//! The objects that were decoded last, because the next object is often a delta to one of them.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::git::object_types::Object;

/// Size of all objects of a cache, in bytes: 32 MiB.
const MAX_BYTES: usize = 32 << 20;

/// Size of the largest object that is kept, in bytes: 8 MiB.
const MAX_OBJECT: usize = 8 << 20;

/// Identifies an entry: the number of its pack, and its offset.
pub(super) type EntryKey = (u64, u64);

/// Decoded objects. The one that was added first is dropped first.
#[derive(Default)]
pub(super) struct BaseCache {
    objects: HashMap<EntryKey, Arc<Object>>,
    order: VecDeque<EntryKey>,
    bytes: usize,
}

impl BaseCache {
    pub(super) fn get(&self, key: EntryKey) -> Option<Arc<Object>> {
        self.objects.get(&key).map(Arc::clone)
    }

    pub(super) fn add(&mut self, key: EntryKey, object: &Arc<Object>) {
        if object.bytes.len() > MAX_OBJECT || self.objects.insert(key, Arc::clone(object)).is_some() {
            return;
        }
        self.order.push_back(key);
        self.bytes += object.bytes.len();
        while self.bytes > MAX_BYTES {
            let Some(oldest) = self.order.pop_front() else { break };
            self.bytes -= self.objects.remove(&oldest).map_or(0, |object| object.bytes.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::object_types::ObjectKind;

    #[test]
    fn the_oldest_objects_are_dropped() {
        let mut cache = BaseCache::default();
        let object = |size: usize| Arc::new(Object { kind: ObjectKind::Blob, bytes: vec![0; size] });
        for number in 0..9 {
            cache.add((0, number), &object(MAX_OBJECT));
            cache.add((0, number), &object(MAX_OBJECT));
        }
        let kept: Vec<u64> = (0..9).filter(|number| cache.get((0, *number)).is_some()).collect();
        assert_eq!(kept, [5, 6, 7, 8]);
        cache.add((1, 1), &object(MAX_OBJECT + 1));
        assert!(cache.get((1, 1)).is_none() && cache.bytes == MAX_BYTES);
    }
}
