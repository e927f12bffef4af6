//! The anchors of a text and whether a rule matches at each of them; computed for a whole text or updated from
//! those of its base.

use std::ops::{ControlFlow, Range};

use crate::detect::candidate_finder::CandidateFinder;
use crate::detect::prefilter::Extent;
use crate::text::{CopiedRange, gaps_between_copies};

/// An anchor in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AnchorHit {
    pub(crate) start: u32,
    pub(crate) anchor: u16,
    /// Whether a rule matches here.
    pub(crate) is_match: bool,
}

/// Collects the anchors of a text, up to a limit.
pub(crate) struct HitCollector<'m> {
    finder: &'m CandidateFinder,
    text: &'m [u8],
    max_count: usize,
    hits: Vec<AnchorHit>,
}

impl<'m> HitCollector<'m> {
    /// Creates a collector for a text of less than 4 GiB.
    pub(crate) const fn new(finder: &'m CandidateFinder, text: &'m [u8], max_count: usize) -> Self {
        Self { finder, text, max_count, hits: Vec::new() }
    }

    /// Collects all anchors of the text. Returns `None` if there are more than the limit.
    pub(crate) fn collect_all(mut self) -> Option<Vec<AnchorHit>> {
        let end = self
            .finder
            .search_anchors(self.text, &(0..self.text.len()), |start, anchor| self.evaluate(start, anchor));
        self.hits.sort_unstable();
        self.finish(end)
    }

    /// Collects all anchors of the text, reusing those of its base. `base_length` is the length of the base;
    /// `copies` are the ranges that were copied from it, in the order of the text. Returns `None` if there are more
    /// than the limit.
    pub(crate) fn collect_from_base(
        mut self,
        base: &[AnchorHit],
        base_length: usize,
        copies: &[CopiedRange],
    ) -> Option<Vec<AnchorHit>> {
        self.hits.reserve_exact(base.len() + 4);
        let mut end = copies.iter().try_for_each(|copy| self.reuse(base, base_length, copy));
        let reused = self.hits.len();
        if end.is_continue() {
            end = self.add_new(copies);
        }
        self.hits = merge_sorted(std::mem::take(&mut self.hits), reused);
        self.finish(end)
    }

    fn finish(mut self, end: ControlFlow<()>) -> Option<Vec<AnchorHit>> {
        if self.hits.capacity() > 2 * self.hits.len() + 16 {
            self.hits.shrink_to_fit();
        }
        end.is_continue().then_some(self.hits)
    }

    fn push(&mut self, start: usize, anchor: u16, is_match: bool) -> ControlFlow<()> {
        if self.hits.len() == self.max_count {
            return ControlFlow::Break(());
        }
        // The text is known to be shorter than 4 GiB.
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        self.hits.push(AnchorHit { start, anchor, is_match });
        ControlFlow::Continue(())
    }

    /// Adds an anchor after trying its rules.
    fn evaluate(&mut self, start: usize, anchor: u16) -> ControlFlow<()> {
        let is_match = self.finder.find_at(self.text, start, anchor).is_some();
        self.push(start, anchor, is_match)
    }

    /// Adds the anchors of the base that are in a copy. If the copy contains the whole window of an anchor, its
    /// result is reused; otherwise its rules are tried again.
    fn reuse(&mut self, base: &[AnchorHit], base_length: usize, copy: &CopiedRange) -> ControlFlow<()> {
        let first = base.partition_point(|hit| (hit.start as usize) < copy.from.start);
        let in_copy = &base[first..];
        let in_copy = &in_copy[..in_copy.partition_point(|hit| (hit.start as usize) < copy.from.end)];
        // If the copy begins or ends with both texts, windows are cut there in the same way.
        let is_at_start = copy.from.start == 0 && copy.to == 0;
        let is_at_end = copy.from.end == base_length && copy.end() == self.text.len();
        for hit in in_copy {
            let start = hit.start as usize;
            let Extent { length, margin } = self.finder.extent(hit.anchor);
            let end = start + length;
            if end > copy.from.end {
                continue;
            }
            let new_start = start - copy.from.start + copy.to;
            let has_same_window = (is_at_start || start > margin && start >= copy.from.start + margin)
                && (is_at_end || end + margin < base_length && end + margin <= copy.from.end);
            if has_same_window {
                self.push(new_start, hit.anchor, hit.is_match)?;
            } else {
                self.evaluate(new_start, hit.anchor)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Adds the anchors that are not completely in a copy.
    fn add_new(&mut self, copies: &[CopiedRange]) -> ControlFlow<()> {
        let (text, finder) = (self.text, self.finder);
        let overhang = finder.max_anchor_length().saturating_sub(1);
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
            finder.search_anchors(text, &region, |start, anchor| {
                let end = start + finder.extent(anchor).length;
                if is_in_copy(copies, &(start..end)) {
                    ControlFlow::Continue(())
                } else {
                    self.evaluate(start, anchor)
                }
            })?;
        }
        ControlFlow::Continue(())
    }
}

/// Sorts hits of which the first `sorted` are sorted already.
fn merge_sorted(mut hits: Vec<AnchorHit>, sorted: usize) -> Vec<AnchorHit> {
    let mut added = hits.split_off(sorted);
    if added.is_empty() {
        return hits;
    }
    added.sort_unstable();
    let mut merged = Vec::with_capacity(hits.len() + added.len());
    let mut rest = hits.as_slice();
    for hit in added {
        let before = rest.partition_point(|other| *other < hit);
        merged.extend_from_slice(&rest[..before]);
        merged.push(hit);
        rest = &rest[before..];
    }
    merged.extend_from_slice(rest);
    merged
}

/// Returns whether a range is completely in one of the copies, which are sorted and do not overlap.
fn is_in_copy(copies: &[CopiedRange], range: &Range<usize>) -> bool {
    let after = copies.partition_point(|copy| copy.to <= range.start);
    after > 0 && range.end <= copies[after - 1].end()
}
