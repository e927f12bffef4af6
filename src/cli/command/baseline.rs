//! `skant baseline`: creates and maintains `.skant-baseline`.
//!
//! The entries are not written into `skant.toml`: a file with one value per line merges without conflicts, and no text
//! that a person wrote and ordered has to be rewritten.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use miette::Diagnostic;
use thiserror::Error;

use super::baseline_import::Import;
use crate::cli::args::{Baseline as Arguments, BaselineCommand, BaselineOptions, Common, Level};
use crate::cli::baseline_file::{BaselineFile, NewEntry, parse_reason, parse_until};
use crate::cli::error::{CliError, IoError};
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::finding::{Problem, Report, SuppressedBy};
use crate::policy::clock;
use crate::policy::repo_files::BASELINE_FILE;
use crate::policy::suppress::baseline::Baseline;
use crate::policy::suppress::baseline_update::BaselineUpdate;
use crate::report::human::counted;
use crate::scan::redact;
use crate::source::ScanControl;
use crate::text::escape_terminal;

#[derive(Debug, Error, Diagnostic)]
enum BaselineCommandError {
    #[error("there is a {BASELINE_FILE} already")]
    #[diagnostic(code(skant::baseline::exists), help("`skant baseline update` adds to it"))]
    Exists,
    #[error("there is no {BASELINE_FILE}")]
    #[diagnostic(code(skant::baseline::missing), help("`skant baseline create` creates one"))]
    Missing,
}

pub(crate) fn run(common: &Common, arguments: &Arguments, control: &ScanControl) -> Result<Exit, CliError> {
    let file = BaselineFile::open()?;
    match &arguments.command {
        BaselineCommand::Create(_) if file.baseline.is_some() => Err(BaselineCommandError::Exists.into()),
        BaselineCommand::Create(options) | BaselineCommand::Update(options) => {
            add_findings(common, &file, options, control)
        }
        BaselineCommand::Prune => find_outdated(common, &file, OutdatedEntries::Remove, control),
        BaselineCommand::Check => find_outdated(common, &file, OutdatedEntries::List, control),
    }
}

/// Adds the findings that are not in the baseline. Existing entries stay as they are.
fn add_findings(
    common: &Common,
    file: &BaselineFile,
    options: &BaselineOptions,
    control: &ScanControl,
) -> Result<Exit, CliError> {
    let reason = parse_reason(options.reason.as_deref().unwrap_or_default())?;
    let until = parse_until(options.until.as_deref())?;
    let entry = NewEntry { until, decision: None, reason };
    let import = options.from.as_deref().map(|path| Import::read(path, &file.top)).transpose()?;
    let reports = file.scan(common, options.history, control)?;
    let mut update = BaselineUpdate::new(file.baseline.clone().unwrap_or_else(Baseline::with_header));
    let mut not_imported = 0;
    for finding in reports.iter().flat_map(|report| &report.findings) {
        if import.as_ref().is_some_and(|import| !import.contains(finding)) {
            not_imported += 1;
        } else {
            update.add(&finding.fingerprint, entry.for_finding(finding));
        }
    }
    let suppressed = reports.iter().flat_map(|report| &report.suppressed);
    for suppressed in suppressed.filter(|suppressed| suppressed.by == SuppressedBy::Baseline) {
        update.confirm(&suppressed.fingerprint);
    }
    let (added, expired) = (update.added, update.expired);
    let (baseline, lengthened) = update.finish();
    if file.baseline.as_ref() != Some(&baseline) {
        file.write(&baseline)?;
    }
    let mut out =
        format!("{BASELINE_FILE}: {added} added, {} in total\n", counted(baseline.entries.len(), "value"));
    // Writing to a string does not fail.
    if let Some(import) = &import {
        let _ = writeln!(
            out,
            "{} in the imported file that no audit marked as a secret; {not_imported} found that it does not have",
            counted(import.len(), "value")
        );
    }
    if lengthened > 0 {
        let _ = writeln!(
            out,
            "{lengthened} written with more digits, so that a new value of the same file does not pass"
        );
    }
    if expired > 0 {
        let _ = writeln!(out, "{expired} found whose entry has expired; `skant allow` renews an entry");
    }
    if file.baseline.is_none() {
        let _ = writeln!(
            out,
            "commit it, and let branches that add lines merge without conflicts:\n  \
             echo '{BASELINE_FILE} merge=union' >> .gitattributes"
        );
    }
    output::print(out)?;
    print_problems(&problems_of(&reports))
}

