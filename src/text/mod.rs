//! Text: line and column positions, copied ranges of a derived text, and escapes that make untrusted text safe to show.
//! Knows no rules, findings or git.

use std::ops::Range;

pub(crate) mod copy_range;
pub(crate) mod escape;
pub(crate) mod position;
pub(crate) mod similar;
pub(crate) mod unquoted;

pub use copy_range::CopiedRange;
pub(crate) use copy_range::{gaps_between_copies, merge_long_copies};
pub(crate) use escape::{escape_ci_command, escape_path, escape_terminal, push_percent, unescape_path};
pub use position::Position;
pub(crate) use position::{LineCursor, line_around};
pub(crate) use similar::most_similar;
pub(crate) use unquoted::ends_unquoted_value;

/// Returns whether a byte opens or closes a string in some language: `"`, `'` or a backquote.
#[must_use]
pub(crate) const fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Returns a range without white space at both ends.
pub(crate) fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let inside = &text[range.clone()];
    let start = range.start + (inside.len() - inside.trim_ascii_start().len());
    start..start + inside.trim_ascii().len()
}
