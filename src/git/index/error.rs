//! What can be wrong with an index file, in words for the person whose commit it holds up.

use std::io;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use crate::git::Oid;

/// Why an index file could not be read.
#[derive(Debug, Error, Diagnostic)]
#[non_exhaustive]
pub enum IndexError {
    /// The file is there, but the operating system does not give it to us.
    #[error("cannot read the index `{}`: {source}", path.display())]
    #[diagnostic(code(skant::index::io), help("check its permissions"))]
    Io {
        /// The index file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file does not begin as an index does.
    #[error("not an index file: it does not begin with `DIRC`")]
    #[diagnostic(
        code(skant::index::signature),
        help("see what `GIT_INDEX_FILE` names, or rebuild the index with `git read-tree HEAD`")
    )]
    Signature,
    /// The format is older or newer than this reader.
    #[error("index version {0} is not supported, only 2, 3 and 4 are")]
    #[diagnostic(code(skant::index::version), help("rewrite it with `git update-index --index-version 4`"))]
    Version(u32),
    /// An extension that the file marks as required is not known here.
    #[error("the index needs the extension `{name}` (byte {offset}), which this version does not know")]
    #[diagnostic(
        code(skant::index::extension),
        help("update skant, or rebuild the index with `git read-tree HEAD`")
    )]
    Extension {
        /// The four characters of its signature, escaped.
        name: String,
        /// Where it begins in the file.
        offset: usize,
    },
    /// A length, a count or an order in the file is impossible.
    #[error("the index is damaged at byte {offset}: {what}")]
    #[diagnostic(
        code(skant::index::damaged),
        help("rebuild it with `git read-tree HEAD`, or remove it and run `git reset`")
    )]
    Damaged {
        /// Where in the file.
        offset: usize,
        /// What is wrong there.
        what: &'static str,
    },
    /// The file, or what it unfolds to, is beyond what this reader takes.
    #[error("the index is too large: {size} bytes where {limit} are the limit")]
    #[diagnostic(
        code(skant::index::too_large),
        help("if the repository is not that large, rebuild the index with `git read-tree HEAD`")
    )]
    TooLarge {
        /// Its size, or the size of what it unfolds to.
        size: u64,
        /// The most that is read.
        limit: u64,
    },
    /// A split index names a shared file that cannot be had.
    #[error("the index is split, and its other part `sharedindex.{base}` cannot be read: {source}")]
    #[diagnostic(
        code(skant::index::no_shared),
        help("run again if git was just writing it, else rebuild the index with `git read-tree HEAD`")
    )]
    NoShared {
        /// The name in the file's name.
        base: Oid,
        /// What the operating system said.
        source: io::Error,
    },
    /// The shared file of a split index is there and wrong.
    #[error("in `sharedindex.{base}`, the other part of a split index: {source}")]
    #[diagnostic(code(skant::index::shared), help("{}", source.help().map(|help| help.to_string()).unwrap_or_default()))]
    Shared {
        /// The name in the file's name.
        base: Oid,
        /// What is wrong with it.
        source: Box<IndexError>,
    },
}
