//! Which paths of an index are checked out.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

use crate::git::os_string;

/// The files that are checked out below a folder. A path below a symbolic link is not: git takes it for deleted, and a
/// tracked name could lead out of the repository.
pub(super) struct Checkout<'c> {
    top: &'c Path,
    /// Known folders, and whether they are symbolic links or below one.
    folders: HashMap<Vec<u8>, bool>,
}

impl<'c> Checkout<'c> {
    pub(super) fn new(top: &'c Path) -> Self {
        Self { top, folders: HashMap::new() }
    }

    /// Returns the metadata of a path, without following a link; `None` if the path is not checked out.
    ///
    /// # Errors
    /// Returns an error if the path cannot be accessed.
    pub(super) fn metadata(&mut self, path: &[u8]) -> io::Result<Option<Metadata>> {
        if self.is_below_link(path) {
            return Ok(None);
        }
        match fs::symlink_metadata(self.top.join(os_string(path))) {
            Ok(metadata) => Ok(Some(metadata)),
            // A name that the system does not support is not checked out, either.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound
                        | io::ErrorKind::NotADirectory
                        | io::ErrorKind::InvalidFilename
                        | io::ErrorKind::InvalidInput
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn is_below_link(&mut self, path: &[u8]) -> bool {
        let Some(end) = memchr::memrchr(b'/', path) else { return false };
        if let Some(known) = self.folders.get(&path[..end]) {
            return *known;
        }
        let mut folders = memchr::memchr_iter(b'/', path).map(|end| &path[..end]);
        // The search ends at the first missing folder, however deep the name is.
        let is_below = folders
            .find_map(|folder| match fs::symlink_metadata(self.top.join(os_string(folder))) {
                Ok(metadata) => metadata.is_symlink().then_some(true),
                Err(_) => Some(false),
            })
            .unwrap_or(false);
        self.folders.insert(path[..end].to_vec(), is_below);
        is_below
    }
}
