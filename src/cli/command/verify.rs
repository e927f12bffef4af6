//! `skant verify`: asks the providers of values whether they still work.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use super::verify_text;
use crate::cli::args::{Common, Level, Verify};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::live_check::LiveCheck;
use crate::cli::report_targets::Request;
use crate::cli::session::{current_repository, merge_parents, real_top, scan_working_tree};
use crate::cli::{output, settings};
use crate::finding::{ProblemKind, Report, Verification};
use crate::git::Repository;
use crate::policy::RunMode;
use crate::policy::repo_files::TreeVersion;
use crate::policy::suppress::baseline::is_fingerprint;
use crate::remediation::{Situation, advise};
use crate::scan::{HistoryOptions, PathFilter, Scanner};
use crate::source::ScanControl;
use crate::verify::{TextRoot, is_host_name};

#[derive(Debug, Error, Diagnostic)]
enum VerifyError {
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
    #[error("{0} is no host name")]
    #[diagnostic(code(skant::verify::host), help("write the name alone, such as `gitlab.example.org`"))]
    Host(String),
}

/// Returns the report of one value with its answer, and with `owner` whose it is.
///
/// # Errors
/// No value has the fingerprint, or no request can be made.
pub(super) fn report_of_value(
    common: &Common,
    arguments: &Verify,
    control: &ScanControl,
) -> Result<Report, CliError> {
    let fingerprints = parse_fingerprints(&arguments.fingerprints)?;
    let repository = current_repository()?;
    let common = &Common { no_suppressions: true, min_confidence: Some(Level::Low), ..common.clone() };
    let scanner = settings::scanner(common, Some(&repository), TreeVersion::Worktree)?;
    Run { common, arguments, scanner, repository, fingerprints, control }.report()
}

/// Where the values of a part of the run are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Files,
    Index,
    History,
}

pub(crate) fn run(common: &Common, arguments: &Verify, control: &ScanControl) -> Result<Exit, CliError> {
    let started = output::report_time();
    let targets = (arguments.format.wanted().is_some() || !arguments.output.is_empty())
        .then(|| {
            let (format, folder) = (arguments.format.wanted(), &common.caller_folder);
            Request { format, outputs: &arguments.output, folder, quiet: common.quiet }.targets()
        })
        .transpose()?;
    let fingerprints = parse_fingerprints(&arguments.fingerprints)?;
    if let Some(host) = arguments.host.as_ref().filter(|host| !is_host_name(host)) {
        return Err(VerifyError::Host(host.escape_debug().to_string()).into());
    }
    let repository = current_repository()?;
    // What a person names is asked, suppressed or not.
    let named = Common { no_suppressions: true, min_confidence: Some(Level::Low), ..common.clone() };
    let common = if fingerprints.is_empty() { common } else { &named };
    let scanner = settings::scanner(common, Some(&repository), TreeVersion::Worktree)?;
    let run = Run { common, arguments, scanner, repository, fingerprints, control };
    let report = run.report()?;
    match targets {
        Some(targets) => output::write(&report, &targets, common, (started, RunMode::default()))?,
        None => drop(output::print(verify_text::describe(&report, common))?),
    }
    Ok(exit(&report, common.allow_incomplete))
}

/// Returns the exit code: 1 if a secret is live, 2 if of one nobody knows, or if something could not be read.
fn exit(report: &Report, allow_incomplete: bool) -> Exit {
    if report.problems.iter().any(|problem| problem.kind == ProblemKind::Interrupted) {
        return Exit::Interrupted;
    }
    let has = |wanted| report.findings.iter().any(|finding| finding.verification() == Some(wanted));
    let found = if has(Verification::Live) { Exit::Findings } else { Exit::Clean };
    let is_unknown = has(Verification::Unknown) && !allow_incomplete;
    if is_unknown || !report.problems.is_empty() { found.and_incomplete() } else { found }
}

fn parse_fingerprints(texts: &[String]) -> Result<Vec<String>, VerifyError> {
    let parse = |text: &String| {
        let digits = text.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        // A secret in the place of a fingerprint is redacted where the error is printed.
        let wrong = || VerifyError::NoFingerprint(text.escape_debug().to_string());
        if is_fingerprint(&digits) { Ok(digits) } else { Err(wrong()) }
    };
    texts.iter().map(parse).collect()
}

/// A run of the command.
struct Run<'r> {
    common: &'r Common,
    arguments: &'r Verify,
    scanner: Scanner,
    repository: Repository,
    fingerprints: Vec<String>,
    control: &'r ScanControl,
}

impl Run<'_> {
    /// Returns a report of the values with their answers.
    fn report(&self) -> Result<Report, CliError> {
        let mut whole: Option<Report> = None;
        let mut open: BTreeSet<&str> = self.fingerprints.iter().map(String::as_str).collect();
        let mut seen = BTreeSet::new();
        for part in [Part::Files, Part::Index, Part::History] {
            let is_wanted = match part {
                _ if !self.fingerprints.is_empty() => !open.is_empty(),
                Part::Files => self.repository.work_tree.is_some(),
                Part::Index => false,
                Part::History => self.arguments.history || self.repository.work_tree.is_none(),
            };
            if !is_wanted {
                continue;
            }
            let Some(mut report) = self.scan(part)? else { continue };
            report.findings.retain(|finding| {
                let is_named =
                    open.is_empty() || open.iter().any(|digits| finding.fingerprint.matches_prefix(digits));
                is_named && seen.insert(finding.fingerprint.clone())
            });
            open.retain(|digits| !seen.iter().any(|known| known.matches_prefix(digits)));
            if !self.fingerprints.is_empty() {
                // What cannot be read elsewhere says nothing about a value that was found.
                report.problems.retain(|problem| problem.kind == ProblemKind::Interrupted);
            }
            self.ask(part, &mut report)?;
            whole = Some(match whole {
                None => report,
                Some(known) => joined(known, report),
            });
        }
        match open.first() {
            Some(digits) => Err(VerifyError::Unknown((*digits).to_owned()).into()),
            None => Ok(whole.unwrap_or_default()),
        }
    }

    fn ask(&self, part: Part, report: &mut Report) -> Result<(), CliError> {
        let top = real_top(&self.repository);
        let check = LiveCheck {
            common: self.common,
            scanner: &self.scanner,
            root: TextRoot {
                folder: top.as_deref().filter(|_| part == Part::Files),
                repository: Some(&self.repository),
            },
            asking: self.arguments.asking,
            host: self.arguments.host.as_deref(),
            owner: self.arguments.owner,
            control: self.control,
        };
        check.run(report)
    }

    /// Scans one part; `None` if the repository does not have it.
    fn scan(&self, part: Part) -> Result<Option<Report>, CliError> {
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
}

/// Returns the report of both: the scope is that of the later one, which read more.
fn joined(known: Report, later: Report) -> Report {
    let mut report = later;
    report.findings.splice(0..0, known.findings);
    report.suppressed.splice(0..0, known.suppressed);
    report.problems.splice(0..0, known.problems);
    report.notes.splice(0..0, known.notes);
    for list in [&mut report.problems, &mut report.notes] {
        list.sort();
        list.dedup();
    }
    report
}
