//! Decompresses deflate within the unpack budget.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::unpack_budget::UnpackBudget;

/// The result of a decompression.
pub(super) struct Inflated {
    /// The number of input bytes that were read.
    pub(super) consumed: usize,
    /// How the decompression ended.
    pub(super) end: End,
}

/// How a decompression ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// At the end of the stream.
    Complete,
    /// Inside the stream: the input has no more bytes.
    Cut,
    /// At damaged data.
    Corrupt,
    /// The budget was used up.
    OverBudget,
}

/// The size of the first output buffer, in bytes; later steps double it. An archive may have many short members, so a
/// step may not cost more than its output.
const STEP: usize = 1 << 10;

/// Appends the content of a stream to `out`, up to its end or the first damage.
pub(super) fn inflate(data: &[u8], budget: &mut UnpackBudget, out: &mut Vec<u8>) -> Inflated {
    let mut stream = Decompress::new(false);
    let (mut consumed, start) = (0, out.len());
    let end = loop {
        if budget.bytes_left() == 0 {
            break End::OverBudget;
        }
        let (in_before, out_before) = (stream.total_in(), out.len());
        let max = (out_before - start).max(STEP).min(budget.bytes_left());
        // The buffer doubles, but not beyond the budget.
        if out.capacity() - out_before < max {
            out.reserve_exact(out_before.max(max).min(budget.bytes_left()));
        }
        let status = decompress_step(&mut stream, &data[consumed..], out, max);
        let read = stream.total_in() - in_before;
        consumed += usize::try_from(read).unwrap_or(0);
        // Input counts, too: a long stream may decompress to nothing.
        budget.spend(out.len() - out_before + usize::try_from(read).unwrap_or(0));
        match status {
            Ok(Status::StreamEnd) => break End::Complete,
            Ok(_) if read == 0 && out.len() == out_before => {
                break if consumed == data.len() { End::Cut } else { End::Corrupt };
            }
            Ok(_) => {}
            Err(_) => break End::Corrupt,
        }
    };
    Inflated { consumed, end }
}

/// Decompresses at most `max` bytes into the spare capacity of a buffer.
fn decompress_step(
    stream: &mut Decompress,
    data: &[u8],
    out: &mut Vec<u8>,
    max: usize,
) -> Result<Status, flate2::DecompressError> {
    let start = out.len();
    let size = (out.capacity() - start).min(max);
    out.resize(start + size, 0);
    let before = stream.total_out();
    let status = stream.decompress(data, &mut out[start..], FlushDecompress::None);
    let written = usize::try_from(stream.total_out() - before).unwrap_or(0);
    out.truncate(start + written.min(size));
    status
}

/// Returns the CRC-32 that gzip and zip contain.
pub(super) fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}
