//! Reads the value at a position that a structure leads to: a string in the quotes of any language, or bare text up to the
//! end of its field.

use crate::text::{find_short, trimmed};
use std::ops::Range;

use crate::detect::assignment::parse::{
    Assignment, Cursor, MAX_VALUE, MIN_VALUE, Operator, Quote, read_value,
};
use crate::detect::assignment::structure::steps::{
    begins_with, line_end, next_line, skip_spaces, skip_whitespace, trimmed_line,
};

/// Strings whose quotes are more than one character: the opening and the closing one.
const LONG_QUOTES: [(&[u8], &[u8]); 22] = [
    (b"\"\"\"", b"\"\"\""),
    (b"'''", b"'''"),
    (b"r##\"", b"\"##"),
    (b"r#\"", b"\"#"),
    (b"##\"", b"\"##"),
    (b"#\"", b"\"#"),
    (b"R\"(", b")\""),
    (b"\"\\\"", b"\\\"\""),
    (b"'\"", b"\"'"),
    (b"{\"", b"\"}"),
    (b"{'", b"'}"),
    (b"{`", b"`}"),
    (b"@\"\n", b"\n\"@"),
    (b"@'\n", b"\n'@"),
    (b"$$", b"$$"),
    (b"[[", b"]]"),
    (b"qq{", b"}"),
    (b"q{", b"}"),
    (b"qq(", b")"),
    (b"q(", b")"),
    (b"%q(", b")"),
    (b"~s(", b")"),
];

/// Returns an assignment of a value to a name, in a form that the grammar does not read.
pub(super) fn assignment(
    name: &Range<usize>,
    value: Range<usize>,
    operator: Operator,
    quote: Quote,
) -> Assignment {
    let empty = value.start..value.start;
    Assignment { name: name.clone(), value, operator, quote, wrapper: empty.clone(), scheme: empty }
}

/// Reads the value at `at`. A bare value has to reach to the end of its field.
pub(super) fn read(text: &[u8], name: &Range<usize>, at: usize, operator: Operator) -> Option<Assignment> {
    let at = skip_spaces(text, at).min(text.len());
    if let Some((value, quote)) = read_long_quotes(text, at) {
        return Some(assignment(name, value, operator, quote));
    }
    let mut cursor = Cursor { text, at };
    let found = read_value(&mut cursor, name.clone(), operator)?;
    (found.quote != Quote::None || ends_field(text, found.value.end)).then_some(found)
}

/// Reads the string at `at`, with everything that may be before its quote; never bare text.
pub(super) fn read_string(
    text: &[u8],
    name: &Range<usize>,
    at: usize,
    operator: Operator,
) -> Option<Assignment> {
    read(text, name, at, operator).filter(|found| found.quote != Quote::None)
}

/// Reads a string in one of [`LONG_QUOTES`], whose content is on one line: that of the quotes, or one of its own.
pub(super) fn read_long_quotes(text: &[u8], at: usize) -> Option<(Range<usize>, Quote)> {
    let first = text.get(at)?;
    if !b"\"'r#R{@$[q%~".contains(first) {
        return None;
    }
    let (open, close) = LONG_QUOTES.iter().find(|(open, _)| text[at..].starts_with(open))?;
    let start = at + open.len();
    let content = trimmed_line(text, start);
    let quote = match open.last() {
        Some(b'\'') => Quote::Single,
        Some(b'`') => Quote::Back,
        _ => Quote::Double,
    };
    let is_multiline = content.is_empty() || open.ends_with(b"\n");
    let value = if is_multiline {
        let line = if open.ends_with(b"\n") { start } else { next_line(text, start)? };
        let value = trimmed_line(text, line);
        let close = close.trim_ascii_start();
        begins_with(text, skip_whitespace(text, value.end), close).then_some(value)?
    } else {
        let limit = line_end(text, start).min(start + MAX_VALUE + close.len());
        let length = find_short(&text[start..limit], close)?;
        start..start + length
    };
    (MIN_VALUE..=MAX_VALUE).contains(&value.len()).then_some((value, quote))
}

/// Returns whether a bare value that ends at `at` reaches to the end of its field: a separator, a closing bracket, a
/// comment or the end of the line follows.
pub(super) fn ends_field(text: &[u8], at: usize) -> bool {
    let next = skip_spaces(text, at);
    match text.get(next) {
        None => true,
        Some(b'#') => next > at,
        Some(b'/') => matches!(text.get(next + 1), Some(b'/' | b'>' | b'*')),
        Some(byte) => b"\r\n,;}])<|".contains(byte),
    }
}

/// Returns the bare text of a range without white space around it, if it may be a value: one word of a fitting length.
pub(super) fn bare(text: &[u8], range: Range<usize>) -> Option<Range<usize>> {
    let value = trimmed(text, range);
    let is_word = text[value.clone()].iter().all(|byte| *byte > b' ' && *byte != 0x7f);
    (is_word && (MIN_VALUE..=MAX_VALUE).contains(&value.len())).then_some(value)
}

/// Returns the text of a cell or a sentence without the quotes, backquotes or stars around it.
pub(super) fn unquoted(text: &[u8], mut range: Range<usize>) -> Range<usize> {
    range = trimmed(text, range);
    while range.len() > 1
        && text[range.start] == text[range.end - 1]
        && matches!(text[range.start], b'"' | b'\'' | b'`' | b'*' | b'_')
    {
        range = range.start + 1..range.end - 1;
    }
    range
}

/// Returns whether a value is no word of any language: letters of ASCII with digits, and neither a space nor a bracket.
/// Where texts for people are kept, other values are more often such a text.
pub(super) fn is_generated(value: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| value.iter().any(is);
    value.len() >= 6
        && value.iter().all(|byte| byte.is_ascii_graphic() && !b"(){}<>".contains(byte))
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
}
