//! The targets of `skant fix`: files, folders and fingerprints, and the scan of them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use crate::cli::error::CliError;
use crate::finding::Report;
use crate::git::Repository;
use crate::policy::suppress::baseline::is_fingerprint;
use crate::scan::{FileSelection, Scanner};
use crate::secret::Fingerprint;
use crate::source::ScanControl;
use crate::source::worktree::{IgnoreMode, PathOrigin};

#[derive(Debug, Error, Diagnostic)]
enum TargetError {
    #[error("{} is not a file and not a fingerprint", .0.display())]
    #[diagnostic(code(skant::fix::target), help("name files or folders, or fingerprints of a report"))]
    Unknown(PathBuf),
    #[error("no finding in the working tree has a fingerprint that begins with {0}")]
    #[diagnostic(
        code(skant::fix::unknown_fingerprint),
        help(
            "a value that is only in the index or in the history is not in a file: `git restore` the file, or `skant fix --history`"
        )
    )]
    NoSuchFinding(String),
}

/// The parsed targets.
pub(super) struct Targets {
    paths: Vec<PathBuf>,
    fingerprints: Vec<String>,
}

impl Targets {
    pub(super) fn parse(targets: &[OsString]) -> Result<Self, CliError> {
        let mut parsed = Self { paths: Vec::new(), fingerprints: Vec::new() };
        for target in targets {
            let text = target.to_string_lossy();
            let digits = text.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
            if Path::new(target).exists() {
                parsed.paths.push(std::path::absolute(target).unwrap_or_else(|_| target.into()));
            } else if is_fingerprint(&digits) {
                parsed.fingerprints.push(digits);
            } else {
                return Err(TargetError::Unknown(target.into()).into());
            }
        }
        Ok(parsed)
    }

    /// Whether a finding is to be fixed.
    pub(super) fn wants(&self, fingerprint: &Fingerprint) -> bool {
        self.fingerprints.is_empty()
            || self.fingerprints.iter().any(|digits| fingerprint.matches_prefix(digits))
    }

    /// Whether a target is a file or a folder.
    pub(super) const fn has_paths(&self) -> bool {
        !self.paths.is_empty()
    }

    /// Returns a fingerprint that no finding of a report has.
    pub(super) fn without_finding(&self, report: &Report) -> Option<&str> {
        let has = |digits: &&String| {
            report.findings.iter().any(|finding| finding.fingerprint.matches_prefix(digits))
        };
        self.fingerprints.iter().find(|digits| !has(digits)).map(String::as_str)
    }

    /// Scans the files. Paths of the report begin at `top`.
    ///
    /// # Errors
    /// No finding has one of the fingerprints.
    pub(super) fn scan(
        &self,
        scanner: &Scanner,
        repository: Option<&Repository>,
        top: &Path,
        control: &ScanControl,
    ) -> Result<Report, CliError> {
        let repository = repository
            .map(|repository| Repository { work_tree: Some(top.to_path_buf()), ..repository.clone() });
        let names: Vec<PathBuf> =
            if self.paths.is_empty() { vec![top.to_path_buf()] } else { self.paths.clone() };
        let files = FileSelection {
            repository: repository.as_ref(),
            root: top,
            names: &names,
            ignore_mode: IgnoreMode::AsGit,
            origin: if self.paths.is_empty() { PathOrigin::Program } else { PathOrigin::Person },
        };
        let report = scanner.scan_files(&files, control)?;
        match self.without_finding(&report) {
            Some(digits) => Err(TargetError::NoSuchFinding(digits.to_owned()).into()),
            None => Ok(report),
        }
    }
}
