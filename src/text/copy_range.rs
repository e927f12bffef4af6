//! What a text has in common with the one that it derives from.

use std::ops::Range;

/// A range of a text that was copied from the text it derives from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedRange {
    /// Where it stood in the base.
    pub from: Range<usize>,
    /// Where it begins in the derived text.
    pub to: usize,
}

impl CopiedRange {
    /// Where it ends in the derived text.
    #[must_use]
    pub const fn end(&self) -> usize {
        self.to + (self.from.end - self.from.start)
    }
}

/// Copies of at least some length, without seams that are none: one that goes on where the one before ends, in both
/// texts, is a part of it. Git cuts long copies at 16 MiB, and at 64 KiB in older packs.
#[must_use]
pub fn merge_long_copies(copies: &[CopiedRange], least: usize) -> Vec<CopiedRange> {
    let mut joined: Vec<CopiedRange> = Vec::new();
    let mut open: Option<CopiedRange> = None;
    for copy in copies {
        match &mut open {
            Some(open) if open.from.end == copy.from.start && open.end() == copy.to => {
                open.from.end = copy.from.end;
            }
            _ => joined.extend(open.replace(copy.clone()).filter(|done| done.from.len() >= least)),
        }
    }
    joined.extend(open.filter(|done| done.from.len() >= least));
    joined
}

/// What lies between copies that are in order of place: inserted bytes, or the seam of two copies as an empty
/// range. The ends of the text are no seams.
pub fn gaps_between_copies(copies: &[CopiedRange], length: usize) -> impl Iterator<Item = Range<usize>> {
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
    fn a_copy_that_goes_on_is_one_and_a_seam_is_a_gap() {
        let copies = [
            CopiedRange { from: 0..10, to: 0 },
            CopiedRange { from: 10..20, to: 10 },
            CopiedRange { from: 25..30, to: 20 },
            CopiedRange { from: 0..5, to: 27 },
        ];
        let joined = merge_long_copies(&copies, 1);
        assert_eq!(
            joined.iter().map(|copy| (copy.to, copy.end())).collect::<Vec<_>>(),
            [(0, 20), (20, 25), (27, 32)]
        );
        assert_eq!(merge_long_copies(&copies, 6), joined[..1]);
        assert_eq!(gaps_between_copies(&joined, 32).collect::<Vec<_>>(), [20..20, 25..27]);
        assert_eq!(gaps_between_copies(&joined, 40).collect::<Vec<_>>(), [20..20, 25..27, 32..40]);
        assert_eq!(gaps_between_copies(&[], 4).next(), Some(0..4));
        assert_eq!(gaps_between_copies(&[], 0).count(), 0);
    }
}
