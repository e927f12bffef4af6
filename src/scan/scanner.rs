//! The scanner: a rule set and a policy, ready for any number of scans. Each scan is one method here; how it reads its
//! input is in the module of that scan.

use std::io::Read;

use crate::assess::assess;
use crate::detect::{Detector, Evidence, ScanResult};
use crate::finding::{Confidence, Problem, Report};
use crate::git::Repository;
use crate::policy::Policy;
use crate::policy::suppress::SuppressionIndex;
use crate::rules::RuleSet;
use crate::scan::worktree::FileSelection;
use crate::scan::{
    ExplainedEvidence, HistoryOptions, MergeParents, PathFilter, ScanError, archive_problems, caught, diff,
    explain, history, redact, worktree,
};
use crate::source::ScanControl;
use crate::source::range::Revisions;
use crate::text::{escape_path, escape_terminal};

/// A rule set and a policy, ready for any number of scans.
///
/// Scans take `&self`, so one scanner may serve several threads at the same time.
pub struct Scanner {
    detector: Detector,
    /// The rules that the policy disables: paths and names are masked by them, too.
    disabled_rules: Option<Detector>,
    /// The entries of the policy, which are taken out of its settings.
    suppressions: SuppressionIndex,
    policy: Policy,
}

impl Scanner {
    /// Creates a scanner with the built-in rules and those of the policy, without the rules that the policy disables.
    #[must_use]
    pub fn new(mut policy: Policy) -> Self {
        let all = RuleSet::builtin().with_user_rules(&policy.settings.rules);
        let disabled = &policy.settings.disabled;
        let disabled_rules = (!disabled.is_empty()).then(|| Detector::new(all.only(disabled)));
        let detector = Detector::new(all.without(disabled)).with_min_confidence(policy.min_confidence);
        let suppressions = SuppressionIndex::new(std::mem::take(&mut policy.settings.allow));
        Self { detector, disabled_rules, suppressions, policy }
    }

    /// Replaces the detector: for measurements while a model is trained.
    #[must_use]
    pub fn with_detector(self, detector: Detector) -> Self {
        Self { detector, ..self }
    }

    /// The detector, with the rules in force.
    #[must_use]
    pub const fn detector(&self) -> &Detector {
        &self.detector
    }

    /// The policy, without its suppression entries.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Scans bytes in memory. `path` is the name that the report shows; it may be empty.
    #[must_use]
    pub fn scan_bytes(&self, path: impl AsRef<[u8]>, text: &[u8]) -> Report {
        worktree::scan_bytes(self, path.as_ref(), text)
    }

    /// Scans a stream to its end, in windows of a fixed size: memory does not grow with the stream. `path` is the name
    /// that the report shows; it may be empty. An error of the reader is a problem in the report.
    #[must_use]
    pub fn scan_reader(&self, path: impl AsRef<[u8]>, mut reader: impl Read) -> Report {
        worktree::scan_reader(self, path.as_ref(), &mut reader, &ScanControl::default())
    }

    /// Scans standard input like [`Self::scan_reader`]. A cancellation makes the report incomplete; the caller has to
    /// end the stream.
    #[must_use]
    pub fn scan_stdin(&self, input: &mut dyn Read, path: Option<&str>, cancellation: &ScanControl) -> Report {
        worktree::scan_reader(self, path.unwrap_or_default().as_bytes(), input, cancellation)
    }

    /// Scans files and folders on disk.
    ///
    /// # Errors
    /// The object database cannot be opened, and the index names files that are not checked out.
    pub fn scan_files(
        &self,
        files: &FileSelection<'_>,
        cancellation: &ScanControl,
    ) -> Result<Report, ScanError> {
        worktree::scan_files(self, files, cancellation)
    }

    /// Scans the values that the next commit would add.
    ///
    /// # Errors
    /// The index, HEAD or the object database cannot be read.
    pub fn scan_staged(
        &self,
        repository: &Repository,
        merge_parents: &MergeParents,
        paths: &PathFilter,
        cancellation: &ScanControl,
    ) -> Result<Report, ScanError> {
        diff::scan_staged(self, repository, merge_parents, paths, cancellation)
    }

    /// Scans the values that each commit of a range adds, and the messages of its commits and named tags. `names` are
    /// the revisions as the user wrote them, for the report.
    ///
    /// # Errors
    /// The range or the object database cannot be read.
    pub fn scan_range(
        &self,
        repository: &Repository,
        revisions: &Revisions,
        names: &[String],
        paths: &PathFilter,
        cancellation: &ScanControl,
    ) -> Result<Report, ScanError> {
        diff::scan_range(self, repository, revisions, names, paths, cancellation)
    }

    /// Scans the whole object database of a repository, and those of its submodules.
    ///
    /// # Errors
    /// The refs or the object database cannot be read.
    pub fn scan_history(
        &self,
        repository: &Repository,
        options: &HistoryOptions<'_>,
        cancellation: &ScanControl,
    ) -> Result<Report, ScanError> {
        history::scan_history(self, repository, options, cancellation)
    }

    /// Scans the names of refs.
    #[must_use]
    pub fn scan_ref_names(&self, names: &[Vec<u8>]) -> Report {
        worktree::scan_ref_names(self, names)
    }

    /// Returns all evidence in a text, placeholders included, each with the reasons for its treatment. `path` may be
    /// empty.
    #[must_use]
    pub fn explain(&self, text: &[u8], path: &[u8]) -> Vec<ExplainedEvidence> {
        explain::explain(self, text, path)
    }

    /// The suppression entries of the policy.
    pub(crate) const fn suppressions(&self) -> &SuppressionIndex {
        &self.suppressions
    }

    /// Searches the content of a file, archives included. A panic becomes a problem with the file's path.
    pub(crate) fn search(&self, content: &[u8], shown_path: &str) -> Result<ScanResult, Problem> {
        caught(|| shown_path.to_owned(), || self.detector.scan(content))
    }

    /// Searches a name or a message, which is never an archive. A panic becomes a problem with the path, and so does
    /// more evidence than the detector keeps.
    pub(crate) fn search_name(
        &self,
        text: &[u8],
        shown_path: impl Fn() -> String,
    ) -> Result<Vec<Evidence>, Problem> {
        let result = caught(&shown_path, || self.detector.scan(text))?;
        match result.skipped.iter().find(|skipped| skipped.is_over_limit()) {
            Some(skipped) => Err(archive_problems::problem(skipped, &shown_path())),
            None => Ok(result.evidence),
        }
    }

    /// Returns the confidence of a piece of evidence; `None` for a placeholder.
    pub(crate) fn confidence(&self, evidence: &Evidence) -> Option<Confidence> {
        assess(evidence, None, self.policy.now).confidence
    }

    /// Returns a text with every secret in it masked.
    pub(crate) fn redact(&self, text: &str) -> String {
        let masked = redact::mask_secrets(&self.detector, text);
        match &self.disabled_rules {
            Some(disabled_rules) => redact::mask_secrets(disabled_rules, &masked),
            None => masked,
        }
    }

    /// Returns a raw path as reports show it.
    pub(crate) fn shown_path(&self, path: &[u8]) -> String {
        self.redact(&escape_path(path))
    }

    /// Returns other untrusted text as reports show it.
    pub(crate) fn shown_text(&self, text: &[u8]) -> String {
        self.redact(&escape_terminal(text))
    }
}
