//! UTF-16 and UTF-32 of either byte order: characters with one or three zero bytes between them. The characters of a
//! token have one byte that is not zero, so no byte order mark is needed.

use std::ops::Range;

use super::readable::{MIN_SECRET, is_readable_byte};
use super::region::{EncodedRegion, Encoding, Visit};
use crate::decode::source_map::Decoded;

/// The distance between two tested words, in bytes. A region is so long that one of the words is inside it.
const STRIDE: usize = 2 * MIN_SECRET - 1 - (WORD - 1);

/// The number of bytes that are tested at once.
const WORD: usize = size_of::<u64>();

/// Visits the regions that touch a part of a text.
pub(super) fn visit_regions(text: &[u8], within: &Range<usize>, visit: &mut Visit<'_>) {
    let near = within.start.saturating_sub(WORD)..text.len().min(within.end + WORD);
    if text.get(near).is_none_or(|near| memchr::memchr(0, near).is_none()) {
        return;
    }
    let mut at = within.start.saturating_sub(STRIDE + WORD);
    let limit = text.len().min(within.end + STRIDE + WORD);
    while let Some(word) = text.get(at..).and_then(<[u8]>::first_chunk::<WORD>).filter(|_| at < limit) {
        let Some((step, phase)) = classify(*word) else {
            at += STRIDE;
            continue;
        };
        let first = first_character(text, at + phase, step);
        let count = count_characters(text, first, step);
        let end = first + (count - 1) * step + 1;
        if count >= MIN_SECRET {
            let mut decoded = Decoded::new(end);
            decoded.start_segment(first, (step, 1));
            decoded.text.extend(text[first..end].iter().step_by(step));
            visit(
                EncodedRegion { encoding: Encoding::Utf16, span: first..end },
                &mut std::iter::once(decoded),
            );
        }
        at = end.max(at + STRIDE);
    }
}

/// Returns whether a text contains [`MIN_SECRET`] readable characters of UTF-16 in a row.
pub(super) fn is_readable(text: &[u8]) -> bool {
    (0..2).any(|phase| {
        let mut in_a_row = 0;
        let (pairs, _) = text.get(phase..).unwrap_or_default().as_chunks::<2>();
        pairs.iter().any(|[character, zero]| {
            in_a_row = if *zero == 0 && is_readable_byte(*character) { in_a_row + 1 } else { 0 };
            in_a_row >= MIN_SECRET
        })
    })
}

/// Returns the width of the characters of a word in bytes, and the offset of the first one. `None` if the word is not
/// UTF-16 or UTF-32.
const fn classify(word: [u8; WORD]) -> Option<(usize, usize)> {
    const SEVEN: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let word = u64::from_le_bytes(word);
    // The upper bit of each byte that is not zero.
    let set = (((word & SEVEN) + SEVEN) | word) & !SEVEN;
    match set {
        0x0080_0080_0080_0080 => Some((2, 0)),
        0x8000_8000_8000_8000 => Some((2, 1)),
        0x0000_0080_0000_0080 => Some((4, 0)),
        0x0000_8000_0000_8000 => Some((4, 1)),
        0x0080_0000_0080_0000 => Some((4, 2)),
        0x8000_0000_8000_0000 => Some((4, 3)),
        _ => None,
    }
}

/// Returns the number of characters in a row from an offset on.
fn count_characters(text: &[u8], first: usize, step: usize) -> usize {
    let follows = |at: &usize| {
        text.get(at + 1..=at + step)
            .is_some_and(|next| next[..step - 1].iter().all(|byte| *byte == 0) && next[step - 1] != 0)
    };
    1 + (first..).step_by(step).take_while(follows).count()
}

/// Returns the offset of the first of the characters in a row that contains the one at an offset.
fn first_character(text: &[u8], at: usize, step: usize) -> usize {
    let is_wide = |first: usize| {
        text[first] != 0
            && text
                .get(first + 1..=first + step)
                .is_some_and(|next| next[..step - 1].iter().all(|byte| *byte == 0) && next[step - 1] != 0)
    };
    let mut first = at;
    while first >= step && is_wide(first - step) {
        first -= step;
    }
    first
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// Finds regions in the simplest way: for each offset without a character before it, counts the characters.
    fn find_simply(text: &[u8]) -> Vec<Range<usize>> {
        let is_wide = |at: usize, step: usize| {
            text.get(at..at + step + 1).is_some_and(|word| {
                word[0] != 0 && word[step] != 0 && word[1..step].iter().all(|byte| *byte == 0)
            })
        };
        let mut found = Vec::new();
        for step in [2, 4] {
            for first in (0..text.len()).filter(|at| *at < step || !is_wide(at - step, step)) {
                let count = 1 + (first..).step_by(step).take_while(|at| is_wide(*at, step)).count();
                if count >= MIN_SECRET {
                    found.push(first..first + (count - 1) * step + 1);
                }
            }
        }
        found.sort_by_key(|span| span.start);
        found
    }

    fn piece() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            2 => (vec(1_u8..=255, 12..24), prop_oneof![Just(2_usize), Just(4)]).prop_map(|(characters, step)| {
                characters.iter().flat_map(|byte| (0..step).map(move |at| if at == 0 { *byte } else { 0 })).collect()
            }),
            1 => vec(0_u8..3, 0..9),
            1 => vec(Just(0_u8), 0..40),
        ]
    }

    proptest! {
        #[test]
        fn every_region_is_found(pieces in vec(piece(), 0..8)) {
            let text = pieces.concat();
            let mut found = Vec::new();
            visit_regions(&text, &(0..text.len()), &mut |region, _| found.push(region.span));
            prop_assert_eq!(found, find_simply(&text));
        }
    }
}
