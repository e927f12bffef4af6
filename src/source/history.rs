//! Everything that a repository's object database holds: each object once, in the order of its packs, through
//! libgit2. A faster reader can stand in its place behind [`Visitor`].

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::git::{ObjectKind, Objects, Oid, OpenError, ReadError, Repository};
use super::{Blob, Stop, Visitor, pack_order};

/// What was read.
#[derive(Debug, Default)]
pub struct Tally {
    /// Objects of all kinds.
    pub objects: usize,
    /// Blobs among them.
    pub blobs: usize,
    /// Bytes of all objects.
    pub bytes: u64,
    /// What could not be read.
    pub unread: Vec<ReadError>,
}

/// All object names, those in packs first, in the packs' order.
///
/// # Errors
/// The object database cannot be listed.
pub fn all_objects(repository: &Repository) -> Result<Vec<Oid>, OpenError> {
    let names = Objects::open(repository)?.all()?;
    let mut listed = vec![false; names.len()];
    let mut order = Vec::with_capacity(names.len());
    for oid in pack_order::packed(repository) {
        if let Ok(at) = names.binary_search(&oid) {
            if !std::mem::replace(&mut listed[at], true) {
                order.push(oid);
            }
        }
    }
    order.extend(names.iter().zip(&listed).filter(|(_, listed)| !**listed).map(|(oid, _)| *oid));
    Ok(order)
}

/// Objects that one worker reads before it takes the next lot: neighbours in a pack share their bases.
const LOT: usize = 512;

/// Reads objects and hands each to the visitor, on the threads of the current rayon pool.
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
                    Err(error) => {
                        unread.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(error)
                    }
                }
            }
        },
    );
    let mut unread = unread.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    unread.sort_by_key(ToString::to_string);
    Ok(Tally { objects: read.into_inner(), blobs: blobs.into_inner(), bytes: bytes.into_inner(), unread })
}
