//! The values of a repository that commands ask about: found by fingerprint or by severity, in the working tree, the
//! index and the history, and kept in memory until the command ends.

use std::collections::BTreeMap;

use miette::Diagnostic;
use thiserror::Error;

use super::args::{AskOptions, Common, Level};
use super::error::CliError;
use super::live_check::LiveCheck;
use super::session::{current_repository, merge_parents, real_top, scan_working_tree};
use super::settings;
use crate::finding::{Finding, Problem, ProblemKind, Report};
use crate::git::Repository;
use crate::policy::repo_files::TreeVersion;
use crate::policy::suppress::baseline::is_fingerprint;
use crate::remediation::{Situation, advise};
use crate::scan::{HistoryOptions, PathFilter, Scanner};
use crate::secret::Fingerprint;
use crate::source::ScanControl;
use crate::verify::{RawValue, TextRoot};

#[derive(Debug, Error, Diagnostic)]
pub(crate) enum ValueError {
    #[error("{0} is no fingerprint")]
    #[diagnostic(
        code(skant::verify::target),
        help("`skant scan` prints the fingerprint of each finding, 16 digits from 0 to 9 and a to f")
    )]
    NoFingerprint(String),
    #[error("no value in the working tree, the index or the history has a fingerprint that begins with {0}")]
    #[diagnostic(
        code(skant::verify::unknown_fingerprint),
        help("compare the digits with the report; nothing was sent")
    )]
    Unknown(String),
    #[error("several values have a fingerprint that begins with {0}")]
    #[diagnostic(code(skant::verify::ambiguous), help("write more of its digits; nothing was sent"))]
    Ambiguous(String),
}

/// Returns the digits of fingerprints, also of those written as `RULE/FINGERPRINT`.
///
/// # Errors
/// A text is no fingerprint.
pub(crate) fn parse_fingerprints(texts: &[String]) -> Result<Vec<String>, ValueError> {
    let parse = |text: &String| {
        let digits = text.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        // A secret in the place of a fingerprint is redacted where the error is printed.
        let wrong = || ValueError::NoFingerprint(text.escape_debug().to_string());
        if is_fingerprint(&digits) { Ok(digits) } else { Err(wrong()) }
    };
    texts.iter().map(parse).collect()
}

/// Where values are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Files,
    Index,
    History,
}

impl Part {
    /// All parts, in the order in which they are searched.
    pub(crate) const ALL: [Self; 3] = [Self::Files, Self::Index, Self::History];
}

/// A search for values in the current repository.
pub(crate) struct ValueSearch<'s> {
    pub(crate) common: Common,
    pub(crate) scanner: Scanner,
    pub(crate) repository: Repository,
    /// The host that the user names.
    pub(crate) host: Option<String>,
    pub(crate) control: &'s ScanControl,
}

/// A finding and its value.
pub(crate) struct Subject {
    pub(crate) finding: Finding,
    value: Option<RawValue>,
}

impl<'s> ValueSearch<'s> {
    /// Opens the current repository. What a person names is searched for suppressed or not, at any confidence.
    ///
    /// # Errors
    /// There is no repository, or its settings are wrong.
    pub(crate) fn open(common: &Common, is_named: bool, control: &'s ScanControl) -> Result<Self, CliError> {
        let repository = current_repository()?;
        let mut common = common.clone();
        if is_named {
            common = Common { no_suppressions: true, min_confidence: Some(Level::Low), ..common };
        }
        let scanner = settings::scanner(&common, Some(&repository), TreeVersion::Worktree)?;
        Ok(Self { common, scanner, repository, host: None, control })
    }

    /// Scans one part; `None` if the repository does not have it.
    ///
    /// # Errors
    /// The scan fails.
    pub(crate) fn scan(&self, part: Part) -> Result<Option<Report>, CliError> {
        let rules = self.scanner.detector().rules();
        let (mut report, situation) = match part {
            Part::Files => match real_top(&self.repository) {
                Some(top) => (
                    scan_working_tree(&self.scanner, &self.repository, &top, self.control)?,
                    Situation::Files,
                ),
                None => return Ok(None),
            },
            Part::Index if self.repository.work_tree.is_none() => return Ok(None),
            Part::Index => {
                let everything = PathFilter::default();
                let parents = merge_parents();
                let report =
                    self.scanner.scan_staged(&self.repository, &parents, &everything, self.control)?;
                (report, Situation::Files)
            }
            Part::History => {
                let options = HistoryOptions::default();
                (self.scanner.scan_history(&self.repository, &options, self.control)?, Situation::History)
            }
        };
        advise(&mut report, rules, situation);
        Ok(Some(report))
    }

