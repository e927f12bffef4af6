//! The prefilter: finds the positions where an anchor of some rule occurs. It runs no regular expression and
//! decides nothing about a match. Every byte passes through here, so it has to be cheap. It is also local: whether
//! a position is found depends on the bytes of the anchor only, so a part of a text can be searched alone.
//!
//! Each anchor is found by four of its bytes. Two methods find the same positions. The fast one sends the text
//! through the byte filter, 32 or 64 bytes at a time, and looks up the marked positions in a table of all such
//! bytes. It has a set-up cost, so it is used after the first megabyte. The other method looks up every position in
//! the table.

mod anchor;
mod buckets;
mod grams;
mod positions;
mod prepared;
mod table;

use std::ops::{ControlFlow, Range};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::detect::matcher::window::EDGE;
use crate::rules::{Rule, RuleSet};
pub(crate) use anchor::Anchor;
use skant_bytescan::{BLOCK, Backend};

use anchor::Anchors;
use buckets::AnchorFilter;
use grams::{DEPTH, GRAM};
use positions::{FEW_WORDS, LITTLE_ROOM, MarkedPositions, ROOM, WORDS};
use table::{GramSource, Table, folded};

/// A search for the anchors of all rules.
pub(crate) struct Prefilter {
    anchors: Anchors,
    /// The extents of the anchors, which are read more often than the rest, next to each other in memory.
    extents: Vec<Extent>,
    table: Table,
    max_length: usize,
    filtered: OnceLock<FilteredSearch>,
    /// The number of bytes that were searched before the filtered search was set up.
    searched: AtomicUsize,
}

/// The state of the fast method.
struct FilteredSearch {
    filter: AnchorFilter,
    /// A table of its own, since the filter uses other bytes of the anchors than the search by table alone.
    table: Table,
}

/// The number of bytes that are searched before the fast method is set up. The set-up takes as long as searching
/// them.
const WARM_UP: usize = 1 << 20;

/// Shorter regions are searched by table alone. File names, for example, are shorter than one step of the filter.
const MIN_FILTERED: usize = BLOCK;

/// The callback of a search: receives the start of an anchor and its number.
type Visit<'v> = dyn FnMut(usize, u16) -> ControlFlow<()> + 'v;

impl Prefilter {
    pub(crate) fn new(rules: &RuleSet) -> Self {
        let (anchors, table) = if rules.is_builtin() {
            prepared::anchors_and_table()
        } else {
            let anchors = anchors_of(rules.rules());
            let table = Table::of_rarest(&anchors);
            (anchors, table)
        };
        let extents: Vec<Extent> = anchors.iter().map(|anchor| Extent::of(&anchor)).collect();
        let max_length = extents.iter().map(|extent| extent.length).max().unwrap_or(0);
        Self { anchors, extents, table, max_length, filtered: OnceLock::new(), searched: AtomicUsize::new(0) }
    }

    /// Returns whether a text contains a case-sensitive anchor.
    pub(crate) fn has_exact(&self, text: &[u8]) -> bool {
        self.search(text, &(0..text.len()), |_, number| {
            if self.anchor(number).is_word() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })
        .is_break()
    }

