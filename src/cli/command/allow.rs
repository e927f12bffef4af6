//! `skant allow`: adds findings to the baseline, by fingerprint, rule or path, with a verdict if there is one.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::Date;
use miette::Diagnostic;
use thiserror::Error;

use crate::cli::allow_args::Allow;
use crate::cli::args::{Common, Level};
use crate::cli::baseline_file::{BaselineFile, NewEntry, parse_decision, parse_reason, parse_until};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::filter_options::near_rules;
use crate::cli::session::merge_parents;
use crate::cli::{output, settings};
use crate::finding::{Finding, Report, Verdict};
use crate::policy::PathPatterns;
use crate::policy::repo_files::{BASELINE_FILE, TreeVersion};
use crate::policy::suppress::baseline::{Baseline, is_fingerprint};
use crate::report::words::describe_location;
use crate::scan::PathFilter;
use crate::secret::Fingerprint;
use crate::source::ScanControl;
use crate::text::{escape_terminal, unescape_path};

/// The number of findings that an error lists.
const MAX_NAMES: usize = 20;

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
    #[error("no finding in the files or in the history{incomplete} has a fingerprint that begins with {}", .digits.join(" or "))]
    #[diagnostic(code(skant::allow::unknown), help("compare the digits with a report; nothing was written"))]
    Unknown {
        digits: Vec<String>,
        /// What was not read, in parentheses.
        incomplete: &'static str,
    },
    #[error("several findings have a fingerprint that begins with {digits}")]
    #[diagnostic(code(skant::allow::ambiguous), help("give more digits:{}", .lines.concat()))]
    Ambiguous {
        digits: String,
        /// A line for each finding: its longer fingerprint and its location.
        lines: Vec<String>,
    },
    #[error("no finding has this rule and this path")]
    #[diagnostic(
        code(skant::allow::nothing_selected),
        help("`skant scan` lists the findings; `--history` selects from the history as well")
    )]
    NothingSelected,
    #[error("no rule is named `{name}`")]
    #[diagnostic(
        code(skant::allow::unknown_rule),
        help("{near}`--rule` takes whole ids; repeat it for several rules. `skant rules list` lists them")
    )]
    UnknownRule {
        name: String,
        /// Rules with a similar name, as the start of a sentence; may be empty.
        near: String,
    },
    #[error("a person has confirmed that these are secrets in use:{}", .0.concat())]
    #[diagnostic(
        code(skant::allow::confirmed),
        help(
            "`--rule` and `--path` keep this verdict; name the fingerprint to replace it. Nothing was written"
        )
    )]
    Confirmed(Vec<String>),
    #[error("`--path` has no valid pattern")]
    #[diagnostic(
        code(skant::allow::pattern),
        help("write a pattern as in `.gitignore`, such as tests/ or *.pem")
    )]
    Pattern,
}

pub(crate) fn run(common: &Common, arguments: &Allow, control: &ScanControl) -> Result<Exit, CliError> {
    let file = BaselineFile::open()?;
    let digits = arguments.fingerprints.iter().map(|argument| parse_digits(argument));
    let digits = digits.collect::<Result<Vec<String>, _>>()?;
    let (reason, until) = (parse_reason(&arguments.reason)?, parse_until(arguments.until.as_deref())?);
    if reason.is_empty() {
        return Err(AllowError::EmptyReason.into());
    }
    let decision = parse_decision(arguments.verdict, arguments.by.as_deref())?;
    let entry = NewEntry { until, decision, reason };
    let mut baseline = file.baseline.clone().unwrap_or_else(Baseline::with_header);
    let (mut lines, mut kept) = (Vec::new(), Vec::new());
    if digits.is_empty() {
        let selected = select(common, arguments, &file, control)?;
        // A selection does not show whom it overrules.
        let is_kept = |finding: &&Finding| {
            finding.verdict == Some(Verdict::Confirmed) && arguments.verdict != Some(Verdict::Confirmed)
        };
        for finding in selected.values().filter(|finding| !is_kept(finding)) {
            lines.push(add(&mut baseline, finding, &entry));
        }
        kept = selected.values().filter(is_kept).take(MAX_NAMES).map(describe_finding).collect();
        if lines.is_empty() && !kept.is_empty() {
            return Err(AllowError::Confirmed(kept).into());
        }
    } else {
        let mut finder = Finder { common, file: &file, control, reports: files(common, &file, control)? };
        let (found, known) = finder.find_all(&digits, &baseline)?;
        for finding in &found {
            lines.push(add(&mut baseline, finding, &entry));
        }
        for digits in known {
            lines.extend(renew(&mut baseline, &digits, &entry));
        }
    }
    if lines.is_empty() {
        return output::print("nothing to add: an entry or a comment suppresses each of these findings\n");
    }
    file.write(&baseline)?;
    let mut said = describe(&lines, until, arguments.verdict);
    for line in kept {
        // Writing to a string does not fail.
        let _ = writeln!(said, "kept, as it is confirmed:{}", line.replace('\n', ""));
    }
    output::print(said)
}

