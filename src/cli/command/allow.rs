//! `allow`: suppresses one finding by its fingerprint.

use std::io::Write as _;

use crate::cli::args::{Allow, Common, Level};
use crate::cli::baseline_file::{Book, end, known_of, reason};
use crate::cli::session::merge_parents;
use crate::cli::{Exit, Failure, settings};
use crate::finding::{Finding, Report};
use crate::policy::repo_files::{BASELINE_FILE, TreeVersion};
use crate::policy::suppress::baseline::{Baseline, BaselineEntry, is_fingerprint};
use crate::scan::PathFilter;
use crate::source::ScanControl;

pub(crate) fn allow(common: &Common, arguments: &Allow, control: &ScanControl) -> Result<Exit, Failure> {
    let book = Book::open()?;
    let digits = arguments.fingerprint.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    if !is_fingerprint(&digits) {
        return Err(Failure(
            "a fingerprint is six to sixteen hexadecimal digits, as reports print it (RULE/FINGERPRINT will do, too)"
                .into(),
        ));
    }
    let (reason, until) = (reason(&arguments.reason)?, end(arguments.until.as_deref())?);
    if reason.is_empty() {
        return Err(Failure("`--reason` has to say why it is no secret, or why it does no harm".into()));
    }
    let mut baseline = book.baseline.clone().unwrap_or_else(Baseline::with_header);
    let (fingerprint, known) = if let Some(finding) = found(common, &book, &digits, control)? {
        (finding.fingerprint.as_str().to_owned(), known_of(&finding, until, &reason))
    } else {
        let known = baseline.entries.get(&digits).cloned();
        if known.is_none() && ![10, 14, 16].contains(&digits.len()) {
            return Err(Failure(format!(
                "nothing that is staged or in the working tree has a fingerprint that begins with {digits}; give the \
                 whole fingerprint to allow what stands elsewhere"
            )));
        }
        let (rule, path) = known.map_or_else(Default::default, |known| (known.rule, known.path));
        (digits, BaselineEntry { rule, path, until, reason })
    };
    let word = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    let said = format!("{fingerprint} {} {}", word(&known.rule), word(&known.path));
    baseline.entries.insert(fingerprint, known);
    book.write(&baseline)?;
    let until = until.map_or_else(String::new, |until| format!(" until {until}"));
    writeln!(
        std::io::stdout().lock(),
        "allowed{until}: {said}\non record in {BASELINE_FILE}; for a commit its staged version counts: git add {BASELINE_FILE}"
    )?;
    Ok(Exit::Clean)
}

/// The finding that digits name: among what is staged first, then in the working tree.
fn found(
    common: &Common,
    book: &Book,
    digits: &str,
    control: &ScanControl,
) -> Result<Option<Finding>, Failure> {
    let all = Common { min_confidence: Some(Level::Low), no_suppressions: true, ..common.clone() };
    let scanner = settings::scanner(&all, Some(&book.repository), TreeVersion::Worktree)?;
    let named = |report: Report| {
        let mut named: Vec<Finding> = report
            .findings
            .into_iter()
            .filter(|finding| finding.fingerprint.matches_prefix(digits))
            .collect();
        named.dedup_by(|one, other| one.fingerprint == other.fingerprint);
        match named.len() {
            0 | 1 => Ok(named.pop()),
            _ => Err(Failure(format!(
                "several findings have a fingerprint that begins with {digits}; give more digits"
            ))),
        }
    };
    let staged = scanner.scan_staged(&book.repository, &merge_parents(), &PathFilter::default(), control);
    if let Some(finding) = staged.ok().map(named).transpose()?.flatten() {
        return Ok(Some(finding));
    }
    let mut reports = book.everything(&all, false, control)?;
    reports.pop().map_or(Ok(None), named)
}
