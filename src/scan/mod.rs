//! Scans: they read a source, search it, and have the evidence assessed. The same input gives the same report at any
//! number of threads. Nothing here prints, decides what counts, or writes an output format.

pub(crate) mod archive_problems;
pub(crate) mod commit_texts;
pub(crate) mod delta_search;
pub(crate) mod diff;
pub(crate) mod error;
pub(crate) mod head_positions;
pub(crate) mod history;
mod image_layouts;
pub(crate) mod large_file;
pub(crate) mod lfs_pointer;
pub(crate) mod missing_paths;
pub(crate) mod nothing_read;
pub(crate) mod panics;
pub(crate) mod path_filter;
pub(crate) mod redact;
pub(crate) mod redact_hold;
mod redact_stream;
pub(crate) mod renames;
pub(crate) mod report;
pub(crate) mod restart;
pub(crate) mod scanner;
pub(crate) mod scans;
pub(crate) mod single_text;
pub(crate) mod worktree;

pub(crate) use crate::assess::ExplainedEvidence;
pub use diff::MergeParents;
pub use error::ScanError;
pub(crate) use history::state::{HistoryState, ReportForm, ResumedRun};
pub use history::{HistoryOptions, ProvenanceMode};
pub(crate) use nothing_read::add_exclusion_problem;
pub use path_filter::PathFilter;
pub(crate) use redact::redact;
pub(crate) use redact_stream::{RedactStream, Replacement};
pub use scanner::Scanner;
pub use worktree::FileSelection;
