//! Git hooks: their installation, and the commits that a push transfers.
//!
//! Scans nothing: `cli::command::hook` runs the scans of the hooks.

pub(crate) mod install;
pub(crate) mod pushed_refs;
