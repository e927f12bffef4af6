//! Provenance: which commits introduced and removed a value, which paths held it, and which refs still reach it. It works
//! on values by their index: it knows no rule, searches no text, and builds no report.
//!
//! While trees are read, `tree_shape` records which folder is in which. When the blobs with values are known,
//! `tree_index` keeps the trees that lead to one. `timeline` then walks the commits of `commit_graph` over that index.
//! `path_timeline` does the same for a value at one path, over the trees that `path_trees` reduces to such values.
//! `holders` finds the refs of `named_root` that reach a value.

pub(crate) mod commit_graph;
pub(crate) mod holders;
pub(crate) mod named_root;
pub(crate) mod path_table;
pub(crate) mod path_timeline;
pub(crate) mod path_trees;
pub(crate) mod timeline;
pub(crate) mod tree_index;
pub(crate) mod tree_shape;

use std::collections::HashMap;

use crate::git::Oid;

pub(crate) use commit_graph::{CommitGraph, Roots};
pub(crate) use holders::{HolderSearch, InFiles, Sought};
pub(crate) use named_root::{NamedRoot, kind_of_ref, sort_roots};
pub(crate) use path_timeline::{PathTimelines, build_path_timelines};
pub(crate) use path_trees::PathTrees;
pub(crate) use timeline::{Timeline, TimelineLocation, build_timelines};
pub(crate) use tree_index::{TrackedValues, TreeIndex};
pub(crate) use tree_shape::{ShapeEntry, TreeShape};

/// A value, by its index in the caller's list.
pub(crate) type ValueIndex = u32;

/// The values that each object holds directly.
pub(crate) type ByObject = HashMap<Oid, Vec<ValueIndex>>;
