//! Everything that a repository's object database holds, each object once: packs are read directly, along the
//! trees of their deltas; what lies loose, and what the pack reader hands back, comes through libgit2.

mod contents;
mod forest;
mod libgit;
mod memory;
mod names;
mod packs;
mod stores;
mod walker;

use std::collections::HashSet;

use super::git::{ObjectKind, Oid, OpenError, ReadError, Repository};
use super::{Stop, Visitor};

pub use contents::Contents;
pub use libgit::visit as visit_with_libgit2;
pub use memory::{FOR_EACH_BYTE, Memory};
pub use names::Set;
pub use stores::{Stores, of_submodules};

/// What was read.
#[derive(Debug, Default)]
pub struct Tally {
    /// Objects of all kinds.
    pub objects: usize,
    /// Blobs among them.
    pub blobs: usize,
    /// Bytes of all objects.
    pub bytes: u64,
    /// Bytes of versions that were decoded again, since there was no room to hold them.
    pub again: u64,
    /// What could not be read, in order of name.
    pub unread: Vec<ReadError>,
    /// Objects that were not decoded, since the pack unfolds to more than is worth it.
    pub given_up: usize,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.objects += other.objects;
        self.blobs += other.blobs;
        self.bytes += other.bytes;
        self.again += other.again;
        self.unread.extend(other.unread);
        self.given_up += other.given_up;
    }
}

/// Reads objects and hands each to the visitor, on the threads of the current rayon pool.
///
/// # Errors
/// The object database cannot be opened.
pub fn visit<V: Visitor>(
    repository: &Repository,
    contents: &Contents,
    visitor: &V,
    stop: &Stop,
) -> Result<Tally, OpenError> {
    let (mut tally, handed_back) = packs::visit(contents, None, visitor, stop);
    let rest = contents.outside_of_packs(handed_back);
    tally.add(libgit::visit(repository, &rest, visitor, stop)?);
    tally.unread.sort_by_key(ToString::to_string);
    Ok(tally)
}

/// The same for the trees alone, which are known by number: a walk along their deltas is many times faster than
/// reading each by its name.
///
/// # Errors
/// The object database cannot be opened.
pub fn visit_trees<V: Visitor>(
    repository: &Repository,
    contents: &Contents,
    trees: &Set,
    visitor: &V,
    stop: &Stop,
) -> Result<(), OpenError> {
    let (_, handed_back) = packs::visit(contents, Some(ObjectKind::Tree), visitor, stop);
    let mut rest = contents.outside_of_packs(handed_back);
    rest.retain(|oid| contents.number(oid).is_some_and(|number| trees.has(number)));
    libgit::visit(repository, &rest, visitor, stop).map(drop)
}

/// Those of some objects that lie in the repository's own folder and not only in an alternate's: what nothing
/// reaches there is another repository's affair.
#[must_use]
pub fn own(repository: &Repository, contents: &Contents, objects: &[Oid]) -> HashSet<Oid> {
    let folder = repository.object_dirs.first().cloned().unwrap_or_default();
    objects.iter().filter(|oid| contents.is_own(&folder, oid)).copied().collect()
}
