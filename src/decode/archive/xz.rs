//! Xz, and the older format of LZMA, which has no signature.
//! Format: The .xz File Format 1.2.1; LZMA Specification (LZMA SDK).

use std::io::{self, Read as _};

use lzma_rust2::{Action, LzmaStream, Status, StreamResult, XzReader, XzStream};

use super::little_endian::number;
use super::member::{FaultKind, Visit};
use super::stream::{Decoder, Failure, MAX_WINDOW, State, Step, StreamFormat, decompress, find_signature};
use super::unpack_budget::UnpackBudget;

const MAGIC: &[u8] = b"\xfd7zXZ\0";

/// The maximum size of the decoder, in KiB. Tables of the decoder come to its window.
const MAX_MEMORY: u32 = (MAX_WINDOW >> 10) + 1024;

const XZ: StreamFormat = StreamFormat { name: "xz", first: first_stream, next: next_stream, unpack_part };

/// Returns whether a text begins with a header.
pub(super) fn has_signature(text: &[u8]) -> bool {
    text.starts_with(MAGIC)
}

/// Unpacks all streams into one member.
pub(super) fn unpack(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    XZ.unpack(text, budget, visit);
}

fn first_stream(text: &[u8]) -> Option<usize> {
    has_signature(text).then_some(0)
}

fn next_stream(text: &[u8], from: usize) -> Option<usize> {
    find_signature(text, from, MAGIC)
}

fn unpack_part(
    text: &[u8],
    start: usize,
    budget: &mut UnpackBudget,
    out: &mut Vec<u8>,
) -> Result<usize, Failure> {
    let data = &text[start..];
    let (consumed, result) = if has_filter_chain(data) {
        let mut decoder =
            ChainDecoder { reader: XzReader::new_mem_limit(data, false, MAX_MEMORY), left: data.len() };
        decompress(&mut decoder, data, budget, out)
    } else {
        decompress(&mut XzStream::new_mem_limit(false, MAX_MEMORY), data, budget, out)
    };
    result?;
    // Zeros in groups of four may pad a stream.
    let end = start + consumed;
    let zeros = text[end..].iter().take_while(|byte| **byte == 0).count();
    Ok(end + zeros / 4 * 4)
}

/// Returns whether the first block of a stream has more than one filter before LZMA2.
fn has_filter_chain(stream: &[u8]) -> bool {
    /// The header of the stream, and the size of that of the block, in bytes.
    const BEFORE_FLAGS: usize = 13;
    /// The bits with the number of filters, less one.
    const FILTERS: u8 = 3;
    stream.get(BEFORE_FLAGS).is_some_and(|flags| flags & FILTERS > 1)
}

/// A decoder of blocks with several filters, which the one of streams refuses. It keeps a whole window.
struct ChainDecoder<'d> {
    reader: XzReader<&'d [u8]>,
    /// The number of bytes that were not read.
    left: usize,
}

impl Decoder for ChainDecoder<'_> {
    fn step(&mut self, _: &[u8], output: &mut [u8]) -> Step {
        let result = self.reader.read(output);
        let left = self.reader.inner().len();
        let read = std::mem::replace(&mut self.left, left) - left;
        match result {
            Ok(0) => Step { read, written: 0, state: State::Ended },
            Ok(written) => Step { read, written, state: State::Open },
            Err(error) => Step { read, written: 0, state: State::Failed(failure(&error)) },
        }
    }
}

/// A decoder of the library.
trait Stream {
    /// Returns the number of bytes read and written so far.
    fn totals(&self) -> (u64, u64);
    fn advance(&mut self, input: &[u8], output: &mut [u8], action: Action) -> io::Result<StreamResult>;
}

impl Stream for XzStream {
    fn totals(&self) -> (u64, u64) {
        (self.total_in(), self.total_out())
    }

    fn advance(&mut self, input: &[u8], output: &mut [u8], action: Action) -> io::Result<StreamResult> {
        self.process(input, output, action)
    }
}

impl Stream for LzmaStream {
    fn totals(&self) -> (u64, u64) {
        (self.total_in(), self.total_out())
    }

    fn advance(&mut self, input: &[u8], output: &mut [u8], action: Action) -> io::Result<StreamResult> {
        self.process(input, output, action)
    }
}

/// The number of bytes that the decoder gets at once. With an error it keeps what it has decoded of them.
const PIECE: usize = 1 << 10;

impl<S: Stream> Decoder for S {
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let before = self.totals();
        // Only what is decoded before the end counts: with a cut, the end is an error.
        let action = if input.is_empty() { Action::Finish } else { Action::Run };
        loop {
            let at = Step::between(before, self.totals(), State::Open);
            let piece = &input[at.read..input.len().min(at.read + PIECE)];
            let result = self.advance(piece, &mut output[at.written..], action);
            let step = Step::between(before, self.totals(), state(result));
            let is_used_up = step.read == input.len() || step.written == output.len();
            let is_moving = (at.read, at.written) != (step.read, step.written);
            if is_used_up || !is_moving || step.state != State::Open {
                return step;
            }
        }
    }
}

/// Returns how a step of a decoder ended.
fn state(result: io::Result<StreamResult>) -> State {
    match result {
        Ok(StreamResult { status: Status::StreamEnd, .. }) => State::Ended,
        Ok(_) => State::Open,
        Err(error) => State::Failed(failure(&error)),
    }
}

fn failure(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Failure::CUT,
        io::ErrorKind::OutOfMemory => Failure::LARGE_WINDOW,
        io::ErrorKind::Unsupported => {
            Failure { kind: FaultKind::Unsupported, message: "its filter is not supported" }
        }
        _ => Failure::WRONG_DATA,
    }
}

const LZMA: StreamFormat =
    StreamFormat { name: "lzma", first: first_lzma, next: |_, _| None, unpack_part: unpack_lzma };

/// The length of the header of LZMA, in bytes: properties, the sizes of the window and of the content.
const LZMA_HEADER: usize = 13;

/// Returns whether a text begins as programs write LZMA: the usual properties, a window of a usual size, content of
/// an unknown size or less than 1 TiB, and a zero, with which all data begins.
pub(super) fn is_lzma(text: &[u8]) -> bool {
    let (Some(window), Some(size)) = (number::<4>(text, 1), number::<8>(text, 5)) else {
        return false;
    };
    let lowest = window & window.wrapping_neg();
    text[0] == 0x5d
        && window >= 1 << 12
        && (window == lowest || window == 3 * lowest)
        && (size == u64::MAX || size < 1 << 40)
        && text.get(LZMA_HEADER) == Some(&0)
}

/// Unpacks LZMA into one member.
pub(super) fn unpack_lzma_file(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    LZMA.unpack(text, budget, visit);
}

fn first_lzma(text: &[u8]) -> Option<usize> {
    is_lzma(text).then_some(0)
}

fn unpack_lzma(
    text: &[u8],
    start: usize,
    budget: &mut UnpackBudget,
    out: &mut Vec<u8>,
) -> Result<usize, Failure> {
    let mut decoder = LzmaStream::new_mem_limit(MAX_MEMORY, None);
    let (consumed, result) = decompress(&mut decoder, &text[start..], budget, out);
    result.map(|()| start + consumed)
}
