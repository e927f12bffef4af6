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
pub(crate) mod unused_suppressions;
pub(crate) mod worktree;

use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::civil::Date;
use thiserror::Error;

use crate::assess::assess;
use crate::detect::{Detector, Evidence};
use crate::finding::{Confidence, Problem, ProblemKind, Report};
use crate::git::{DiscoverError, OpenError, RefError};
use crate::policy::Settings;
use crate::policy::suppress::{CommentPolicy, SuppressionIndex};
use crate::rules::RuleSet;
use crate::source::range::RangeError;
use crate::source::staged::StagedError;

pub use crate::scan::group::joined;
pub use diff::{Merge, range, staged};
pub use explain::Explained;
pub use history::{Limits, ProvenanceMode, history};
pub use path_filter::PathFilter;
pub use redact::redacted;
pub use worktree::{Files, ref_names, stdin, worktree};

/// What decides about a scan besides its input.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Settings from configuration files.
    pub settings: Settings,
    /// Less sure findings are not reported.
    pub min_confidence: Confidence,
    /// Whether comments and configuration entries suppress findings.
    pub suppressions: Suppressions,
    /// What comments are worth.
    pub comments: CommentPolicy,
    /// What is worth knowing of the policy itself; told with every report.
    pub notes: Vec<Problem>,
    /// Whether all problems of reading are accepted.
    pub incomplete: Incomplete,
    /// Now, in seconds since 1970.
    pub now: i64,
    /// Today.
    pub today: Date,
}

/// Whether suppressions count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suppressions {
    /// They do.
    Count,
    /// `--no-suppressions`: everything is shown.
    Ignored,
}

/// What an incomplete scan means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incomplete {
    /// Exit 2.
    Fails,
    /// `--allow-incomplete`.
    Accepted,
}

/// The detector and the policy: what every scan needs.
pub struct Engine {
    detector: Detector,
    /// The rules that are switched off: a name is masked though its rule is not asked for.
    names: Option<Detector>,
    /// What is on record, found by what it names.
    record: SuppressionIndex,
    policy: Policy,
}

/// Why a scan could not begin. What fails later is a problem in the report.
#[derive(Debug, Error)]
pub enum ScanError {
    /// No repository, or one that cannot be understood.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    /// The object database cannot be opened.
    #[error(transparent)]
    Objects(#[from] OpenError),
    /// The refs cannot be read.
    #[error(transparent)]
    Refs(#[from] RefError),
    /// The index cannot be compared with HEAD.
    #[error(transparent)]
    Staged(#[from] StagedError),
    /// The range cannot be read.
    #[error(transparent)]
    Range(#[from] RangeError),
}

impl Engine {
    /// Makes the rules ready, with those of the settings and less those that they switch off.
    #[must_use]
    pub fn new(mut policy: Policy) -> Self {
        let all = RuleSet::builtin().with_user_rules(&policy.settings.rules);
        let disabled = &policy.settings.disabled;
        let names = (!disabled.is_empty()).then(|| Detector::new(all.only(disabled)));
        let detector = Detector::new(all.without(disabled)).with_min_confidence(policy.min_confidence);
        let record = SuppressionIndex::new(std::mem::take(&mut policy.settings.allow));
        Self { detector, names, record, policy }
    }

    /// The same with another detector, as it is while a model is trained.
    #[must_use]
    pub fn with_detector(self, detector: Detector) -> Self {
        Self { detector, ..self }
    }

    /// The rules in force.
    #[must_use]
    pub const fn detector(&self) -> &Detector {
        &self.detector
    }

    /// What decides besides.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Evidence in a name or a message, in which what looks like an archive is none. A panic is a problem that names
    /// the place, never a lost file; so is more evidence than is held.
    fn detect(&self, text: &[u8], path: impl Fn() -> String) -> Result<Vec<Evidence>, Problem> {
        let looked = caught(&path, || self.detector.scan(text))?;
        match looked.skipped.iter().find(|unread| unread.is_over_limit()) {
            Some(unread) => Err(archive_problems::problem(unread, &path())),
            None => Ok(looked.evidence),
        }
    }

    /// How sure a piece of evidence is, whatever its path; `None` for a placeholder.
    fn confidence(&self, evidence: &Evidence) -> Option<Confidence> {
        assess(evidence, None, self.policy.now).confidence
    }

    /// Sorts problems into those that fail the run and those that do not, masks what names may hold, and
    /// orders everything.
    fn finish(&self, mut report: Report, problems: Vec<Problem>) -> Report {
        let accepted = self.policy.incomplete == Incomplete::Accepted;
        for mut problem in problems.into_iter().chain(self.left_out()).chain(self.policy.notes.clone()) {
            problem.path = problem.path.map(|path| self.redacted(&path));
            // What is quoted may be the repository's own words.
            problem.message = self.shown_text(problem.message.as_bytes());
            let passes = problem.kind.is_note()
                || problem.kind != ProblemKind::Interrupted
                    && (accepted || self.policy.settings.accepts(&problem));
            if passes { &mut report.notes } else { &mut report.problems }.push(problem);
        }
        for list in [&mut report.problems, &mut report.notes] {
            list.sort();
            list.dedup();
        }
        report.scope.revisions = report.scope.revisions.iter().map(|name| self.redacted(name)).collect();
        report
    }
}

impl Engine {
    /// What settings leave out shows in every report, since a repository's own file may do it.
    fn left_out(&self) -> Vec<Problem> {
        let settings = &self.policy.settings;
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
