//! Deflate, within the room that there is.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use crate::decode::archive::UnpackBudget;

/// What came out of a stream.
pub(crate) struct Inflated {
    /// So much of the input it was.
    pub(crate) consumed: usize,
    /// How it ended.
    pub(crate) end: End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// At its end.
    Whole,
    /// In the middle: the input has no more bytes.
    Cut,
    /// Where it is damaged.
    Broken,
    /// Where there was no more room.
    Full,
}

/// So much room is made at first, and as much again as came out of the stream. A text may come in many short pieces, so
/// no step may cost more than what is in it.
const STEP: usize = 1 << 10;

/// Appends what a stream holds to `out`, up to its end or the first damage.
pub(crate) fn inflate(data: &[u8], room: &mut UnpackBudget, out: &mut Vec<u8>) -> Inflated {
    let mut stream = Decompress::new(false);
    let (mut consumed, start) = (0, out.len());
    let end = loop {
        if room.bytes() == 0 {
            break End::Full;
        }
        let (in_before, out_before) = (stream.total_in(), out.len());
        let most = (out_before - start).max(STEP).min(room.bytes());
        // Buffers double, but not beyond what may be unpacked.
        if out.capacity() - out_before < most {
            out.reserve_exact(out_before.max(most).min(room.bytes()));
        }
        let status = decompress(&mut stream, &data[consumed..], out, most);
        let read = stream.total_in() - in_before;
        consumed += usize::try_from(read).unwrap_or(0);
        // What is read counts, too: a stream may be long and hold nothing.
        room.spend(out.len() - out_before + usize::try_from(read).unwrap_or(0));
        match status {
            Ok(Status::StreamEnd) => break End::Whole,
            Ok(_) if read == 0 && out.len() == out_before => {
                break if consumed == data.len() { End::Cut } else { End::Broken };
            }
            Ok(_) => {}
            Err(_) => break End::Broken,
        }
    };
    Inflated { consumed, end }
}

/// One step, into spare room of a buffer and no further than `most` bytes.
fn decompress(
    stream: &mut Decompress,
    data: &[u8],
    out: &mut Vec<u8>,
    most: usize,
) -> Result<Status, flate2::DecompressError> {
    let start = out.len();
    let size = (out.capacity() - start).min(most);
    out.resize(start + size, 0);
    let before = stream.total_out();
    let status = stream.decompress(data, &mut out[start..], FlushDecompress::None);
    let written = usize::try_from(stream.total_out() - before).unwrap_or(0);
    out.truncate(start + written.min(size));
    status
}

/// The checksum that gzip and zip hold.
pub(crate) fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}
