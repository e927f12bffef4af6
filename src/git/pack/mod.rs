//! Packs, read directly: index, entry headers, inflated bytes, deltas.
//!
//! Nothing in a pack is trusted: each length, offset and instruction is checked. A part that does not fit is an
//! [`EntryError`]. This module decodes single entries; the order in which a whole pack is decoded is in
//! [`crate::source::history`], and the object database reads single objects with [`RandomAccessPack`].
//! Format: git's documentation, `gitformat-pack`.

pub(crate) mod delta;
pub(crate) mod entry;
pub(crate) mod error;
pub(crate) mod file_bytes;
pub(crate) mod folder;
pub(crate) mod index;
pub(crate) mod multi_pack_index;
pub(crate) mod random_access;
pub(crate) mod whole;

pub(crate) use delta::inserted;
pub use delta::{apply, result_size};
pub use entry::{Base, Header, RawBase, RawHeader};
pub(crate) use error::{EntryError, PackError};
pub(crate) use folder::{PackFolder, PackPath};
pub use index::PackIndex;
pub(crate) use random_access::{Damage, Inflater, PackedBase, PackedEntry, RandomAccessPack};
pub use whole::{EntryBuffers, Pack};
