//! The targets of `skant fix`: files, folders and fingerprints, and the scan of them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use crate::cli::error::CliError;
use crate::finding::Report;
use crate::git::{Repository, os_string};
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
        for digits in &self.fingerprints {
            if !report.findings.iter().any(|finding| finding.fingerprint.matches_prefix(digits)) {
                return Err(TargetError::NoSuchFinding(digits.clone()).into());
            }
        }
        Ok(report)
    }
}

/// Returns the path of a file by its form in reports; `None` if the form is masked, which names no file.
pub(super) fn raw_path(shown: &str) -> Option<PathBuf> {
    let mut bytes = Vec::with_capacity(shown.len());
    let mut rest = shown.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        if *byte != b'%' {
            bytes.push(*byte);
            rest = after;
            continue;
        }
        let digits = std::str::from_utf8(after.get(..2)?).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &after[2..];
    }
    Some(PathBuf::from(os_string(&bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_path_leads_back_to_its_file() {
        for (shown, raw) in
            [("a/b.py", Some("a/b.py")), ("a%25b", Some("a%b")), ("a%0Ab", Some("a\nb")), ("a%", None)]
        {
            assert_eq!(raw_path(shown), raw.map(PathBuf::from), "{shown}");
        }
    }
}
