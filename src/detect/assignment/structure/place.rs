//! The place of a name: its span and the quotes around it.

use std::ops::Range;

use crate::detect::assignment::parse::{is_name, name_around};
use crate::text::is_quote;

/// The longest name with spaces or colons in it, in bytes.
const MAX_LONG_NAME: usize = 48;

/// A name in the window of its anchor.
pub(super) struct Place<'t> {
    pub(super) text: &'t [u8],
    pub(super) name: Range<usize>,
    /// The name with the quotes around it, if it has any.
    pub(super) outer: Range<usize>,
    pub(super) is_quoted: bool,
}

impl<'t> Place<'t> {
    /// Reads the name around an anchor. A quoted name may have spaces, colons and slashes: `"Secret access key"`.
    pub(super) fn read(text: &'t [u8], anchor: &Range<usize>) -> Option<Self> {
        let mut name = name_around(text, anchor)?;
        if text.get(name.end) == Some(&b' ') || name.start > 0 && matches!(text[name.start - 1], b' ' | b':')
        {
            name = quoted_phrase(text, &name).unwrap_or(name);
        }
        let outer = with_quotes(text, &name);
        let is_quoted = outer.is_some();
        Some(Self { text, outer: outer.unwrap_or_else(|| name.clone()), name, is_quoted })
    }

    /// Returns the byte before the name and its quotes.
    pub(super) fn before(&self) -> Option<u8> {
        self.outer.start.checked_sub(1).map(|at| self.text[at])
    }

    /// Returns the byte after the name and its quotes.
    pub(super) fn after(&self) -> Option<u8> {
        self.text.get(self.outer.end).copied()
    }
}

/// Returns the phrase in quotes that contains a name.
fn quoted_phrase(text: &[u8], name: &Range<usize>) -> Option<Range<usize>> {
    let is_part = |byte: &u8| is_name(*byte) || matches!(byte, b' ' | b':' | b'/');
    let before = text[..name.start].iter().rev().take(MAX_LONG_NAME).take_while(|byte| is_part(byte)).count();
    let after = text[name.end..].iter().take(MAX_LONG_NAME).take_while(|byte| is_part(byte)).count();
    let phrase = name.start - before..name.end + after;
    let quote = text[..phrase.start].last()?;
    let closing = text[phrase.end..].iter().find(|byte| **byte != b'\\')?;
    (is_quote(*quote) && closing == quote && phrase.len() <= MAX_LONG_NAME).then_some(phrase)
}

/// Returns the range of a name with the same quote on both sides, and with the backslashes before the quotes.
fn with_quotes(text: &[u8], name: &Range<usize>) -> Option<Range<usize>> {
    let quote = *text[..name.start].last().filter(|byte| is_quote(**byte))?;
    let slashes = text[name.end..].iter().take(3).take_while(|byte| **byte == b'\\').count();
    let opening =
        text[..name.start - 1].iter().rev().take(slashes).take_while(|byte| **byte == b'\\').count();
    let closes = text.get(name.end + slashes) == Some(&quote) && opening == slashes;
    closes.then(|| name.start - 1 - slashes..name.end + slashes + 1)
}
