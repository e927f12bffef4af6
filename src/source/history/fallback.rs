//! The slow way: each object by its name through libgit2. For loose objects, for what the pack reader hands
//! back, and as the measure of what the pack reader has to find.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::git::{ObjectDatabase, ObjectKind, Oid, OpenError, ReadError, Repository};
use crate::source::history::{MemoryLimit, ReadTotals};
use crate::source::{ObjectView, ScanControl, Visitor};

/// Objects that one worker reads before it takes the next lot.
const LOT: usize = 128;

/// Reads the named objects and hands each to the visitor; large ones, of which several at once would take too
/// much memory, one at a time.
///
/// # Errors
/// The object database cannot be opened.
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

/// The same without the trees among them, whose names are given.
pub(crate) fn visit_all_but_trees<V: Visitor>(
    repository: &Repository,
    objects: &[Oid],
    visitor: &V,
    control: &ScanControl,
) -> Result<(ReadTotals, Vec<Oid>), OpenError> {
    let trees = Mutex::new(Vec::new());
    let tally = read(repository, objects, control, |object| {
        let is_tree = object.kind == ObjectKind::Tree;
        if is_tree {
            trees.lock().unwrap_or_else(PoisonError::into_inner).push(object.oid);
        } else {
            visitor.visit_full(object);
        }
        !is_tree
    })?;
    Ok((tally, trees.into_inner().unwrap_or_else(PoisonError::into_inner)))
}

/// Reads objects, and counts those that are taken.
fn read(
    repository: &Repository,
    objects: &[Oid],
    control: &ScanControl,
    take: impl Fn(&ObjectView<'_>) -> bool + Sync,
) -> Result<ReadTotals, OpenError> {
    let last = ObjectDatabase::open(repository)?;
    let large = MemoryLimit::default().large_object as u64;
    let (read, blobs, bytes) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicU64::new(0));
    let (unread, aside) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    let read_one = |database: &Result<ObjectDatabase, OpenError>, oid: &Oid| {
        let object = match database {
            Ok(database) => database.read(oid),
            Err(error) => Err(ReadError::Corrupt(*oid, error.to_string())),
        };
        match object {
            Ok(object) => {
                if take(&ObjectView { oid: *oid, kind: object.kind, bytes: &object.bytes }) {
                    read.fetch_add(1, Ordering::Relaxed);
                    blobs.fetch_add(usize::from(object.kind == ObjectKind::Blob), Ordering::Relaxed);
                    bytes.fetch_add(object.bytes.len() as u64, Ordering::Relaxed);
                    control.progress.add_file(object.bytes.len() as u64);
                }
            }
            Err(error) => unread.lock().unwrap_or_else(PoisonError::into_inner).push(error),
        }
    };
    objects.par_chunks(LOT).for_each_init(
        || ObjectDatabase::open(repository),
        |database, lot| {
            for oid in lot.iter().take_while(|_| !control.cancellation.is_requested()) {
                if database.as_ref().is_ok_and(|database| database.is_loose_and_larger_than(oid, large)) {
                    aside.lock().unwrap_or_else(PoisonError::into_inner).push(*oid);
                } else {
                    read_one(database, oid);
                }
            }
        },
    );
    let last = Ok(last);
    for oid in aside.into_inner().unwrap_or_else(PoisonError::into_inner) {
        if !control.cancellation.is_requested() {
            read_one(&last, &oid);
        }
    }
    let unread = unread.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(ReadTotals {
        objects: read.into_inner(),
        blobs: blobs.into_inner(),
        bytes: bytes.into_inner(),
        bytes_decoded_again: 0,
        unread,
        skipped_over_budget: 0,
    })
}
