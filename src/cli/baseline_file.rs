//! The baseline of the current repository, for `allow` and `baseline`: reading, writing, and the scan of its findings.

use std::io;
use std::path::PathBuf;

use jiff::civil::Date;
use miette::Diagnostic;
use thiserror::Error;

use super::args::Common;
use super::error::CliError;
use super::session::current_repository;
use super::{output, settings};
use crate::finding::{Finding, Report, Verdict};
use crate::git::Repository;
use crate::policy::clock;
use crate::policy::repo_files::{BASELINE_FILE, PolicyFiles, TreeVersion};
use crate::policy::suppress::Decision;
use crate::policy::suppress::baseline::{Baseline, BaselineEntry, BaselineError, sanitize_reason};
use crate::scan::{FileSelection, HistoryOptions, redact};
use crate::source::ScanControl;
use crate::source::worktree::{IgnoreMode, PathOrigin};

/// A baseline that cannot be used, or an entry that cannot be added.
#[derive(Debug, Error, Diagnostic)]
enum BaselineFileError {
    #[error("a bare repository has no working tree, so it has no baseline")]
    #[diagnostic(code(skant::baseline::bare_repository), help("run this in a clone"))]
    BareRepository,
    #[error("{BASELINE_FILE}: {0}")]
    #[diagnostic(code(skant::baseline::line), help("{}", .0.advice()))]
    Line(BaselineError),
    #[error("the repository belongs to another user, so nothing is written into it")]
    #[diagnostic(code(skant::baseline::other_owner), help("run this as the repository's owner"))]
    OtherOwner,
    #[error("cannot write {BASELINE_FILE}: {0}")]
    #[diagnostic(code(skant::baseline::write), help("check the permissions of its folder"))]
    Write(io::Error),
    #[error("the reason contains a secret")]
    #[diagnostic(code(skant::baseline::secret_in_reason), help("give the reason without the secret"))]
    SecretInReason,
    #[error("`--until` has no valid date")]
    #[diagnostic(
        code(skant::baseline::until),
        help("write the last day on which the suppression applies, such as 2027-01-31")
    )]
    Until,
    #[error("`--until {0}` is in the past")]
    #[diagnostic(
        code(skant::baseline::until_past),
        help("write a day from today on, or leave `--until` out")
    )]
    UntilPast(Date),
}

/// The current repository and its baseline.
pub(crate) struct BaselineFile {
    pub(crate) repository: Repository,
    /// The top of the working tree.
    pub(crate) top: PathBuf,
    /// `None` if the repository has no baseline.
    pub(crate) baseline: Option<Baseline>,
}

impl BaselineFile {
    /// Opens the repository of the current folder and reads its baseline.
    pub(crate) fn open() -> Result<Self, CliError> {
        let repository = current_repository()?;
        let top = repository.work_tree.clone().ok_or(BaselineFileError::BareRepository)?;
        let bytes = PolicyFiles::new(&repository, TreeVersion::Worktree).read(BASELINE_FILE)?;
        let baseline = bytes.map(|bytes| Baseline::parse(&bytes)).transpose();
        Ok(Self { repository, top, baseline: baseline.map_err(BaselineFileError::Line)? })
    }

    pub(crate) fn write(&self, baseline: &Baseline) -> Result<(), CliError> {
        if self.repository.has_other_owner {
            return Err(BaselineFileError::OtherOwner.into());
        }
        output::replace_file(&self.top.join(BASELINE_FILE), baseline.to_text().as_bytes())
            .map_err(BaselineFileError::Write)?;
        Ok(())
    }

    /// Scans the working tree, and with `history` also the history.
    pub(crate) fn scan(
        &self,
        common: &Common,
        history: bool,
        control: &ScanControl,
    ) -> Result<Vec<Report>, CliError> {
        let scanner = settings::scanner(common, Some(&self.repository), TreeVersion::Worktree)?;
        let top = std::fs::canonicalize(&self.top).unwrap_or_else(|_| self.top.clone());
        let repository = Repository { work_tree: Some(top.clone()), ..self.repository.clone() };
        let names = [top.clone()];
        let files = FileSelection {
            repository: Some(&repository),
            root: &top,
            names: &names,
            ignore_mode: IgnoreMode::AsGit,
            origin: PathOrigin::Program,
        };
        let mut reports = vec![scanner.scan_files(&files, control)?];
        if history {
            reports.push(scanner.scan_history(&repository, &HistoryOptions::default(), control)?);
        }
        Ok(reports)
    }
}

/// What a new entry says beside its value.
pub(crate) struct NewEntry {
    pub(crate) until: Option<Date>,
    pub(crate) decision: Option<Decision>,
    pub(crate) reason: String,
}

impl NewEntry {
    /// Makes the entry for a finding.
    pub(crate) fn for_finding(&self, finding: &Finding) -> BaselineEntry {
        let path = finding.locations.first().map_or_else(String::new, |location| location.path.clone());
        self.with_place(finding.rule.to_string(), path.replace(' ', "%20"))
    }

    /// Makes the entry for a value with this rule and path.
    pub(crate) fn with_place(&self, rule: String, path: String) -> BaselineEntry {
        BaselineEntry {
            rule,
            path,
            until: self.until,
            decision: self.decision.clone(),
            reason: self.reason.clone(),
        }
    }
}

/// Makes the decision of today, by a person if `by` names one.
pub(crate) fn parse_decision(
    verdict: Option<Verdict>,
    by: Option<&str>,
) -> Result<Option<Decision>, CliError> {
    let Some(verdict) = verdict else { return Ok(None) };
    let by = by.map(parse_reason).transpose()?.unwrap_or_default();
    Ok(Some(Decision { verdict, at: Some(clock::today()), by }))
}

/// Checks and cleans a reason. Other people read it, so a reason that contains a secret is an error and not masked.
pub(crate) fn parse_reason(text: &str) -> Result<String, CliError> {
    if redact(text) != text {
        return Err(BaselineFileError::SecretInReason.into());
    }
    Ok(sanitize_reason(text))
}

/// Parses the date of `--until`, which must not be in the past.
pub(crate) fn parse_until(date: Option<&str>) -> Result<Option<Date>, CliError> {
    let Some(date) = date else { return Ok(None) };
    let until: Date = date.parse().map_err(|_| BaselineFileError::Until)?;
    if until < clock::today() {
        return Err(BaselineFileError::UntilPast(until).into());
    }
    Ok(Some(until))
}
