//! The line around a secret, with everything masked that could be one.

use std::ops::Range;

use crate::finding::Snippet;
use crate::secret::mask_line_with;
use crate::text::{ends_unquoted_value, escape_terminal, is_quote, line_around};

/// How much of a line is shown before and after the secret, in bytes.
const SHOWN: usize = 60;

/// The longest name that is shown.
const MOST_NAME: usize = 64;

/// A secret in its text.
pub(crate) struct Spot<'s> {
    pub(crate) span: &'s Range<usize>,
    /// Where the name stands that it is assigned to, which is shown though it may be long.
    pub(crate) name: Option<Range<usize>>,
    /// Whether nothing but its look says where it ends.
    pub(crate) is_open: bool,
    /// Where all that was found in the text stands, this one and others: in order, none in another.
    pub(crate) found: &'s [Range<usize>],
}

/// The masked line.
pub(crate) fn around(text: &[u8], spot: Spot<'_>, masked: &str) -> Snippet {
    let Spot { span, name, is_open, found } = spot;
    let line = line_around(text, span, SHOWN);
    let start = whole_run_from(text, line.start, span.start);
    let end = whole_run_until(text, line.end, span.end);
    let name = name.filter(|name| name.start >= start).map(|name| name.start - start..name.end - start);
    let others = |part: Range<usize>| {
        let first = found.partition_point(|other| other.end <= part.start);
        let until = found[first..].iter().take_while(move |other| other.start < part.end);
        until.map(move |other| other.start.max(part.start) - part.start..other.end.min(part.end) - part.start)
    };
    let before = mask_line_with(&text[start..span.start], name.as_ref(), others(start..span.start));
    let before = escape_terminal(&before);
    let rest = if is_open { open_rest(text, span, end) } else { span.end..span.end };
    let mask = if rest.is_empty() { "" } else { "********" };
    let behind = mask_line_with(&text[rest.end..end], None, others(rest.end..end));
    let after = escape_terminal(&[&text[span.end..rest.start], mask.as_bytes(), &behind].concat());
    let at = before.len();
    Snippet { line: format!("{before}{masked}{after}"), span: (at, at + masked.len()) }
}

/// What may still be of a value that stands without quotes: `&`, `;` or a bracket may end it, or be one of its signs.
/// The first of them is shown, and the rest up to white space or a quote is not.
fn open_rest(text: &[u8], span: &Range<usize>, end: usize) -> Range<usize> {
    let none = span.end..span.end;
    let rest = &text[span.end..end];
    let is_quoted = span.start.checked_sub(1).is_some_and(|before| is_quote(text[before]));
    let is_cut = rest.first().is_some_and(|first| first.is_ascii_graphic() && ends_unquoted_value(*first));
    if is_quoted || !is_cut || rest.starts_with(b"</") {
        return none;
    }
    let length = rest.iter().take_while(|byte| !byte.is_ascii_whitespace() && !is_quote(**byte)).count();
    let is_word = rest[..length].iter().any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
    if is_word { span.end + 1..span.end + length } else { none }
}

/// Where a line is cut in the middle of a run of characters, the rest of the run goes: what is left of it
/// could be a piece of another secret, too short to be masked.
fn whole_run_from(text: &[u8], start: usize, limit: usize) -> usize {
    if start == 0 || !is_run(text[start - 1]) {
        return start;
    }
    start + text[start..limit].iter().take_while(|byte| is_run(**byte)).count()
}

fn whole_run_until(text: &[u8], end: usize, limit: usize) -> usize {
    if text.get(end).is_none_or(|next| !is_run(*next)) {
        return end;
    }
    end - text[limit..end].iter().rev().take_while(|byte| is_run(**byte)).count()
}

const fn is_run(byte: u8) -> bool {
    !byte.is_ascii_whitespace()
}

