//! Shared by skant's tests: tokens and archives that are made up at test time, a [`Sandbox`] for git and skant, and
//! tests that may skip. Independent of skant, so that it can check skant's own arithmetic.

#![allow(
    clippy::expect_used,
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::panic,
    missing_docs,
    reason = "test code: a panic is the failure report"
)]

pub mod archives;
pub mod code;
pub mod compressed;
mod hanging;
pub mod mail;
mod meanwhile;
pub mod needs;
pub mod packs;
pub mod providers;
mod sandbox;
pub mod sqlite;
pub mod sqlite_log;
mod templates;
pub mod tokens;
pub mod trials;

pub use meanwhile::meanwhile;
pub use sandbox::{Sandbox, skant_program, text_of, write_script};

use std::path::{Path, PathBuf};

/// Returns a path in this repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}
