//! The slow way: each object by its name through libgit2. For loose objects, for what the pack reader hands
//! back, and as the measure of what the pack reader has to find.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::Tally;
use crate::source::git::{ObjectKind, Objects, Oid, OpenError, ReadError, Repository};
use crate::source::{Blob, Stop, Visitor};

/// Objects that one worker reads before it takes the next lot.
const LOT: usize = 128;

/// Reads the named objects and hands each to the visitor.
///
/// # Errors
/// The object database cannot be opened.
pub fn visit<V: Visitor>(
    repository: &Repository,
    objects: &[Oid],
    visitor: &V,
    stop: &Stop,
) -> Result<Tally, OpenError> {
    Objects::open(repository)?;
    let (read, blobs, bytes) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicU64::new(0));
    let unread = Mutex::new(Vec::new());
    objects.par_chunks(LOT).for_each_init(
        || Objects::open(repository),
        |database, lot| {
            for oid in lot.iter().take_while(|_| !stop.is_set()) {
                let object = match database {
                    Ok(database) => database.read(oid),
                    Err(error) => Err(ReadError::Corrupt(*oid, error.to_string())),
                };
                match object {
                    Ok(object) => {
                        read.fetch_add(1, Ordering::Relaxed);
                        blobs.fetch_add(usize::from(object.kind == ObjectKind::Blob), Ordering::Relaxed);
                        bytes.fetch_add(object.bytes.len() as u64, Ordering::Relaxed);
                        visitor.root(&Blob { oid: *oid, kind: object.kind, bytes: &object.bytes });
                    }
                    Err(error) => unread.lock().unwrap_or_else(PoisonError::into_inner).push(error),
                }
            }
        },
    );
    let unread = unread.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Tally { objects: read.into_inner(), blobs: blobs.into_inner(), bytes: bytes.into_inner(), unread })
}
