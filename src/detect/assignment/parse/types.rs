//! The result of the parser: an assignment and its parts. No parsing here.

use std::ops::Range;

pub(crate) use skant_password_model::vocabulary::{Operator, Quote};

/// The longest name, in bytes.
pub(crate) const MAX_NAME: usize = 64;

/// The longest and the shortest value, in bytes.
pub(crate) const MAX_VALUE: usize = 500;
pub(crate) const MIN_VALUE: usize = 4;

/// A value and the name that it is assigned to, as ranges of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) name: Range<usize>,
    pub(crate) value: Range<usize>,
    pub(crate) operator: Operator,
    pub(crate) quote: Quote,
    /// The name of the call around the value (`Buffer.from` in `Buffer.from(value)`), or the user name before a
    /// password; often empty.
    pub(crate) wrapper: Range<usize>,
    /// The authentication scheme before the value (`Bearer`); often empty.
    pub(crate) scheme: Range<usize>,
}

impl Assignment {
    /// Returns whether `name` is a name, and not the scheme, the command or the keyword of a form without a name.
    pub(crate) const fn has_name(&self) -> bool {
        !matches!(self.operator, Operator::Scheme | Operator::Url | Operator::Login | Operator::Sql)
    }
}

/// Returns the name around an anchor, or `None` if it is too long. An anchor may include the operator, as `key=` does, so
/// the name is measured from its start; letters beyond ASCII are a part of a name in an anchor only.
pub(crate) fn name_around(text: &[u8], anchor: &Range<usize>) -> Option<Range<usize>> {
    let floor = anchor.start.saturating_sub(MAX_NAME);
    let before = text[floor..anchor.start].iter().rev().take_while(|byte| is_name(**byte)).count();
    let name = anchor.start - before..name_end(text, anchor);
    (name.len() <= MAX_NAME).then_some(name)
}

/// Returns the end of the name that contains an anchor.
pub(crate) fn name_end(text: &[u8], anchor: &Range<usize>) -> usize {
    let length =
        |from: usize| text[from..].iter().take(MAX_NAME + 1).take_while(|byte| is_name(**byte)).count();
    let end = anchor.start + length(anchor.start);
    let is_in_anchor = end < anchor.end && !text[end].is_ascii();
    if is_in_anchor { anchor.end + length(anchor.end) } else { end }
}

/// Returns whether names have such bytes: ASCII letters and digits, `_`, `-` and `.`.
pub(crate) const fn is_name(byte: u8) -> bool {
    NAME_BYTES[byte as usize]
}

/// By byte, the answer of [`is_name`].
static NAME_BYTES: [bool; 256] = {
    let mut is_name = [false; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        is_name[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        byte += 1;
    }
    is_name
};
