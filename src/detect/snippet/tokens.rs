//! Splits a line into tokens: white space, single punctuation characters, words, and the spans of known secrets.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Space,
    /// One byte of ASCII punctuation.
    Punctuation(u8),
    Word,
    /// The value that the snippet is made for.
    Subject,
    /// Another value that is known to be secret.
    Secret,
}

/// A part of a line. Its span is in the text, not in the line.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
}

/// A part of a line that is no text to be split.
pub(super) struct Opaque {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
}

/// Splits a line. `opaque` is sorted and lies in the line; parts that overlap are taken in their order.
pub(super) fn split(text: &[u8], line: Range<usize>, opaque: impl IntoIterator<Item = Opaque>) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = line.start;
    for Opaque { kind, span } in opaque {
        push_text(text, at..span.start, &mut tokens);
        let start = span.start.max(at);
        if start < span.end {
            tokens.push(Token { kind, span: start..span.end });
        }
        at = at.max(span.end);
    }
    push_text(text, at..line.end, &mut tokens);
    tokens
}

fn push_text(text: &[u8], range: Range<usize>, tokens: &mut Vec<Token>) {
    let mut at = range.start;
    while at < range.end {
        let rest = &text[at..range.end];
        let (kind, length) = match rest[0] {
            byte if byte.is_ascii_whitespace() => {
                (Kind::Space, prefix(rest, |byte| byte.is_ascii_whitespace()))
            }
            byte if is_punctuation(byte) => (Kind::Punctuation(byte), 1),
            _ => (Kind::Word, word_length(rest)),
        };
        tokens.push(Token { kind, span: at..at + length });
        at += length;
    }
}

/// Returns the length of the word at the start of a text. A hyphen or a dot between two bytes of words belongs to it.
fn word_length(text: &[u8]) -> usize {
    let mut end = 0;
    loop {
        end += prefix(&text[end..], |byte| !byte.is_ascii_whitespace() && !is_punctuation(byte));
        let continues = |next: &u8| !next.is_ascii_whitespace() && !is_punctuation(*next);
        match text.get(end) {
            Some(b'-' | b'.') if text.get(end + 1).is_some_and(continues) => end += 1,
            _ => return end,
        }
    }
}

fn prefix(text: &[u8], accepts: impl Fn(u8) -> bool) -> usize {
    text.iter().take_while(|byte| accepts(**byte)).count()
}

/// Returns whether a byte is punctuation. Control characters are not: in UTF-16 they belong to words.
const fn is_punctuation(byte: u8) -> bool {
    byte.is_ascii_punctuation() && byte != b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_split_into_words_punctuation_and_secrets() {
        let text = "  x-api.key: \"ö1_\" - SECRET-";
        let start = text.find("SECRET").unwrap();
        let opaque = [Opaque { kind: Kind::Subject, span: start..start + 6 }];
        let tokens = split(text.as_bytes(), 0..text.len(), opaque);
        let shown: Vec<&str> = tokens.iter().map(|token| &text[token.span.clone()]).collect();
        assert_eq!(shown, ["  ", "x-api.key", ":", " ", "\"", "ö1_", "\"", " ", "-", " ", "SECRET", "-"]);
        assert_eq!(tokens[10].kind, Kind::Subject);
    }

    #[test]
    fn parts_that_overlap_are_taken_once() {
        let secret = |span| Opaque { kind: Kind::Secret, span };
        let tokens = split(b"ab cd ef", 0..8, [secret(0..4), secret(2..6), secret(3..5)]);
        let spans: Vec<_> = tokens.iter().map(|token| token.span.clone()).collect();
        assert_eq!(spans, [0..4, 4..6, 6..8]);
    }
}
