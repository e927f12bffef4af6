//! What an object is, and why one could not be read. The readers of objects, [`odb`](super::odb) and
//! [`loose`](super::loose), share these types.

use miette::Diagnostic;
use thiserror::Error;

use super::oid::Oid;

/// Size limit of an object, 1 GiB. Larger objects are not read: they would not fit into memory, and an object of a
/// few kilobytes may claim to be one.
pub(crate) const MAX_OBJECT_BYTES: usize = 1 << 30;

/// The four kinds of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    /// A commit.
    Commit,
    /// A folder.
    Tree,
    /// The content of a file, or the target of a symbolic link.
    Blob,
    /// An annotated tag.
    Tag,
}

/// An object with its content.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its kind.
    pub kind: ObjectKind,
    /// Its content, without header.
    pub bytes: Vec<u8>,
}

/// Why an object could not be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ReadError {
    /// The database does not hold the object.
    #[error("object {0} is missing")]
    Missing(Oid),
    /// The database holds the object, but it cannot be decoded.
    #[error("object {0} cannot be read: {1}")]
    Corrupt(Oid, String),
    /// The object is larger than one gibibyte.
    #[error("object {0} is larger than 1 GiB and was not read")]
    TooLarge(Oid),
}

/// Why an object database could not be opened.
#[derive(Debug, Error, Diagnostic)]
#[error("cannot open the object database: {0}")]
#[diagnostic(code(skant::git::object_database), help("`git fsck` says what is wrong with it"))]
pub struct OpenError(String);

impl OpenError {
    pub(crate) const fn new(reason: String) -> Self {
        Self(reason)
    }
}
