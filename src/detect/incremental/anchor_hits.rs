//! Where anchors stand, and what is known of each.

use std::ops::{ControlFlow, Range};

use crate::detect::Detector;
use crate::detect::incremental::ScanState;
use crate::detect::prefilter::Extent;
use crate::text::{CopiedRange, gaps_between_copies};

/// An anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    pub(crate) start: u32,
    pub(crate) anchor: u16,
    /// Whether a rule finds something here.
    pub(crate) hit: bool,
}

/// Marks that are being gathered.
pub(crate) struct Marks<'m> {
    pub(crate) detector: &'m Detector,
    pub(crate) text: &'m [u8],
    pub(crate) most: usize,
    pub(crate) found: Vec<Mark>,
}

impl Marks<'_> {
    fn push(&mut self, start: usize, anchor: u16, hit: bool) -> ControlFlow<()> {
        if self.found.len() == self.most {
            return ControlFlow::Break(());
        }
        // The text is known to be smaller.
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        self.found.push(Mark { start, anchor, hit });
        ControlFlow::Continue(())
    }

    /// Tries the rules at an anchor.
    pub(crate) fn add(&mut self, start: usize, anchor: u16) -> ControlFlow<()> {
        let hit = self.detector.candidate(self.text, start, anchor).is_some();
        self.push(start, anchor, hit)
    }

    /// The marks of a base that stand in a copy.
    pub(crate) fn take_over(&mut self, known: &[Mark], base: usize, copy: &CopiedRange) -> ControlFlow<()> {
        let first = known.partition_point(|mark| (mark.start as usize) < copy.from.start);
        let known = &known[first..];
        let known = &known[..known.partition_point(|mark| (mark.start as usize) < copy.from.end)];
        // Where the copy ends with the text in both, windows end there as they did.
        let from_start = copy.from.start == 0 && copy.to == 0;
        let to_end = copy.from.end == base && copy.end() == self.text.len();
        for mark in known {
            let start = mark.start as usize;
            let Extent { length, seen } = self.detector.prefilter.extent(mark.anchor);
            let end = start + length;
            if end > copy.from.end {
                continue;
            }
            let place = start - copy.from.start + copy.to;
            let is_whole = (from_start || start > seen && start >= copy.from.start + seen)
                && (to_end || end + seen < base && end + seen <= copy.from.end);
            if is_whole {
                self.push(place, mark.anchor, mark.hit)?;
            } else {
                self.add(place, mark.anchor)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Anchors that stand whole in no copy.
    pub(crate) fn add_new(&mut self, copies: &[CopiedRange]) -> ControlFlow<()> {
        let (text, prefilter) = (self.text, &self.detector.prefilter);
        let overhang = prefilter.longest().saturating_sub(1);
        let mut regions: Vec<Range<usize>> = Vec::new();
        for gap in gaps_between_copies(copies, text.len()) {
            let start = gap.start.saturating_sub(overhang);
            let end = gap.end;
            match regions.last_mut() {
                Some(last) if start <= last.end => last.end = last.end.max(end),
                _ => regions.push(start..end),
            }
        }
        for region in regions {
            prefilter.search(text, &region, |start, anchor| {
                let end = start + prefilter.anchor(anchor).len();
                if stands_in(copies, &(start..end)) {
                    ControlFlow::Continue(())
                } else {
                    self.add(start, anchor)
                }
            })?;
        }
        ControlFlow::Continue(())
    }

    pub(crate) fn into_trace(mut self, ended: ControlFlow<()>) -> ScanState {
        if self.found.capacity() > 2 * self.found.len() + 16 {
            self.found.shrink_to_fit();
        }
        ScanState {
            length: self.text.len(),
            coats: Vec::new(),
            marks: ended.is_continue().then_some(self.found),
        }
    }
}

/// Puts marks in order of which the first ones are.
pub(crate) fn merged(mut marks: Vec<Mark>, ordered: usize) -> Vec<Mark> {
    let mut added = marks.split_off(ordered);
    if added.is_empty() {
        return marks;
    }
    added.sort_unstable();
    let mut merged = Vec::with_capacity(marks.len() + added.len());
    let mut rest = marks.as_slice();
    for mark in added {
        let before = rest.partition_point(|other| *other < mark);
        merged.extend_from_slice(&rest[..before]);
        merged.push(mark);
        rest = &rest[before..];
    }
    merged.extend_from_slice(rest);
    merged
}

/// Whether a range lies in one of the copies, which are in order of place and do not overlap.
fn stands_in(copies: &[CopiedRange], range: &Range<usize>) -> bool {
    let after = copies.partition_point(|copy| copy.to <= range.start);
    after > 0 && range.end <= copies[after - 1].end()
}
