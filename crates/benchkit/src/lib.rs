//! Shared by skant's benchmarks that start programs: one run with its time and memory, repositories with planted keys,
//! skant and other scanners as data, and what their reports say. Independent of skant: it is one of the programs.

#![allow(
    clippy::missing_errors_doc,
    clippy::must_use_candidate,
    missing_docs,
    reason = "a benchmark prints the error of a program as it is"
)]

pub mod findings;
pub mod formats;
pub mod git;
pub mod installed;
pub mod measure;
pub mod plant;
pub mod section;
pub mod tools;

use std::error::Error;

/// The result of a step. The error is for the person who started the benchmark.
pub type Done<T> = Result<T, Box<dyn Error>>;
