//! Which commits, paths and refs hold a value: who brought it in, who took it away, and whether it is still
//! there. Works by value: a value may stand in many blobs. Knows nothing of rules; finds nothing.

pub(crate) mod commit_graph;
pub(crate) mod path_table;
pub(crate) mod timeline;
pub(crate) mod tree_index;
pub(crate) mod tree_shape;

use std::collections::HashMap;

use crate::git::Oid;

pub use commit_graph::{CommitGraph, Commits, Roots};
pub use timeline::{LocationIn, Timeline, Timelines, tell};
pub use tree_index::{Interest, TreeContents};
pub use tree_shape::{Entry, Names, TreeShape};

/// A value, by its place in the caller's list.
pub type ValueIndex = u32;

/// The values that objects hold directly.
pub type ByObject = HashMap<Oid, Vec<ValueIndex>>;
