//! Finds leaked secrets in bytes, files and git repositories, Anthropic's `sk-ant-` keys first.
//!
//! This is the library of the program `skant`. A [`Scanner`] holds the rules and a [`Policy`] and may be shared by
//! threads. Each scan returns a [`Report`]: the [`Finding`]s, and as [`Problem`]s everything that the scan could not
//! read. No report holds a secret: values are masked, and untrusted text is escaped.
//!
//! # Scan bytes
//!
//! ```
//! use skant::{Confidence, Scanner};
//!
//! let scanner = Scanner::default();
//! let text = format!("password = \"{}\"\n", ["kX9pQ2", "vR7tLm"].concat());
//! let report = scanner.scan_bytes("config/app.toml", text.as_bytes());
//!
//! let finding = &report.findings[0];
//! assert_eq!(finding.rule, "generic-password");
//! assert_eq!(finding.confidence, Confidence::High);
//! assert_eq!(finding.locations[0].start.line, 1);
//! assert!(report.is_complete());
//! ```
//!
//! [`Scanner::scan_reader`] scans a stream of any length in memory of a fixed size.
//!
//! # Scan a repository
//!
//! ```
//! use std::path::Path;
//!
//! use skant::{GitEnvironment, HistoryOptions, Policy, Repository, ScanControl, Scanner};
//!
//! fn audit(folder: &Path) -> Result<usize, Box<dyn std::error::Error>> {
//!     let repository = Repository::discover(folder, &GitEnvironment::from_process())?;
//!     // The repository's own `skant.toml` and baseline apply. `Scanner::default()` reads neither.
//!     let scanner = Scanner::new(Policy::of_repository(&repository)?);
//!     let report = scanner.scan_history(&repository, &HistoryOptions::default(), &ScanControl::default())?;
//!     for problem in &report.problems {
//!         eprintln!("not read: {}", problem.message);
//!     }
//!     for finding in &report.findings {
//!         println!("{}: {}", finding.rule, finding.secret.text);
//!     }
//!     Ok(report.findings.len())
//! }
//!
//! # let sandbox = testkit::Sandbox::repo();
//! # sandbox.write("config/app.toml", format!("password = \"{}\"\n", ["kX9pQ2", "vR7tLm"].concat()));
//! # sandbox.commit_all("settings");
//! # assert_eq!(audit(&sandbox.dir).unwrap(), 1);
//! ```
//!
//! [`Scanner::scan_staged`] scans the next commit, [`Scanner::scan_range`] the commits of a range, and
//! [`Scanner::scan_files`] files and folders on disk.
//!
//! # Write a report
//!
//! [`Format::write`] writes a report as `skant scan --format` does, and [`add_help`] adds the steps to take before.
//!
//! ```
//! use skant::{Format, Scanner, Times, add_help};
//!
//! let scanner = Scanner::default();
//! let mut report = scanner.scan_bytes("notes.txt", b"nothing here");
//! add_help(&mut report, &scanner);
//! let mut json = Vec::new();
//! Format::Json.write(&report, Times::default(), &mut json).unwrap();
//! assert!(json.starts_with(b"{\n  \"tool\": \"skant\""));
//! ```
//!
//! The modules and their layers are described in `ARCHITECTURE.md`.

pub(crate) mod agent;
mod assess;
pub(crate) mod atomic_file;
pub(crate) mod ci;
pub(crate) mod cli;
pub(crate) mod decode;
pub(crate) mod detect;
pub(crate) mod finding;
pub(crate) mod fleet;
pub(crate) mod git;
pub(crate) mod hook;
#[doc(hidden)]
pub mod internal;
pub(crate) mod net;
pub(crate) mod policy;
pub(crate) mod provenance;
pub(crate) mod remediation;
pub(crate) mod report;
pub(crate) mod rules;
pub(crate) mod scan;
pub(crate) mod secret;
pub(crate) mod source;
pub(crate) mod text;
pub(crate) mod token_check;
pub(crate) mod verify;

pub use finding::{
    CommitInfo, Companion, Confidence, Context, Event, Finding, HeldBy, History, Holders, Location,
    LocationKind, Masked, OwnerFact, Problem, ProblemKind, Reason, ReasonCode, RefKind, Report, Scope,
    ScopeKind, Severity, Snippet, Suppressed, SuppressedBy, Verdict, Verification, Verified,
};
pub use git::{DiscoverError, GitEnvironment, ObjectFormat, Oid, RefStorage, Repository};
pub use policy::{Incomplete, Policy, PolicyError, Suppressions};
pub use remediation::{add_help, add_repository_help};
pub use report::{Format, Times};
pub use scan::{FileSelection, HistoryOptions, MergeParents, PathFilter, ProvenanceMode, ScanError, Scanner};
pub use secret::Fingerprint;
pub use source::range::{RangeError, Revisions};
pub use source::worktree::{IgnoreMode, PathOrigin};
pub use source::{Cancellation, Progress, ProgressSnapshot, ScanControl};
