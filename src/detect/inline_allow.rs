//! Inline comments near a finding: `skant:allow`, `gitleaks:allow`, and those of other scanners. This module parses them;
//! `policy::suppress` decides whether they apply.

use std::ops::Range;

use crate::secret::mask_line;
use crate::text::{LineCursor, escape_terminal, line_around};

/// The words that begin an inline comment.
const MARKERS: [(&[u8], Marker); 2] =
    [(b"skant:allow", Marker::Skant), (b"gitleaks:allow", Marker::Gitleaks)];

/// The comments of other scanners, which have no effect: `TruffleHog`, Kingfisher, detect-secrets, ggshield, betterleaks.
const OTHER_MARKERS: [&str; 6] = [
    "trufflehog:ignore",
    "kingfisher:ignore",
    "pragma: allowlist secret",
    "pragma: allowlist nextline secret",
    "ggignore",
    "betterleaks:allow",
];

/// The common end of the markers that may have an effect, which is searched for.
const COMMON_END: &[u8] = b":allow";

/// The tool that an inline comment is written for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Marker {
    /// `skant:allow`.
    #[default]
    Skant,
    /// `gitleaks:allow`, which has no parameters.
    Gitleaks,
    /// The comment of a scanner whose comments have no effect: its words.
    Other(&'static str),
}

/// The distance from the finding on its line within which an inline comment is read, in bytes.
const MAX_DISTANCE: usize = 512;

/// The length of the longest reason that is kept, in bytes.
const MAX_REASON: usize = 200;

/// A parsed inline comment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InlineComment {
    /// The tool that it is written for.
    pub marker: Marker,
    /// The id of the rule that it is limited to.
    pub rule: Option<String>,
    /// The fingerprint, or its first digits, that it is limited to.
    pub fingerprint: Option<String>,
    /// The last day on which it applies, `YYYY-MM-DD`, unparsed.
    pub until: Option<String>,
    /// The reason, masked and escaped.
    pub reason: String,
}

impl InlineComment {
    /// Returns the inline comments on the line of `span`, and on the line before it if that line is only a comment.
    pub(crate) fn find_near(text: &[u8], span: &Range<usize>) -> Vec<Self> {
        let line = line_around(text, span, MAX_DISTANCE);
        let mut found = Self::find_in(&text[span.end..line.end]);
        found.extend(Self::find_in(&text[line.start..span.start]));
        if line.start > 0 && text[line.start - 1] == b'\n' {
            let before = line_around(text, &(line.start - 1..line.start - 1), MAX_DISTANCE);
            let before = &text[before];
            let at = markers_in(before).next().map(|(span, _)| span.start).or_else(|| first_other_in(before));
            let at = at.unwrap_or_default();
            // The characters that begin a comment may be a word (`rem`, `dnl`). Code before the marker is longer.
            if before[..at].iter().filter(|byte| byte.is_ascii_alphanumeric()).count() <= 3 {
                found.extend(Self::find_in(before));
            }
        }
        found
    }

    /// Returns all `skant:allow` comments of a text, each with its line number.
    #[must_use]
    pub fn find_all(text: &[u8]) -> Vec<(usize, Self)> {
        let mut cursor = LineCursor::new(text);
        let markers = markers_in(text).filter(|(_, marker)| *marker == Marker::Skant);
        let line = |at: usize| line_around(text, &(at..at), MAX_DISTANCE);
        markers
            .map(|(span, marker)| {
                let rest = &text[span.end..line(span.end).end];
                (cursor.at(span.start).line, Self::parse(rest, marker))
            })
            .collect()
    }

    fn find_in(text: &[u8]) -> Vec<Self> {
        let others =
            OTHER_MARKERS.iter().filter(|words| memchr::memmem::find(text, words.as_bytes()).is_some());
        let others = others.map(|words| Self { marker: Marker::Other(words), ..Self::default() });
        let own = markers_in(text).map(|(span, marker)| Self::parse(&text[span.end..], marker));
        own.chain(others).collect()
    }

    /// Parses the text after a marker, up to the next marker.
    fn parse(text: &[u8], marker: Marker) -> Self {
        if marker != Marker::Skant {
            return Self { marker, ..Self::default() };
        }
        let end = markers_in(text).next().map_or(text.len(), |(span, _)| span.start);
        let (head, reason) = match memchr::memmem::find(&text[..end], b"-- ") {
            Some(at) => (&text[..at], &text[at + 3..end]),
            None => (&text[..end], &b""[..]),
        };
        let mut comment = Self { marker, reason: clean_reason(reason), ..Self::default() };
        for word in head.split(u8::is_ascii_whitespace).filter_map(|word| std::str::from_utf8(word).ok()) {
            let word = word.trim_matches(|character: char| "\"'`,;*#<>{}()".contains(character));
            if let Some(date) = word.strip_prefix("until=") {
                comment.until = Some(date.to_owned());
            } else if comment.rule.is_none() && comment.fingerprint.is_none() && is_subject(word) {
                let (rule, fingerprint) = word.split_once('/').unwrap_or((word, ""));
                comment.rule = (!rule.is_empty()).then(|| rule.to_owned());
                comment.fingerprint = (!fingerprint.is_empty()).then(|| fingerprint.to_owned());
            }
        }
        comment
    }
}