    /// Returns the live check of values of a part.
    pub(crate) fn check<'c>(
        &'c self,
        folder: Option<&'c std::path::Path>,
        asking: AskOptions,
    ) -> LiveCheck<'c> {
        LiveCheck {
            common: &self.common,
            scanner: &self.scanner,
            root: TextRoot { folder, repository: Some(&self.repository) },
            asking,
            host: self.host.as_deref(),
            owner: false,
            control: self.control,
        }
    }

    /// Returns the value with a fingerprint that begins so. `with_history` searches the history even for a value of the
    /// working tree: only the history knows since when it is there.
    ///
    /// # Errors
    /// No value has such a fingerprint, or several do.
    pub(crate) fn find(
        &self,
        digits: &str,
        with_history: bool,
        asking: AskOptions,
    ) -> Result<Subject, CliError> {
        let is_wanted = |finding: &Finding| finding.fingerprint.matches_prefix(digits);
        let (mut found, _) = self.find_all(&is_wanted, with_history, asking)?;
        match (found.pop(), found.is_empty()) {
            (Some(subject), true) => Ok(subject),
            (Some(_), false) => Err(ValueError::Ambiguous(digits.to_owned()).into()),
            (None, _) => Err(ValueError::Unknown(digits.to_owned()).into()),
        }
    }

    /// Returns the values that are wanted, in the order of the reports, and the problems of the scans. Without
    /// `with_history`, a part is scanned only if the parts before it have none.
    ///
    /// # Errors
    /// A scan fails.
    pub(crate) fn find_all(
        &self,
        is_wanted: &dyn Fn(&Finding) -> bool,
        with_history: bool,
        asking: AskOptions,
    ) -> Result<(Vec<Subject>, Vec<Problem>), CliError> {
        let top = real_top(&self.repository);
        let mut subjects: Vec<Subject> = Vec::new();
        let mut problems = Vec::new();
        for part in Part::ALL {
            let is_needed = subjects.is_empty() || with_history && part == Part::History;
            if !is_needed {
                continue;
            }
            let Some(mut report) = self.scan(part)? else { continue };
            report.findings.retain(is_wanted);
            problems.append(&mut report.problems);
            let folder = top.as_deref().filter(|_| part == Part::Files);
            let mut values = self.check(folder, asking).values(&report)?;
            for finding in report.findings {
                let value = values.remove(&finding.fingerprint);
                match subjects.iter_mut().find(|known| known.finding.fingerprint == finding.fingerprint) {
                    Some(known) => {
                        known.finding.history = finding.history;
                        known.value = known.value.take().or(value);
                    }
                    None => subjects.push(Subject { finding, value }),
                }
            }
        }
        problems.sort();
        problems.dedup();
        Ok((subjects, problems))
    }
}

impl Subject {
    /// Returns the raw value, if it could be read again where it was found.
    pub(crate) const fn value(&self) -> Option<&RawValue> {
        self.value.as_ref()
    }

    /// Asks whether the value still works, and with `owner` whose it is. The answer is added to the finding.
    /// Returns what could not be answered.
    ///
    /// # Errors
    /// No request can be made.
    pub(crate) fn ask(
        &mut self,
        search: &ValueSearch<'_>,
        asking: AskOptions,
        owner: bool,
    ) -> Result<Vec<Problem>, CliError> {
        let mut values: BTreeMap<Fingerprint, RawValue> = BTreeMap::new();
        if let Some(value) = &self.value {
            values.insert(self.finding.fingerprint.clone(), value.clone());
        }
        let mut report = Report { findings: vec![self.finding.clone()], ..Report::default() };
        let check = LiveCheck { owner, ..search.check(None, asking) };
        check.run_with(&mut report, &values)?;
        if let Some(finding) = report.findings.pop() {
            self.finding = finding;
        }
        Ok(report.problems)
    }

    /// Returns a fact about the owner that an answer has brought.
    pub(crate) fn fact(&self, name: &str) -> Option<&str> {
        let owner = &self.finding.verified.as_ref()?.owner;
        owner.iter().find(|fact| fact.name == name).map(|fact| fact.text.as_str())
    }
}

/// Whether the user ended a scan or a live check.
pub(crate) fn is_interrupted(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.kind == ProblemKind::Interrupted)
}
