//! Refs and reflogs: the names from which a repository's objects are reached.
//!
//! The files backend is read here, file by file. A reftable is read through git. Refs are not followed to objects:
//! annotated tags stay tags.

mod files;
mod pseudo;
mod reftable;
mod types;

pub(crate) use self::types::{Ref, RefError, Refs};

use self::files::FileRefs;
use self::types::Resolved;
use super::oid::Oid;
use super::repository::{RefStorage, Repository};

impl Refs {
    /// Reads all refs, the heads of all worktrees, pseudo-refs and reflogs.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read, or if git fails to read a reftable.
    pub(crate) fn read(repository: &Repository) -> Result<Self, RefError> {
        match repository.ref_storage {
            RefStorage::Files => FileRefs::read_all(repository),
            RefStorage::Reftable => reftable::read_all(repository),
        }
    }

    /// Returns the commit of HEAD; `None` on an unborn branch.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read, if HEAD is broken, or if git fails to read a reftable.
    pub(crate) fn read_head(repository: &Repository) -> Result<Option<Oid>, RefError> {
        match repository.ref_storage {
            RefStorage::Files => match FileRefs::new(repository).resolve(b"HEAD")? {
                Resolved::Object(oid) => Ok(Some(oid)),
                Resolved::Absent => Ok(None),
                // This is not an unborn branch: there is a base for the comparison, and it is unknown.
                Resolved::Broken => Err(RefError::Broken("HEAD".into())),
            },
            RefStorage::Reftable => reftable::read_head(repository),
        }
    }

    /// Returns the objects that a pseudo-ref such as `MERGE_HEAD` names, one for each line of its file.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub(crate) fn read_pseudo_ref(repository: &Repository, name: &str) -> Result<Vec<Oid>, RefError> {
        pseudo::read_oids(&repository.git_dir.join(name))
    }
}
