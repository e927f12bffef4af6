//! Git hooks: their installation, whether they reach skant, the commits that a push transfers, and the message that a
//! commit keeps.
//!
//! Scans nothing: `cli::command::hook` runs the scans of the hooks.

pub(crate) mod commit_message;
pub(crate) mod diff_lines;
pub(crate) mod git_hook;
pub(crate) mod install;
pub(crate) mod manager;
pub(crate) mod pushed_refs;
mod refspec;
mod remote_address;
pub(crate) mod remote_refs;
mod shell_words;
pub(crate) mod skant_call;
pub(crate) mod status;
