//! Objects read one at a time through the object database: loose objects, and those that the walk along the deltas
//! of a pack could not decode.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::memory_limit::MemoryLimit;
use super::read_totals::ReadTotals;
use crate::git::{ObjectDatabase, ObjectKind, Oid, OpenError, Repository};
use crate::source::control::ScanControl;
use crate::source::visitor::{ObjectView, Visitor};

/// Number of objects that a thread takes at once.
const OBJECTS_PER_TASK: usize = 128;

/// Reads objects and passes each to the visitor. Large objects are read at the end, one at a time: several at once would
/// need too much memory.
///
/// # Errors
/// Returns an error if the object database cannot be opened.
pub fn visit<V: Visitor>(
    repository: &Repository,
    objects: &[Oid],
    visitor: &V,
    control: &ScanControl,
) -> Result<ReadTotals, OpenError> {
    read(repository, objects, control, |object| {
        visitor.visit_full(object);
        true
    })
}

/// Reads objects and passes all except trees to the visitor. Returns also the names of the trees.
pub(super) fn visit_all_but_trees<V: Visitor>(
    repository: &Repository,
    objects: &[Oid],
    visitor: &V,
    control: &ScanControl,
) -> Result<(ReadTotals, Vec<Oid>), OpenError> {
    let trees = Mutex::new(Vec::new());
    let totals = read(repository, objects, control, |object| {
        let is_tree = object.kind == ObjectKind::Tree;
        if is_tree {
            trees.lock().unwrap_or_else(PoisonError::into_inner).push(object.oid);
        } else {
            visitor.visit_full(object);
        }
        !is_tree
    })?;
    Ok((totals, trees.into_inner().unwrap_or_else(PoisonError::into_inner)))
}

/// Reads objects, and counts those for which `take` returns `true`.
fn read(
    repository: &Repository,
    objects: &[Oid],
    control: &ScanControl,
    take: impl Fn(&ObjectView<'_>) -> bool + Sync,
) -> Result<ReadTotals, OpenError> {
    let database = ObjectDatabase::open(repository)?;
    let large = MemoryLimit::default().large_object as u64;
    let (read, blobs, bytes) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicU64::new(0));
    let (unread, deferred) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    let read_one = |database: &ObjectDatabase, oid: &Oid| match database.read(oid) {
        Ok(object) => {
            if take(&ObjectView { oid: *oid, kind: object.kind, bytes: &object.bytes }) {
                read.fetch_add(1, Ordering::Relaxed);
                blobs.fetch_add(usize::from(object.kind == ObjectKind::Blob), Ordering::Relaxed);
                bytes.fetch_add(object.bytes.len() as u64, Ordering::Relaxed);
                control.progress.add_file(object.bytes.len() as u64);
            }
        }
        Err(error) => unread.lock().unwrap_or_else(PoisonError::into_inner).push(error),
    };
    let first = Mutex::new(database);
    objects.par_chunks(OBJECTS_PER_TASK).for_each_init(
        || first.lock().unwrap_or_else(PoisonError::into_inner).for_thread(),
        |database, oids| {
            for oid in oids.iter().take_while(|_| !control.cancellation.is_requested()) {
                if database.is_larger_than(oid, large) {
                    deferred.lock().unwrap_or_else(PoisonError::into_inner).push(*oid);
                } else {
                    read_one(database, oid);
                }
            }
        },
    );
    let database = first.into_inner().unwrap_or_else(PoisonError::into_inner);
    for oid in deferred.into_inner().unwrap_or_else(PoisonError::into_inner) {
        if !control.cancellation.is_requested() {
            read_one(&database, &oid);
        }
    }
    let unread = unread.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(ReadTotals {
        objects: read.into_inner(),
        blobs: blobs.into_inner(),
        bytes: bytes.into_inner(),
        unread,
        ..ReadTotals::default()
    })
}
