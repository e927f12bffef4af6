//! Lz4: frames, one after the other, with frames between them that decoders skip. The frames of old programs have a
//! signature and blocks, and nothing else.
//! Format: LZ4 Frame Format Description 1.6.4. The crate's own reader of frames keeps a buffer of the size that a frame
//! states, and no output before an error; so only its reader of blocks is used.

use lz4_flex::block::{DecompressError, decompress_into_with_dict};
use twox_hash::XxHash32;

use super::little_endian::number;
use super::member::{FaultKind, Visit};
use super::stream::{Failure, StreamFormat, after_skippable_frames};
use super::unpack_budget::UnpackBudget;

const MAGIC: &[u8] = b"\x04\x22\x4d\x18";
const OLD_MAGIC: &[u8] = b"\x02\x21\x4c\x18";

/// The maximum size of a block in the frames of old programs, in bytes.
const OLD_BLOCK: usize = 8 << 20;

/// The distance over which a block may refer to the text before it, in bytes.
const WINDOW: usize = 64 << 10;

/// The maximum number of bytes that a byte of a block stands for.
const MAX_RATIO: usize = 255;

const LZ4: StreamFormat = StreamFormat { name: "lz4", first: first_frame, next: next_frame, unpack_part };

/// Returns whether a text begins with a frame, after frames that decoders skip.
pub(super) fn has_signature(text: &[u8]) -> bool {
    first_frame(text).is_some()
}

/// Unpacks all frames into one member.
pub(super) fn unpack(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    LZ4.unpack(text, budget, visit);
}

fn first_frame(text: &[u8]) -> Option<usize> {
    let at = after_skippable_frames(text, 0);
    [MAGIC, OLD_MAGIC].iter().any(|magic| text[at..].starts_with(magic)).then_some(at)
}

fn next_frame(text: &[u8], from: usize) -> Option<usize> {
    // Both end with the same byte. A search for each one would read the text to its end for each frame of the other.
    let ends = memchr::memchr_iter(MAGIC[3], text.get(from..)?).map(|at| from + at + 1);
    let mut starts = ends.filter_map(|end| end.checked_sub(MAGIC.len())).filter(|start| *start >= from);
    starts.find(|at| [MAGIC, OLD_MAGIC].iter().any(|magic| text[*at..].starts_with(magic)))
}

/// What the header of a frame states.
struct Header {
    /// The length of the header, in bytes.
    length: usize,
    max_block: usize,
    /// The number of bytes before a block to which it may refer.
    reach: usize,
    has_block_checksums: bool,
    has_checksum: bool,
    is_old: bool,
}

impl Header {
    fn read(text: &[u8]) -> Result<Self, Failure> {
        if text.starts_with(OLD_MAGIC) {
            return Ok(Self {
                length: OLD_MAGIC.len(),
                max_block: OLD_BLOCK,
                reach: 0,
                has_block_checksums: false,
                has_checksum: false,
                is_old: true,
            });
        }
        let [flags, sizes] = *text.get(4..).and_then(<[u8]>::first_chunk).ok_or(Failure::CUT)?;
        let optional = usize::from(flags >> 3 & 1) * 8 + usize::from(flags & 1) * 4;
        let at = MAGIC.len() + 2 + optional;
        let stated = *text.get(at).ok_or(Failure::CUT)?;
        let checksum = XxHash32::oneshot(0, &text[MAGIC.len()..at]);
        // The bits of the version, and those that are reserved.
        if flags & 0xc2 != 0x40
            || !(4..8).contains(&(sizes >> 4))
            || u32::from(stated) != checksum >> 8 & 0xff
        {
            return Err(Failure { message: "its header is damaged", ..Failure::WRONG_DATA });
        }
        if flags & 1 != 0 {
            return Err(Failure {
                kind: FaultKind::Unsupported,
                message: "its dictionary is not in the file",
            });
        }
        Ok(Self {
            length: at + 1,
            max_block: 1 << (8 + 2 * (sizes >> 4)),
            reach: if flags & 0x20 == 0 { WINDOW } else { 0 },
            has_block_checksums: flags & 0x10 != 0,
            has_checksum: flags & 4 != 0,
            is_old: false,
        })
    }
}

fn unpack_part(
    text: &[u8],
    start: usize,
    budget: &mut UnpackBudget,
    out: &mut Vec<u8>,
) -> Result<usize, Failure> {
    let header = Header::read(&text[start..])?;
    let (mut at, first) = (start + header.length, out.len());
    loop {
        let size = match number::<4>(text, at) {
            // A frame of an old program ends with the file, or where another frame begins.
            None if header.is_old && at == text.len() => return Ok(at),
            Some(size) if header.is_old && size > 2 * OLD_BLOCK as u64 => {
                return Ok(after_skippable_frames(text, at));
            }
            Some(size) => size,
            None => return Err(Failure::CUT),
        };
        at += 4;
        if size == 0 {
            break;
        }
        let (is_stored, size) = (size >> 31 == 1, usize::try_from(size & 0x7fff_ffff).unwrap_or(usize::MAX));
        let data = &text[at..at.saturating_add(size).min(text.len())];
        budget.spend(data.len());
        let from = first.max(out.len().saturating_sub(header.reach));
        unpack_block(data, is_stored, from, header.max_block, budget, out).map_err(|failure| {
            if data.len() < size && failure.kind == FaultKind::Corrupt { Failure::CUT } else { failure }
        })?;
        if data.len() < size {
            return Err(Failure::CUT);
        }
        at += size;
        if header.has_block_checksums {
            check(text, at, data)?;
            at += 4;
        }
    }
    if header.has_checksum {
        check(text, at, &out[first..])?;
        at += 4;
    }
    Ok(after_skippable_frames(text, at))
}

/// Checks the checksum at an offset against the bytes that it belongs to.
fn check(text: &[u8], at: usize, bytes: &[u8]) -> Result<(), Failure> {
    let stated = number::<4>(text, at).ok_or(Failure::CUT)?;
    if stated == u64::from(XxHash32::oneshot(0, bytes)) { Ok(()) } else { Err(Failure::WRONG_CHECKSUM) }
}

/// Appends the content of a block, which may refer to the output from an offset on.
fn unpack_block(
    data: &[u8],
    is_stored: bool,
    from: usize,
    max_block: usize,
    budget: &mut UnpackBudget,
    out: &mut Vec<u8>,
) -> Result<(), Failure> {
    let before = out.len();
    let largest = if is_stored { data.len() } else { data.len().saturating_mul(MAX_RATIO) }.min(max_block);
    let size = largest.min(budget.bytes_left());
    if is_stored {
        out.extend_from_slice(&data[..size]);
        budget.spend(size);
        return if size == data.len() {
            Ok(())
        } else if size == max_block {
            Err(Failure::WRONG_DATA)
        } else {
            Err(Failure::OVER_BUDGET)
        };
    }
    out.resize(before + size, 0);
    let (known, block) = out.split_at_mut(before);
    let result = decompress_into_with_dict(data, block, &known[from..]);
    let written = match &result {
        Ok(written) => *written,
        // What was written before the error is not counted.
        Err(_) => block.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1),
    };
    out.truncate(before + written);
    budget.spend(written);
    match result {
        Ok(_) => Ok(()),
        Err(DecompressError::OutputTooSmall { .. }) if size < largest => Err(Failure::OVER_BUDGET),
        Err(_) => Err(Failure::WRONG_DATA),
    }
}
