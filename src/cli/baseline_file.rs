//! The baseline of the repository of the process, for `allow` and `baseline`.

use std::path::PathBuf;

use jiff::civil::Date;

use crate::cli::args::Common;
use crate::cli::session::here;
use crate::cli::{Failure, clock, output, settings};
use crate::finding::{Finding, Report};
use crate::git::Repository;
use crate::policy::repo_files::{BASELINE_FILE, PolicyFiles, TreeVersion};
use crate::policy::suppress::baseline::{Baseline, BaselineEntry, sanitize_reason};
use crate::scan::{FileSelection, HistoryOptions, PathFilter, ProvenanceMode, redact};
use crate::source::ScanControl;
use crate::source::worktree::{IgnoreMode, PathOrigin};

/// The repository, its baseline, and where that is written.
pub(crate) struct Book {
    pub(crate) repository: Repository,
    pub(crate) top: PathBuf,
    pub(crate) baseline: Option<Baseline>,
}

impl Book {
    pub(crate) fn open() -> Result<Self, Failure> {
        let repository = here()?;
        let Some(top) = repository.work_tree.clone() else {
            return Err(Failure("a bare repository has no working tree to write a baseline into".into()));
        };
        let bytes = PolicyFiles::new(&repository, TreeVersion::Worktree).read(BASELINE_FILE)?;
        let baseline = bytes.map(|bytes| Baseline::parse(&bytes)).transpose();
        let baseline = baseline.map_err(|error| Failure(format!("{BASELINE_FILE}: {error}; mend it")))?;
        Ok(Self { repository, top, baseline })
    }

    pub(crate) fn write(&self, baseline: &Baseline) -> Result<(), Failure> {
        if self.repository.has_other_owner {
            return Err(Failure("the repository belongs to another user; nothing is written into it".into()));
        }
        let path = self.top.join(BASELINE_FILE);
        output::replace(&path, baseline.to_text().as_bytes()).map_err(|error| {
            Failure(format!("cannot write {BASELINE_FILE}: {error}; check the permissions of its folder"))
        })
    }

    /// All that stands in the working tree, and in the history where that is wanted.
    pub(crate) fn everything(
        &self,
        common: &Common,
        history: bool,
        control: &ScanControl,
    ) -> Result<Vec<Report>, Failure> {
        let scanner = settings::scanner(common, Some(&self.repository), TreeVersion::Worktree)?;
        let top = std::fs::canonicalize(&self.top).unwrap_or_else(|_| self.top.clone());
        let repository = Repository { work_tree: Some(top.clone()), ..self.repository.clone() };
        let names = [top.clone()];
        let files = FileSelection {
            repository: Some(&repository),
            root: &top,
            names: &names,
            ignoring: IgnoreMode::AsGit,
            named: PathOrigin::Program,
        };
        let mut reports = vec![scanner.scan_files(&files, control)?];
        if history {
            let limits = HistoryOptions {
                paths: &PathFilter::default(),
                full_scan: false,
                provenance: ProvenanceMode::Track,
            };
            reports.push(scanner.scan_history(&repository, &limits, control)?);
        }
        Ok(reports)
    }
}

pub(crate) fn known_of(finding: &Finding, until: Option<Date>, reason: &str) -> BaselineEntry {
    let path = finding.locations.first().map_or_else(String::new, |place| place.path.clone());
    BaselineEntry {
        rule: finding.rule.to_string(),
        path: path.replace(' ', "%20"),
        until,
        reason: reason.to_owned(),
    }
}

/// A reason is read by others, so a secret in it is refused rather than masked.
pub(crate) fn reason(text: &str) -> Result<String, Failure> {
    if redact(text) != text {
        return Err(Failure("the reason holds a secret itself; say it without".into()));
    }
    Ok(sanitize_reason(text))
}

pub(crate) fn end(date: Option<&str>) -> Result<Option<Date>, Failure> {
    let Some(date) = date else { return Ok(None) };
    let until: Date = date.parse().map_err(|_| {
        Failure("`--until` takes a date such as 2027-01-31, the last day on which it counts".into())
    })?;
    if until < clock::today() {
        return Err(Failure(format!("`--until {until}` has passed already")));
    }
    Ok(Some(until))
}
