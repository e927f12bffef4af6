//! Each scan as a method of [`Scanner`]. How a scan reads its input is in the module of that scan.

use std::io::Read;

use crate::assess::ExplainedEvidence;
use crate::assess::explain::explain_evidence;
use crate::finding::Report;
use crate::git::Repository;
use crate::scan::diff::MergeParents;
use crate::scan::error::ScanError;
use crate::scan::history::options::HistoryOptions;
use crate::scan::path_filter::PathFilter;
use crate::scan::scanner::Scanner;
use crate::scan::worktree::FileSelection;
use crate::scan::{diff, history, single_text, worktree};
use crate::source::ScanControl;
use crate::source::range::Revisions;

impl Scanner {
    /// Scans bytes in memory. `path` is the name in the report; it may be empty.
    #[must_use]
    pub fn scan_bytes(&self, path: impl AsRef<[u8]>, text: &[u8]) -> Report {
        single_text::scan_bytes(self, path.as_ref(), text)
    }

    /// Scans a stream to its end, in windows of a fixed size: memory does not grow with the stream. `path` is the name
    /// in the report; it may be empty. An error of the reader is a problem in the report.
    #[must_use]
    pub fn scan_reader(&self, path: impl AsRef<[u8]>, mut reader: impl Read) -> Report {
        single_text::scan_reader(self, path.as_ref(), &mut reader, &ScanControl::default())
    }

    /// Scans standard input like [`Self::scan_reader`]. A cancellation makes the report incomplete; the caller has to
    /// end the stream.
    #[must_use]
    pub fn scan_stdin(&self, input: &mut dyn Read, path: Option<&str>, control: &ScanControl) -> Report {
        single_text::scan_reader(self, path.unwrap_or_default().as_bytes(), input, control)
    }

    /// Scans files and folders on disk.
    ///
    /// # Errors
    /// The object database cannot be opened, and the index names files that are not checked out.
    pub fn scan_files(&self, files: &FileSelection<'_>, control: &ScanControl) -> Result<Report, ScanError> {
        worktree::scan_files(self, files, control)
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
        control: &ScanControl,
    ) -> Result<Report, ScanError> {
        diff::scan_staged(self, repository, merge_parents, paths, control)
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
        control: &ScanControl,
    ) -> Result<Report, ScanError> {
        diff::scan_range(self, repository, revisions, names, paths, control)
    }

    /// Scans a range like [`Self::scan_range`], by the names of its revisions in git's own syntax (`main..HEAD`). If a
    /// name moves during the scan and git prunes the commits that it named, the range is resolved and scanned again.
    ///
    /// # Errors
    /// A name is not a revision, or the range or the object database cannot be read.
    pub fn scan_revisions(
        &self,
        repository: &Repository,
        names: &[String],
        paths: &PathFilter,
        control: &ScanControl,
    ) -> Result<Report, ScanError> {
        diff::scan_revisions(self, repository, names, paths, control)
    }

    /// Scans the whole object database of a repository, and those of its submodules.
    ///
    /// # Errors
    /// The refs or the object database cannot be read.
    pub fn scan_history(
        &self,
        repository: &Repository,
        options: &HistoryOptions<'_>,
        control: &ScanControl,
    ) -> Result<Report, ScanError> {
        history::scan_history(self, repository, options, control)
    }

    /// Scans the names of refs.
    #[must_use]
    pub fn scan_ref_names(&self, names: &[Vec<u8>]) -> Report {
        single_text::scan_ref_names(self, names)
    }

    /// Returns all evidence in a text, placeholders included, each with its assessment. `path` may be empty.
    #[must_use]
    pub fn explain(&self, text: &[u8], path: &[u8]) -> Vec<ExplainedEvidence> {
        let shown_path = self.shown_path(path);
        let found = self.search_name(text, || shown_path.clone()).unwrap_or_default();
        explain_evidence(&self.assessor(), found, path, &shown_path)
    }
}