/// Returns a line break, and a line for a finding: its fingerprint and place.
fn describe_finding(finding: &Finding) -> String {
    let place = finding.locations.first().map_or_else(String::new, |location| {
        format!("{}:{}", escape_terminal(location.path.as_bytes()), location.start.line)
    });
    format!("\n  {} {place}", finding.fingerprint.for_baseline(1))
}

fn describe(lines: &[String], until: Option<Date>, verdict: Option<Verdict>) -> String {
    let verb = verdict.map_or("allowed", Verdict::name);
    let until = until.map_or_else(String::new, |until| format!(" until {until}"));
    let mut out = String::new();
    for line in lines {
        // Writing to a string does not fail.
        let _ = writeln!(out, "{verb}{until}: {line}");
    }
    let _ =
        writeln!(out, "added to {BASELINE_FILE}; a commit uses its staged version: git add {BASELINE_FILE}");
    out
}

fn parse_digits(argument: &str) -> Result<String, AllowError> {
    let digits = argument.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    if is_fingerprint(&digits) { Ok(digits) } else { Err(AllowError::Fingerprint) }
}

/// Adds an entry for a finding; returns its line for people.
pub(super) fn add(baseline: &mut Baseline, finding: &Finding, entry: &NewEntry) -> String {
    // Shorter forms would let more values pass, and may have expired.
    finding.fingerprint.names().for_each(|name| drop(baseline.entries.remove(name)));
    let values = baseline.values_at_place_of(&finding.fingerprint) + 1;
    let fingerprint = finding.fingerprint.for_baseline(values).to_owned();
    let new = entry.for_finding(finding);
    let line = describe_entry(&fingerprint, &new.rule, &new.path);
    baseline.entries.insert(fingerprint, new);
    line
}

/// Renews an entry whose value was not found now; returns its line for people.
fn renew(baseline: &mut Baseline, digits: &str, entry: &NewEntry) -> Option<String> {
    let old = baseline.entries.get(digits)?;
    let new = entry.with_place(old.rule.clone(), old.path.clone());
    let line = describe_entry(digits, &new.rule, &new.path);
    baseline.entries.insert(digits.to_owned(), new);
    Some(line)
}

fn describe_entry(fingerprint: &str, rule: &str, path: &str) -> String {
    let word = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    format!("{fingerprint} {} {}", word(rule), word(path))
}

/// Scans the staged files and the working tree, with suppressed findings and those of low confidence.
fn files(common: &Common, file: &BaselineFile, control: &ScanControl) -> Result<Vec<Report>, CliError> {
    let all = Common { min_confidence: Some(Level::Low), no_suppressions: true, ..common.clone() };
    scan_files(&all, file, control)
}

fn scan_files(common: &Common, file: &BaselineFile, control: &ScanControl) -> Result<Vec<Report>, CliError> {
    let scanner = settings::scanner(common, Some(&file.repository), TreeVersion::Worktree)?;
    let staged = scanner.scan_staged(&file.repository, &merge_parents(), &PathFilter::default(), control);
    // A failure is not fatal here: the working tree may hold the value as well.
    let mut reports: Vec<Report> = staged.into_iter().collect();
    reports.extend(file.scan(common, false, control)?);
    Ok(reports)
}

/// Finds findings by their digits: in the files first, then in the history.
struct Finder<'f> {
    common: &'f Common,
    file: &'f BaselineFile,
    control: &'f ScanControl,
    reports: Vec<Report>,
}

