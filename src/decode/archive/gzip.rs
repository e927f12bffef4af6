//! Gzip: one text, compressed in one or more pieces one behind the other.
//! Format: RFC 1952.

use std::borrow::Cow;

use crate::decode::archive::inflate::{End, checksum, inflate};
use crate::decode::archive::{Fault, FaultKind, Format, Member, UnpackBudget, Unpacked, Visit, number};

/// The length of a header without its optional fields.
const LEAST: usize = 10;

/// The checksum and the size behind each piece.
const TRAILER: usize = 8;

pub(crate) fn begins(text: &[u8]) -> bool {
    // Deflate is the only method; the upper bits of the flags are reserved.
    text.len() >= LEAST && text.starts_with(&[0x1f, 0x8b, 8]) && text[3] & 0xe0 == 0
}

pub(crate) fn open(text: &[u8], room: &mut UnpackBudget, visit: &mut Visit<'_>) {
    let (mut bytes, mut at) = (Vec::new(), 0);
    let mut fault = None;
    // What stands behind the last piece is no part of it.
    while fault.is_none() && begins(&text[at..]) {
        let Some(header) = header(&text[at..]) else {
            fault = Some((FaultKind::Corrupt, CUT));
            break;
        };
        at += header;
        let start = bytes.len();
        let inflated = inflate(&text[at..], room, &mut bytes);
        at += inflated.consumed;
        fault = match inflated.end {
            End::Whole => match number::<4>(text, at).filter(|_| at + TRAILER <= text.len()) {
                Some(stated) if stated == u64::from(checksum(&bytes[start..])) => None,
                Some(_) => Some((FaultKind::Corrupt, "its checksum does not fit")),
                None => Some((FaultKind::Corrupt, CUT)),
            },
            End::Cut => Some((FaultKind::Corrupt, CUT)),
            End::Broken => Some((FaultKind::Corrupt, "its bytes cannot be inflated")),
            End::Full => Some((FaultKind::Budget, crate::decode::archive::zip::FULL)),
        };
        at = text.len().min(at + TRAILER);
    }
    let label = Format::Gzip.name().to_owned();
    visit(Unpacked::Member(Member { label: label.clone(), bytes: Cow::Owned(bytes), span: 0..at }), room);
    if let Some((kind, what)) = fault {
        visit(Unpacked::Fault(Fault { kind, message: what, label }), room);
    }
}

const CUT: &str = "it is cut short";

/// The length of a header with its optional fields.
fn header(text: &[u8]) -> Option<usize> {
    let flags = text[3];
    let mut at = LEAST;
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
