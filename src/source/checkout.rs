//! What is checked out: looked at without following a link.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

use crate::git::os_string;

/// What is checked out below a folder. What lies behind a link is not: git takes it for gone, and so would a
/// tracked name lead out of the repository.
pub(crate) struct Checkout<'c> {
    top: &'c Path,
    /// Folders, and whether they are themselves or below a link.
    folders: HashMap<Vec<u8>, bool>,
}

impl<'c> Checkout<'c> {
    pub(crate) fn of(top: &'c Path) -> Self {
        Self { top, folders: HashMap::new() }
    }

    /// What is checked out at a path; nothing, where it is not.
    pub(crate) fn metadata(&mut self, path: &[u8]) -> io::Result<Option<Metadata>> {
        if self.is_behind_link(path) {
            return Ok(None);
        }
        match fs::symlink_metadata(self.top.join(os_string(path))) {
            Ok(metadata) => Ok(Some(metadata)),
            // A name that the system cannot take is not checked out, either.
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

    fn is_behind_link(&mut self, path: &[u8]) -> bool {
        let Some(end) = memchr::memrchr(b'/', path) else { return false };
        if let Some(known) = self.folders.get(&path[..end]) {
            return *known;
        }
        let mut folders = memchr::memchr_iter(b'/', path).map(|end| &path[..end]);
        // The first that is not there ends the way, however deep the name.
        let is_behind = folders
            .find_map(|folder| match fs::symlink_metadata(self.top.join(os_string(folder))) {
                Ok(metadata) => metadata.is_symlink().then_some(true),
                Err(_) => Some(false),
            })
            .unwrap_or(false);
        self.folders.insert(path[..end].to_vec(), is_behind);
        is_behind
    }
}
