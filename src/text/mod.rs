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
pub(crate) use unquoted::{ends_unquoted_value, may_end_unquoted_value};

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

/// Returns where a short text contains another. A prepared search, as of `memmem`, takes longer than the search here.
pub(crate) fn find_short(text: &[u8], part: &[u8]) -> Option<usize> {
    let Some((first, rest)) = part.split_first() else {
        return Some(0);
    };
    memchr::memchr_iter(*first, text).find(|at| text[at + 1..].starts_with(rest))
}

/// Returns where a short text contains another for the last time.
pub(crate) fn rfind_short(text: &[u8], part: &[u8]) -> Option<usize> {
    let Some((first, rest)) = part.split_first() else {
        return Some(text.len());
    };
    memchr::memrchr_iter(*first, text).find(|at| text[at + 1..].starts_with(rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn short_parts_are_found_like_any(text in "[ab]{0,20}", part in "[ab]{0,4}") {
            prop_assert_eq!(find_short(text.as_bytes(), part.as_bytes()), text.find(&part));
            prop_assert_eq!(rfind_short(text.as_bytes(), part.as_bytes()), text.rfind(&part));
        }
    }
}
