//! Source to report: reads, detects, judges, leaves out what is on record, and sorts, so that the same input
//! gives the same report at any number of threads. Prints nothing.

pub(crate) mod archive_problems;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod group;
pub(crate) mod history;
pub(crate) mod large_file;
pub(crate) mod missing_paths;
pub(crate) mod path_filter;
pub(crate) mod redact;
pub(crate) mod renames;
pub(crate) mod scanner;
pub(crate) mod unused_suppressions;
pub(crate) mod worktree;

use std::panic::{AssertUnwindSafe, catch_unwind};

use miette::Diagnostic;
use thiserror::Error;

use crate::finding::{Problem, ProblemKind, Report};
use crate::git::{DiscoverError, OpenError, RefError};
use crate::policy::Incomplete;
use crate::source::range::RangeError;
use crate::source::staged::StagedError;

pub use diff::MergeParents;
pub use explain::ExplainedEvidence;
pub use history::{HistoryOptions, ProvenanceMode};
pub use path_filter::PathFilter;
pub use redact::redact;
pub use scanner::Scanner;
pub use worktree::FileSelection;

/// Why a scan could not begin. What fails later is a problem in the report.
#[derive(Debug, Error, Diagnostic)]
pub enum ScanError {
    /// No repository, or one that cannot be understood.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Discover(#[from] DiscoverError),
    /// The object database cannot be opened.
    #[error(transparent)]
    #[diagnostic(transparent)]
    ObjectDatabase(#[from] OpenError),
    /// The refs cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Refs(#[from] RefError),
    /// The index cannot be compared with HEAD.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Staged(#[from] StagedError),
    /// The range cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Range(#[from] RangeError),
}

impl Scanner {
    /// Sorts problems into those that fail the run and those that do not, masks what names may hold, and
    /// orders everything.
    fn finish(&self, mut report: Report, problems: Vec<Problem>) -> Report {
        let accepted = self.policy().incomplete == Incomplete::Accepted;
        for mut problem in problems.into_iter().chain(self.left_out()).chain(self.policy().notes.clone()) {
            problem.path = problem.path.map(|path| self.redact(&path));
            // What is quoted may be the repository's own words.
            problem.message = self.shown_text(problem.message.as_bytes());
            let passes = problem.kind.is_note()
                || problem.kind != ProblemKind::Interrupted
                    && (accepted || self.policy().settings.accepts(&problem));
            if passes { &mut report.notes } else { &mut report.problems }.push(problem);
        }
        for list in [&mut report.problems, &mut report.notes] {
            list.sort();
            list.dedup();
        }
        report.scope.revisions = report.scope.revisions.iter().map(|name| self.redact(name)).collect();
        report
    }
}

impl Scanner {
    /// What settings leave out shows in every report, since a repository's own file may do it.
    fn left_out(&self) -> Vec<Problem> {
        let settings = &self.policy().settings;
        let mut said = Vec::new();
        if !settings.exclude.is_empty() {
            said.push("paths that match `exclude` were left out".to_owned());
        }
        if !settings.disabled.is_empty() {
            said.push(format!("rules that are switched off: {}", settings.disabled.join(", ")));
        }
        said.into_iter().map(|message| Problem { kind: ProblemKind::LeftOut, path: None, message }).collect()
    }
}

/// What `work` gives; a panic in it as a problem.
fn caught<T>(path: impl FnOnce() -> String, work: impl FnOnce() -> T) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Problem {
        kind: ProblemKind::Panic,
        path: Some(path()),
        message: "the search panicked here; please report it with the place that was printed".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_problem_that_does_not_tell_what_was_looked_at() {
        let problem = caught(|| "a.env".into(), || assert!(std::env::args().len() == 0, "looked at hunter2"))
            .unwrap_err();
        assert_eq!((problem.kind, problem.path.as_deref()), (ProblemKind::Panic, Some("a.env")));
        assert!(!problem.message.contains("hunter2") && !problem.kind.is_note());
    }
}
