//! The mask: the shortened form of a secret that may be shown.

use std::ops::Range;

/// The numbers of bytes of a value that its mask shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mask {
    /// The number of bytes at the start.
    pub head: usize,
    /// The number of bytes at the end.
    pub tail: usize,
}

impl Mask {
    /// A mask that shows no byte.
    pub(crate) const FULL: Self = Self { head: 0, tail: 0 };

    /// Returns `first...last` of an ASCII value, or only stars. The first `prefix` bytes are public, since all tokens
    /// of a kind share them. At most a quarter of the bytes after them is shown: a short value is hidden completely.
    #[must_use]
    pub(crate) fn apply(self, value: &[u8], prefix: usize) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_shows_at_most_a_quarter() {
        let hint = Mask { head: 16, tail: 4 };
        let token = format!("abc-def-gh01-{}wxyz", "q".repeat(91));
        assert_eq!(hint.apply(token.as_bytes(), 13), "abc-def-gh01-qqq...wxyz");
        assert_eq!(hint.apply(b"abc-def-gh01-short", 13), "********");
        assert_eq!(Mask::FULL.apply(b"anything at all", 0), "********");
        assert_eq!(Mask { head: 3, tail: 0 }.apply("öööööööööö".as_bytes(), 0), "********");
    }
}
