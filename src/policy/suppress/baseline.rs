//! The baseline: one known value a line, so that people can review it and git can merge it.
//!
//! A line is `FINGERPRINT RULE PATH [until=DATE] [verdict=VERDICT] [at=DATE] [by=NAME] [-- REASON]`. Only the fingerprint,
//! the expiry and the verdict decide. Rule and path are for people and are never updated, so a line changes only when a
//! person decides something. There are no line numbers, and no times but the days of a verdict and of an expiry. Lines may
//! be in any order and may be there twice, as `merge=union` leaves them: then the later verdict counts.
//!
//! Reads and writes text. Opens no file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::Date;
use miette::Diagnostic;
use thiserror::Error;

use crate::finding::Verdict;
use crate::policy::suppress::{Decision, EntrySource, SuppressionEntry};
use crate::secret::{Fingerprint, mask_line};
use crate::text::escape_terminal;

/// The first line of a new baseline.
const HEADER: &str = "# Known findings of skant: FINGERPRINT RULE PATH [until=DATE] [verdict=VERDICT] [at=DATE] [by=NAME] [-- REASON]. `skant baseline --help`";

/// The longest reason, in characters.
const MAX_REASON: usize = 200;

/// A line that cannot be read. The error quotes nothing of the line.
#[derive(Clone, Debug, Error, Diagnostic, PartialEq, Eq)]
#[error("line {line}: {message}")]
#[diagnostic(code(skant::baseline::line), help("{help}"))]
pub struct BaselineError {
    /// The line, from 1.
    pub line: usize,
    message: &'static str,
    help: &'static str,
}

/// The help for an error of a line without a help of its own.
const FORMAT_HELP: &str =
    "a line is `FINGERPRINT RULE PATH [until=DATE] [verdict=VERDICT] [at=DATE] [by=NAME] [-- REASON]`";

/// The help for an error of a verdict.
const VERDICT_HELP: &str = "a verdict is confirmed, revoked, test, false-alarm or accepted";

impl BaselineError {
    /// Returns what to do about the line.
    #[must_use]
    pub const fn advice(&self) -> &'static str {
        self.help
    }
}

/// One known value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BaselineEntry {
    /// The rule that found the value, for people.
    pub rule: String,
    /// The path of the value, escaped and masked, for people.
    pub path: String,
    /// The last day on which the entry applies.
    pub until: Option<Date>,
    /// The verdict; `None` for a plain suppression.
    pub decision: Option<Decision>,
    /// The reason, escaped and masked; empty if there is none.
    pub reason: String,
}

impl BaselineEntry {
    /// Returns what decides which of two lines for one value counts: the later verdict, then the one that keeps the finding
    /// in view, then the later expiry, then a reason.
    fn rank(&self) -> impl Ord {
        let decision = self.decision.as_ref();
        let verdict = decision.map(|decision| std::cmp::Reverse(decision.verdict));
        (
            decision.and_then(|decision| decision.at),
            verdict,
            self.until.is_none(),
            self.until,
            !self.reason.is_empty(),
        )
    }
}

/// All known values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The entries by fingerprint.
    pub entries: BTreeMap<String, BaselineEntry>,
    comments: Vec<String>,
}

impl Baseline {
    /// Makes an empty baseline with a first line that explains the format.
    #[must_use]
    pub fn with_header() -> Self {
        Self { entries: BTreeMap::new(), comments: vec![HEADER.to_owned()] }
    }

    /// Parses a baseline.
    ///
    /// # Errors
    /// A line cannot be read.
    pub fn parse(bytes: &[u8]) -> Result<Self, BaselineError> {
        let mut baseline = Self::default();
        for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let error = |(message, help)| BaselineError { line: at + 1, message, help };
            let line = std::str::from_utf8(line).map_err(|_| error(("it is not UTF-8", FORMAT_HELP)))?.trim();
            if line.starts_with('#') {
                if !baseline.comments.iter().any(|known| known == line) {
                    baseline.comments.push(line.to_owned());
                }
            } else if !line.is_empty() {
                let (fingerprint, known) = parse_line(line).map_err(error)?;
                let twice = baseline.entries.get(&fingerprint);
                if twice.is_none_or(|other| other.rank() < known.rank()) {
                    baseline.entries.insert(fingerprint, known);
                }
            }
        }
        Ok(baseline)
    }

    /// Returns the text of the file, sorted.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        for comment in &self.comments {
            // Writing to a string does not fail.
            let _ = writeln!(out, "{comment}");
        }
        for (fingerprint, known) in &self.entries {
            let _ = writeln!(out, "{}", line(fingerprint, known));
        }
        out
    }

    /// Returns the entries as suppressions.
    #[must_use]
    pub fn suppressions(&self) -> Vec<SuppressionEntry> {
        let entry = |(fingerprint, known): (&String, &BaselineEntry)| SuppressionEntry {
            fingerprint: Some(fingerprint.clone()),
            until: known.until,
            decision: known.decision.clone(),
            ..SuppressionEntry::new(EntrySource::Baseline, known.reason.clone())
        };
        self.entries.iter().map(entry).collect()
    }
}

