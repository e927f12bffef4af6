//! Which commits, paths and refs hold a value: who brought it in, who took it away, and whether it is still
//! there. Works by value: a value may stand in many blobs. Knows nothing of rules; finds nothing.

mod commits;
mod holdings;
mod paths;
mod story;
mod trees;

use std::collections::HashMap;

use crate::source::git::Oid;

pub use commits::{CommitGraph, Commits, Roots};
pub use holdings::{Holdings, Interest};
pub use story::{PlaceIn, Story, Told, tell};
pub use trees::{Entry, Names, Shape};

/// A value, by its place in the caller's list.
pub type ValueIndex = u32;

/// The values that objects hold directly.
pub type ByObject = HashMap<Oid, Vec<ValueIndex>>;
