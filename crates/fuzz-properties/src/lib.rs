//! The properties of skant's readers: one function for each fuzz target, which panics if the property does not hold for
//! some bytes. The targets in `fuzz/` call them, and so do the tests in `tests/fuzz_replay`.

#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic here is the failure report"
)]
#![allow(missing_docs, reason = "the modules are named like the fuzz targets")]

pub mod archive;
pub mod compressed;
pub mod config;
pub mod container;
pub mod decode;
pub mod delta;
pub mod detector;
pub mod entry_header;
pub mod git_index;
pub mod hook_input;
mod input;
pub mod loose;
pub mod mail;
pub mod pack;
pub mod pack_index;
mod quotable_words;
pub mod record;
pub mod trace;
pub mod tree;

/// The name of a target, and its property.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 17] = [
    ("archive", archive::holds),
    ("compressed", compressed::holds),
    ("config", config::holds),
    ("container", container::holds),
    ("decode", decode::holds),
    ("delta", delta::holds),
    ("detector", detector::holds),
    ("entry_header", entry_header::holds),
    ("git_index", git_index::holds),
    ("hook_input", hook_input::holds),
    ("loose", loose::holds),
    ("mail", mail::holds),
    ("pack", pack::holds),
    ("pack_index", pack_index::holds),
    ("record", record::holds),
    ("trace", trace::holds),
    ("tree", tree::holds),
];
