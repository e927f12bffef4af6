//! Why a pack, or one of its entries, cannot be read.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a pack cannot be used at all.
#[derive(Debug, Error)]
pub enum PackError {
    /// A file of the pack cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The pack or its index does not have the format.
    #[error("{}: {what}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// The part that does not fit.
        what: &'static str,
    },
}

impl PackError {
    /// Whether a file does not exist.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

/// Why an entry of a pack cannot be decoded.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct EntryError(pub &'static str);
