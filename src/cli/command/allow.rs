//! `skant allow`: adds one finding to the baseline by its fingerprint.

use miette::Diagnostic;
use thiserror::Error;

use crate::cli::args::{Allow, Common, Level};
use crate::cli::baseline_file::{BaselineFile, entry_for, parse_reason, parse_until};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::session::merge_parents;
use crate::cli::{output, settings};
use crate::finding::{Finding, Report};
use crate::policy::repo_files::{BASELINE_FILE, TreeVersion};
use crate::policy::suppress::baseline::{Baseline, BaselineEntry, is_fingerprint};
use crate::rules::RuleSet;
use crate::scan::PathFilter;
use crate::source::ScanControl;
use crate::text::escape_terminal;

/// The fewest digits of a whole fingerprint. With fewer digits only an existing value can be named.
const MIN_WHOLE: usize = 10;

/// The number of findings that an error lists.
const MAX_NAMES: usize = 20;

/// The line about a fingerprint that no finding has.
const UNCHECKED: &str = "no finding in the staged files or the working tree has this fingerprint; `skant explain` searches \
    the history for it, and `skant baseline check` lists entries that nothing needs\n";

#[derive(Debug, Error, Diagnostic)]
enum AllowError {
    #[error("this is not a fingerprint")]
    #[diagnostic(
        code(skant::allow::fingerprint),
        help("give 6 to 16 hexadecimal digits, as a report prints them; RULE/FINGERPRINT works as well")
    )]
    Fingerprint,
    #[error("`--reason` is empty")]
    #[diagnostic(
        code(skant::allow::reason),
        help("say why the value is not a secret, or why it does no harm")
    )]
    EmptyReason,
    #[error("no finding in the staged files or the working tree has a fingerprint that begins with {0}")]
    #[diagnostic(
        code(skant::allow::unknown),
        help("give the whole fingerprint to allow a value that is somewhere else, such as in the history")
    )]
    Unknown(String),
    #[error("several findings have a fingerprint that begins with {digits}")]
    #[diagnostic(code(skant::allow::ambiguous), help("give more digits:{}", .lines.concat()))]
    Ambiguous {
        digits: String,
        /// A line for each finding: its longer fingerprint and its location.
        lines: Vec<String>,
    },
}

pub(crate) fn run(common: &Common, arguments: &Allow, control: &ScanControl) -> Result<Exit, CliError> {
    let file = BaselineFile::open()?;
    let digits = arguments.fingerprint.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    if !is_fingerprint(&digits) {
        return Err(AllowError::Fingerprint.into());
    }
    let (reason, until) = (parse_reason(&arguments.reason)?, parse_until(arguments.until.as_deref())?);
    if reason.is_empty() {
        return Err(AllowError::EmptyReason.into());
    }
    let mut baseline = file.baseline.clone().unwrap_or_else(Baseline::with_header);
    let found = find(common, &file, &digits, control)?;
    // A value of the history is allowed by its whole fingerprint, and nothing has checked that there is one.
    let doubt = if found.is_none() && !baseline.entries.contains_key(&digits) { UNCHECKED } else { "" };
    let (fingerprint, entry) = if let Some(finding) = found {
        // Shorter forms would let more values pass, and may have expired.
        finding.fingerprint.names().for_each(|name| drop(baseline.entries.remove(name)));
        let values = baseline.values_at_place_of(&finding.fingerprint) + 1;
        (finding.fingerprint.for_baseline(values).to_owned(), entry_for(&finding, until, &reason))
    } else {
        let existing = baseline.entries.get(&digits).cloned();
        if existing.is_none() && digits.len() < MIN_WHOLE {
            return Err(AllowError::Unknown(digits).into());
        }
        let named = || (named_rule(&arguments.fingerprint).to_owned(), String::new());
        let (rule, path) = existing.map_or_else(named, |entry| (entry.rule, entry.path));
        (digits, BaselineEntry { rule, path, until, reason })
    };
    let word = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    let description = format!("{fingerprint} {} {}", word(&entry.rule), word(&entry.path));
    baseline.entries.insert(fingerprint, entry);
    file.write(&baseline)?;
    let until = until.map_or_else(String::new, |until| format!(" until {until}"));
    output::print(format!(
        "allowed{until}: {description}\n{doubt}\
         added to {BASELINE_FILE}; a commit uses its staged version: git add {BASELINE_FILE}\n"
    ))
}

/// Returns the rule in `RULE/FINGERPRINT`, if there is such a rule.
fn named_rule(argument: &str) -> &str {
    let rule = argument.rsplit_once('/').map_or("", |(rule, _)| rule);
    if RuleSet::builtin().rules().iter().any(|known| known.id == rule) { rule } else { "" }
}

/// Finds the finding that the digits name: first in the staged files, then in the working tree.
fn find(
    common: &Common,
    file: &BaselineFile,
    digits: &str,
    control: &ScanControl,
) -> Result<Option<Finding>, CliError> {
    let all = Common { min_confidence: Some(Level::Low), no_suppressions: true, ..common.clone() };
    let scanner = settings::scanner(&all, Some(&file.repository), TreeVersion::Worktree)?;
    let staged = scanner.scan_staged(&file.repository, &merge_parents(), &PathFilter::default(), control);
    // A failure is not fatal here: the working tree may hold the value as well.
    if let Some(finding) = staged.ok().map(|report| find_in(report, digits)).transpose()?.flatten() {
        return Ok(Some(finding));
    }
    let mut reports = file.scan(&all, false, control)?;
    Ok(reports.pop().map(|report| find_in(report, digits)).transpose()?.flatten())
}

fn find_in(report: Report, digits: &str) -> Result<Option<Finding>, AllowError> {
    let mut named: Vec<Finding> =
        report.findings.into_iter().filter(|finding| finding.fingerprint.matches_prefix(digits)).collect();
    named.sort_by(|one, other| one.fingerprint.cmp(&other.fingerprint));
    named.dedup_by(|one, other| one.fingerprint == other.fingerprint);
    if named.len() > 1 {
        let name = |finding: &Finding| {
            let name = finding.fingerprint.for_baseline(named.len());
            let place = finding.locations.first().map_or_else(String::new, |location| {
                format!("{}:{}", escape_terminal(location.path.as_bytes()), location.start.line)
            });
            format!("\n  {name} {place}")
        };
        let lines = named.iter().take(MAX_NAMES).map(name).collect();
        return Err(AllowError::Ambiguous { digits: digits.to_owned(), lines });
    }
    Ok(named.pop())
}