/// The treatment of outdated entries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OutdatedEntries {
    Remove,
    List,
}

/// Finds the entries whose value is in neither the working tree nor the history, and the expired ones.
fn find_outdated(
    common: &Common,
    file: &BaselineFile,
    treatment: OutdatedEntries,
    control: &ScanControl,
) -> Result<Exit, CliError> {
    let baseline = file.baseline.as_ref().ok_or(BaselineCommandError::Missing)?;
    let all = Common { min_confidence: Some(Level::Low), no_suppressions: false, ..common.clone() };
    let reports = file.scan(&all, true, control)?;
    let problems = problems_of(&reports);
    if !problems.is_empty() {
        output::print("not everything could be read, so no entry is called outdated\n")?;
        return print_problems(&problems);
    }
    let is_found = |digits: &str| {
        reports.iter().any(|report| {
            let open = report.findings.iter().map(|finding| &finding.fingerprint);
            let suppressed = report.suppressed.iter().map(|suppressed| &suppressed.fingerprint);
            open.chain(suppressed).any(|fingerprint| fingerprint.matches_prefix(digits))
        })
    };
    let today = clock::today();
    let (mut remaining, mut out) = (baseline.clone(), String::new());
    let (mut unused, mut expired) = (0, 0);
    for (fingerprint, entry) in &baseline.entries {
        // A person may have written the line by hand.
        let description = || redact(&escape_terminal(format!("{} {}", entry.rule, entry.path).as_bytes()));
        if !is_found(fingerprint) {
            remaining.entries.remove(fingerprint);
            unused += 1;
            let _ = writeln!(out, "not found any more: {fingerprint} {}", description());
        } else if let Some(until) = entry.until.filter(|until| *until < today) {
            expired += 1;
            let _ = writeln!(out, "expired on {until}, still found: {fingerprint} {}", description());
        }
    }
    let crowded = remaining.crowded_places();
    for place in &crowded {
        let path = redact(&escape_terminal(place.path.as_bytes()));
        let (values, percent) = (counted(place.values, "value"), place.percent);
        let _ = writeln!(
            out,
            "too few digits: {path} has {values}, so a new one there passes in {percent} of 100 cases; \
             `skant baseline update --history` adds digits"
        );
    }
    if treatment == OutdatedEntries::Remove && unused > 0 {
        file.write(&remaining)?;
    }
    let verb = if treatment == OutdatedEntries::Remove { "removed" } else { "not found any more" };
    let total = counted(baseline.entries.len(), "value");
    let _ = writeln!(out, "{BASELINE_FILE}: {total}, {unused} {verb}, {expired} expired");
    output::print(out)?;
    let is_clean =
        expired == 0 && (treatment == OutdatedEntries::Remove || unused == 0 && crowded.is_empty());
    Ok(if is_clean { Exit::Clean } else { Exit::Findings })
}

fn problems_of(reports: &[Report]) -> Vec<&Problem> {
    reports.iter().flat_map(|report| &report.problems).collect()
}

fn print_problems(problems: &[&Problem]) -> Result<Exit, CliError> {
    let mut err = io::stderr().lock();
    for problem in problems {
        let path = problem.path.as_ref().map_or_else(String::new, |path| format!("{path}: "));
        writeln!(err, "problem[{}]: {path}{}", problem.kind.name(), problem.message)
            .map_err(|source| IoError::Write { stream: "standard error", source })?;
    }
    Ok(if problems.is_empty() { Exit::Clean } else { Exit::Failed })
}
