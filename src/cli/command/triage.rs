//! `skant triage`: goes through the findings on a terminal, and records a verdict for each at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;

use miette::Diagnostic;
use thiserror::Error;

use super::allow::add;
use crate::cli::allow_args::Triage;
use crate::cli::args::Common;
use crate::cli::baseline_file::{BaselineFile, NewEntry, parse_decision};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::key_input::{Key, KeyInput};
use crate::cli::output;
use crate::finding::{Finding, Report, Verdict};
use crate::policy::repo_files::BASELINE_FILE;
use crate::policy::suppress::baseline::Baseline;
use crate::report::{Filter, whereabouts, words};
use crate::rules::RuleSet;
use crate::secret::Fingerprint;
use crate::source::ScanControl;

#[derive(Debug, Error, Diagnostic)]
enum TriageError {
    #[error("triage needs a terminal for its keys: {0}")]
    #[diagnostic(
        code(skant::triage::no_terminal),
        help("without a terminal: `skant allow FINGERPRINT --verdict VERDICT --reason TEXT`")
    )]
    NoTerminal(io::Error),
}

/// The keys, with their verdicts and the reasons that the entries get.
const KEYS: [(char, Verdict, &str); 5] = [
    ('c', Verdict::Confirmed, "a secret in use"),
    ('r', Verdict::Revoked, "works no more"),
    ('t', Verdict::Test, "a value for tests"),
    ('f', Verdict::FalseAlarm, "no secret"),
    ('a', Verdict::Accepted, "the risk is accepted"),
];

pub(crate) fn run(common: &Common, arguments: &Triage, control: &ScanControl) -> Result<Exit, CliError> {
    let file = BaselineFile::open()?;
    // A name with a secret is refused before the scan.
    parse_decision(Some(Verdict::Test), arguments.by.as_deref())?;
    if !arguments.history {
        arguments.filters.check_scan_of_files()?;
    }
    let filter = arguments.filters.filter(None)?;
    let mut keys = KeyInput::open().map_err(TriageError::NoTerminal)?;
    let findings = undecided(&file.scan(common, arguments.history, control)?, arguments, &filter)?;
    let mut open: Vec<&Finding> = findings.values().collect();
    open.sort_by_key(|finding| {
        let is_gone = finding.history.as_ref().is_some_and(|history| !history.at_head);
        let importance = std::cmp::Reverse((finding.severity, finding.confidence));
        (importance, is_gone, first_path(finding).to_owned())
    });
    let mut baseline = file.baseline.clone().unwrap_or_else(Baseline::with_header);
    let (mut decided, total) = (0, open.len());
    let mut is_ended = false;
    for (number, finding) in (1..).zip(&open) {
        output::print(describe(finding, number, total))?;
        match ask(&mut keys, control)? {
            Answer::Verdict(verdict, reason) => {
                let decision = parse_decision(Some(verdict), arguments.by.as_deref())?;
                let entry = NewEntry { until: None, decision, reason: reason.to_owned() };
                add(&mut baseline, finding, &entry);
                file.write(&baseline)?;
                decided += 1;
                output::print(format!("{}\n\n", verdict.name()))?;
            }
            Answer::Skip => drop(output::print("skipped\n\n")?),
            Answer::Quit => {
                output::print("\n")?;
                is_ended = true;
                break;
            }
        }
    }
    drop(keys);
    let mut out = format!("{decided} of {total} findings have a verdict now");
    if decided > 0 {
        let _ = write!(out, ", in {BASELINE_FILE}: git add {BASELINE_FILE}");
    }
    output::print(out + "\n")?;
    if control.cancellation.is_requested() {
        return Ok(Exit::Interrupted);
    }
    Ok(if is_ended || decided < total { Exit::Findings } else { Exit::Clean })
}

/// Returns the findings without a verdict that the filters choose.
fn undecided(
    reports: &[Report],
    arguments: &Triage,
    filter: &Filter,
) -> Result<BTreeMap<Fingerprint, Finding>, CliError> {
    let builtin = RuleSet::builtin();
    let found: BTreeSet<String> =
        reports.iter().flat_map(|report| &report.findings).map(|finding| finding.rule.to_string()).collect();
    let ids = builtin.rules().iter().map(|rule| &*rule.id).chain(found.iter().map(String::as_str));
    arguments.filters.check_rules(&ids)?;
    let mut findings: BTreeMap<Fingerprint, Finding> = BTreeMap::new();
    for finding in reports.iter().flat_map(|report| &report.findings).filter(|finding| filter.shows(finding))
    {
        // A finding with a verdict was decided before: triage goes on where it ended.
        if finding.verdict.is_none() {
            // The history knows more of a value than the files do.
            let is_known = findings
                .get(&finding.fingerprint)
                .is_some_and(|known| known.history.is_some() || finding.history.is_none());
            if !is_known {
                findings.insert(finding.fingerprint.clone(), finding.clone());
            }
        }
    }
    Ok(findings)
}

/// What the user decided about one finding.
enum Answer {
    Verdict(Verdict, &'static str),
    Skip,
    Quit,
}

fn ask(keys: &mut KeyInput, control: &ScanControl) -> Result<Answer, CliError> {
    const QUESTION: &str =
        "[c]onfirmed  [r]evoked  [t]est  [f]alse alarm  [a]ccepted  [s]kip  [q]uit, continue later  ? ";
    loop {
        output::print(QUESTION)?;
        let answer = match keys.read(control) {
            Key::End | Key::Character('q') => Some(Answer::Quit),
            Key::Character('s' | ' ') => Some(Answer::Skip),
            Key::Character(character) => KEYS
                .iter()
                .find(|(key, ..)| *key == character)
                .map(|(_, verdict, reason)| Answer::Verdict(*verdict, reason)),
        };
        if let Some(answer) = answer {
            return Ok(answer);
        }
        output::print("\n")?;
    }
}

fn first_path(finding: &Finding) -> &str {
    finding.locations.first().map_or("", |location| location.path.as_str())
}

/// Describes a finding in a few lines.
fn describe(finding: &Finding, number: usize, total: usize) -> String {
    let mut out = format!(
        "{number} of {total}: {} ({}), severity {}, confidence {}\n",
        finding.title, finding.fingerprint, finding.severity, finding.confidence
    );
    for location in finding.locations.iter().take(3) {
        // Writing to a string does not fail.
        let _ = writeln!(out, "  {}", words::describe_location(location));
    }
    if finding.places > 3 {
        let _ = writeln!(out, "  and {} more places", finding.places - 3);
    }
    let now = finding.history.as_ref().map(whereabouts::briefly);
    for fact in whereabouts::since(finding).into_iter().chain(now) {
        let _ = writeln!(out, "  {fact}");
    }
    if let Some(snippet) = finding.locations.first().and_then(|location| location.snippet.as_ref()) {
        let _ = writeln!(out, "  {}", snippet.line);
    }
    for reason in &finding.reasons {
        let _ = writeln!(out, "  {}", reason.text);
    }
    out
}
