//! Zlib (RFC 1950) and deflate without a header (RFC 1951): one compressed text, as in cookies, SAML requests and loose
//! objects of git, whose header is left out. Deflate has no signature, so it is recognised only by decompressing it.

use std::borrow::Cow;

use flate2::{Decompress, FlushDecompress};

use super::inflate::{End, inflate};
use super::member::{
    CUT, FaultKind, Member, OVER_BUDGET, Unpacked, Visit, WRONG_CHECKSUM, WRONG_DATA, fault, label,
};
use super::unpack_budget::UnpackBudget;

/// The name of the format in reports.
const NAME: &str = "zlib";

/// The name of deflate without a header in reports.
const DEFLATE: &str = "deflate";

/// The name of a loose object of git in reports.
const GIT_OBJECT: &str = "git-object";

/// The length of the header, in bytes.
const HEADER: usize = 2;

/// The length of the checksum after the data, in bytes.
const TRAILER: usize = 4;

/// The bytes of a stream that are decompressed to recognise it: nearly every other text has an error in them.
const PREFIX: usize = 96;

/// The most bytes of the codes of a block, after which its data begins: 320 lengths, each of a code of up to seven bits and
/// up to seven more.
const MAX_CODES: usize = 576;

/// Returns whether a text begins with a header that data follows. Only windows of 32 KiB are recognised, as all
/// programs use.
pub(super) fn has_signature(text: &[u8]) -> bool {
    let [0x78, 0x01 | 0x5e | 0x9c | 0xda, data @ ..] = text else { return false };
    is_stored(data) || can_be_decompressed(data)
}

/// Returns whether a stream begins with a stored block: its length stands there twice, once with all bits reversed.
/// Compressed blocks may follow it, and it may hold an archive.
fn is_stored(data: &[u8]) -> bool {
    matches!(data, [0 | 1, low, high, not_low, not_high, ..] if *not_low == !low && *not_high == !high)
}

/// Returns whether a text may be deflate without a header. A block with fixed codes has to begin with readable text,
/// since nothing else tells it from other data.
pub(crate) fn may_be_deflate(text: &[u8]) -> bool {
    let is_text = text.iter().take(16).all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r'));
    !is_text && (block_kind(text) != Some(FIXED) || begins_readable(text)) && can_be_decompressed(text)
}

/// The kind of a block with the codes of the standard.
const FIXED: u8 = 1;

/// The kind of a block with its own codes.
const DYNAMIC: u8 = 2;

/// Returns the kind of the first block.
fn block_kind(text: &[u8]) -> Option<u8> {
    text.first().map(|first| first >> 1 & 3)
}

/// Returns whether the start of a text can be decompressed. Stored blocks do not count.
fn can_be_decompressed(text: &[u8]) -> bool {
    match block_kind(text) {
        Some(FIXED) => {}
        Some(DYNAMIC) if has_code_lengths(text) => {}
        _ => return false,
    }
    let mut out = [0; 16 * PREFIX];
    let mut stream = Decompress::new(false);
    let mut to = text.len().min(PREFIX);
    let mut from = 0;
    loop {
        if stream.decompress(&text[from..to], &mut out, FlushDecompress::None).is_err() {
            return false;
        }
        if stream.total_out() > 0 {
            return true;
        }
        // The codes of data that is no text are long.
        from = to;
        to = text.len().min(to + PREFIX);
        if from == to || from > MAX_CODES {
            return false;
        }
    }
}

/// Returns whether the first symbol of a block with fixed codes is a readable character, and the second one as well or
/// a repetition (RFC 1951, 3.2.6).
fn begins_readable(text: &[u8]) -> bool {
    let Some([first, second, third]) = text.get(..3) else {
        return false;
    };
    let bits = u32::from_le_bytes([*first, *second, *third, 0]) >> 3;
    // Codes begin with their highest bit. The codes of characters up to 143 have eight bits and begin at 0x30.
    let code = |from: u32| (bits >> from & 0xff).reverse_bits() >> 24;
    let is_readable = |code: u32| matches!(code.wrapping_sub(0x30), 0x20..=0x7e | 0x09 | 0x0a | 0x0d);
    // Lengths up to 114 have seven bits. The first of those codes ends the block.
    let is_repetition = |code: u32| matches!(code >> 1, 1..=0x17);
    is_readable(code(0)) && (is_readable(code(8)) || is_repetition(code(8)))
}

