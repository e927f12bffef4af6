//! Gzip: one text that is compressed in one or more parts, one after the other.
//! Format: RFC 1952.

use std::borrow::Cow;

use super::inflate::{End, checksum, inflate};
use super::little_endian::number;
use super::member::{
    CUT, FaultKind, Format, Member, OVER_BUDGET, Unpacked, Visit, WRONG_CHECKSUM, WRONG_DATA, fault,
};
use super::unpack_budget::UnpackBudget;

/// The length of a header without its optional fields, in bytes.
const HEADER: usize = 10;

/// The length of the checksum and the size after each part, in bytes.
const TRAILER: usize = 8;

/// Returns whether a text begins with a header.
pub(super) fn has_signature(text: &[u8]) -> bool {
    // Deflate is the only method, and the upper bits of the flags are reserved.
    text.len() >= HEADER && text.starts_with(&[0x1f, 0x8b, 8]) && text[3] & 0xe0 == 0
}

/// Unpacks all parts into one member.
pub(super) fn unpack(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    let (mut bytes, mut at) = (Vec::new(), 0);
    let mut failure = None;
    // Bytes after the last part that are not a part are ignored.
    while failure.is_none() && has_signature(&text[at..]) {
        let Some(header) = header_length(&text[at..]) else {
            failure = Some((FaultKind::Corrupt, CUT));
            break;
        };
        at += header;
        let start = bytes.len();
        let inflated = inflate(&text[at..], budget, &mut bytes);
        at += inflated.consumed;
        failure = match inflated.end {
            End::Complete => match number::<4>(text, at).filter(|_| at + TRAILER <= text.len()) {
                Some(stated) if stated == u64::from(checksum(&bytes[start..])) => None,
                Some(_) => Some((FaultKind::Corrupt, WRONG_CHECKSUM)),
                None => Some((FaultKind::Corrupt, CUT)),
            },
            End::Cut => Some((FaultKind::Corrupt, CUT)),
            End::Corrupt => Some((FaultKind::Corrupt, WRONG_DATA)),
            End::OverBudget => Some((FaultKind::Budget, OVER_BUDGET)),
        };
        at = text.len().min(at + TRAILER);
    }
    let label = Format::Gzip.name().to_owned();
    visit(Unpacked::Member(Member { label: label.clone(), bytes: Cow::Owned(bytes), span: 0..at }), budget);
    if let Some((kind, message)) = failure {
        visit(fault(kind, message, label), budget);
    }
}

/// Returns the length of a header with its optional fields, or `None` if the text ends before.
fn header_length(text: &[u8]) -> Option<usize> {
    let flags = text[3];
    let mut at = HEADER;
    if flags & 4 != 0 {
        at += 2 + usize::try_from(number::<2>(text, at)?).ok()?;
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            at += memchr::memchr(0, text.get(at..)?)? + 1;
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    (at <= text.len()).then_some(at)
}
