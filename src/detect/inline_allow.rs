//! `skant:allow`, or `gitleaks:allow`, in a comment beside a finding. Reads the words; what they are worth is
//! decided in `allow`.

use std::ops::Range;

use crate::secret::mask_line;
use crate::text::{LineCursor, escape_terminal, line_around};

/// The words that begin a directive.
const MARKS: [(&[u8], Marker); 2] = [(b"skant:allow", Marker::Skant), (b"gitleaks:allow", Marker::Gitleaks)];

/// What all of them end in.
const COMMON: &[u8] = b":allow";

/// Whose directive it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Marker {
    /// `skant:allow`.
    #[default]
    Skant,
    /// `gitleaks:allow`, which says no more than that.
    Gitleaks,
}

/// How far from the finding a directive may stand on its line, in bytes.
const REACH: usize = 512;

/// The longest reason that is kept.
const MOST_REASON: usize = 200;

/// What a comment says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InlineComment {
    /// Whose it is.
    pub marker: Marker,
    /// The rule that it is for; any if absent.
    pub rule: Option<String>,
    /// The fingerprint (or its first digits) that it is for.
    pub fingerprint: Option<String>,
    /// The last day on which it counts, `YYYY-MM-DD`, as it is written.
    pub until: Option<String>,
    /// Why; masked and escaped.
    pub reason: String,
}

impl InlineComment {
    /// The inline_comments on the line of `span`, and on the line before it if that is nothing but a comment.
    pub(crate) fn near(text: &[u8], span: &Range<usize>) -> Vec<Self> {
        let line = line_around(text, span, REACH);
        let mut found = Self::all_in(&text[span.end..line.end]);
        found.extend(Self::all_in(&text[line.start..span.start]));
        if line.start > 0 && text[line.start - 1] == b'\n' {
            let before = line_around(text, &(line.start - 1..line.start - 1), REACH);
            let before = &text[before];
            let at = marks_in(before).next().map_or(0, |(mark, _)| mark.start);
            // A comment sign may be a word (`rem`, `dnl`), code before the directive is longer.
            if before[..at].iter().filter(|byte| byte.is_ascii_alphanumeric()).count() <= 3 {
                found.extend(Self::all_in(before));
            }
        }
        found
    }

    /// All inline_comments of a text, each with its line.
    #[must_use]
    pub fn find_all(text: &[u8]) -> Vec<(usize, Self)> {
        let mut cursor = LineCursor::new(text);
        let marks = marks_in(text).filter(|(_, mark)| *mark == Marker::Skant);
        let line = |at: usize| line_around(text, &(at..at), REACH);
        marks
            .map(|(place, mark)| {
                (cursor.at(place.start).line, Self::parse(&text[place.end..line(place.end).end], mark))
            })
            .collect()
    }

    fn all_in(text: &[u8]) -> Vec<Self> {
        marks_in(text).map(|(place, mark)| Self::parse(&text[place.end..], mark)).collect()
    }

    fn parse(text: &[u8], mark: Marker) -> Self {
        if mark == Marker::Gitleaks {
            return Self { marker: mark, ..Self::default() };
        }
        let end = marks_in(text).next().map_or(text.len(), |(place, _)| place.start);
        let (head, reason) = match memchr::memmem::find(&text[..end], b"-- ") {
            Some(at) => (&text[..at], &text[at + 3..end]),
            None => (&text[..end], &b""[..]),
        };
        let mut directive = Self { marker: mark, reason: clean(reason), ..Self::default() };
        for word in head.split(u8::is_ascii_whitespace).filter_map(|word| std::str::from_utf8(word).ok()) {
            let word = word.trim_matches(|sign: char| "\"'`,;*#<>{}()".contains(sign));
            if let Some(date) = word.strip_prefix("until=") {
                directive.until = Some(date.to_owned());
            } else if directive.rule.is_none() && directive.fingerprint.is_none() && is_subject(word) {
                let (rule, fingerprint) = word.split_once('/').unwrap_or((word, ""));
                directive.rule = (!rule.is_empty()).then(|| rule.to_owned());
                directive.fingerprint = (!fingerprint.is_empty()).then(|| fingerprint.to_owned());
            }
        }
        directive
    }
}

