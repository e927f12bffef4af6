//! What has to hold of each reader for any bytes, one function for each fuzz target. The fuzzer calls them, and so
//! does `tests/fuzz_corpus`, which takes this file as a module of its own; the two cannot drift.
//! A property panics where it does not hold.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic here is the failure report"
)]
#![allow(missing_docs, dead_code, unreachable_pub, reason = "two programs use it, each its own part")]

pub mod archive;
pub mod config;
pub mod decode;
pub mod delta;
pub mod detector;
pub mod entry_header;
pub mod git_index;
pub mod hook_input;
mod input;
pub mod loose;
#[allow(clippy::duplicate_mod, reason = "the tests that replay the corpora have it, too")]
#[path = "../../tests/support/archives.rs"]
mod make_archives;
pub mod pack;
pub mod pack_index;
pub mod record;
mod telling;
#[allow(clippy::duplicate_mod, reason = "the tests that replay the corpora have it, too")]
#[path = "../../tests/support/templates.rs"]
mod templates;
#[allow(clippy::duplicate_mod, reason = "the tests that replay the corpora have it, too")]
#[path = "../../tests/support/tokens.rs"]
mod tokens;
pub mod trace;
pub mod tree;

/// A name, and what has to hold.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 14] = [
    ("archive", archive::holds),
    ("config", config::holds),
    ("decode", decode::holds),
    ("delta", delta::holds),
    ("detector", detector::holds),
    ("entry_header", entry_header::holds),
    ("git_index", git_index::holds),
    ("hook_input", hook_input::holds),
    ("loose", loose::holds),
    ("pack", pack::holds),
    ("pack_index", pack_index::holds),
    ("record", record::holds),
    ("trace", trace::holds),
    ("tree", tree::holds),
];
