//! Where candidates stand: their lines and columns, and the ranges that they take.

use std::ops::Range;

use crate::detect::candidate::Candidate;
use crate::text::{LineCursor, Position};

/// Ranges in order, those that touch or overlap put together.
pub(crate) fn together<'r>(ranges: impl Iterator<Item = &'r Range<usize>>) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = ranges.cloned().collect();
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    ranges.dedup_by(|next, last| {
        let is_one = next.start <= last.end;
        if is_one {
            last.end = last.end.max(next.end);
        }
        is_one
    });
    ranges
}

/// Lines and columns of some places, found in one pass, however they overlap.
pub(crate) struct Positions(Vec<(usize, Position)>);

impl Positions {
    pub(crate) fn of(text: &[u8], candidates: &[Candidate]) -> Self {
        let mut places: Vec<usize> =
            candidates.iter().flat_map(Candidate::spans).flat_map(|span| [span.start, span.end]).collect();
        places.sort_unstable();
        places.dedup();
        let mut cursor = LineCursor::new(text);
        Self(places.into_iter().map(|place| (place, cursor.at(place))).collect())
    }

    pub(crate) fn at(&self, place: usize) -> Position {
        let at = self.0.binary_search_by_key(&place, |(known, _)| *known);
        at.map_or(Position { line: 1, column: 1 }, |at| self.0[at].1)
    }
}
