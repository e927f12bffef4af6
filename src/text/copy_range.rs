//! The ranges of a text that were copied from the text it derives from. Git's deltas state them.

use std::ops::Range;

/// A range of a derived text that is a copy of a range of its base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedRange {
    /// The range in the base.
    pub from: Range<usize>,
    /// The start in the derived text.
    pub to: usize,
}

impl CopiedRange {
    /// Returns the end in the derived text.
    #[must_use]
    pub const fn end(&self) -> usize {
        self.to + (self.from.end - self.from.start)
    }
}

/// Merges copies that continue each other in both texts, and returns those of at least `min_length` bytes. Git splits
/// long copies at 16 MiB, and at 64 KiB in older packs.
#[must_use]
pub(crate) fn merge_long_copies(copies: &[CopiedRange], min_length: usize) -> Vec<CopiedRange> {
    let mut merged: Vec<CopiedRange> = Vec::new();
    let mut open: Option<CopiedRange> = None;
    for copy in copies {
        match &mut open {
            Some(open) if open.from.end == copy.from.start && open.end() == copy.to => {
                open.from.end = copy.from.end;
            }
            _ => merged.extend(open.replace(copy.clone()).filter(|done| done.from.len() >= min_length)),
        }
    }
    merged.extend(open.filter(|done| done.from.len() >= min_length));
    merged
}

/// Returns the gaps between copies that are in ascending order: inserted bytes, or an empty range where two copies
/// meet. The ends of the text are not gaps.
pub(crate) fn gaps_between_copies(
    copies: &[CopiedRange],
    length: usize,
) -> impl Iterator<Item = Range<usize>> {
    let starts = std::iter::once(0).chain(copies.iter().map(CopiedRange::end));
    let ends = copies.iter().map(|copy| copy.to).chain([length]);
    starts
        .zip(ends)
        .map(|(start, end)| start..end)
        .filter(move |gap| !gap.is_empty() || (gap.start > 0 && gap.end < length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_that_continue_are_merged_and_others_have_a_gap() {
        let copies = [
            CopiedRange { from: 0..10, to: 0 },
            CopiedRange { from: 10..20, to: 10 },
            CopiedRange { from: 25..30, to: 20 },
            CopiedRange { from: 0..5, to: 27 },
        ];
        let merged = merge_long_copies(&copies, 1);
        assert_eq!(
            merged.iter().map(|copy| (copy.to, copy.end())).collect::<Vec<_>>(),
            [(0, 20), (20, 25), (27, 32)]
        );
        assert_eq!(merge_long_copies(&copies, 6), merged[..1]);
        assert_eq!(gaps_between_copies(&merged, 32).collect::<Vec<_>>(), [20..20, 25..27]);
        assert_eq!(gaps_between_copies(&merged, 40).collect::<Vec<_>>(), [20..20, 25..27, 32..40]);
        assert_eq!(gaps_between_copies(&[], 4).next(), Some(0..4));
        assert_eq!(gaps_between_copies(&[], 0).count(), 0);
    }
}
