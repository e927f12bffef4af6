//! Compressed texts without members: one or more parts, one after the other, each with a signature. What the formats
//! have in common is here; each decoder is a file beside this one.

use std::borrow::Cow;

use super::little_endian::number;
use super::member::{
    CUT, FaultKind, Member, OVER_BUDGET, Unpacked, Visit, WRONG_CHECKSUM, WRONG_DATA, fault,
};
use super::unpack_budget::UnpackBudget;

/// The maximum size of a window, in bytes: what a decoder has to keep of its output. Programs that compress text use
/// up to 64 MiB without an option, and zstd reads no more than this without an option.
pub(super) const MAX_WINDOW: u32 = 128 << 20;

/// The message for a window over [`MAX_WINDOW`].
const LARGE_WINDOW: &str = "it needs more memory than the limit";

/// A function that unpacks one part of a text.
type UnpackPart = fn(&[u8], usize, &mut UnpackBudget, &mut Vec<u8>) -> Result<usize, Failure>;

/// A format of such texts.
pub(super) struct StreamFormat {
    /// The name in reports.
    pub(super) name: &'static str,
    /// Returns the offset of the first part, if a text is of the format.
    pub(super) first: fn(&[u8]) -> Option<usize>,
    /// Returns the offset of the next part at or after an offset.
    pub(super) next: fn(&[u8], usize) -> Option<usize>,
    /// Unpacks the part at an offset and appends its content. Returns the offset of its end.
    pub(super) unpack_part: UnpackPart,
}

/// The reason why a part was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) kind: FaultKind,
    pub(super) message: &'static str,
}

impl Failure {
    pub(super) const CUT: Self = Self { kind: FaultKind::Corrupt, message: CUT };
    pub(super) const WRONG_DATA: Self = Self { kind: FaultKind::Corrupt, message: WRONG_DATA };
    pub(super) const WRONG_CHECKSUM: Self = Self { kind: FaultKind::Corrupt, message: WRONG_CHECKSUM };
    pub(super) const OVER_BUDGET: Self = Self { kind: FaultKind::Budget, message: OVER_BUDGET };
    pub(super) const LARGE_WINDOW: Self = Self { kind: FaultKind::Budget, message: LARGE_WINDOW };
}

impl StreamFormat {
    /// Unpacks all parts into one member. Zero bytes may be between two parts, as on a tape. Other bytes may be, too; of what
    /// follows them, only complete parts count.
    pub(super) fn unpack(&self, text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
        let (mut bytes, mut at) = (Vec::new(), 0);
        let mut failure = None;
        let mut next = (self.first)(text);
        while let Some(start) = next {
            let is_expected = at == 0 || text[at..start].iter().all(|byte| *byte == 0);
            match (self.unpack_part)(text, start, budget, &mut bytes) {
                Ok(end) => {
                    at = end;
                    next = (self.next)(text, at);
                }
                Err(found) if is_expected || found.kind == FaultKind::Budget => {
                    at = text.len();
                    failure = Some(found);
                    break;
                }
                Err(_) => next = (self.next)(text, start + 1),
            }
        }
        let label = self.name.to_owned();
        visit(
            Unpacked::Member(Member {
                label: label.clone(),
                bytes: Cow::Owned(bytes),
                span: 0..at,
                map: None,
            }),
            budget,
        );
        if let Some(Failure { kind, message }) = failure {
            visit(fault(kind, message, label), budget);
        }
    }
}

/// A decoder that reads from a slice and writes into another.
pub(super) trait Decoder {
    /// Decompresses until the input or the output is used up, or the stream ends. Also with an error, it returns how
    /// much was read and written before it.
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step;
}

/// What a decoder did.
pub(super) struct Step {
    pub(super) read: usize,
    pub(super) written: usize,
    pub(super) state: State,
}

impl Step {
    /// Returns what a decoder did, from its counts of bytes read and written before and after.
    pub(super) fn between(before: (u64, u64), after: (u64, u64), state: State) -> Self {
        let grown = |from: u64, to: u64| usize::try_from(to - from).unwrap_or(0);
        Self { read: grown(before.0, after.0), written: grown(before.1, after.1), state }
    }
}

/// How a step of a decoder ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The decoder may go on.
    Open,
    /// The stream is at its end.
    Ended,
    /// The stream cannot be read further.
    Failed(Failure),
}

/// The size of the first output buffer, in bytes; later steps double it. An archive may have many short members, so a
/// step may not cost more than its output.
const STEP: usize = 1 << 10;

/// The size of the largest output buffer, in bytes.
const MAX_STEP: usize = 1 << 20;

/// Appends the content of a stream to `out`, up to its end or the first damage. Returns the number of input bytes that
/// were read, and how the stream ended: a stream that has no more bytes before its end is [`Failure::CUT`].
pub(super) fn decompress(
    decoder: &mut dyn Decoder,
    data: &[u8],
    budget: &mut UnpackBudget,
    out: &mut Vec<u8>,
) -> (usize, Result<(), Failure>) {
    let (mut consumed, start) = (0, out.len());
    let result = loop {
        if budget.bytes_left() == 0 {
            break Err(Failure::OVER_BUDGET);
        }
        let before = out.len();
        let max = (before - start).clamp(STEP, MAX_STEP).min(budget.bytes_left());
        // The buffer doubles, but not beyond the budget.
        if out.capacity() - before < max {
            out.reserve_exact(before.max(max).min(budget.bytes_left()));
        }
        let size = (out.capacity() - before).min(max);
        out.resize(before + size, 0);
        let step = decoder.step(&data[consumed..], &mut out[before..]);
        out.truncate(before + step.written.min(size));
        consumed = (consumed + step.read).min(data.len());
        // Input counts, too: a long stream may decompress to nothing.
        budget.spend(out.len() - before + step.read);
        match step.state {
            State::Ended => break Ok(()),
            State::Failed(failure) => break Err(failure),
            State::Open if step.read == 0 && step.written == 0 => {
                break Err(if consumed == data.len() { Failure::CUT } else { Failure::WRONG_DATA });
            }
            State::Open => {}
        }
    };
    (consumed, result)
}

/// Returns the offset of the first signature at or after an offset.
pub(super) fn find_signature(text: &[u8], from: usize, signature: &[u8]) -> Option<usize> {
    memchr::memmem::find(text.get(from..)?, signature).map(|at| from + at)
}

/// The signature of a frame that decoders of zstd and lz4 skip, without its lower four bits.
const SKIPPABLE: u64 = 0x184d_2a50;

/// Returns the offset after the frames at an offset that decoders of zstd and lz4 skip. Their content is no part of the
/// text.
pub(super) fn after_skippable_frames(text: &[u8], mut at: usize) -> usize {
    while number::<4>(text, at).is_some_and(|magic| magic & !0xf == SKIPPABLE) {
        let length = number::<4>(text, at + 4).and_then(|length| usize::try_from(length).ok());
        at = at.saturating_add(8).saturating_add(length.unwrap_or(0)).min(text.len());
    }
    at
}
