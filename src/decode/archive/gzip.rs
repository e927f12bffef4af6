//! Gzip: one text that is compressed in one or more parts, one after the other.
//! Format: RFC 1952.

use super::inflate::{End, checksum, inflate};
use super::little_endian::number;
use super::member::Visit;
use super::stream::{Failure, StreamFormat};
use super::unpack_budget::UnpackBudget;

const GZIP: StreamFormat = StreamFormat { name: "gzip", first: first_header, next: next_header, unpack_part };

/// The length of a header without its optional fields, in bytes.
const HEADER: usize = 10;

/// The length of the checksum and the size after each part, in bytes.
const TRAILER: usize = 8;

/// The maximum length of the padding before a header, in bytes.
const MAX_PADDING: usize = 64 << 10;

/// Returns whether a text begins with a header, after a byte order mark or padding.
pub(super) fn has_signature(text: &[u8]) -> bool {
    first_header(text).is_some()
}

/// Returns the offset of the first header.
fn first_header(text: &[u8]) -> Option<usize> {
    let start = match text.first()? {
        0x1f => 0,
        0xef if text.starts_with(b"\xef\xbb\xbf") => 3,
        0 => text.iter().take(MAX_PADDING).position(|byte| *byte != 0)?,
        _ => return None,
    };
    is_header(&text[start..]).then_some(start)
}

fn is_header(text: &[u8]) -> bool {
    // Deflate is the only method, and the upper bits of the flags are reserved.
    text.len() >= HEADER && text.starts_with(MAGIC) && text[3] & 0xe0 == 0
}

const MAGIC: &[u8] = &[0x1f, 0x8b, 8];

/// Returns the offset of the next header at or after an offset.
fn next_header(text: &[u8], from: usize) -> Option<usize> {
    memchr::memmem::find_iter(text.get(from..)?, MAGIC).map(|at| from + at).find(|at| is_header(&text[*at..]))
}

/// Unpacks all parts into one member.
pub(super) fn unpack(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    GZIP.unpack(text, budget, visit);
}

fn unpack_part(
    text: &[u8],
    start: usize,
    budget: &mut UnpackBudget,
    bytes: &mut Vec<u8>,
) -> Result<usize, Failure> {
    let header = header_length(&text[start..]).ok_or(Failure::CUT)?;
    let at = start + header;
    let before = bytes.len();
    let inflated = inflate(&text[at..], budget, bytes);
    let end = at + inflated.consumed;
    match inflated.end {
        End::Complete => match number::<4>(text, end).filter(|_| end + TRAILER <= text.len()) {
            Some(stated) if stated == u64::from(checksum(&bytes[before..])) => Ok(end + TRAILER),
            Some(_) => Err(Failure::WRONG_CHECKSUM),
            None => Err(Failure::CUT),
        },
        End::Cut => Err(Failure::CUT),
        End::Corrupt => Err(Failure::WRONG_DATA),
        End::OverBudget => Err(Failure::OVER_BUDGET),
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
