//! Bzip2. The format has no specification; bzip2 1.0 is what it is.

use bzip2::{Decompress, Status};

use super::member::Visit;
use super::stream::{Decoder, Failure, State, Step, StreamFormat, decompress};
use super::unpack_budget::UnpackBudget;

const MAGIC: &[u8] = b"BZh";

/// The first bytes of a block, and of the end of a stream without blocks: digits of pi and of its square root.
const AFTER_HEADER: [&[u8]; 2] = [b"1AY&SY", b"\x17\x72\x45\x38\x50\x90"];

const BZIP2: StreamFormat = StreamFormat {
    name: "bzip2",
    first: |text| has_signature(text).then_some(0),
    next: next_stream,
    unpack_part,
};

/// Returns whether a text begins with a header: the block size, and what follows it.
pub(super) fn has_signature(text: &[u8]) -> bool {
    text.starts_with(MAGIC)
        && matches!(text.get(3), Some(b'1'..=b'9'))
        && text.get(4..10).is_some_and(|next| AFTER_HEADER.contains(&next))
}

/// Unpacks all streams into one member.
pub(super) fn unpack(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    BZIP2.unpack(text, budget, visit);
}

fn next_stream(text: &[u8], from: usize) -> Option<usize> {
    memchr::memmem::find_iter(text.get(from..)?, MAGIC)
        .map(|at| from + at)
        .find(|at| has_signature(&text[*at..]))
}

fn unpack_part(
    text: &[u8],
    start: usize,
    budget: &mut UnpackBudget,
    out: &mut Vec<u8>,
) -> Result<usize, Failure> {
    let mut decoder = Decompress::new(false);
    let (consumed, result) = decompress(&mut decoder, &text[start..], budget, out);
    result.map(|()| start + consumed)
}

impl Decoder for Decompress {
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let before = (self.total_in(), self.total_out());
        let state = match self.decompress(input, output) {
            Ok(Status::StreamEnd) => State::Ended,
            Ok(_) => State::Open,
            // The checksums are inside the stream, so that a wrong one is not told apart.
            Err(_) => State::Failed(Failure::WRONG_DATA),
        };
        Step::between(before, (self.total_in(), self.total_out()), state)
    }
}
