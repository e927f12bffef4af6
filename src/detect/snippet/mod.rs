//! Snippets: the line around a secret, of which only the structure is shown: names, keywords and punctuation.
//! Everything else may be another secret, and is masked.

mod line;
mod names;
mod strings;
mod structure;
mod tokens;
mod words;

use std::ops::Range;

use crate::finding::Snippet;
use crate::text::{ends_unquoted_value, escape_terminal, is_quote, line_around};
use line::Line;
use tokens::{Kind, Opaque};

/// The bytes of a line that are shown before and after the secret.
const MAX_SHOWN: usize = 60;

/// The length of the longest name that is shown, in bytes.
const MAX_NAME: usize = 64;

/// The value that a snippet is made for.
pub(crate) struct Subject<'s> {
    pub(crate) span: &'s Range<usize>,
    /// The span of the name that the value is assigned to. It is shown although it may be long.
    pub(crate) name: Option<Range<usize>>,
    /// Whether only the characters after the value decide where it ends, so that it may be longer.
    pub(crate) has_open_end: bool,
    /// The merged spans of all values in the text, this one included, sorted.
    pub(crate) found: &'s [Range<usize>],
}

/// Returns the line around a value, with the value replaced by `masked`.
pub(crate) fn masked_line(text: &[u8], subject: Subject<'_>, masked: &str) -> Snippet {
    let Subject { span, name, has_open_end, found } = subject;
    let cut = line_around(text, span, MAX_SHOWN);
    let start = skip_cut_word(text, cut.start, span.start);
    let end = drop_cut_word(text, cut.end, span.end);
    let others = |part: Range<usize>| {
        let first = found.partition_point(|other| other.end <= part.start);
        let until = found[first..].iter().take_while(move |other| other.start < part.end);
        let clipped = until.map(move |other| other.start.max(part.start)..other.end.min(part.end));
        clipped.map(|span| Opaque { kind: Kind::Secret, span })
    };
    let rest = if has_open_end { rest_of_value(text, span, end) } else { span.end..span.end };
    let known = others(start..span.start)
        .chain([
            Opaque { kind: Kind::Subject, span: span.clone() },
            Opaque { kind: Kind::Secret, span: rest.clone() },
        ])
        .chain(others(rest.end..end));
    let tokens = tokens::split(text, start..end, known);
    let has_start = start == 0 || start == cut.start && text[start - 1] == b'\n';
    let line = Line { text, tokens, has_start, own_name: name };
    let shown = structure::shown_tokens(&line);
    let subject = line.tokens.iter().position(|token| token.kind == Kind::Subject).unwrap_or(shown.len());
    let before = shown_text(&line, &shown, 0..subject);
    let after = shown_text(&line, &shown, (subject + 1).min(shown.len())..shown.len());
    let at = before.len();
    Snippet { line: format!("{before}{masked}{after}"), span: (at, at + masked.len()) }
}

/// Returns a line near a value, of which only the structure is shown, cut to the length of a snippet. `found` are the
/// merged spans of all values in the text, sorted.
pub(crate) fn masked_neighbour(text: &[u8], line: Range<usize>, found: &[Range<usize>]) -> String {
    let end = drop_cut_word(text, line.end.min(line.start + 2 * MAX_SHOWN), line.start);
    let first = found.partition_point(|other| other.end <= line.start);
    let until = found[first..].iter().take_while(|other| other.start < end);
    let clipped = until.map(|other| other.start.max(line.start)..other.end.min(end));
    let known = clipped.map(|span| Opaque { kind: Kind::Secret, span });
    let tokens = tokens::split(text, line.start..end, known);
    let own_name = None;
    let line = Line { text, tokens, has_start: true, own_name };
    let shown = structure::shown_tokens(&line);
    shown_text(&line, &shown, 0..shown.len())
}

/// Returns a line of which the structure and the parts in `open` are shown. `open` are spans of the line, sorted. Of a
/// longer line than two snippets, the part around the first span is shown.
pub(crate) fn structure_with(line: &[u8], open: &[Range<usize>]) -> String {
    let first = open.first().cloned().unwrap_or(0..0);
    let (start, end) = if line.len() <= 4 * MAX_SHOWN {
        (0, line.len())
    } else {
        let cut = line_around(line, &first, MAX_SHOWN);
        (skip_cut_word(line, cut.start, first.start), drop_cut_word(line, cut.end, first.end))
    };
    let within = open.iter().filter(|span| start <= span.start && span.end <= end);
    let known = within.map(|span| Opaque { kind: Kind::Subject, span: span.clone() });
    let tokens = tokens::split(line, start..end, known);
    let line = Line { text: line, tokens, has_start: start == 0, own_name: None };
    let mut shown = structure::shown_tokens(&line);
    for (token, shown) in line.tokens.iter().zip(&mut shown) {
        *shown |= token.kind == Kind::Subject;
    }
    shown_text(&line, &shown, 0..shown.len())
}

/// Returns a range of tokens as text. Stars replace a run of hidden tokens.
fn shown_text(line: &Line<'_>, shown: &[bool], range: Range<usize>) -> String {
    let mut out = Vec::new();
    for at in range.clone() {
        if shown[at] {
            out.extend_from_slice(line.bytes(at));
        } else if at == range.start || shown[at - 1] {
            out.extend_from_slice(b"********");
        }
    }
    escape_terminal(&out)
}

