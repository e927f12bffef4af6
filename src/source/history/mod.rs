//! Everything that a repository's object database holds, each object once: packs are read directly, along the
//! trees of their deltas; what lies loose, and what the pack reader hands back, comes through libgit2.

pub(crate) mod delta_forest;
pub(crate) mod delta_walker;
pub(crate) mod fallback;
pub(crate) mod memory_limit;
pub(crate) mod object_ids;
pub(crate) mod object_set;
pub(crate) mod pack_walk;
pub(crate) mod submodules;

use std::collections::HashSet;

use crate::git::{ObjectKind, Oid, OpenError, ReadError, Repository};
use crate::source::{Cancellation, Visitor};

pub use fallback::visit as visit_with_libgit2;
pub use memory_limit::{FOR_EACH_BYTE, Memory};
pub use object_ids::ObjectIdSet;
pub use object_set::ObjectSet;
pub use submodules::{SubmoduleStores, of_submodules};

/// What was read.
#[derive(Debug, Default)]
pub struct ReadTotals {
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

/// Which objects a pass over packs is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kinds {
    All,
    AllButTrees,
    Trees,
}

impl Kinds {
    fn are(self, kind: ObjectKind) -> bool {
        match self {
            Self::All => true,
            Self::AllButTrees => kind != ObjectKind::Tree,
            Self::Trees => kind == ObjectKind::Tree,
        }
    }
}

impl ReadTotals {
    /// Adds what another pass read.
    pub fn add(&mut self, other: Self) {
        self.objects += other.objects;
        self.blobs += other.blobs;
        self.bytes += other.bytes;
        self.again += other.again;
        self.unread.extend(other.unread);
        self.given_up += other.given_up;
    }

    fn sorted(mut self) -> Self {
        self.unread.sort_by_key(ToString::to_string);
        self
    }
}

/// Reads objects and hands each to the visitor, on the threads of the current rayon pool.
///
/// # Errors
/// The object database cannot be opened.
pub fn visit<V: Visitor>(
    repository: &Repository,
    contents: &ObjectSet,
    visitor: &V,
    stop: &Cancellation,
) -> Result<ReadTotals, OpenError> {
    let (mut tally, handed_back) = pack_walk::visit(contents, Kinds::All, visitor, stop);
    let rest = contents.outside_of_packs(handed_back);
    tally.add(fallback::visit(repository, &rest, visitor, stop)?);
    Ok(tally.sorted())
}

/// Reads all objects but trees. Says, too, which trees no pack gives.
///
/// # Errors
/// The object database cannot be opened.
pub fn visit_all_but_trees<V: Visitor>(
    repository: &Repository,
    contents: &ObjectSet,
    visitor: &V,
    stop: &Cancellation,
) -> Result<(ReadTotals, Vec<Oid>), OpenError> {
    let (mut tally, handed_back) = pack_walk::visit(contents, Kinds::AllButTrees, visitor, stop);
    let rest = contents.outside_of_packs(handed_back);
    let (others, trees) = fallback::visit_all_but_trees(repository, &rest, visitor, stop)?;
    tally.add(others);
    Ok((tally.sorted(), trees))
}

/// Reads the trees that [`visit_all_but_trees`] left: those in packs, and `others`.
///
/// # Errors
/// The object database cannot be opened.
pub fn visit_trees<V: Visitor>(
    repository: &Repository,
    contents: &ObjectSet,
    others: &[Oid],
    visitor: &V,
    stop: &Cancellation,
) -> Result<ReadTotals, OpenError> {
    let (mut tally, mut rest) = pack_walk::visit(contents, Kinds::Trees, visitor, stop);
    rest.extend(others);
    rest.sort_unstable();
    rest.dedup();
    tally.add(fallback::visit(repository, &rest, visitor, stop)?);
    Ok(tally.sorted())
}

/// Those of some objects that lie in the repository's own folder and not only in an alternate's: what nothing
/// reaches there is another repository's affair.
#[must_use]
pub fn own(repository: &Repository, contents: &ObjectSet, objects: &[Oid]) -> HashSet<Oid> {
    let folder = repository.object_dirs.first().cloned().unwrap_or_default();
    objects.iter().filter(|oid| contents.is_own(&folder, oid)).copied().collect()
}
