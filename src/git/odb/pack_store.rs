//! The packs of all object folders, shared by the handles of all threads.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::git::oid::ObjectFormat;
use crate::git::pack::{PackError, PackFolder, PackPath, RandomAccessPack};

/// Number of listings after which the folders are listed again only if their modification times differ. A time may be
/// the same before and after a change that follows the listing at once.
const MAX_EQUAL_TIMES: usize = 8;

/// The packs of all object folders.
pub(super) struct PackStore {
    folders: Vec<PathBuf>,
    format: ObjectFormat,
    listing: Mutex<Option<Listing>>,
    /// Number of listings that were not the first one.
    listings: AtomicUsize,
}

/// The packs at one moment.
struct Listing {
    packs: Arc<Vec<Arc<RandomAccessPack>>>,
    /// The paths of all packs, usable or not.
    paths: Vec<PathBuf>,
    /// The modification time of each folder.
    times: Vec<Option<SystemTime>>,
    unusable: Vec<PackError>,
}

impl PackStore {
    /// Creates a store. The folders are listed when an object is searched.
    pub(super) fn new(folders: Vec<PathBuf>, format: ObjectFormat) -> Self {
        Self { folders, format, listing: Mutex::default(), listings: AtomicUsize::new(0) }
    }

    /// Returns the object folders.
    pub(super) fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Returns the packs that can be used.
    pub(super) fn packs(&self) -> Arc<Vec<Arc<RandomAccessPack>>> {
        let mut listing = self.listing.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&listing.get_or_insert_with(|| self.list()).packs)
    }

    /// Returns why a pack or folder cannot be used, if there is such a pack.
    pub(super) fn unusable_pack(&self) -> Option<String> {
        let listing = self.listing.lock().unwrap_or_else(PoisonError::into_inner);
        listing.as_ref().and_then(|listing| listing.unusable.first()).map(ToString::to_string)
    }

    /// Lists the packs again, unless the folders are unchanged. Returns whether the packs are others.
    pub(super) fn list_again(&self) -> bool {
        let mut listing = self.listing.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(before) = listing.as_ref() else { return false };
        if self.listings.fetch_add(1, Ordering::Relaxed) >= MAX_EQUAL_TIMES && before.times == self.times() {
            return false;
        }
        let now = self.list();
        let has_changed = now.paths != before.paths;
        if has_changed {
            *listing = Some(now);
        }
        has_changed
    }

    fn list(&self) -> Listing {
        let times = self.times();
        let (mut packs, mut unusable, mut paths): (Vec<PackPath>, Vec<_>, Vec<_>) = Default::default();
        for folder in &self.folders {
            match PackFolder::list(folder, self.format) {
                Ok(found) => {
                    packs.extend(found.packs);
                    unusable.extend(found.unusable);
                }
                Err(error) => unusable.push(error),
            }
        }
        let mut opened = Vec::new();
        for path in packs {
            paths.push(path.index.clone());
            match RandomAccessPack::open(path, self.format) {
                Ok(pack) => opened.push(Arc::new(pack)),
                Err(error) => unusable.push(error),
            }
        }
        Listing { packs: Arc::new(opened), paths, times, unusable }
    }

    fn times(&self) -> Vec<Option<SystemTime>> {
        let time =
            |folder: &PathBuf| folder.join("pack").metadata().and_then(|folder| folder.modified()).ok();
        self.folders.iter().map(time).collect()
    }
}