/// The place of the name that the value at `start` is assigned to: `NAME=`, `"name": "`, `name := '`.
pub(crate) fn name_before(text: &[u8], start: usize) -> Option<Range<usize>> {
    let floor = start.saturating_sub(MOST_NAME + 16);
    let mut at = start;
    at = back_over(text, at, floor, |byte| matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b' ' | b'\t'));
    let operator_end = at;
    at = back_over(text, at, floor, |byte| matches!(byte, b'=' | b':' | b'>'));
    if at == operator_end {
        return None;
    }
    at = back_over(text, at, floor, |byte| matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b']' | b' ' | b'\t'));
    let end = at;
    at =
        back_over(text, at, floor, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    let name = &text[at..end];
    let digits = name.iter().filter(|byte| byte.is_ascii_digit()).count();
    (at > floor && digits <= 4 && (2..=MOST_NAME).contains(&name.len()) || at == 0 && digits <= 4 && end > 1)
        .then_some(at..end)
}

fn back_over(text: &[u8], from: usize, floor: usize, accepts: impl Fn(u8) -> bool) -> usize {
    from - text[floor..from].iter().rev().take_while(|byte| accepts(**byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_stays_and_the_neighbours_go() {
        let text = b"x = 1\nANTHROPIC_API_KEY_PROD=SECRETSECRETSECRET other=0123456789abcdef0123 # note\n";
        let name = name_before(text, 29);
        assert_eq!(&text[name.clone().unwrap()], b"ANTHROPIC_API_KEY_PROD");
        let snippet = around(text, Spot { span: &(29..47), name, is_open: false, found: &[] }, "SEC...");
        assert_eq!(snippet.line, "ANTHROPIC_API_KEY_PROD=SEC... other=******** # note");
        assert_eq!(&snippet.line[snippet.span.0..snippet.span.1], "SEC...");
    }

    #[test]
    fn a_neighbour_cut_by_the_window_is_not_shown_in_part() {
        let neighbour = "N".repeat(100);
        let text = format!("{neighbour}{} SECRET {}{neighbour}", " a".repeat(26), "b ".repeat(26));
        let start = text.find("SECRET").unwrap();
        let spot = Spot { span: &(start..start + 6), name: None, is_open: false, found: &[] };
        let line = around(text.as_bytes(), spot, "***").line;
        assert!(!line.contains('N'), "{line}");
    }

    #[test]
    fn what_may_be_the_rest_of_a_value_is_not_shown() {
        let shown = |text: &str, is_open: bool| {
            let start = text.find("SECRET").unwrap();
            let spot = Spot { span: &(start..start + 6), name: None, is_open, found: &[] };
            around(text.as_bytes(), spot, "***").line
        };
        for (text, expected) in [
            ("P=SECRET&horsebat # note", "P=***&******** # note"),
            ("P=SECRET>stable", "P=***>********"),
            ("P=SECRET}a;b c", "P=***}******** c"),
            ("f(P=SECRET);", "f(P=***);"),
            ("f(P=SECRET, user=x)", "f(P=***, user=x)"),
            ("<p>SECRET</p>", "<p>***</p>"),
            ("P=\"SECRET&horsebat\"", "P=\"***&horsebat\""),
            ("x://a:SECRET@host/b", "x://a:***@host/b"),
            ("P=SECRET\\nother", "P=***\\********"),
            ("P=SECRET", "P=***"),
        ] {
            assert_eq!(shown(text, true), expected);
        }
        assert_eq!(shown("P=SECRET&horsebat", false), "P=***&horsebat");
    }

    #[test]
    fn names_are_found_in_all_their_coats() {
        for text in
            ["key=", "key = '", "\"key\": \"", "\\\"key\\\":\\\"", "['key'] = \"", "key := `", "key => '"]
        {
            let name = name_before(text.as_bytes(), text.len()).map(|range| &text[range]);
            assert_eq!(name, Some("key"), "{text}");
        }
        assert_eq!(name_before(b"some text ", 10), None);
    }
}
