//! `skant explain FINGERPRINT`: scans the working tree, then the history, for a value.

use std::fmt::Write as _;

use miette::Diagnostic;
use thiserror::Error;

use super::explain_output::{LabelledLines, describe_result};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::finding::{Confidence, Finding, Report, Suppressed};
use crate::git::Repository;
use crate::policy::disposition::{DispositionInputs, disposition};
use crate::policy::hidden_reason;
use crate::scan::{FileSelection, HistoryOptions, Scanner};
use crate::source::ScanControl;
use crate::source::worktree::{IgnoreMode, PathOrigin};

/// The number of locations that are listed.
const MAX_LOCATIONS: usize = 10;

#[derive(Debug, Error, Diagnostic)]
#[error("no value in {covered} has a fingerprint that begins with {digits}")]
#[diagnostic(
    code(skant::explain::unknown_fingerprint),
    help("compare the digits with the report; a fingerprint of a weak value also depends on its path")
)]
struct UnknownFingerprint {
    covered: String,
    digits: String,
}

/// The fingerprint to search for.
pub(super) struct Query<'q> {
    /// The first digits, or all of them.
    pub(super) digits: &'q str,
    /// The lowest confidence that a report would include.
    pub(super) min_confidence: Confidence,
}

/// Prints what a scan finds for the fingerprint. The history is covered only if the working tree has no such value.
pub(super) fn run(
    scanner: &Scanner,
    repository: &Repository,
    query: &Query<'_>,
    control: &ScanControl,
) -> Result<Exit, CliError> {
    let top =
        repository.work_tree.as_ref().map(|top| std::fs::canonicalize(top).unwrap_or_else(|_| top.clone()));
    let mut covered = Vec::new();
    if let Some(top) = &top {
        let repository = Repository { work_tree: Some(top.clone()), ..repository.clone() };
        let names = [top.clone()];
        let files = FileSelection {
            repository: Some(&repository),
            root: top,
            names: &names,
            ignore_mode: IgnoreMode::AsGit,
            origin: PathOrigin::Program,
        };
        let report = scanner.scan_files(&files, control)?;
        if let Some(text) = describe_matches(scanner, &report, query) {
            return output::print(&text);
        }
        covered.push("the working tree");
    }
    let report = scanner.scan_history(repository, &HistoryOptions::default(), control)?;
    if let Some(text) = describe_matches(scanner, &report, query) {
        return output::print(&text);
    }
    covered.push("the history");
    let incomplete = if report.problems.is_empty() { "" } else { " (parts could not be read)" };
    let covered = format!("{}{incomplete}", covered.join(" or "));
    Err(UnknownFingerprint { covered, digits: query.digits.to_owned() }.into())
}

/// Describes the findings with the fingerprint; `None` if there are none.
fn describe_matches(scanner: &Scanner, report: &Report, query: &Query<'_>) -> Option<String> {
    let mut out = String::new();
    for finding in report.findings.iter().filter(|finding| finding.fingerprint.matches_prefix(query.digits)) {
        out.push_str(&describe_finding(scanner, finding, query.min_confidence));
    }
    for suppressed in report.suppressed.iter().filter(|one| one.fingerprint.matches_prefix(query.digits)) {
        let Suppressed { fingerprint, rule, by, reason, path, line, .. } = suppressed;
        let reason = if reason.is_empty() { "no reason given" } else { reason };
        // Writing to a string does not fail.
        let _ = writeln!(out, "{path}:{line}  {rule}  {fingerprint}  suppressed by {by}: {reason}");
    }
    if out.is_empty() {
        return None;
    }
    out.push_str(
        "\n`skant explain PATH:LINE` lists the rules that were evaluated on a line, and their results\n",
    );
    Some(out)
}

fn describe_finding(scanner: &Scanner, finding: &Finding, min_confidence: Confidence) -> String {
    let mut lines = LabelledLines::new(&format!("{}  {}", finding.rule, finding.secret.text));
    lines.add("what", &finding.title);
    lines.add("fingerprint", finding.fingerprint.as_str());
    lines.add("severity", finding.severity.name());
    lines.add("confidence", finding.confidence.name());
    lines.add_all("why", finding.reasons.iter().map(|reason| reason.text.clone()));
    let locations = finding.locations.iter().take(MAX_LOCATIONS).map(|location| {
        let commit = location.commit.as_ref();
        let commit = commit.map_or_else(String::new, |commit| format!(" in commit {:.12}", commit.id));
        format!("{}:{}:{}{commit}", location.path, location.start.line, location.start.column)
    });
    lines.add_all("found at", locations);
    if let Some(rule) = scanner.detector().rules().iter().find(|rule| rule.id == finding.rule) {
        lines.add("source", &rule.source);
    }
    let policy = scanner.policy();
    for (run, mode) in [("scan", policy.scan_mode(None, false, None)), ("hook", policy.hook_mode())] {
        let (effect, reason) = disposition(&DispositionInputs::from_reported(finding, mode));
        lines.add(run, &format!("{} ({})", effect.name(), reason.code()));
    }
    let is_reported = hidden_reason(finding.confidence, min_confidence, false).is_none();
    lines.add("result", describe_result(is_reported, true, false));
    lines.finish()
}