    #[inline]
    pub(crate) fn anchor(&self, number: u16) -> Anchor<'_> {
        self.anchors.get(number)
    }

    pub(crate) fn extent(&self, number: u16) -> Extent {
        self.extents[usize::from(number)]
    }

    /// Returns the length of the longest anchor with the characters that have to follow it.
    pub(crate) const fn max_length(&self) -> usize {
        self.max_length
    }

    /// Calls `visit` for each anchor that begins in a region, in no particular order, until `visit` breaks. The
    /// rest of the anchor may be after the region.
    pub(crate) fn search(
        &self,
        text: &[u8],
        region: &Range<usize>,
        mut visit: impl FnMut(usize, u16) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match self.filtered(region.len()) {
            Some(filtered) => self.search_filtered(filtered, text, region, &mut visit),
            None => self.search_by_table(text, region, &mut visit),
        }
    }

    /// Returns the fast method if it pays for `more` bytes and the processor has a vector backend.
    #[inline]
    fn filtered(&self, more: usize) -> Option<&FilteredSearch> {
        if more < MIN_FILTERED {
            return None;
        }
        if let Some(filtered) = self.filtered.get() {
            return Some(filtered);
        }
        if Backend::best() == Backend::Scalar
            || self.searched.fetch_add(more, Ordering::Relaxed) + more < WARM_UP
        {
            return None;
        }
        Some(self.filtered.get_or_init(|| {
            let (filter, offsets) = AnchorFilter::new(&self.anchors);
            let mut offsets = offsets.into_iter();
            FilteredSearch { filter, table: Table::new(&self.anchors, |_| offsets.next().unwrap_or(0)) }
        }))
    }

    fn search_filtered(
        &self,
        filtered: &FilteredSearch,
        text: &[u8],
        region: &Range<usize>,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        if region.len() + DEPTH <= FEW_WORDS * BLOCK {
            self.search_blocks::<FEW_WORDS, LITTLE_ROOM>(filtered, text, region, visit)
        } else {
            self.search_blocks::<WORDS, ROOM>(filtered, text, region, visit)
        }
    }

    /// Searches `N` words of the bitmask at a time.
    fn search_blocks<const N: usize, const ROOM: usize>(
        &self,
        filtered: &FilteredSearch,
        text: &[u8],
        region: &Range<usize>,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        let end = text.len().min(region.end + DEPTH);
        let table = &filtered.table;
        let (mut words, mut marked) = ([0; N], MarkedPositions::<ROOM>::new());
        for from in (region.start..end).step_by(N * BLOCK) {
            let words = &mut words[..(end - from).div_ceil(BLOCK).min(N)];
            filtered.filter.fill_bitmask(text, from, words);
            marked.list(words);
            let whole = text[from..].first_chunk::<{ WORDS * BLOCK + GRAM }>();
            for offset in marked.iter() {
                let gram = match whole {
                    Some(chunk) => gram_in(chunk, offset),
                    None => gram_at(text, from + offset),
                };
                // Few grams are in the table, so the branch is predicted well.
                if table.may_contain(gram) == 1 {
                    self.verify(table, text, region, from + offset, visit)?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn search_by_table(&self, text: &[u8], region: &Range<usize>, visit: &mut Visit<'_>) -> ControlFlow<()> {
        let end = text.len().min(region.end + DEPTH);
        let mut at = region.start;
        while let Some(window) = text.get(at..at + 8).filter(|_| at < end) {
            self.check_four(text, region, at, window, visit)?;
            at += 4;
        }
        // The last few bytes are padded with zeros.
        while at < end {
            let mut window = [0; 8];
            let rest = &text[at..text.len().min(at + 8)];
            window[..rest.len()].copy_from_slice(rest);
            self.check_four(text, region, at, &window, visit)?;
            at += 4;
        }
        ControlFlow::Continue(())
    }

    /// Looks up the grams at four positions from `at` on. `window` holds the eight bytes there.
    #[inline]
    fn check_four(
        &self,
        text: &[u8],
        region: &Range<usize>,
        at: usize,
        window: &[u8],
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(window);
        let word = u64::from_le_bytes(bytes) | FOLD;
        let grams = [0, 8, 16, 24].map(|shift| (word >> shift & 0xffff_ffff) as u32);
        if grams.iter().fold(0, |any, gram| any | self.table.may_contain(*gram)) == 0 {
            return ControlFlow::Continue(());
        }
        for (gram, at) in grams.into_iter().zip(at..text.len()) {
            if self.table.may_contain(gram) == 1 {
                self.verify(&self.table, text, region, at, visit)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Calls `visit` for each anchor whose gram is at `at` and that matches there in full.
    #[inline(never)]
    fn verify(
        &self,
        table: &Table,
        text: &[u8],
        region: &Range<usize>,
        at: usize,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        let next = text.get(at + GRAM).copied().unwrap_or(0);
        for GramSource { anchor, offset } in table.sources(gram_at(text, at), next) {
            let Some(start) = at.checked_sub(usize::from(offset)) else { continue };
            if region.contains(&start) && self.anchor(anchor).matches_at(text, start) {
                visit(start, anchor)?;
            }
        }
        ControlFlow::Continue(())
    }
}

/// The sizes of an anchor and its window, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct Extent {
    /// The length of the anchor with the characters that have to follow it.
    pub(crate) length: usize,
    /// The size of the window on each side.
    pub(crate) margin: usize,
}

impl Extent {
    fn of(anchor: &Anchor<'_>) -> Self {
        let following = anchor.followed_by.map_or(0, |following| following.count);
        let margin = anchor.reach.max(anchor.fragment_reach()) + EDGE;
        Self { length: anchor.len() + following, margin }
    }
}

/// Collects the anchors of rules.
fn anchors_of(rules: &[Rule]) -> Anchors {
    Anchors::new(rules.iter().map(|rule| {
        let anchors = rule.anchors.iter().map(AsRef::as_ref);
        (anchors, rule.ignore_case, rule.followed_by, rule.reach)
    }))
}

/// Returns the four bytes at an offset of a chunk below its length without a gram.
#[inline]
fn gram_in(chunk: &[u8; WORDS * BLOCK + GRAM], offset: usize) -> u32 {
    let mut gram = [0; GRAM];
    let offset = offset % (WORDS * BLOCK);
    gram.copy_from_slice(&chunk[offset..offset + GRAM]);
    folded(gram)
}

/// Returns the four bytes at a position. Bytes past the end of the text count as zero.
#[inline]
fn gram_at(text: &[u8], at: usize) -> u32 {
    let mut gram = [0; GRAM];
    match text.get(at..at + GRAM) {
        Some(bytes) => gram.copy_from_slice(bytes),
        None => gram.iter_mut().zip(text.get(at..).unwrap_or_default()).for_each(|(to, from)| *to = *from),
    }
    folded(gram)
}

/// The bit that differs between an uppercase and a lowercase letter, for eight bytes.
const FOLD: u64 = 0x2020_2020_2020_2020;

#[cfg(test)]
mod tests;
