//! Reading a git repository without running git: where its parts lie, object names, index, refs, objects.

pub(crate) mod alternates;
pub(crate) mod config;
pub(crate) mod git_command;
pub(crate) mod index;
pub(crate) mod loose;
pub(crate) mod object;
pub(crate) mod odb;
pub(crate) mod oid;
pub mod open_regular;
pub mod pack;
pub(crate) mod refs;
pub(crate) mod reftable;
pub(crate) mod repository;
pub(crate) mod rev_walk;
pub mod tree_budget;
pub mod tree_delta;
pub mod tree_diff;

pub use alternates::expand_alternates;
pub use config::LocalConfig;
pub use git_command::{GitCommandError, run_git};
pub use index::{CacheNode, Entry as IndexEntry, Index, IndexError};
pub use loose::inflate as inflate_loose;
pub use object::{
    Commit, CorruptTree, EntryKind, Signature, TreeEntry, message_start, tag_target, tree_entries,
    tree_entry_at,
};
pub use odb::{MAX_OBJECT_BYTES, Object, ObjectDatabase, ObjectKind, OpenError, ReadError};
pub use oid::{ObjectFormat, Oid};
pub use refs::{Ref, RefError, Refs, list_folder};
pub use repository::{DiscoverError, GitEnvironment, RefStorage, Repository, os_string, path_bytes};
