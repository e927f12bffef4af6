//! The baseline: one known value a line, so that people can review it and git can merge it.
//!
//! A line is `FINGERPRINT RULE PATH [until=YYYY-MM-DD] [-- REASON]`. Only the fingerprint and the expiry decide. Rule and
//! path are for people and are never updated, so a line changes only when a person decides something. There are no line
//! numbers and no times. Lines may be in any order and may be there twice, as `merge=union` leaves them.
//!
//! Reads and writes text. Opens no file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::Date;
use miette::Diagnostic;
use thiserror::Error;

use crate::policy::suppress::{EntrySource, SuppressionEntry};
use crate::secret::{Fingerprint, mask_line};
use crate::text::escape_terminal;

/// The first line of a new baseline.
const HEADER: &str =
    "# Known findings of skant: FINGERPRINT RULE PATH [until=DATE] [-- REASON]. `skant baseline --help`";

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
const FORMAT_HELP: &str = "a line is `FINGERPRINT RULE PATH [until=DATE] [-- REASON]`";

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
    /// The reason, escaped and masked; empty if there is none.
    pub reason: String,
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
                // Two lines for one value: the one that expires later counts, then the one with a reason.
                let lasts =
                    |known: &BaselineEntry| (known.until.is_none(), known.until, !known.reason.is_empty());
                if twice.is_none_or(|other| lasts(other) < lasts(&known)) {
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
        reason: sanitize_reason(reason),
    };
    let (rule, path) = (words.next(), words.next());
    let (Some(rule), Some(path)) = (rule, path) else {
        return Err(("it needs a rule and a path, or `-`", FORMAT_HELP));
    };
    known.rule = escape_terminal(rule.as_bytes());
    known.path = escape_terminal(path.as_bytes());
    for word in words {
        let date = word
            .strip_prefix("until=")
            .ok_or(("only `until=DATE` and `-- REASON` may follow the path", FORMAT_HELP))?;
        known.until =
            Some(date.parse().map_err(|_| ("the expiry is not a date (until=YYYY-MM-DD)", FORMAT_HELP))?);
    }
    Ok((fingerprint, known))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "# head\n\
        3f9c1ad200112233 anthropic-api-key app/.env until=2027-01-31 -- an example\n\
        a1b2c3d4e5 generic-secret a%20b.py\n";

    #[test]
    fn a_written_baseline_is_read_back() {
        let baseline = Baseline::parse(GOOD.as_bytes()).unwrap();
        assert_eq!(baseline.to_text(), GOOD);
        assert_eq!(baseline.suppressions().len(), 2);
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
    fn an_error_names_the_line_and_quotes_nothing() {
        for (line, message) in [
            ("<<<<<<< HEAD", "a merge left its conflict markers"),
            ("hunter2 rule path", "does not begin with a fingerprint"),
            ("3f9c1a hunter2", "needs a rule and a path"),
            ("3f9c1a rule path until=hunter2", "not a date"),
            ("3f9c1a rule path hunter2", "may follow the path"),
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
            fingerprint in "[0-9a-f]{16}", rule in "[a-z]{1,5}-[a-z]{1,5}", path in "[a-zA-Z0-9/._%-]{1,30}", reason in "[ -~]{0,60}", day in 1i8..28
        ) {
            let until = Some(Date::new(2027, 1, day).unwrap());
            let known = BaselineEntry { rule, path, until, reason: sanitize_reason(&reason) };
            let mut baseline = Baseline::with_header();
            baseline.entries.insert(fingerprint, known);
            proptest::prop_assert_eq!(Baseline::parse(baseline.to_text().as_bytes()), Ok(baseline));
        }
    }
}
