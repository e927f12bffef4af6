//! Tokens that were cut in pieces: strings that are put together, lines that go on behind a backslash, and text
//! that was wrapped.

use crate::decode::encoding::Decoded;
use crate::text::is_quote;

/// A token put together from its pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragments {
    /// The pieces without what stands between them.
    pub decoded: Decoded,
    /// The length of the first piece.
    pub first_length: usize,
    /// Whether nothing but a line break stands between some of them, so that they may not belong together.
    pub is_wrapped: bool,
}

/// More pieces are no token.
const MOST_PIECES: usize = 64;

/// No token is longer.
const MOST_LENGTH: usize = 8 * 1024;

/// No piece is longer: behind each anchor so much is read, however many there are in a row.
const MOST_PIECE: usize = 1024;

/// No more bytes stand between two pieces.
const MOST_BETWEEN: usize = 64;

/// A wrapped line has at least so many characters of a token.
const LEAST_WRAPPED: usize = 16;

/// The pieces of a token that begins at a place, if there are two or more.
#[must_use]
pub fn join_fragments(text: &[u8], from: usize) -> Option<Fragments> {
    let mut found = Fragments { decoded: Decoded::new(text.len()), first_length: 0, is_wrapped: false };
    let mut at = from;
    for piece in 0..MOST_PIECES {
        let near = &text[at..text.len().min(at + MOST_PIECE)];
        let end = at + near.iter().position(|byte| !IS_TOKEN[usize::from(*byte)]).unwrap_or(near.len());
        if piece == 0 && !may_go_on(text.get(end)) {
            return None;
        }
        found.decoded.push_plain(at, &text[at..end]);
        if piece == 0 {
            found.first_length = end - from;
        }
        let rest = &text[end..text.len().min(end + MOST_BETWEEN)];
        let next = concatenated(rest).or_else(|| continued(rest)).or_else(|| {
            let wide = wrapped(rest).filter(|_| end - at >= LEAST_WRAPPED)?;
            found.is_wrapped = true;
            Some(wide)
        });
        match next {
            Some(next) if found.decoded.text.len() < MOST_LENGTH => at = end + next,
            _ => break,
        }
    }
    (found.decoded.text.len() > found.first_length).then_some(found)
}

const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+' | b'/' | b'=' | b'~')
}

static IS_TOKEN: [bool; 256] = {
    let mut is_one = [false; 256];
    let mut byte = 0_u8;
    // No other is one.
    while byte < 0x80 {
        is_one[byte as usize] = is_token(byte);
        byte += 1;
    }
    is_one
};

/// Whether something that begins so can put two pieces together.
fn may_go_on(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| is_quote(*byte) || matches!(byte, b'\\' | b'\r' | b'\n'))
}

fn spaces(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b'\\').count()
}

/// What puts two strings together, the longer signs first.
const SIGNS: [&[u8]; 8] = [b"++", b"..", b"<>", b"||", b"+", b".", b"&", b"~"];

/// `" + "`, and strings that only stand side by side.
fn concatenated(text: &[u8]) -> Option<usize> {
    let quote = text.iter().take_while(|byte| **byte == b'\\').count();
    if !is_quote(*text.get(quote)?) {
        return None;
    }
    let mut at = quote + 1;
    at += spaces(&text[at..]);
    let sign = SIGNS.iter().find(|sign| text[at..].starts_with(sign)).map_or(0, |sign| sign.len());
    at += sign;
    at += spaces(&text[at..]);
    if at == quote + 1 {
        return None;
    }
    // Letters before a string say of what kind it is.
    at += text[at..].iter().take(2).take_while(|byte| b"bBfFrRuU".contains(byte)).count();
    let is_open = is_quote(*text.get(at)?);
    is_open.then_some(at + 1).filter(|at| text.get(*at).is_some_and(|byte| is_token(*byte)))
}

/// A backslash at the end of a line.
fn continued(text: &[u8]) -> Option<usize> {
    let after = text.strip_prefix(b"\\\r\n").or(text.strip_prefix(b"\\\n"))?;
    let indentation = after.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let next = text.len() - after.len() + indentation;
    text.get(next).is_some_and(|byte| is_token(*byte)).then_some(next)
}

/// A line break, perhaps with a sign of a comment or a quotation behind it.
fn wrapped(text: &[u8]) -> Option<usize> {
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
    fn pieces_are_put_together() {
        for (text, wrapped) in [
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
                (&b"abcdef"[..], 3, wrapped)
            );
        }
        let line = "a".repeat(40);
        for between in ["\n", "\r\n  ", "\n# ", "\n> "] {
            let joined = join_fragments(format!("{line}{between}def").as_bytes(), 0).unwrap();
            assert_eq!((joined.decoded.text.len(), joined.is_wrapped), (43, true), "{between:?}");
        }
    }

    #[test]
    fn what_does_not_belong_together_stays_apart() {
        for text in ["abc\", \"def", "abc\"\"def", "abc\ndef", "abc def", "abc\" + def", "abc", ""] {
            assert_eq!(join_fragments(text.as_bytes(), 0), None, "{text}");
        }
    }
}
