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
use crate::source::{ScanControl, Visitor};

pub use fallback::visit as visit_with_libgit2;
pub use memory_limit::{MAX_DECODED_PER_BYTE, MemoryLimit};
pub use object_ids::NumberSet;
pub use object_set::ObjectSet;
pub use submodules::{SubmoduleStores, find_submodule_stores};

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
    pub bytes_decoded_again: u64,
    /// What could not be read, in order of name.
    pub unread: Vec<ReadError>,
    /// Objects that were not decoded, since the pack unfolds to more than is worth it.
    pub skipped_over_budget: usize,
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
        self.bytes_decoded_again += other.bytes_decoded_again;
        self.unread.extend(other.unread);
        self.skipped_over_budget += other.skipped_over_budget;
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
    control: &ScanControl,
) -> Result<ReadTotals, OpenError> {
    let (mut tally, handed_back) = pack_walk::visit(contents, Kinds::All, visitor, control);
    let rest = contents.outside_of_packs(handed_back);
    tally.add(fallback::visit(repository, &rest, visitor, control)?);
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
    control: &ScanControl,
) -> Result<(ReadTotals, Vec<Oid>), OpenError> {
    let (mut tally, handed_back) = pack_walk::visit(contents, Kinds::AllButTrees, visitor, control);
    let rest = contents.outside_of_packs(handed_back);
    let (others, trees) = fallback::visit_all_but_trees(repository, &rest, visitor, control)?;
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
    control: &ScanControl,
) -> Result<ReadTotals, OpenError> {
    let (mut tally, mut rest) = pack_walk::visit(contents, Kinds::Trees, visitor, control);
    rest.extend(others);
    rest.sort_unstable();
    rest.dedup();
    tally.add(fallback::visit(repository, &rest, visitor, control)?);
    Ok(tally.sorted())
}

/// Those of some objects that lie in the repository's own folder and not only in an alternate's: what nothing
/// reaches there is another repository's affair.
#[must_use]
pub fn own_objects(repository: &Repository, contents: &ObjectSet, objects: &[Oid]) -> HashSet<Oid> {
    let folder = repository.object_dirs.first().cloned().unwrap_or_default();
    objects.iter().filter(|oid| contents.is_own(&folder, oid)).copied().collect()
}
