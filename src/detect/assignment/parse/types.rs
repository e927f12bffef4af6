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
