//! Reading a git repository without running git: where its parts lie, object names, index, refs, objects.

mod alternates;
pub mod file;
mod index;
mod local_config;
mod loose;
mod objects;
mod oid;
pub mod pack;
mod parse;
mod plumbing;
mod refs;
mod reftable;
mod repository;

pub use alternates::with_alternates;
pub use index::{CacheNode, Entry as IndexEntry, Index, IndexError};
pub use local_config::LocalConfig;
pub use loose::inflate as inflate_loose;
pub use objects::{MOST_BYTES, Object, ObjectKind, Objects, OpenError, ReadError};
pub use oid::{ObjectFormat, Oid};
pub use parse::{
    BrokenTree, Commit, EntryKind, Signature, TreeEntry, entry_at, message_start, tag_target, tree_entries,
};
pub use plumbing::{PlumbingError, run};
pub use refs::{Ref, RefError, Refs, entries_of};
pub use repository::{DiscoverError, GitEnvironment, RefStorage, Repository, os_string, path_bytes};
