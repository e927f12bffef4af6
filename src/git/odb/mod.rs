//! The object database of a repository: loose objects, packs and alternates, read one object at a time.
//!
//! A scan of a history reads packs as a whole; see [`crate::source::history`]. It asks this module for loose objects,
//! and for the objects that it could not decode along the deltas of a single pack.
//!
//! git may repack, fetch or prune meanwhile. A pack or a loose object that is gone leads to another listing of the
//! packs.

mod base_cache;
mod chain;
mod pack_store;

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;

use self::chain::ChainReader;
use self::pack_store::PackStore;
use super::alternates::expand_alternates;
use super::files::list_folder;
use super::loose;
use super::object_types::{Object, ObjectKind, OpenError, ReadError};
use super::oid::Oid;
use super::repository::Repository;

/// Number of times that an object is searched if git changes the packs meanwhile.
const MAX_SEARCHES: usize = 4;

/// The objects of a repository. A handle is for one thread; [`Self::for_thread`] makes another one.
pub(crate) struct ObjectDatabase {
    store: Arc<PackStore>,
    reader: RefCell<ChainReader>,
}

impl ObjectDatabase {
    /// Opens the database.
    ///
    /// # Errors
    /// Returns an error if the repository's object folder does not exist, or if a pack is not a regular file.
    pub(crate) fn open(repository: &Repository) -> Result<Self, OpenError> {
        let folders = expand_alternates(&repository.object_dirs)?;
        // An absent alternate matters only if an object is missing, which is reported for that object.
        if let Some(own) = repository.object_dirs.first().filter(|own| !own.is_dir()) {
            return Err(OpenError::new(format!("{} is not a folder", own.display())));
        }
        reject_special_files(&folders)?;
        Ok(Self::with_store(Arc::new(PackStore::new(folders, repository.format))))
    }

    /// Returns a handle for another thread. Both share the opened packs.
    pub(crate) fn for_thread(&self) -> Self {
        Self::with_store(Arc::clone(&self.store))
    }

    fn with_store(store: Arc<PackStore>) -> Self {
        Self { store, reader: RefCell::new(ChainReader::new()) }
    }

    /// Reads an object.
    ///
    /// # Errors
    /// Returns an error if the object is missing, corrupt or too large.
    pub(crate) fn read(&self, oid: &Oid) -> Result<Object, ReadError> {
        let mut result = self.search(oid);
        for _ in 1..MAX_SEARCHES {
            if result.is_ok() || !self.store.list_again() {
                break;
            }
            result = self.search(oid);
        }
        match result {
            Err(ReadError::Missing(_)) => match self.store.unusable_pack() {
                Some(reason) => {
                    Err(ReadError::Corrupt(*oid, format!("no usable pack holds it, and {reason}")))
                }
                None => result,
            },
            result => result,
        }
    }

    /// Reads the first good copy of an object.
    fn search(&self, oid: &Oid) -> Result<Object, ReadError> {
        let mut damage = None;
        for found in self.store.folders().iter().filter_map(|folder| loose::read(folder, oid)) {
            match found {
                Ok(object) => return Ok(object),
                Err(error) => damage = damage.or(Some(error)),
            }
        }
        let packs = self.store.packs();
        match self.reader.borrow_mut().read(&packs, self.store.folders(), oid) {
            Some(Ok(object)) => Ok(object),
            Some(Err(error)) => Err(damage.unwrap_or(error)),
            None => Err(damage.unwrap_or(ReadError::Missing(*oid))),
        }
    }

    /// Whether an object needs more than `limit` bytes when it is decoded: itself, or one of its bases.
    #[must_use]
    pub(crate) fn is_larger_than(&self, oid: &Oid, limit: u64) -> bool {
        match self.store.folders().iter().find_map(|folder| loose::size(folder, oid, limit)) {
            Some(size) => size > limit,
            None => self.reader.borrow_mut().max_decoded(&self.store.packs(), oid) > limit,
        }
    }

    /// Reads an object that must be of a given kind.
    ///
    /// # Errors
    /// Returns an error if the object is missing, corrupt, too large or of another kind.
    pub(crate) fn read_as(&self, oid: &Oid, kind: ObjectKind) -> Result<Vec<u8>, ReadError> {
        let object = self.read(oid)?;
        if object.kind == kind {
            return Ok(object.bytes);
        }
        Err(ReadError::Corrupt(*oid, format!("it is a {:?}, not a {kind:?}", object.kind).to_lowercase()))
    }

    /// Whether the database has an object, readable or not.
    #[must_use]
    pub(crate) fn contains(&self, oid: &Oid) -> bool {
        let is_here = || {
            let packs = self.store.packs();
            packs.iter().any(|pack| pack.find(oid).is_some())
                || self.store.folders().iter().any(|folder| loose::exists(folder, oid))
        };
        is_here() || (self.store.list_again() && is_here())
    }
}

/// Returns an error if a file of a pack is a pipe or a device.
fn reject_special_files(folders: &[PathBuf]) -> Result<(), OpenError> {
    for folder in folders.iter().map(|folder| folder.join("pack")) {
        let entries = list_folder(&folder)
            .map_err(|error| OpenError::new(format!("cannot read {}: {error}", folder.display())))?;
        for path in entries {
            let is_pack = path.extension().is_some_and(|kind| kind == "idx" || kind == "pack");
            let is_opened = is_pack || path.file_name().is_some_and(|name| name == "multi-pack-index");
            // A path that is gone since the listing is not a pipe.
            if is_opened && std::fs::metadata(&path).is_ok_and(|file| !file.is_file() && !file.is_dir()) {
                return Err(OpenError::new(format!("{} is not a regular file", path.display())));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
