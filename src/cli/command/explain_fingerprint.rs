//! `skant explain FINGERPRINT`: scans the working tree and the history for a value, and says all that is known about it.

use std::fmt::Write as _;

use miette::Diagnostic;
use thiserror::Error;

use super::explain_output::{LabelledLines, describe_result};
use super::explain_place;
use super::explain_reveal::RevealError;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::session::{real_top, scan_working_tree};
use crate::finding::{Confidence, Finding, Report, Suppressed};
use crate::git::Repository;
use crate::policy::disposition::{DispositionInputs, disposition};
use crate::policy::hidden_reason;
use crate::remediation::{Situation, advise};
use crate::report::{whereabouts, words};
use crate::scan::{HistoryOptions, Scanner};
use crate::source::ScanControl;

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
    /// Whether to print the value.
    pub(super) reveal: bool,
}

/// Prints what scans find for the fingerprint: the place in the working tree if it has one, else in the history, and the
/// history of the value.
pub(super) fn run(
    scanner: &Scanner,
    repository: &Repository,
    query: &Query<'_>,
    control: &ScanControl,
) -> Result<Exit, CliError> {
    let top = real_top(repository);
    let mut covered = Vec::new();
    let mut on_disk = None;
    if let Some(top) = &top {
        let mut report = scan_working_tree(scanner, repository, top, control)?;
        advise(&mut report, scanner.detector().rules(), Situation::Files);
        covered.push("the working tree");
        on_disk = Some(report).filter(|report| query.is_in(report));
    }
    let mut history = scanner.scan_history(repository, &HistoryOptions::default(), control)?;
    advise(&mut history, scanner.detector().rules(), Situation::History);
    covered.push("the history");
    let is_on_disk = on_disk.is_some();
    let incomplete = if history.problems.is_empty() { "" } else { " (parts could not be read)" };
    let (report, past) = match on_disk {
        Some(report) => (report, Some(history)),
        None => (history, None),
    };
    if !query.is_in(&report) {
        let covered = format!("{}{incomplete}", covered.join(" or "));
        return Err(UnknownFingerprint { covered, digits: query.digits.to_owned() }.into());
    }
    let repository = Repository { work_tree: top, ..repository.clone() };
    let matches = Matches { scanner, repository: &repository, query, is_on_disk, past: past.as_ref() };
    output::print(matches.describe(&report)?)
}

impl Query<'_> {
    /// Whether a report has the fingerprint.
    fn is_in(&self, report: &Report) -> bool {
        report.findings.iter().any(|finding| finding.fingerprint.matches_prefix(self.digits))
            || report.suppressed.iter().any(|one| one.fingerprint.matches_prefix(self.digits))
    }
}

/// What is needed to describe the findings with a fingerprint.
struct Matches<'m> {
    scanner: &'m Scanner,
    repository: &'m Repository,
    query: &'m Query<'m>,
    /// Whether the findings are in the working tree.
    is_on_disk: bool,
    /// The report of the history, if the findings are in the working tree.
    past: Option<&'m Report>,
}

impl Matches<'_> {
    fn describe(&self, report: &Report) -> Result<String, RevealError> {
        let digits = self.query.digits;
        let mut out = String::new();
        for finding in report.findings.iter().filter(|finding| finding.fingerprint.matches_prefix(digits)) {
            let past = self.past.into_iter().flat_map(|past| &past.findings);
            let past =
                past.into_iter().find(|past| past.fingerprint.as_str() == finding.fingerprint.as_str());
            let mut lines = describe_finding(self.scanner, finding, self.query.min_confidence);
            let history = finding.history.as_ref().or_else(|| past?.history.as_ref());
            lines.add_all("history", history.into_iter().flat_map(whereabouts::lines));
            self.add_place(finding, &mut lines)?;
            lines.add_all("what to do", words::steps(&finding.help));
            out.push_str(&lines.finish());
        }
        for suppressed in report.suppressed.iter().filter(|one| one.fingerprint.matches_prefix(digits)) {
            let Suppressed { fingerprint, rule, by, reason, path, line, .. } = suppressed;
            let reason = if reason.is_empty() { "no reason given" } else { reason };
            // Writing to a string does not fail.
            let _ = writeln!(out, "{path}:{line}  {rule}  {fingerprint}  suppressed by {by}: {reason}");
        }
        out.truncate(out.trim_end().len());
        out.push_str(
            "\n\n`skant explain PATH:LINE` lists the rules that were evaluated on a line, and their results\n",
        );
        Ok(out)
    }

    /// Adds the lines around the value, and the value itself on request.
    fn add_place(&self, finding: &Finding, lines: &mut LabelledLines) -> Result<(), RevealError> {
        let place = finding.locations.first();
        let text = place.and_then(|place| explain_place::text_of(self.repository, place, self.is_on_disk));
        let read = place.zip(text.as_deref());
        if let Some((place, text)) = read {
            lines.add_all("place", explain_place::context(self.scanner, text, place));
        }
        if self.query.reveal {
            let value = read.and_then(|(place, text)| explain_place::value(finding, place, text));
            lines.add("value", &value.ok_or(RevealError::NoPlainValue)?);
        }
        Ok(())
    }
}

fn describe_finding(scanner: &Scanner, finding: &Finding, min_confidence: Confidence) -> LabelledLines {
    let mut lines = LabelledLines::new(&format!("{}  {}", finding.rule, finding.secret.text));
    lines.add("what", &finding.title);
    lines.add("fingerprint", finding.fingerprint.as_str());
    lines.add("severity", finding.severity.name());
    lines.add("confidence", finding.confidence.name());
    lines.add_all("why", finding.reasons.iter().map(|reason| reason.text.clone()));
    lines.add_all("context", finding.context.map(|context| context.name().to_owned()));
    let locations = finding.locations.iter().take(MAX_LOCATIONS).map(words::describe_location);
    let hidden = finding.places.saturating_sub(MAX_LOCATIONS);
    let more = (hidden > 0).then(|| format!("and {hidden} more"));
    lines.add_all("found at", locations.chain(more));
    lines.add_all("belongs to", finding.locations.first().and_then(words::companion));
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
    lines
}