/// Returns a reason as files and reports show it: one line, short, with everything masked that may be a secret.
#[must_use]
pub(crate) fn sanitize_reason(reason: &str) -> String {
    let line = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    // Nearly all reasons are plain words, in which nothing is masked. Each hook reads the whole list, so this is fast.
    let is_plain = line.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b' ')
        && line.split(' ').all(|word| word.len() < 16);
    if is_plain && line.len() <= MAX_REASON {
        return line;
    }
    let masked = |text: &str| escape_terminal(&mask_line(text.as_bytes(), None));
    let mut shown: String = masked(&line).chars().take(MAX_REASON).collect();
    // The result is read again later, so it has to stay as it is when it is masked once more.
    for _ in 0..8 {
        let again: String = masked(&shown).chars().take(MAX_REASON).collect();
        if again == shown {
            break;
        }
        shown = again;
    }
    shown.trim().to_owned()
}

/// Whether a text is a fingerprint, or its first digits in a sufficient number to name a value.
#[must_use]
pub(crate) fn is_fingerprint(digits: &str) -> bool {
    (Fingerprint::MIN_PREFIX..=16).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn line(fingerprint: &str, known: &BaselineEntry) -> String {
    let word = |text: &str| if text.is_empty() { "-".to_owned() } else { text.replace(' ', "%20") };
    let mut line = format!("{fingerprint} {} {}", word(&known.rule), word(&known.path));
    if let Some(until) = known.until {
        let _ = write!(line, " until={until}");
    }
    if let Some(Decision { verdict, at, by }) = &known.decision {
        let _ = write!(line, " verdict={}", verdict.name());
        if let Some(at) = at {
            let _ = write!(line, " at={at}");
        }
        if !by.is_empty() {
            let _ = write!(line, " by={}", by.replace('%', "%25").replace(' ', "%20"));
        }
    }
    if !known.reason.is_empty() {
        let _ = write!(line, " -- {}", known.reason);
    }
    line
}

/// Parses a line; an error is a message and a help.
fn parse_line(line: &str) -> Result<(String, BaselineEntry), (&'static str, &'static str)> {
    if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|mark| line.starts_with(mark)) {
        return Err((
            "a merge left its conflict markers",
            "keep the lines of both sides and remove the markers",
        ));
    }
    let (head, reason) = line.split_once(" -- ").unwrap_or((line, ""));
    let mut words = head.split_whitespace();
    let fingerprint = words.next().unwrap_or_default().to_ascii_lowercase();
    if !is_fingerprint(&fingerprint) {
        return Err(("it does not begin with a fingerprint", FORMAT_HELP));
    }
    let mut known = BaselineEntry {
        rule: String::new(),
        path: String::new(),
        until: None,
        decision: None,
        reason: sanitize_reason(reason),
    };
    let (rule, path) = (words.next(), words.next());
    let (Some(rule), Some(path)) = (rule, path) else {
        return Err(("it needs a rule and a path, or `-`", FORMAT_HELP));
    };
    known.rule = escape_terminal(rule.as_bytes());
    known.path = escape_terminal(path.as_bytes());
    let (mut verdict, mut at, mut by) = (None, None, String::new());
    for word in words {
        match word.split_once('=') {
            Some(("until", date)) => {
                known.until = Some(
                    date.parse().map_err(|_| ("the expiry is not a date (until=YYYY-MM-DD)", FORMAT_HELP))?,
                );
            }
            Some(("verdict", name)) => {
                verdict = Some(Verdict::from_name(name).ok_or(("the verdict is not known", VERDICT_HELP))?);
            }
            Some(("at", date)) => {
                at = Some(date.parse().map_err(|_| ("the day is not a date (at=YYYY-MM-DD)", FORMAT_HELP))?);
            }
            Some(("by", name)) => by = sanitize_reason(&name.replace("%20", " ").replace("%25", "%")),
            _ => {
                return Err((
                    "only `until`, `verdict`, `at`, `by` and `-- REASON` may follow the path",
                    FORMAT_HELP,
                ));
            }
        }
    }
    known.decision = match verdict {
        Some(verdict) => Some(Decision { verdict, at, by }),
        None if at.is_some() || !by.is_empty() => {
            return Err(("`at` and `by` belong to a verdict (verdict=VERDICT)", VERDICT_HELP));
        }
        None => None,
    };
    Ok((fingerprint, known))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "# head\n\
        3f9c1ad200112233 anthropic-api-key app/.env until=2027-01-31 -- an example\n\
        a1b2c3d4e5 generic-secret a%20b.py\n\
        b1b2c3d4e5 generic-secret c.py verdict=revoked at=2026-11-30 by=Ada%20Author -- rotated\n";

    #[test]
    fn a_written_baseline_is_read_back() {
        let baseline = Baseline::parse(GOOD.as_bytes()).unwrap();
        assert_eq!(baseline.to_text(), GOOD);
        assert_eq!(baseline.suppressions().len(), 3);
        assert_eq!(baseline.suppressions()[0].until, Some("2027-01-31".parse().unwrap()));
        let new = Baseline::with_header();
        assert_eq!(Baseline::parse(new.to_text().as_bytes()).unwrap(), new);
    }

    #[test]
    fn order_and_repeats_do_not_matter() {
        let mut lines: Vec<&str> = GOOD.lines().collect();
        lines.reverse();
        lines.extend(["# head", "A1B2C3D4E5 generic-secret other.py until=2020-01-01", ""]);
        assert_eq!(Baseline::parse(lines.join("\r\n").as_bytes()).unwrap().to_text(), GOOD);
    }

    #[test]
    fn of_two_verdicts_the_later_counts_then_the_one_that_keeps_the_finding_in_view() {
        let line =
            |verdict: &str, day: u8| format!("a1b2c3d4e5 rule path verdict={verdict} at=2026-11-{day:02}");
        for (one, other, expected) in [
            (line("confirmed", 1), line("false-alarm", 2), "false-alarm"),
            (line("confirmed", 2), line("false-alarm", 1), "confirmed"),
            (line("false-alarm", 1), line("confirmed", 1), "confirmed"),
            (line("accepted", 1), line("revoked", 1), "revoked"),
            (line("test", 1), "a1b2c3d4e5 rule path -- old".to_owned(), "test"),
        ] {
            for text in [format!("{one}\n{other}\n"), format!("{other}\n{one}\n")] {
                let baseline = Baseline::parse(text.as_bytes()).unwrap();
                let decision = baseline.entries["a1b2c3d4e5"].decision.as_ref().unwrap();
                assert_eq!(decision.verdict.name(), expected, "{text}");
            }
        }
    }

    #[test]
    fn an_error_names_the_line_and_quotes_nothing() {
        for (line, message) in [
            ("<<<<<<< HEAD", "a merge left its conflict markers"),
            ("hunter2 rule path", "does not begin with a fingerprint"),
            ("3f9c1a hunter2", "needs a rule and a path"),
            ("3f9c1a rule path until=hunter2", "not a date"),
            ("3f9c1a rule path hunter2", "may follow the path"),
            ("3f9c1a rule path verdict=hunter2", "verdict is not known"),
            ("3f9c1a rule path at=2026-01-01", "belong to a verdict"),
            ("3f9c1 rule path", "fingerprint"),
            ("3f9c1ad2001122334 rule path", "fingerprint"),
        ] {
            let error = Baseline::parse(format!("# x\n{line}\n").as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with("line 2: ") && error.contains(message), "{line}: {error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
        assert!(Baseline::parse(b"\xff\xfe").is_err());
    }

    #[test]
    fn a_reason_is_one_masked_line() {
        assert_eq!(sanitize_reason("rotated\n  in May"), "rotated in May");
        assert_eq!(sanitize_reason("abcdefgh Ijklmnop"), "abcdefgh Ijklmnop");
        assert_eq!(sanitize_reason(&format!("was {}", "k".repeat(20))), "was ********");
        assert_eq!(sanitize_reason(&"ab ".repeat(500)).chars().count(), MAX_REASON);
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_are_an_error_or_are_written_as_they_are_read(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..80)) {
            if let Ok(read) = Baseline::parse(&bytes) {
                proptest::prop_assert_eq!(Baseline::parse(read.to_text().as_bytes()), Ok(read));
            }
        }

        #[test]
        fn any_entry_is_read_as_it_is_written(
            fingerprint in "[0-9a-f]{16}", rule in "[a-z]{1,5}-[a-z]{1,5}", path in "[a-zA-Z0-9/._%-]{1,30}", reason in "[ -~]{0,60}", by in "[A-Za-z %.]{0,20}", verdict in 0..7_usize, day in 1i8..28
        ) {
            let until = Some(Date::new(2027, 1, day).unwrap());
            let decision = Verdict::ALL.get(verdict).map(|verdict| Decision { verdict: *verdict, at: until, by: sanitize_reason(&by) });
            let known = BaselineEntry { rule, path, until, decision, reason: sanitize_reason(&reason) };
            let mut baseline = Baseline::with_header();
            baseline.entries.insert(fingerprint, known);
            proptest::prop_assert_eq!(Baseline::parse(baseline.to_text().as_bytes()), Ok(baseline));
        }
    }
}