/// Returns the bytes after an unquoted value that may belong to it: `&`, `;` or a bracket may end the value or be
/// one of its characters. The first of these characters is shown; the rest up to white space or a quote is not.
fn rest_of_value(text: &[u8], span: &Range<usize>, end: usize) -> Range<usize> {
    let nothing = span.end..span.end;
    let rest = &text[span.end..end];
    let is_quoted = span.start.checked_sub(1).is_some_and(|before| is_quote(text[before]));
    let may_continue =
        rest.first().is_some_and(|first| first.is_ascii_graphic() && ends_unquoted_value(*first));
    if is_quoted || !may_continue || rest.starts_with(b"</") {
        return nothing;
    }
    let length = rest.iter().take_while(|byte| !byte.is_ascii_whitespace() && !is_quote(**byte)).count();
    let has_word = rest[..length].iter().any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
    if has_word { span.end + 1..span.end + length } else { nothing }
}

/// Returns the start of the first whole word at or after `start`. A word that the start of the line cuts is not
/// shown: what remains of it may be a part of another secret that is too short to be masked.
fn skip_cut_word(text: &[u8], start: usize, limit: usize) -> usize {
    if start == 0 || !is_word(text[start - 1]) {
        return start;
    }
    start + text[start..limit].iter().take_while(|byte| is_word(**byte)).count()
}

/// Returns the end of the last whole word at or before `end`.
fn drop_cut_word(text: &[u8], end: usize, limit: usize) -> usize {
    if text.get(end).is_none_or(|next| !is_word(*next)) {
        return end;
    }
    end - text[limit..end].iter().rev().take_while(|byte| is_word(**byte)).count()
}

const fn is_word(byte: u8) -> bool {
    !byte.is_ascii_whitespace()
}

/// Returns the span of the name that the value at `start` is assigned to: `NAME=`, `"name": "`, `name := '`.
pub(crate) fn name_before(text: &[u8], start: usize) -> Option<Range<usize>> {
    let floor = start.saturating_sub(MAX_NAME + 16);
    let mut at = start;
    at = skip_back(text, at, floor, |byte| matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b' ' | b'\t'));
    let operator_end = at;
    at = skip_back(text, at, floor, |byte| matches!(byte, b'=' | b':' | b'>'));
    if at == operator_end {
        return None;
    }
    at = skip_back(text, at, floor, |byte| matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b']' | b' ' | b'\t'));
    let end = at;
    at =
        skip_back(text, at, floor, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    let name = &text[at..end];
    let digits = name.iter().filter(|byte| byte.is_ascii_digit()).count();
    (at > floor && digits <= 4 && (2..=MAX_NAME).contains(&name.len()) || at == 0 && digits <= 4 && end > 1)
        .then_some(at..end)
}

/// Returns the position before the bytes that `accepts` takes, going back from `from` to `floor` at most.
fn skip_back(text: &[u8], from: usize, floor: usize, accepts: impl Fn(u8) -> bool) -> usize {
    from - text[floor..from].iter().rev().take_while(|byte| accepts(**byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_shown_and_other_values_are_masked() {
        let text = b"x = 1\nANTHROPIC_API_KEY_PROD=SECRETSECRETSECRET other=0123456789abcdef0123 # note\n";
        let name = name_before(text, 29);
        assert_eq!(&text[name.clone().unwrap()], b"ANTHROPIC_API_KEY_PROD");
        let snippet =
            masked_line(text, Subject { span: &(29..47), name, has_open_end: false, found: &[] }, "SEC...");
        assert_eq!(snippet.line, "ANTHROPIC_API_KEY_PROD=SEC... ********=******** # ********");
        assert_eq!(&snippet.line[snippet.span.0..snippet.span.1], "SEC...");
    }

    #[test]
    fn a_value_that_the_snippet_cuts_is_not_shown() {
        let neighbour = "N".repeat(100);
        let text = format!("{neighbour}{} SECRET {}{neighbour}", " a".repeat(26), "b ".repeat(26));
        let start = text.find("SECRET").unwrap();
        let subject = Subject { span: &(start..start + 6), name: None, has_open_end: false, found: &[] };
        let line = masked_line(text.as_bytes(), subject, "***").line;
        assert!(!line.contains('N'), "{line}");
    }

    #[test]
    fn the_possible_rest_of_a_value_is_not_shown() {
        let shown = |text: &str, has_open_end: bool| {
            let start = text.find("SECRET").unwrap();
            let subject = Subject { span: &(start..start + 6), name: None, has_open_end, found: &[] };
            masked_line(text.as_bytes(), subject, "***").line
        };
        for (text, expected) in [
            ("P=SECRET&horsebat # note", "P=***&******** # ********"),
            ("P=SECRET>stable", "P=***>********"),
            ("P=SECRET}a;b c", "P=***}********"),
            ("f(key=SECRET);", "f(key=***);"),
            ("f(key=SECRET, user=x)", "f(key=***, user=********)"),
            ("<p>SECRET</p>", "<p>***</p>"),
            ("P=\"SECRET&horsebat\"", "P=\"***&********\""),
            ("x://a:SECRET@host/b", "********://********:***@********"),
            ("P=SECRET\\nother", "P=***\\********"),
            ("P=SECRET", "P=***"),
        ] {
            assert_eq!(shown(text, true), expected);
        }
        assert_eq!(shown("P=SECRET&user=x", false), "P=***&user=********");
    }

    #[test]
    fn names_are_found_with_each_kind_of_quote_and_operator() {
        for text in
            ["key=", "key = '", "\"key\": \"", "\\\"key\\\":\\\"", "['key'] = \"", "key := `", "key => '"]
        {
            let name = name_before(text.as_bytes(), text.len()).map(|range| &text[range]);
            assert_eq!(name, Some("key"), "{text}");
        }
        assert_eq!(name_before(b"some text ", 10), None);
    }
}
