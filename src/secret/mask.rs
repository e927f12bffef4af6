//! What may be shown of a secret, and of the text around it.

use std::ops::Range;

/// How many characters of a value its mask keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mask {
    /// Bytes kept at the start.
    pub head: usize,
    /// Bytes kept at the end.
    pub tail: usize,
}

impl Mask {
    /// Shows nothing but that something was there.
    pub const FULL: Self = Self { head: 0, tail: 0 };

    /// `first...last` of an ASCII value. Never shows more than a quarter of what follows the first
    /// `prefix` bytes (the public part that all tokens of a kind share): a short value is hidden whole.
    #[must_use]
    pub fn apply(self, value: &[u8], prefix: usize) -> String {
        let shown = self.head.saturating_sub(prefix) + self.tail;
        let hidden = value.len().saturating_sub(prefix);
        let printable = value.iter().all(u8::is_ascii_graphic);
        if !printable || self == Self::FULL || shown * 4 > hidden || self.head + self.tail >= value.len() {
            return "********".to_owned();
        }
        let text = |range: Range<usize>| String::from_utf8_lossy(&value[range]).into_owned();
        format!("{}...{}", text(0..self.head), text(value.len() - self.tail..value.len()))
    }
}

/// Token characters: what a neighbouring secret that no rule knows would be made of.
const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'.' | b'~') || byte >= 0x80
}

/// Runs shorter than this are shown as they stand.
const LONGEST_SHOWN_RUN: usize = 15;

/// Replaces every run of 16 or more token characters by stars, so that a neighbour of a finding is not
/// printed. Runs wholly inside `keep` (the name that the secret is assigned to) stay.
#[must_use]
pub fn mask_runs(line: &[u8], keep: Option<&Range<usize>>) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let mut at = 0;
    while at < line.len() {
        let run = line[at..].iter().take_while(|byte| is_token(**byte)).count();
        if run == 0 {
            out.push(line[at]);
            at += 1;
            continue;
        }
        let kept = keep.is_some_and(|keep| keep.start <= at && at + run <= keep.end);
        if run > LONGEST_SHOWN_RUN && !kept {
            out.extend_from_slice(b"********");
        } else {
            out.extend_from_slice(&line[at..at + run]);
        }
        at += run;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_shows_a_quarter_at_most() {
        let hint = Mask { head: 16, tail: 4 };
        let token = format!("abc-def-gh01-{}wxyz", "q".repeat(91));
        assert_eq!(hint.apply(token.as_bytes(), 13), "abc-def-gh01-qqq...wxyz");
        assert_eq!(hint.apply(b"abc-def-gh01-short", 13), "********");
        assert_eq!(Mask::FULL.apply(b"anything at all", 0), "********");
        assert_eq!(Mask { head: 3, tail: 0 }.apply("öööööööööö".as_bytes(), 0), "********");
    }

    #[test]
    fn a_long_neighbour_is_not_shown() {
        let line = b"user=bob 0123456789abcdef other='abcdefghijklmnop'";
        let masked = String::from_utf8(mask_runs(line, None)).unwrap();
        assert_eq!(masked, "user=bob ******** other='********'");
        let name = b"A_VERY_LONG_SECRET_NAME: x";
        assert_eq!(mask_runs(name, Some(&(0..23))), name);
    }
}
