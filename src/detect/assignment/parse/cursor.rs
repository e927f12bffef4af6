//! A position in a text, and the steps that the other parts of the parser share: white space and quoted strings.

use std::ops::Range;

use super::types::{MAX_VALUE, Quote};
use crate::text::is_quote;

/// The most white space that is skipped between two parts, in bytes.
const MAX_SPACE: usize = 40;

/// Quotes as HTML writes them.
const HTML_QUOTES: [&[u8]; 3] = [b"&quot;", b"&#34;", b"&#39;"];

/// A position in a text.
pub(crate) struct Cursor<'t> {
    pub(crate) text: &'t [u8],
    pub(crate) at: usize,
}

impl Cursor<'_> {
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    pub(crate) fn rest(&self) -> &[u8] {
        &self.text[self.at..]
    }

    /// Skips a byte if it is next, and returns whether it was.
    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Skips spaces and tabs, and returns how many.
    pub(crate) fn skip_spaces(&mut self) -> usize {
        let count =
            self.rest().iter().take(MAX_SPACE).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.at += count;
        count
    }

    /// Skips spaces, tabs and line ends.
    pub(crate) fn skip_whitespace(&mut self) {
        self.at += self.rest().iter().take(MAX_SPACE).take_while(|byte| byte.is_ascii_whitespace()).count();
    }

    /// Skips a quote with up to three backslashes before it, and returns the quote and the number of backslashes.
    pub(crate) fn eat_quote(&mut self) -> Option<(u8, usize)> {
        let slashes = self.rest().iter().take(3).take_while(|byte| **byte == b'\\').count();
        let quote = self.text.get(self.at + slashes).copied().filter(|byte| is_quote(*byte))?;
        self.at += slashes + 1;
        Some((quote, slashes))
    }

    /// Skips a quote in HTML if it is next, and returns whether it was.
    pub(crate) fn eat_html_quote(&mut self) -> bool {
        if self.peek() != Some(b'&') {
            return false;
        }
        let quote = HTML_QUOTES.iter().find(|quote| self.rest().starts_with(quote));
        self.at += quote.map_or(0, |quote| quote.len());
        quote.is_some()
    }

    /// Reads a string up to its closing quote, from the first byte inside. `quote` is `&` for a quote in HTML, and
    /// `slashes` the number of backslashes before the opening quote. Returns `None` if the string does not end on its
    /// line or is too long.
    pub(crate) fn read_quoted(&mut self, quote: u8, slashes: usize) -> Option<(Range<usize>, Quote)> {
        let start = self.at;
        let limit = self.rest().len().min(MAX_VALUE + 16);
        let inside = &self.rest()[..limit];
        let kind = match quote {
            _ if slashes > 0 || quote == b'&' => Quote::Escaped,
            b'"' => Quote::Double,
            b'\'' => Quote::Single,
            _ => Quote::Back,
        };
        let mut at = 0;
        loop {
            let byte = *inside.get(at)?;
            match byte {
                b'\n' | b'\r' => return None,
                b'&' if quote == b'&' && HTML_QUOTES.iter().any(|quote| inside[at..].starts_with(quote)) => {
                    break;
                }
                b'\\'
                    if slashes > 0
                        && inside[at..].iter().take_while(|byte| **byte == b'\\').count() <= slashes
                        && inside.get(at + slashes) == Some(&quote) =>
                {
                    break;
                }
                b'\\' if slashes == 0 => at += 2,
                _ if byte == quote && slashes == 0 && quote != b'&' => break,
                _ if byte == quote && slashes > 0 => return None,
                _ => at += 1,
            }
        }
        let end = start + at.min(limit);
        self.at = end + if quote == b'&' { 5 } else { 1 + slashes };
        Some((start..end, kind))
    }
}