/// Returns whether the header of a block with its own codes is right (RFC 1951, 3.2.7): the numbers of codes are in
/// their ranges, and the lengths of the code for lengths are those of a complete code. Nearly no other text passes.
fn has_code_lengths(text: &[u8]) -> bool {
    let Some(header) = text.get(..10) else {
        return false;
    };
    let bits = header.iter().rev().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    let literals = bits >> 3 & 31;
    let distances = bits >> 8 & 31;
    let lengths = (bits >> 13 & 15) + 4;
    let sum: u32 = (0..lengths)
        .map(|index| bits >> (17 + 3 * index) & 7)
        .filter(|length| *length > 0)
        .map(|length| 128 >> length)
        .sum();
    literals <= 29 && distances <= 29 && sum == 128
}

/// Returns whether a text is deflate from its first to its last byte.
pub(crate) fn is_deflate(text: &[u8]) -> bool {
    if !may_be_deflate(text) {
        return false;
    }
    let mut budget = UnpackBudget::for_region(text.len());
    let inflated = inflate(text, &mut budget, &mut Vec::new());
    match inflated.end {
        // The last base64 characters may hold a byte too many, and zlib without its header has a checksum.
        End::Complete => text.len() - inflated.consumed <= TRAILER + 2,
        End::OverBudget => true,
        End::Cut | End::Corrupt => false,
    }
}

/// Unpacks zlib into one member.
pub(super) fn unpack(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    let mut bytes = Vec::new();
    let inflated = inflate(&text[HEADER..], budget, &mut bytes);
    let end = text.len().min(HEADER + inflated.consumed + TRAILER);
    let failure = match inflated.end {
        // What follows the checksum is not a part of the stream.
        End::Complete => wrong_checksum(&text[HEADER + inflated.consumed..], &bytes),
        End::OverBudget => Some((FaultKind::Budget, OVER_BUDGET)),
        // A text may begin with `x^`.
        _ if text[1].is_ascii_graphic() => None,
        End::Cut => Some((FaultKind::Corrupt, CUT)),
        End::Corrupt => Some((FaultKind::Corrupt, WRONG_DATA)),
    };
    emit(NAME, bytes, end, failure, budget, visit);
}

/// Returns the failure of a stream whose checksum (RFC 1950, 2.2) is another one. A stream without one is none.
fn wrong_checksum(after: &[u8], bytes: &[u8]) -> Option<(FaultKind, &'static str)> {
    let stated = u32::from_be_bytes(*after.first_chunk::<TRAILER>()?);
    (adler32(bytes) != stated).then_some((FaultKind::Corrupt, WRONG_CHECKSUM))
}

/// Returns the checksum of zlib.
fn adler32(bytes: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521;
    // The most bytes whose sums fit into 32 bits.
    const MOST: usize = 5552;
    let (mut low, mut high) = (1, 0);
    for some in bytes.chunks(MOST) {
        for byte in some {
            low += u32::from(*byte);
            high += low;
        }
        low %= MODULUS;
        high %= MODULUS;
    }
    high << 16 | low
}

/// Unpacks deflate without a header into one member.
pub(super) fn unpack_deflate(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    let mut bytes = Vec::new();
    let inflated = inflate(text, budget, &mut bytes);
    let failure = (inflated.end == End::OverBudget).then_some((FaultKind::Budget, OVER_BUDGET));
    emit(DEFLATE, bytes, text.len(), failure, budget, visit);
}

fn emit(
    format: &str,
    mut bytes: Vec<u8>,
    end: usize,
    failure: Option<(FaultKind, &'static str)>,
    budget: &mut UnpackBudget,
    visit: &mut Visit<'_>,
) {
    let header = git_header(&bytes).map(|(kind, length)| (label(GIT_OBJECT, kind), length));
    if let Some((_, length)) = header {
        bytes.drain(..length);
    }
    let label = header.map_or_else(|| format.to_owned(), |(label, _)| label);
    visit(
        Unpacked::Member(Member { label: label.clone(), bytes: Cow::Owned(bytes), span: 0..end, map: None }),
        budget,
    );
    if let Some((kind, message)) = failure {
        visit(fault(kind, message, label), budget);
    }
}

/// The longest header of a loose object of git, in bytes.
const MAX_GIT_HEADER: usize = 32;

/// Returns the kind of a loose object of git, and the length of its header: `blob 11` and a zero byte. The content after
/// it may be an archive.
fn git_header(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let length = memchr::memchr(0, &bytes[..bytes.len().min(MAX_GIT_HEADER)])?;
    let space = memchr::memchr(b' ', &bytes[..length])?;
    let (kind, size) = (&bytes[..space], &bytes[space + 1..length]);
    let is_header = matches!(kind, b"blob" | b"tree" | b"commit" | b"tag")
        && !size.is_empty()
        && size.iter().all(u8::is_ascii_digit);
    is_header.then_some((kind, length + 1))
}
