//! What a CI run is about. One file for each CI system holds a pure function of the run's variables and event;
//! `detect` holds the table of the systems; `resolve` finds the commits in the clone.
//!
//! Reads no variable and no file by itself: the caller passes functions that do. Scans nothing.

mod azure;
mod bitbucket;
mod buildkite;
mod circleci;
mod detect;
mod error;
mod github;
mod gitlab;
mod jenkins;
mod main_branch;
mod resolve;
mod run_settings;
mod system;
mod tag_object;
#[cfg(test)]
mod tests;

pub(crate) use detect::{Run, detect_run};
pub(crate) use error::UnresolvedRun;
pub(crate) use resolve::{CommitsToScan, ResolvedRun, resolve};
pub(crate) use run_settings::RunSettings;
pub(crate) use system::Author;
