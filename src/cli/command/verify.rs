//! `skant verify`: asks the providers of values whether they still work.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use super::verify_text;
use crate::cli::args::{Common, Verify};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::live_check::LiveCheck;
use crate::cli::output;
use crate::cli::report_targets::Request;
use crate::cli::session::real_top;
use crate::cli::value_search::{Part, ValueError, ValueSearch, is_interrupted, parse_fingerprints};
use crate::finding::{ProblemKind, Report, Verification};
use crate::policy::RunMode;
use crate::source::ScanControl;
use crate::verify::is_host_name;

#[derive(Debug, Error, Diagnostic)]
#[error("{0} is no host name")]
#[diagnostic(code(skant::verify::host), help("write the name alone, such as `gitlab.example.org`"))]
struct NoHost(String);

pub(crate) fn run(common: &Common, arguments: &Verify, control: &ScanControl) -> Result<Exit, CliError> {
    let started = output::report_time();
    let targets = (arguments.format.wanted().is_some() || !arguments.output.is_empty())
        .then(|| {
            let (format, folder) = (arguments.format.wanted(), &common.caller_folder);
            Request { format, outputs: &arguments.output, folder, quiet: common.quiet }.targets()
        })
        .transpose()?;
    let fingerprints = parse_fingerprints(&arguments.fingerprints)?;
    check_host(arguments.host.as_deref())?;
    let search = ValueSearch::open(common, !fingerprints.is_empty(), control)?;
    let search = ValueSearch { host: arguments.host.clone(), ..search };
    let common = &search.common;
    let run = Run { search: &search, arguments, fingerprints };
    let report = run.report()?;
    match targets {
        Some(targets) => output::write(&report, &targets, common, (started, RunMode::default()))?,
        None => drop(output::print(verify_text::describe(&report, common))?),
    }
    Ok(exit(&report, common.allow_incomplete))
}

/// Fails for a host that is none.
///
/// # Errors
/// It is no host name.
pub(super) fn check_host(host: Option<&str>) -> Result<(), CliError> {
    match host.filter(|host| !is_host_name(host)) {
        Some(host) => Err(NoHost(host.escape_debug().to_string()).into()),
        None => Ok(()),
    }
}

/// Returns the exit code: 1 if a secret is live, 2 if of one nobody knows, or if something could not be read.
fn exit(report: &Report, allow_incomplete: bool) -> Exit {
    if is_interrupted(&report.problems) {
        return Exit::Interrupted;
    }
    let has = |wanted| report.findings.iter().any(|finding| finding.verification() == Some(wanted));
    let found = if has(Verification::Live) { Exit::Findings } else { Exit::Clean };
    let is_unknown = has(Verification::Unknown) && !allow_incomplete;
    if is_unknown || !report.problems.is_empty() { found.and_incomplete() } else { found }
}

/// A run of the command.
struct Run<'r> {
    search: &'r ValueSearch<'r>,
    arguments: &'r Verify,
    fingerprints: Vec<String>,
}

impl Run<'_> {
    /// Returns a report of the values with their answers.
    fn report(&self) -> Result<Report, CliError> {
        let mut whole: Option<Report> = None;
        let mut open: BTreeSet<&str> = self.fingerprints.iter().map(String::as_str).collect();
        let mut seen = BTreeSet::new();
        for part in Part::ALL {
            let is_wanted = match part {
                _ if !self.fingerprints.is_empty() => !open.is_empty(),
                Part::Files => self.search.repository.work_tree.is_some(),
                Part::Index => false,
                Part::History => self.arguments.history || self.search.repository.work_tree.is_none(),
            };
            if !is_wanted {
                continue;
            }
            let Some(mut report) = self.search.scan(part)? else { continue };
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
            Some(digits) => Err(ValueError::Unknown((*digits).to_owned()).into()),
            None => Ok(whole.unwrap_or_default()),
        }
    }

    fn ask(&self, part: Part, report: &mut Report) -> Result<(), CliError> {
        let top = real_top(&self.search.repository);
        let folder = top.as_deref().filter(|_| part == Part::Files);
        let Verify { asking, owner, .. } = self.arguments;
        let check = LiveCheck { owner: *owner, ..self.search.check(folder, *asking) };
        check.run(report)
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
