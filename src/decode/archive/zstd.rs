//! Zstandard: frames, one after the other, with frames between them that decoders skip.
//! Format: RFC 8878.

use std::io::Read;

use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::little_endian::number;
use super::member::{FaultKind, Visit};
use super::stream::{
    Decoder, Failure, MAX_WINDOW, State, Step, StreamFormat, after_skippable_frames, decompress,
    find_signature,
};
use super::unpack_budget::UnpackBudget;

const MAGIC: &[u8] = b"\x28\xb5\x2f\xfd";

const ZSTD: StreamFormat = StreamFormat { name: "zstd", first: first_frame, next: next_frame, unpack_part };

/// Returns whether a text begins with a frame, after frames that decoders skip.
pub(super) fn has_signature(text: &[u8]) -> bool {
    first_frame(text).is_some()
}

/// Unpacks all frames into one member.
pub(super) fn unpack(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    ZSTD.unpack(text, budget, visit);
}

fn first_frame(text: &[u8]) -> Option<usize> {
    let at = after_skippable_frames(text, 0);
    text[at..].starts_with(MAGIC).then_some(at)
}

fn next_frame(text: &[u8], from: usize) -> Option<usize> {
    find_signature(text, from, MAGIC)
}

fn unpack_part(
    text: &[u8],
    start: usize,
    budget: &mut UnpackBudget,
    out: &mut Vec<u8>,
) -> Result<usize, Failure> {
    let mut frame = FrameDecoder::new();
    frame.set_max_window_size(MAX_WINDOW.into());
    let mut decoder = Frame { decoder: frame, is_started: false, failure: None };
    let (consumed, result) = decompress(&mut decoder, &text[start..], budget, out);
    result.map(|()| after_skippable_frames(text, start + consumed))
}

struct Frame {
    decoder: FrameDecoder,
    is_started: bool,
    /// The failure that follows the output of the decoder.
    failure: Option<Failure>,
}

impl Decoder for Frame {
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let (mut source, mut written) = (input, 0);
        let state = loop {
            if !self.is_started {
                self.is_started = true;
                if let Err(error) = self.decoder.init(&mut source) {
                    break State::Failed(failure(&error));
                }
            }
            written += self.decoder.read(&mut output[written..]).unwrap_or(0);
            if self.decoder.can_collect() > 0 || written == output.len() {
                break State::Open;
            }
            match self.failure {
                Some(failure) => break State::Failed(failure),
                None if self.decoder.is_finished() && self.has_valid_checksum() => break State::Ended,
                None if self.decoder.is_finished() => break State::Failed(Failure::WRONG_CHECKSUM),
                None => self.decode_block(&mut source),
            }
        };
        Step { read: input.len() - source.len(), written, state }
    }
}

impl Frame {
    /// Decodes a block into the window. After a failure, an empty last block makes the decoder hand out its window.
    fn decode_block(&mut self, source: &mut &[u8]) {
        const LAST_BLOCK_AND_CHECKSUM: &[u8] = &[1, 0, 0, 0, 0, 0, 0];
        let one = || BlockDecodingStrategy::UptoBlocks(1);
        let result = if is_cut(source) {
            Err(Failure::CUT)
        } else {
            self.decoder.decode_blocks(&mut *source, one()).map_err(|error| failure(&error))
        };
        if let Err(failure) = result {
            self.failure = Some(failure);
            *source = &[];
            // If this fails, the window is lost, and the failure is reported all the same.
            let _ = self.decoder.decode_blocks(LAST_BLOCK_AND_CHECKSUM, one());
        }
    }

    fn has_valid_checksum(&self) -> bool {
        let stated = self.decoder.get_checksum_from_data();
        stated.is_none() || stated == self.decoder.get_calculated_checksum()
    }
}

/// Returns whether a text ends before the end of the block that it begins with.
fn is_cut(text: &[u8]) -> bool {
    const RUN: u64 = 1;
    number::<3>(text, 0).is_none_or(|header| {
        let size = if header >> 1 & 3 == RUN { 1 } else { header >> 3 };
        size > (text.len() - 3) as u64
    })
}

fn failure(error: &FrameDecoderError) -> Failure {
    match error {
        FrameDecoderError::WindowSizeTooBig { .. } => Failure::LARGE_WINDOW,
        FrameDecoderError::DictNotProvided { .. } => {
            Failure { kind: FaultKind::Unsupported, message: "its dictionary is not in the file" }
        }
        FrameDecoderError::FailedToReadChecksum(_) => Failure::CUT,
        _ => Failure::WRONG_DATA,
    }
}