/// Returns the spans of all markers in a text.
fn markers_in(text: &[u8]) -> impl Iterator<Item = (Range<usize>, Marker)> + '_ {
    memchr::memmem::find_iter(text, COMMON_END).filter_map(move |at| {
        let end = at + COMMON_END.len();
        let found = MARKERS.iter().find(|(words, _)| text[..end].ends_with(words));
        found.map(|(words, marker)| (end - words.len()..end, *marker))
    })
}

/// Returns the position of the first comment of another scanner.
fn first_other_in(text: &[u8]) -> Option<usize> {
    OTHER_MARKERS.iter().filter_map(|words| memchr::memmem::find(text, words.as_bytes())).min()
}

/// Returns whether a word has the form `rule`, `rule/fingerprint` or `/fingerprint`.
fn is_subject(word: &str) -> bool {
    let (rule, fingerprint) = word.split_once('/').unwrap_or((word, ""));
    let is_rule = rule.contains('-') && rule.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_fingerprint = !fingerprint.is_empty() && fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_rule && (fingerprint.is_empty() || is_fingerprint)) || (rule.is_empty() && is_fingerprint)
}

/// Masks and escapes a reason, and removes the end of the comment from it.
fn clean_reason(reason: &[u8]) -> String {
    let reason = &reason[..reason.len().min(MAX_REASON)];
    let shown = escape_terminal(&mask_line(reason, None));
    let ends = ["-->", "*/", "#}", "%>"];
    let end = ends.iter().filter_map(|end| shown.find(end)).min().unwrap_or(shown.len());
    shown[..end].trim().trim_end_matches(['"', '\'', ',']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find_near(text: &str) -> Vec<InlineComment> {
        let start = text.find("SECRET").unwrap();
        InlineComment::find_near(text.as_bytes(), &(start..start + 6))
    }

    #[test]
    fn all_parameters_are_parsed() {
        let text =
            "k = SECRET # skant:allow anthropic-api-key/3f9c1a until=2027-01-31 -- rotated, see runbook";
        let expected = InlineComment {
            rule: Some("anthropic-api-key".into()),
            fingerprint: Some("3f9c1a".into()),
            until: Some("2027-01-31".into()),
            reason: "rotated, see runbook".into(),
            marker: Marker::Skant,
        };
        assert_eq!(find_near(text), [expected]);
        assert_eq!(find_near("SECRET // skant:allow /3f9c1a")[0].fingerprint.as_deref(), Some("3f9c1a"));
        assert_eq!(find_near("SECRET <!-- skant:allow -- old -->")[0].reason, "old");
        assert_eq!(find_near("SECRET /* skant:allow */"), [InlineComment::default()]);
    }

    #[test]
    fn a_comment_is_read_on_the_line_and_on_a_comment_line_before() {
        assert_eq!(find_near("# skant:allow\nSECRET").len(), 1);
        assert_eq!(find_near("// skant:allow\r\n  SECRET").len(), 1);
        assert_eq!(find_near("other = 'value' # skant:allow\nSECRET").len(), 0);
        assert_eq!(find_near("# skant:allow\n\nSECRET").len(), 0);
        assert_eq!(find_near("SECRET\n# skant:allow").len(), 0);
    }

    #[test]
    fn gitleaks_comments_have_their_own_marker() {
        let both = find_near("SECRET # gitleaks:allow skant:allow /3f9c1a -- old");
        assert_eq!(both[0], InlineComment { marker: Marker::Gitleaks, ..InlineComment::default() });
        assert_eq!((both[1].marker, both[1].fingerprint.as_deref()), (Marker::Skant, Some("3f9c1a")));
        assert_eq!(find_near("# gitleaks:allow\nSECRET").len(), 1);
        assert_eq!(find_near("SECRET # other:allow").len(), 0);
    }

    #[test]
    fn comments_of_other_scanners_are_known() {
        for words in OTHER_MARKERS {
            for text in [format!("k = SECRET # {words}"), format!("// {words}\nk = SECRET")] {
                let markers: Vec<Marker> = find_near(&text).iter().map(|comment| comment.marker).collect();
                assert_eq!(markers, [Marker::Other(words)], "{text}");
            }
            assert_eq!(find_near(&format!("other = 'value' # {words}\nSECRET")).len(), 0);
        }
        assert_eq!(find_near("SECRET # pragma: no cover, trufflehog").len(), 0);
    }

    #[test]
    fn a_reason_is_masked() {
        let text = format!("SECRET # skant:allow -- was {}", "k".repeat(20));
        assert_eq!(find_near(&text)[0].reason, "was ********");
    }

    #[test]
    fn each_comment_of_a_text_has_its_line() {
        let comment = ["skant", "allow"].join(":");
        let text = format!("a\nb # {comment} x-y/abcdef01 -- why\n\n# {comment}\n");
        let all = InlineComment::find_all(text.as_bytes());
        let found: Vec<_> = all.iter().map(|(line, one)| (*line, one.fingerprint.as_deref())).collect();
        assert_eq!(found, [(2, Some("abcdef01")), (4, None)]);
    }
}
