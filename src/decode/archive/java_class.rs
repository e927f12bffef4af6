//! Java classes: each string of the constant pool is a member with its number, as `javap` shows it. In the file the
//! length of a string is before it, and may be a letter or a digit.
//! Format: The Java Virtual Machine Specification, 4.1 and 4.4.

use std::borrow::Cow;

use super::member::{CUT, FaultKind, Member, OVER_BUDGET, Unpacked, Visit, WRONG_DATA, fault, label};
use super::unpack_budget::UnpackBudget;

/// The name of the format in reports.
const NAME: &str = "class";

/// The length of the magic number, the versions and the size of the pool, in bytes.
const HEADER: usize = 10;

/// The first version of the format. A program for several processors of macOS has the same magic number, and the number
/// of its parts at this place.
const FIRST_VERSION: u8 = 45;

/// The shortest string that is searched by itself, in bytes.
const MIN_LENGTH: usize = 12;

/// Returns whether a text begins with the header of a class.
pub(super) fn has_header(text: &[u8]) -> bool {
    matches!(text, [0xca, 0xfe, 0xba, 0xbe, _, _, 0, FIRST_VERSION..=127, _, _, ..])
}

/// Unpacks the strings of the constant pool.
pub(super) fn unpack(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    let count = usize::from(text[8]) << 8 | usize::from(text[9]);
    let (mut at, mut number) = (HEADER, 1);
    let failure = loop {
        if number >= count {
            return;
        }
        let Some((&tag, rest)) = text.get(at..).and_then(<[u8]>::split_first) else {
            break (FaultKind::Corrupt, CUT);
        };
        let length = match tag {
            1 => rest.first_chunk().map(|length| 2 + usize::from(u16::from_be_bytes(*length))),
            7 | 8 | 16 | 19 | 20 => Some(2),
            15 => Some(3),
            3 | 4 | 9..=12 | 17 | 18 => Some(4),
            5 | 6 => Some(8),
            _ => break (FaultKind::Corrupt, WRONG_DATA),
        };
        let Some(constant) = length.and_then(|length| rest.get(..length)) else {
            break (FaultKind::Corrupt, CUT);
        };
        if constant.len() > budget.bytes_left() {
            break (FaultKind::Budget, OVER_BUDGET);
        }
        budget.spend(constant.len());
        let start = at + 1 + 2;
        at += 1 + constant.len();
        if tag == 1 && constant.len() >= 2 + MIN_LENGTH {
            let label = label(NAME, format!("#{number}").as_bytes());
            let bytes = Cow::Borrowed(&text[start..at]);
            visit(Unpacked::Member(Member { label, bytes, span: start..at, map: None }), budget);
        }
        // A long number has two places in the pool.
        number += if matches!(tag, 5 | 6) { 2 } else { 1 };
    };
    visit(fault(failure.0, failure.1, NAME.to_owned()), budget);
}