impl Finder<'_> {
    /// Returns the findings, and the digits that only the baseline has.
    fn find_all(
        &mut self,
        digits: &[String],
        baseline: &Baseline,
    ) -> Result<(Vec<Finding>, Vec<String>), CliError> {
        let (mut found, mut known, mut missing) = (Vec::new(), Vec::new(), Vec::new());
        for digits in digits {
            match find_in(&self.reports, digits)? {
                Some(finding) => found.push(finding),
                None if baseline.entries.contains_key(digits) => known.push(digits.clone()),
                None => missing.push(digits.clone()),
            }
        }
        if missing.is_empty() {
            return Ok((found, known));
        }
        let all = Common { min_confidence: Some(Level::Low), no_suppressions: true, ..self.common.clone() };
        let history = self.file.scan(&all, true, self.control)?;
        let is_whole = history.iter().all(|report| report.problems.is_empty());
        let mut unknown = Vec::new();
        for digits in missing {
            match find_in(&history, &digits)? {
                Some(finding) => found.push(finding),
                None => unknown.push(digits),
            }
        }
        if unknown.is_empty() {
            return Ok((found, known));
        }
        let incomplete = if is_whole { "" } else { " (parts could not be read)" };
        Err(AllowError::Unknown { digits: unknown, incomplete }.into())
    }
}

/// Returns the finding with these first digits; those of several fingerprints are an error.
fn find_in(reports: &[Report], digits: &str) -> Result<Option<Finding>, AllowError> {
    let named: BTreeMap<&Fingerprint, &Finding> = reports
        .iter()
        .flat_map(|report| &report.findings)
        .filter(|finding| finding.fingerprint.matches_prefix(digits))
        .map(|finding| (&finding.fingerprint, finding))
        .collect();
    if named.len() > 1 {
        let name = |finding: &&Finding| {
            let name = finding.fingerprint.for_baseline(named.len());
            let place = finding.locations.first().map(describe_location).unwrap_or_default();
            format!("\n  {name} {} {}", finding.rule, escape_terminal(place.as_bytes()))
        };
        let lines = named.values().take(MAX_NAMES).map(name).collect();
        return Err(AllowError::Ambiguous { digits: digits.to_owned(), lines });
    }
    Ok(named.into_values().next().cloned())
}

/// Returns the findings of the named rules and paths that no entry suppresses.
fn select(
    common: &Common,
    arguments: &Allow,
    file: &BaselineFile,
    control: &ScanControl,
) -> Result<BTreeMap<Fingerprint, Finding>, CliError> {
    let scanner = settings::scanner(common, Some(&file.repository), TreeVersion::Worktree)?;
    let ids = scanner.detector().rules().iter().map(|rule| rule.id.as_ref());
    if let Some(name) = arguments.rule.iter().find(|name| !ids.clone().any(|id| id == name.as_str())) {
        return Err(AllowError::UnknownRule { name: name.clone(), near: near_rules(name, ids) }.into());
    }
    let patterns = PathPatterns::new(&arguments.path).map_err(|_| AllowError::Pattern)?;
    let mut reports = scan_files(common, file, control)?;
    if arguments.history {
        reports.extend(file.scan(common, true, control)?);
    }
    let has_rule =
        |rule: &str| arguments.rule.is_empty() || arguments.rule.iter().any(|wanted| wanted == rule);
    let is_below =
        |path: &str| patterns.is_empty() || unescape_path(path).is_some_and(|path| patterns.matches(&path));
    let is_allowed = reports
        .iter()
        .flat_map(|report| &report.suppressed)
        .any(|suppressed| has_rule(&suppressed.rule) && is_below(&suppressed.path));
    let selected: BTreeMap<Fingerprint, Finding> = reports
        .into_iter()
        .flat_map(|report| report.findings)
        .filter(|finding| has_rule(&finding.rule))
        .filter(|finding| finding.locations.iter().any(|location| is_below(&location.path)))
        .map(|finding| (finding.fingerprint.clone(), finding))
        .collect();
    if selected.is_empty() && !is_allowed { Err(AllowError::NothingSelected.into()) } else { Ok(selected) }
}
