//! Gaps at the end of a line: continued lines, wrapped lines, and the marks that each line of a comment, quotation,
//! patch or listing begins with.

use super::{is_token, starts_with_token};
use crate::text::is_quote;

/// What is skipped at the start of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineStart {
    /// White space and marks that no token contains.
    Plain,
    /// Also marks that tokens contain: `+` of a patch, `//` without a space.
    Marked,
    /// Also a name with its operator: `PART2=`.
    Named,
}

/// The maximum length of the marks at the start of a line, in bytes.
const MAX_MARKS: usize = 96;

/// The maximum length of a name with its operator, in bytes.
const MAX_NAMED: usize = 64;

/// Returns the length of a backslash at the end of a line, with the line break and the indentation. In Haskell the
/// next line begins with a backslash, too.
pub(super) fn continuation(text: &[u8]) -> Option<usize> {
    let after = text.strip_prefix(b"\\\r\n").or(text.strip_prefix(b"\\\n"))?;
    let indentation = after.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let is_closed = indentation > 0 && after.get(indentation) == Some(&b'\\');
    let next = text.len() - after.len() + indentation + usize::from(is_closed);
    starts_with_token(&text[next..]).then_some(next)
}

/// Returns the length of a line break, with the indentation and the marks of a comment or a quotation.
pub(super) fn plain_break(text: &[u8]) -> Option<usize> {
    let after = text.strip_prefix(b"\r\n").or(text.strip_prefix(b"\n"))?;
    let between =
        after.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'#' | b'*' | b'>' | b';')).count();
    let next = text.len() - after.len() + between;
    starts_with_token(&text[next..]).then_some(next)
}

/// Returns whether only spaces, continuation characters and closing marks are between the start of a text and the end
/// of its line.
pub(super) fn ends_line(text: &[u8]) -> bool {
    line_break(text).is_some()
}

/// Returns the length of the end of a line with its line break, which may be written as an escape.
fn line_break(text: &[u8]) -> Option<usize> {
    let is_end =
        |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\\' | b'^' | b'`' | b'&' | b'|' | b'*' | b',' | b';');
    let end = text.iter().take(MAX_MARKS).take_while(is_end).count();
    if end > 0 && text[end - 1] == b'\\' && matches!(text.get(end), Some(b'n' | b'r')) {
        let second = if text[end..].starts_with(b"r\\n") { 2 } else { 0 };
        return Some(end + 1 + second);
    }
    match &text[end..] {
        [b'\r', b'\n', ..] => Some(end + 2),
        [b'\n', ..] => Some(end + 1),
        _ => None,
    }
}

/// Returns the length of the gap between two lines of one token.
pub(super) fn between_lines(text: &[u8], line_start: LineStart) -> Option<usize> {
    let first = line_break(text)?;
    let near = &text[..text.len().min(first + MAX_MARKS)];
    let mut at = first;
    loop {
        at += near[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let Some(length) = mark(&near[at..], line_start) else { break };
        at += length;
    }
    if line_start == LineStart::Named {
        at += name_and_operator(&near[at..])?;
    }
    near.get(at).is_some_and(|byte| is_token(*byte)).then_some(at)
}

/// Returns the length of a mark at the start of a line.
fn mark(text: &[u8], line_start: LineStart) -> Option<usize> {
    let is_mark = |byte: &&u8| b"#*>;|%!':\\@\"`".contains(byte);
    let plain = text.iter().take_while(is_mark).count();
    if plain > 0 {
        return Some(plain);
    }
    let is_ambiguous = |byte: &&u8| matches!(byte, b'+' | b'-' | b'/' | b'=' | b'~' | b'.');
    let signs = text.iter().take_while(is_ambiguous).count();
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let length = signs.max(digits);
    let closing = text[length..].iter().take_while(|byte| b":|.)".contains(byte)).count();
    // A token does not continue after a space.
    let ends = |at: usize| matches!(text.get(at), Some(b' ' | b'\t'));
    if length > 0 && ends(length + closing) {
        return Some(length + closing);
    }
    if let Some(word) = COMMENT_WORDS.iter().find(|word| text.starts_with(word)) {
        return Some(word.len());
    }
    let is_glued = line_start == LineStart::Marked && (signs > 0 || digits > 0 && closing > 0);
    is_glued.then_some(if signs > 0 {
        signs.min(if text[0] == b'/' { 2 } else { 1 })
    } else {
        digits + closing
    })
}

/// Words that begin a line of a comment.
const COMMENT_WORDS: [&[u8]; 5] = [b"REM ", b"rem ", b"Rem ", b"dnl ", b"C "];

/// Returns the length of a name, its operator and the quote after it: `key2 = "`.
fn name_and_operator(text: &[u8]) -> Option<usize> {
    let near = &text[..text.len().min(MAX_NAMED)];
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.$@ {}[]'\"()+<%:".contains(byte);
    let name = near.iter().take_while(|byte| is_name(byte) && !matches!(byte, b'\n')).count();
    let at = match near.get(name) {
        Some(b'=' | b'~') => name + 1,
        // YAML and JSON: the colon was taken for a part of the name.
        _ => memchr::memchr(b':', &near[..name])? + 1,
    };
    let is_space = |byte: &&u8| matches!(byte, b' ' | b'\t') || is_quote(**byte) || **byte == b'\\';
    let at = at + near[at..].iter().take_while(is_space).count();
    Some(at)
}

/// Returns the length of the gap from the end of a literal to the value of the next line, which has a name and no
/// quotes.
pub(super) fn next_named_line(text: &[u8]) -> Option<usize> {
    let line = memchr::memchr(b'\n', text)?;
    let length = between_lines(&text[line..], LineStart::Named)?;
    Some(line + length)
}
