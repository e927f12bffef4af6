//! Steps over white space, lines, strings and brackets. Each is bounded by the text, which is the window of an anchor.

use std::ops::Range;

use crate::detect::assignment::parse::Cursor;
use crate::text::{is_quote, trimmed};

/// The most white space between two parts, in bytes.
const MAX_SPACE: usize = 120;

/// Returns the position after spaces and tabs.
pub(super) fn skip_spaces(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take(MAX_SPACE).take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// Returns the position after spaces, tabs and line ends.
pub(super) fn skip_whitespace(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take(MAX_SPACE).take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// Returns the position before spaces and tabs that end at `at`.
pub(super) fn before_spaces(text: &[u8], at: usize) -> usize {
    at - text[..at].iter().rev().take(MAX_SPACE).take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// Returns the position before white space that ends at `at`.
pub(super) fn before_whitespace(text: &[u8], at: usize) -> usize {
    at - text[..at].iter().rev().take(MAX_SPACE).take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// Returns the start of the line that contains `at`.
pub(super) fn line_start(text: &[u8], at: usize) -> usize {
    memchr::memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1)
}

/// Returns the end of the line that contains `at`, before its line end.
pub(super) fn line_end(text: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |length| at + length)
}

/// Returns the line that begins at `at`, without white space around it.
pub(super) fn trimmed_line(text: &[u8], at: usize) -> Range<usize> {
    trimmed(text, at..line_end(text, at))
}

/// Returns the start of the next line that is not blank, after the line that contains `at`.
pub(super) fn next_line(text: &[u8], at: usize) -> Option<usize> {
    let mut start = line_end(text, at) + 1;
    while start < text.len() && trimmed_line(text, start).is_empty() {
        start = line_end(text, start) + 1;
    }
    (start < text.len()).then_some(start)
}

/// Returns the number of spaces and tabs at the start of a line.
pub(super) fn indent(text: &[u8], line: usize) -> usize {
    skip_spaces(text, line) - line
}

/// Returns whether the text at a position begins with a word, in any case.
pub(super) fn begins_with(text: &[u8], at: usize, word: &[u8]) -> bool {
    text.get(at..at + word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word))
}

/// Returns whether a quote is at a position, perhaps after backslashes.
pub(super) fn is_quote_at(text: &[u8], at: usize) -> bool {
    Cursor { text, at: at.min(text.len()) }.eat_quote().is_some()
}

/// Returns the position after the string at `at`, however long it is, or `None` if there is none, or if it does not end on
/// its line.
pub(super) fn string_end(text: &[u8], at: usize) -> Option<usize> {
    let mut cursor = Cursor { text, at };
    let (quote, slashes) = cursor.eat_quote()?;
    let mut at = cursor.at;
    loop {
        match *text.get(at)? {
            b'\n' => return None,
            b'\\' if slashes == 0 => at += 2,
            b'\\' => {
                let run = text[at..].iter().take(slashes + 1).take_while(|byte| **byte == b'\\').count();
                if run == slashes && text.get(at + run) == Some(&quote) {
                    return Some(at + run + 1);
                }
                at += run;
            }
            byte if byte == quote => return (slashes == 0).then_some(at + 1),
            _ => at += 1,
        }
    }
}

/// Returns the position after the bracket that closes the one at `at`, or the end of the text.
pub(super) fn bracket_end(text: &[u8], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while at < text.len() {
        match text[at] {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' if depth <= 1 => return at + 1,
            b'}' | b']' | b')' => depth -= 1,
            byte if is_quote(byte) => {
                at = string_end(text, at).unwrap_or(at + 1);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    at
}

/// Returns the end of the value at `at`: of a string, of brackets, or of text up to a separator or a closing bracket.
pub(super) fn value_end(text: &[u8], start: usize) -> usize {
    if let Some(end) = string_end(text, start.min(text.len())) {
        return end;
    }
    let mut at = start;
    while at < text.len() {
        match text[at] {
            b',' | b';' | b'\n' | b'}' | b']' | b')' | b'>' => break,
            b'{' | b'[' | b'(' => at = bracket_end(text, at),
            byte if is_quote(byte) => at = string_end(text, at).unwrap_or(at + 1),
            _ => at += 1,
        }
    }
    at
}
