//! Up to which size a range is read one object at a time.
//!
//! Reading in bulk begins with all packs, so it takes as long as they are large; an object that is read alone takes
//! longer than one of many. Each limit is about where both take the same time.

use crate::git::{Repository, expand_alternates, list_folder};

/// The largest range that is read one object at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Thresholds {
    /// The number of commits, excluded ones that have to be read among them.
    pub(crate) commits: usize,
    /// The number of tree entries.
    pub(crate) entries: usize,
    /// The number of blobs and messages.
    pub(crate) texts: usize,
}

impl Thresholds {
    /// Nothing is read alone if it can be read in bulk: for tests.
    #[cfg(test)]
    pub(crate) const NONE: Self = Self { commits: 0, entries: 0, texts: 0 };

    /// Everything is read alone: for tests.
    #[cfg(test)]
    pub(crate) const ALL: Self = Self { commits: usize::MAX, entries: usize::MAX, texts: usize::MAX };

    /// Returns the limits for a repository.
    pub(crate) fn of(repository: &Repository) -> Self {
        let packed = packed_objects(repository);
        Self {
            commits: (packed / 64).max(256),
            entries: packed.saturating_mul(32).max(1 << 20),
            texts: (packed / 256).max(64),
        }
    }
}

/// Returns the number of objects in packs, estimated from the sizes of their indexes.
fn packed_objects(repository: &Repository) -> usize {
    let folders = expand_alternates(&repository.object_dirs).unwrap_or_default();
    let files = folders.iter().flat_map(|folder| list_folder(&folder.join("pack")).unwrap_or_default());
    let indexes = files.filter(|path| path.extension().is_some_and(|extension| extension == "idx"));
    let bytes: u64 = indexes.filter_map(|index| Some(index.metadata().ok()?.len())).sum();
    // For each object an index has a name, a checksum of four bytes and an offset of four bytes.
    usize::try_from(bytes).unwrap_or(usize::MAX) / (repository.format.raw_len() + 8)
}
