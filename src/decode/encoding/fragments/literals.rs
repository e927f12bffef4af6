//! Gaps between string literals: operators, calls, lists, statements and comments of any language.

use super::lines::{self, LineStart};
use super::starts_with_token;
use crate::text::is_quote;

/// The maximum number of bytes between two literals.
const MAX_LITERAL_GAP: usize = 160;

/// The maximum number of quotes and brackets between two fragments without anything else between them.
const MAX_BRACKETS: usize = 8;

/// The maximum length of the name of a list or map entry, in bytes.
const MAX_NAME: usize = 48;

/// Operators that concatenate strings, the longer ones first.
const OPERATORS: [&[u8]; 8] = [b"++", b"..", b"<>", b"||", b"+", b".", b"&", b"~"];

fn count_spaces(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b'\\').count()
}

/// Returns the length of a gap such as `" + "`, or of the space between adjacent string literals.
pub(super) fn concatenation(text: &[u8]) -> Option<usize> {
    let quote = text.iter().take_while(|byte| **byte == b'\\').count();
    if !is_quote(*text.get(quote)?) {
        return None;
    }
    let mut at = quote + 1;
    at += count_spaces(&text[at..]);
    at += OPERATORS
        .iter()
        .find(|operator| text[at..].starts_with(operator))
        .map_or(0, |operator| operator.len());
    at += count_spaces(&text[at..]);
    if at == quote + 1 {
        return None;
    }
    at += literal_kind(&text[at..]);
    let is_open = is_quote(*text.get(at)?);
    is_open.then_some(at + 1).filter(|at| starts_with_token(&text[*at..]))
}

/// Returns the length of the kind of a string literal before its quote: `b"…"`, `L"…"`, `u8"…"`, `@"…"`, `$"…"`.
fn literal_kind(text: &[u8]) -> usize {
    let kind = text.iter().take(3).take_while(|byte| b"bBfFrRuULsS8@$#".contains(byte)).count();
    if text.get(kind).is_some_and(|byte| is_quote(*byte)) { kind } else { 0 }
}

/// Returns the length of the gap from the end of a literal to the start of the next one.
pub(super) fn between_literals(text: &[u8], line_start: LineStart) -> Option<usize> {
    brackets(text).or_else(|| to_next_literal(text, line_start))
}

/// Returns the length of a gap of quotes and brackets alone: `''`, `'"`, `${"`, `"}`.
fn brackets(text: &[u8]) -> Option<usize> {
    let is_bracket = |byte: &&u8| is_quote(**byte) || b"\\${}()[]".contains(byte);
    let count = text.iter().take(MAX_BRACKETS).take_while(is_bracket).count();
    let has_quote = text[..count].iter().any(|byte| is_quote(*byte) || *byte == b'$');
    // An operator or a call follows a literal: `".concat("`.
    let continues = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (has_quote && text.get(count).is_some_and(continues)).then_some(count)
}

/// Skips operators, names, brackets, line breaks and comments from the quote that ends a literal to the quote that
/// begins the next one.
fn to_next_literal(text: &[u8], line_start: LineStart) -> Option<usize> {
    let text = &text[..text.len().min(MAX_LITERAL_GAP)];
    let mut at = text.iter().take_while(|byte| **byte == b'\\').count();
    if !is_quote(*text.get(at)?) {
        return None;
    }
    at += 1;
    while let Some(byte) = text.get(at) {
        let rest = &text[at..];
        if is_quote(*byte) {
            if *byte == b'`' && lines::ends_line(&rest[1..]) {
                at += 1;
            } else if let Some(name) = entry_name(&rest[1..]) {
                at += 1 + name;
            } else if starts_with_token(&rest[1..]) {
                return Some(at + 1);
            } else if rest.get(1) == Some(byte) {
                at += 2;
            } else {
                return None;
            }
        } else if let Some(length) = block_comment(rest) {
            at += length;
        } else if let Some(length) = line_comment(rest) {
            at += length;
        } else if byte.is_ascii() {
            at += 1;
        } else {
            return None;
        }
    }
    // The next line of a value without quotes.
    (line_start == LineStart::Named).then(|| lines::next_named_line(text)).flatten()
}

/// Returns the length of a literal that names the next one, with its quote and operator: `part": `.
fn entry_name(text: &[u8]) -> Option<usize> {
    let name = text
        .iter()
        .take(MAX_NAME)
        .position(|byte| !(byte.is_ascii_alphanumeric() || b"_-.".contains(byte)))?;
    let quote = name + text[name..].iter().take_while(|byte| **byte == b'\\').count();
    let after = quote + 1 + text.get(quote + 1..)?.iter().take_while(|byte| **byte == b' ').count();
    (is_quote(text[quote..].first().copied()?) && matches!(text.get(after), Some(b':' | b'=')))
        .then_some(after + 1)
}

/// The comments that may be between two literals of one line.
const BLOCK_COMMENTS: [(&[u8], &[u8]); 5] =
    [(b"/*", b"*/"), (b"(*", b"*)"), (b"{-", b"-}"), (b"<#", b"#>"), (b"<!--", b"-->")];

fn block_comment(text: &[u8]) -> Option<usize> {
    let (open, close) = BLOCK_COMMENTS.iter().find(|(open, _)| text.starts_with(open))?;
    Some(open.len() + memchr::memmem::find(&text[open.len()..], close)? + close.len())
}

/// Returns the length of a comment to the end of its line. What begins a comment in one language is an operator in
/// another one (`//` in Fortran), or begins each line of a comment: then a literal or the end of the line follows.
fn line_comment(text: &[u8]) -> Option<usize> {
    let open = [&b"//"[..], b"--", b"#", b"%", b";", b"!"].into_iter().find(|open| text.starts_with(open))?;
    let rest = &text[open.len()..];
    let spaces = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let is_operator = spaces == 0 && open.len() == 1
        || rest.get(spaces).is_none_or(|byte| is_quote(*byte) || matches!(byte, b'&' | b'\r' | b'\n'))
        || literal_kind(&rest[spaces..]) > 0;
    if is_operator { None } else { Some(open.len() + memchr::memchr(b'\n', rest)?) }
}
