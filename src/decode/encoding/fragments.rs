//! Tokens that are split across string literals, continued lines or wrapped lines.

use super::source_map::Decoded;
use crate::text::is_quote;

/// A token that was joined from its fragments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragments {
    /// The fragments without the bytes between them.
    pub decoded: Decoded,
    /// The length of the first fragment, in bytes.
    pub first_length: usize,
    /// Whether only a line break separates two of the fragments, so that they may be separate values.
    pub is_wrapped: bool,
}

/// The maximum number of fragments of a token.
const MAX_FRAGMENTS: usize = 64;

/// The maximum length of a token, in bytes.
const MAX_TOKEN: usize = 8 * 1024;

/// The maximum length of a fragment, in bytes. It bounds the bytes that are read after each of many anchors in a row.
const MAX_FRAGMENT: usize = 1024;

/// The maximum number of bytes between two fragments.
const MAX_GAP: usize = 64;

/// The minimum length of a fragment that ends at a wrapped line, in bytes.
const MIN_WRAPPED: usize = 16;

/// Joins the fragments of a token that begins at an offset. Returns `None` if there is only one.
#[must_use]
pub fn join_fragments(text: &[u8], from: usize) -> Option<Fragments> {
    let mut joined = Fragments { decoded: Decoded::new(text.len()), first_length: 0, is_wrapped: false };
    let mut at = from;
    for number in 0..MAX_FRAGMENTS {
        let near = &text[at..text.len().min(at + MAX_FRAGMENT)];
        let end = at + near.iter().position(|byte| !IS_TOKEN[usize::from(*byte)]).unwrap_or(near.len());
        if number == 0 && !may_separate(text.get(end)) {
            return None;
        }
        joined.decoded.push_plain(at, &text[at..end]);
        if number == 0 {
            joined.first_length = end - from;
        }
        let rest = &text[end..text.len().min(end + MAX_GAP)];
        let next = concatenation(rest).or_else(|| line_continuation(rest)).or_else(|| {
            let length = line_break(rest).filter(|_| end - at >= MIN_WRAPPED)?;
            joined.is_wrapped = true;
            Some(length)
        });
        match next {
            Some(next) if joined.decoded.text.len() < MAX_TOKEN => at = end + next,
            _ => break,
        }
    }
    (joined.decoded.text.len() > joined.first_length).then_some(joined)
}

const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+' | b'/' | b'=' | b'~')
}

/// [`is_token`] as a table.
static IS_TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    // Characters of tokens are ASCII.
    while byte < 0x80 {
        table[byte as usize] = is_token(byte);
        byte += 1;
    }
    table
};

/// Returns whether a byte may begin the gap between two fragments.
fn may_separate(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| is_quote(*byte) || matches!(byte, b'\\' | b'\r' | b'\n'))
}

fn count_spaces(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b'\\').count()
}

/// Operators that concatenate strings, the longer ones first.
const OPERATORS: [&[u8]; 8] = [b"++", b"..", b"<>", b"||", b"+", b".", b"&", b"~"];

/// Returns the length of a gap such as `" + "`, or of the space between adjacent string literals.
fn concatenation(text: &[u8]) -> Option<usize> {
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
    // Letters before a string literal are its kind: `b"…"`, `f"…"`.
    at += text[at..].iter().take(2).take_while(|byte| b"bBfFrRuU".contains(byte)).count();
    let is_open = is_quote(*text.get(at)?);
    is_open.then_some(at + 1).filter(|at| text.get(*at).is_some_and(|byte| is_token(*byte)))
}

/// Returns the length of a backslash at the end of a line, with the line break and the indentation.
fn line_continuation(text: &[u8]) -> Option<usize> {
    let after = text.strip_prefix(b"\\\r\n").or(text.strip_prefix(b"\\\n"))?;
    let indentation = after.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let next = text.len() - after.len() + indentation;
    text.get(next).is_some_and(|byte| is_token(*byte)).then_some(next)
}

/// Returns the length of a line break, with the indentation and the marks of a comment or a quotation.
fn line_break(text: &[u8]) -> Option<usize> {
    let after = text.strip_prefix(b"\r\n").or(text.strip_prefix(b"\n"))?;
    let between =
        after.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'#' | b'*' | b'>' | b';')).count();
    let next = text.len() - after.len() + between;
    text.get(next).is_some_and(|byte| is_token(*byte)).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_of_a_token_are_joined() {
        for (text, is_wrapped) in [
            ("abc\" + \"def", false),
            ("abc' . 'def", false),
            ("abc\"\n    \"def", false),
            ("abc\" \\\n  f\"def", false),
            ("abc\\\" + \\\"def", false),
            ("abc\" <> \"def", false),
            ("abc\\\n  def", false),
        ] {
            let joined = join_fragments(text.as_bytes(), 0).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                (&joined.decoded.text[..], joined.first_length, joined.is_wrapped),
                (&b"abcdef"[..], 3, is_wrapped)
            );
        }
        let line = "a".repeat(40);
        for between in ["\n", "\r\n  ", "\n# ", "\n> "] {
            let joined = join_fragments(format!("{line}{between}def").as_bytes(), 0).unwrap();
            assert_eq!((joined.decoded.text.len(), joined.is_wrapped), (43, true), "{between:?}");
        }
    }

    #[test]
    fn separate_values_are_not_joined() {
        for text in ["abc\", \"def", "abc\"\"def", "abc\ndef", "abc def", "abc\" + def", "abc", ""] {
            assert_eq!(join_fragments(text.as_bytes(), 0), None, "{text}");
        }
    }
}
