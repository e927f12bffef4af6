//! The packs in the folder `pack` of an object folder.
//!
//! A pack has an index of its own; git also uses packs that only `multi-pack-index` lists.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::PackError;
use super::file_bytes::FileBytes;
use super::index::PackIndex;
use super::multi_pack_index::MultiPackIndex;
use crate::git::files::{list_folder, read_regular};
use crate::git::oid::ObjectFormat;
use crate::git::path_bytes::path_bytes;

/// The packs of one object folder, in order of name.
#[derive(Debug, Default)]
pub(crate) struct PackFolder {
    pub(crate) packs: Vec<PackPath>,
    /// Why packs without an index of their own cannot be read.
    pub(crate) unusable: Option<PackError>,
}

/// The files of a pack.
#[derive(Clone, Debug)]
pub(crate) struct PackPath {
    /// The pack itself.
    pub(crate) data: PathBuf,
    /// The file of the index. It does not exist if `shared` is given.
    pub(crate) index: PathBuf,
    /// The index of several packs, if the pack has no index of its own.
    shared: Option<Arc<MultiPackIndex>>,
}

impl PackFolder {
    /// Lists the packs of an object folder. A folder that does not exist has no packs.
    ///
    /// # Errors
    /// Returns an error if the folder cannot be read.
    pub(crate) fn list(objects: &Path, format: ObjectFormat) -> Result<Self, PackError> {
        let folder = objects.join("pack");
        let entries =
            list_folder(&folder).map_err(|source| PackError::Io { path: folder.clone(), source })?;
        let has_extension = |path: &PathBuf, kind: &str| path.extension().is_some_and(|found| found == kind);
        let indexes: BTreeSet<PathBuf> =
            entries.iter().filter(|path| has_extension(path, "idx")).cloned().collect();
        let own = |index: &PathBuf| PackPath {
            data: index.with_extension("pack"),
            index: index.clone(),
            shared: None,
        };
        let mut found = Self { packs: indexes.iter().map(own).collect(), unusable: None };
        let packs = entries.iter().filter(|path| has_extension(path, "pack"));
        let alone: BTreeSet<PathBuf> =
            packs.map(|data| data.with_extension("idx")).filter(|index| !indexes.contains(index)).collect();
        if !alone.is_empty() {
            found.add_shared(&folder, alone, format);
        }
        Ok(found)
    }

    /// Adds the packs that only `multi-pack-index` lists.
    fn add_shared(&mut self, folder: &Path, indexes: BTreeSet<PathBuf>, format: ObjectFormat) {
        let path = folder.join("multi-pack-index");
        let shared = match read_regular(&path) {
            Ok(bytes) => MultiPackIndex::parse(&bytes, format)
                .map_err(|what| PackError::Form { path: path.clone(), what }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(source) => Err(PackError::Io { path, source }),
        };
        match shared.map(Arc::new) {
            Ok(shared) => {
                self.packs.extend(indexes.into_iter().map(|index| PackPath {
                    data: index.with_extension("pack"),
                    index,
                    shared: Some(Arc::clone(&shared)),
                }));
            }
            Err(error) => self.unusable = Some(error),
        }
    }
}

impl PackPath {
    /// Whether the pack has an index of its own, which lists all of its objects.
    pub(crate) const fn has_own_index(&self) -> bool {
        self.shared.is_none()
    }

    /// Reads the index into memory.
    ///
    /// # Errors
    /// Returns an error if the index cannot be read or does not have the format.
    pub(crate) fn read_index(&self, format: ObjectFormat) -> Result<PackIndex, PackError> {
        self.parse_index(format, FileBytes::read_whole)
    }

    /// Opens the index, for reading single entries.
    ///
    /// # Errors
    /// Returns an error if the index cannot be opened or does not have the format.
    pub(crate) fn open_index(&self, format: ObjectFormat) -> Result<PackIndex, PackError> {
        self.parse_index(format, FileBytes::open)
    }

    fn parse_index(
        &self,
        format: ObjectFormat,
        open: impl Fn(&Path) -> Result<FileBytes, PackError>,
    ) -> Result<PackIndex, PackError> {
        let form = |what| PackError::Form { path: self.index.clone(), what };
        let bytes = match &self.shared {
            None => open(&self.index)?,
            Some(shared) => {
                let name = path_bytes(Path::new(self.index.file_name().unwrap_or_default()));
                shared.index_of(&name).ok_or_else(|| form("no index lists the objects of this pack"))?.into()
            }
        };
        PackIndex::parse(bytes, format).map_err(form)
    }
}
