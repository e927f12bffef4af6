//! Git repositories, read from their files: layout, configuration, index, refs, objects, trees and commits.
//!
//! The modules know the formats of git and nothing of secrets, findings or reports. They write nothing and trust
//! nothing in a repository: each length is checked, and no pipe or device is opened. The objects in packs are
//! decoded here as well. Git itself is run for its revision syntax, its reftables and its settings (`git_command`).

pub(crate) mod alternates;
pub(crate) mod commit_list;
pub(crate) mod config;
pub(crate) mod entry_cache;
pub(crate) mod entry_names;
pub(crate) mod environment;
pub(crate) mod files;
pub(crate) mod git_command;
pub(crate) mod git_program;
pub(crate) mod git_settings;
pub(crate) mod ignore_file;
pub(crate) mod index;
pub(crate) mod line_counts;
pub(crate) mod loose;
pub(crate) mod object;
pub(crate) mod object_types;
pub(crate) mod odb;
pub(crate) mod oid;
pub(crate) mod pack;
pub(crate) mod path_bytes;
pub(crate) mod refs;
pub(crate) mod repository;
pub(crate) mod rev_walk;
pub(crate) mod special_files;
pub(crate) mod tree_budget;
pub(crate) mod tree_delta;
pub(crate) mod tree_diff;
pub(crate) mod tree_reader;
pub(crate) mod user_folder;
pub(crate) mod watched_run;

pub(crate) use alternates::expand_alternates;
pub(crate) use commit_list::CommitList;
pub(crate) use entry_cache::EntryCache;
pub(crate) use entry_names::EntryNames;
pub use environment::GitEnvironment;
pub(crate) use files::{is_executable, list_folder, open_regular, read_at, read_regular};
pub(crate) use git_command::{GitCommandError, run_git};
pub(crate) use git_program::{Answer, GIT_TIME_LIMIT, prepare_program, run_within};
pub(crate) use git_settings::GitSettings;
pub(crate) use ignore_file::IgnoreFile;
pub(crate) use ignore_file::settings::IgnoreSettings;
pub(crate) use index::IndexError;
pub use index::{CacheNode, Entry as IndexEntry, Index};
pub(crate) use line_counts::LineCounts;
pub use loose::inflate as inflate_loose;
pub use object::{Commit, CorruptTree, EntryKind, TreeEntry, message_start, tag_target, tree_entries};
pub(crate) use object::{Signature, tree_entry_at};
pub(crate) use object_types::{MAX_OBJECT_BYTES, OpenError};
pub use object_types::{ObjectKind, ReadError};
pub(crate) use odb::ObjectDatabase;
pub use oid::{ObjectFormat, Oid};
pub(crate) use path_bytes::{os_string, path_bytes};
pub(crate) use refs::{Ref, RefError, Refs};
pub use repository::{DiscoverError, RefStorage, Repository};
pub(crate) use special_files::find_special_file;
pub(crate) use tree_reader::{TreeLookup, find_entry, join_path};
pub(crate) use user_folder::{
    UserFolder, home_folder, user_cache_folder, user_config_folder, user_state_folder,
};
pub(crate) use watched_run::{WatchedEnd, run_watched};
