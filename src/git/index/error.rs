//! Why an index file cannot be read, in words for the person whose commit it blocks.

use std::io;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use crate::git::oid::Oid;

/// Why an index file could not be read.
#[derive(Debug, Error, Diagnostic)]
#[non_exhaustive]
pub enum IndexError {
    /// The file exists, but the operating system cannot read it.
    #[error("cannot read the index `{}`: {source}", path.display())]
    #[diagnostic(code(skant::index::io), help("check its permissions"))]
    Io {
        /// The index file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The file does not begin as an index does.
    #[error("not an index file: it does not begin with `DIRC`")]
    #[diagnostic(
        code(skant::index::signature),
        help("see what `GIT_INDEX_FILE` names, or rebuild the index with `git read-tree HEAD`")
    )]
    Signature,
    /// The version is older or newer than those that this reader supports.
    #[error("index version {0} is not supported, only 2, 3 and 4 are")]
    #[diagnostic(code(skant::index::version), help("rewrite it with `git update-index --index-version 4`"))]
    Version(u32),
    /// The file needs an extension that this reader does not support.
    #[error("the index needs the extension `{name}` (byte {offset}), which this version does not know")]
    #[diagnostic(
        code(skant::index::extension),
        help("update skant, or rebuild the index with `git read-tree HEAD`")
    )]
    Extension {
        /// Its signature, four characters, escaped.
        name: String,
        /// Its offset in the file.
        offset: usize,
    },
    /// A length, a count or an order in the file is impossible.
    #[error("the index is damaged at byte {offset}: {what}")]
    #[diagnostic(
        code(skant::index::damaged),
        help("rebuild it with `git read-tree HEAD`, or remove it and run `git reset`")
    )]
    Damaged {
        /// Offset in the file.
        offset: usize,
        /// The fault.
        what: &'static str,
    },
    /// The file, or its unfolded paths, are larger than this reader supports.
    #[error("the index is too large: {size} bytes where {limit} are the limit")]
    #[diagnostic(
        code(skant::index::too_large),
        help("if the repository is not that large, rebuild the index with `git read-tree HEAD`")
    )]
    TooLarge {
        /// Size of the file, or of the unfolded paths, in bytes.
        size: u64,
        /// The largest supported size.
        limit: u64,
    },
    /// The shared file of a split index cannot be read.
    #[error("the index is split, and its other part `sharedindex.{base}` cannot be read: {source}")]
    #[diagnostic(
        code(skant::index::no_shared),
        help("run again if git was just writing it, else rebuild the index with `git read-tree HEAD`")
    )]
    NoShared {
        /// The checksum in the name of the shared file.
        base: Oid,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The shared file of a split index is damaged or not supported.
    #[error("in `sharedindex.{base}`, the other part of a split index: {source}")]
    #[diagnostic(
        code(skant::index::shared),
        help("{}", source.help().map(|help| help.to_string()).unwrap_or_default())
    )]
    Shared {
        /// The checksum in the name of the shared file.
        base: Oid,
        /// The fault.
        source: Box<IndexError>,
    },
}
