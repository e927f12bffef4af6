//! Lines and columns of candidates, and the merged spans of all values in a text.

use std::ops::Range;

use crate::detect::candidate::Candidate;
use crate::text::{LineCursor, Position};

/// Sorts ranges and merges those that touch or overlap.
pub(crate) fn merge_ranges<'r>(ranges: impl Iterator<Item = &'r Range<usize>>) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = ranges.cloned().collect();
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    ranges.dedup_by(|next, last| {
        let touches = next.start <= last.end;
        if touches {
            last.end = last.end.max(next.end);
        }
        touches
    });
    ranges
}

/// The lines and columns of all span boundaries, computed in one pass although spans may overlap.
pub(crate) struct Positions(Vec<(usize, Position)>);

impl Positions {
    pub(crate) fn new(text: &[u8], candidates: &[Candidate]) -> Self {
        let mut offsets: Vec<usize> =
            candidates.iter().flat_map(Candidate::spans).flat_map(|span| [span.start, span.end]).collect();
        offsets.sort_unstable();
        offsets.dedup();
        let mut cursor = LineCursor::new(text);
        Self(offsets.into_iter().map(|offset| (offset, cursor.at(offset))).collect())
    }

    /// Returns the position of a span boundary. Any other offset gives the first position of the text.
    pub(crate) fn at(&self, offset: usize) -> Position {
        let index = self.0.binary_search_by_key(&offset, |(known, _)| *known);
        index.map_or(Position { line: 1, column: 1 }, |index| self.0[index].1)
    }
}