/// Where the words stand that begin a directive.
fn marks_in(text: &[u8]) -> impl Iterator<Item = (Range<usize>, Marker)> + '_ {
    memchr::memmem::find_iter(text, COMMON).filter_map(move |at| {
        let end = at + COMMON.len();
        let found = MARKS.iter().find(|(words, _)| text[..end].ends_with(words));
        found.map(|(words, mark)| (end - words.len()..end, *mark))
    })
}

/// `rule`, `rule/fingerprint` or `/fingerprint`.
fn is_subject(word: &str) -> bool {
    let (rule, fingerprint) = word.split_once('/').unwrap_or((word, ""));
    let is_rule = rule.contains('-') && rule.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_fingerprint = !fingerprint.is_empty() && fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_rule && (fingerprint.is_empty() || is_fingerprint)) || (rule.is_empty() && is_fingerprint)
}

fn clean(reason: &[u8]) -> String {
    let reason = &reason[..reason.len().min(MOST_REASON)];
    let shown = escape_terminal(&mask_line(reason, None));
    let end =
        ["-->", "*/", "#}", "%>"].iter().filter_map(|mark| shown.find(mark)).min().unwrap_or(shown.len());
    shown[..end].trim().trim_end_matches(['"', '\'', ',']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(text: &str) -> Vec<InlineComment> {
        let start = text.find("SECRET").unwrap();
        InlineComment::near(text.as_bytes(), &(start..start + 6))
    }

    #[test]
    fn all_parts_are_read() {
        let text =
            "k = SECRET # skant:allow anthropic-api-key/3f9c1a until=2027-01-31 -- rotated, see runbook";
        let expected = InlineComment {
            rule: Some("anthropic-api-key".into()),
            fingerprint: Some("3f9c1a".into()),
            until: Some("2027-01-31".into()),
            reason: "rotated, see runbook".into(),
            marker: Marker::Skant,
        };
        assert_eq!(near(text), [expected]);
        assert_eq!(near("SECRET // skant:allow /3f9c1a")[0].fingerprint.as_deref(), Some("3f9c1a"));
        assert_eq!(near("SECRET <!-- skant:allow -- old -->")[0].reason, "old");
        assert_eq!(near("SECRET /* skant:allow */"), [InlineComment::default()]);
    }

    #[test]
    fn it_counts_on_the_line_and_on_a_comment_line_before() {
        assert_eq!(near("# skant:allow\nSECRET").len(), 1);
        assert_eq!(near("// skant:allow\r\n  SECRET").len(), 1);
        assert_eq!(near("other = 'value' # skant:allow\nSECRET").len(), 0);
        assert_eq!(near("# skant:allow\n\nSECRET").len(), 0);
        assert_eq!(near("SECRET\n# skant:allow").len(), 0);
    }

    #[test]
    fn the_words_of_gitleaks_are_told_apart() {
        let both = near("SECRET # gitleaks:allow skant:allow /3f9c1a -- old");
        assert_eq!(both[0], InlineComment { marker: Marker::Gitleaks, ..InlineComment::default() });
        assert_eq!((both[1].marker, both[1].fingerprint.as_deref()), (Marker::Skant, Some("3f9c1a")));
        assert_eq!(near("# gitleaks:allow\nSECRET").len(), 1);
        assert_eq!(near("SECRET # other:allow").len(), 0);
    }

    #[test]
    fn a_reason_is_masked() {
        let text = format!("SECRET # skant:allow -- was {}", "k".repeat(20));
        assert_eq!(near(&text)[0].reason, "was ********");
    }

    #[test]
    fn all_comments_of_a_text_have_their_lines() {
        let comment = ["skant", "allow"].join(":");
        let text = format!("a\nb # {comment} x-y/abcdef01 -- why\n\n# {comment}\n");
        let all = InlineComment::find_all(text.as_bytes());
        let told: Vec<_> = all.iter().map(|(line, one)| (*line, one.fingerprint.as_deref())).collect();
        assert_eq!(told, [(2, Some("abcdef01")), (4, None)]);
    }
}
