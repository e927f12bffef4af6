//! UTF-16 and UTF-32 of either byte order: characters with one or three zero bytes between them. A token is made
//! of characters that have one byte other than zero, so it needs no byte order mark.

use std::ops::Range;

use super::{Coat, Layer, Region, SHORTEST};

pub(super) fn regions(text: &[u8], within: &Range<usize>, visit: &mut dyn FnMut(Region, Vec<Layer>)) {
    let near = within.start.saturating_sub(8)..text.len().min(within.end + 8);
    if text.get(near).is_none_or(|near| memchr::memchr(0, near).is_none()) {
        return;
    }
    for step in [2, 4] {
        let mut at = begin(text, within.start.min(text.len()), step);
        let limit = text.len().min(within.end + step);
        while let Some(zero) = text.get(at..limit).and_then(|part| memchr::memchr(0, part)) {
            let zero = at + zero;
            // What is made of zeros is passed over at once.
            at = zero + text[zero..].iter().take_while(|byte| **byte == 0).count();
            let Some(first) = zero.checked_sub(1).filter(|first| text[*first] != 0) else { continue };
            let count = characters(text, first, step);
            let end = first + (count - 1) * step + 1;
            at = if count > 1 { end } else { at };
            if count >= SHORTEST {
                let mut layer = Layer::until(end);
                layer.from(first, (step, 1));
                layer.text.extend(text[first..end].iter().step_by(step));
                visit(Region { coat: Coat::Wide, place: first..end }, vec![layer]);
            }
        }
    }
}

/// How many characters follow one another from a place on, the one there included.
fn characters(text: &[u8], first: usize, step: usize) -> usize {
    let follows = |at: &usize| {
        text.get(at + 1..=at + step)
            .is_some_and(|next| next[..step - 1].iter().all(|byte| *byte == 0) && next[step - 1] != 0)
    };
    1 + (first..).step_by(step).take_while(follows).count()
}

/// Where the characters begin that a place stands among; or the place.
fn begin(text: &[u8], at: usize, step: usize) -> usize {
    let is_wide = |first: usize| {
        text[first] != 0
            && text
                .get(first + 1..=first + step)
                .is_some_and(|next| next[..step - 1].iter().all(|byte| *byte == 0) && next[step - 1] != 0)
    };
    let near = at.saturating_sub(2 * step)..at.min(text.len());
    let Some(mut first) = near.rev().find(|first| is_wide(*first)) else { return at };
    while first >= step && is_wide(first - step) {
        first -= step;
    }
    first
}
