//! The first look at a text: places where an anchor of some rule stands. Cheap, since every byte passes here,
//! and local: every place counts, whatever stands before it, so that a part of a text can be searched alone.
//!
//! Each anchor is found by four bytes of it. There are two ways, which find the same. The quick one sends the text
//! through a sieve, thirty-two bytes at a time, and asks the table of all such bytes at the places that it marks. It
//! has to be set up, so it is taken once a megabyte was searched. The other one asks the table at every place.

mod anchor;
mod groups;
mod table;

use std::ops::{ControlFlow, Range};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::bytescan::{Backend, POSITIONS};
use crate::rules::Rule;
pub(crate) use anchor::{Anchor, Extent};

use anchor::anchors_of;
use groups::Groups;
use table::{Found, GRAM, Table, folded};

/// The anchors of all rules, made ready.
pub(crate) struct Prefilter {
    anchors: Vec<Anchor>,
    /// Of each anchor what is asked most often, side by side.
    extents: Vec<Extent>,
    table: Table,
    longest: usize,
    quick: OnceLock<Quick>,
    /// Bytes that were searched before the quick way was set up.
    searched: AtomicUsize,
}

/// The quick way.
struct Quick {
    groups: Groups,
    /// Of other bytes of the anchors than the slow way looks for.
    table: Table,
}

/// So many bytes are searched before the quick way is set up, which takes as long as searching them does.
const WARM_UP: usize = 1 << 20;

/// Less is looked at the slow way: the name of a file is shorter than what the quick one looks at at a time.
const LEAST: usize = POSITIONS;

/// How far into an anchor the bytes stand that are looked for.
const DEPTH: usize = 12;

/// Words of marks that are taken at a time.
const WORDS: usize = 64;

/// What a search shows: where an anchor stands, and which one.
type Visit<'v> = dyn FnMut(usize, u16) -> ControlFlow<()> + 'v;

impl Prefilter {
    pub(crate) fn new(rules: &[Rule]) -> Self {
        let anchors = anchors_of(rules);
        let longest = anchors.iter().map(Anchor::len).max().unwrap_or(0);
        let table = table(&anchors, Anchor::rarest);
        let extents = anchors.iter().map(Anchor::extent).collect();
        Self { anchors, extents, table, longest, quick: OnceLock::new(), searched: AtomicUsize::new(0) }
    }

    /// Whether an anchor that matches as it is written stands in a text.
    pub(crate) fn has_exact(&self, text: &[u8]) -> bool {
        self.search(text, &(0..text.len()), |_, number| {
            if self.anchor(number).is_word() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })
        .is_break()
    }

    pub(crate) fn anchor(&self, number: u16) -> &Anchor {
        &self.anchors[usize::from(number)]
    }

    pub(crate) fn extent(&self, number: u16) -> Extent {
        self.extents[usize::from(number)]
    }

    /// The length of the longest anchor.
    pub(crate) const fn longest(&self) -> usize {
        self.longest
    }

    /// Shows each place where an anchor begins in a region, in no order, until `visit` breaks. The rest of
    /// the anchor may lie behind the region.
    pub(crate) fn search(
        &self,
        text: &[u8],
        region: &Range<usize>,
        mut visit: impl FnMut(usize, u16) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match self.quick(region.len()) {
            Some(quick) => self.search_quickly(quick, text, region, &mut visit),
            None => self.search_slowly(text, region, &mut visit),
        }
    }

    /// The quick way, if it pays and the processor knows it.
    #[inline]
    fn quick(&self, more: usize) -> Option<&Quick> {
        if more < LEAST {
            return None;
        }
        if let Some(quick) = self.quick.get() {
            return Some(quick);
        }
        if Backend::best() == Backend::Slow
            || self.searched.fetch_add(more, Ordering::Relaxed) + more < WARM_UP
        {
            return None;
        }
        Some(self.quick.get_or_init(|| {
            let (groups, chosen) = Groups::of(&self.anchors);
            let mut chosen = chosen.into_iter();
            Quick { groups, table: table(&self.anchors, |_| chosen.next().unwrap_or(0)) }
        }))
    }

    fn search_quickly(
        &self,
        quick: &Quick,
        text: &[u8],
        region: &Range<usize>,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        let end = text.len().min(region.end + DEPTH);
        let mut words = [0; WORDS];
        for from in (region.start..end).step_by(WORDS * POSITIONS) {
            let words = &mut words[..(end - from).div_ceil(POSITIONS).min(WORDS)];
            quick.groups.fill_bitmask(text, from, words);
            for (from, word) in (from..).step_by(POSITIONS).zip(words.iter()) {
                for place in bits(known(&quick.table, text, from, *word)) {
                    self.verify(&quick.table, text, region, from + place, visit)?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn search_slowly(&self, text: &[u8], region: &Range<usize>, visit: &mut Visit<'_>) -> ControlFlow<()> {
        let end = text.len().min(region.end + DEPTH);
        let mut at = region.start;
        while let Some(window) = text.get(at..at + 8).filter(|_| at < end) {
            self.look(text, region, at, window, visit)?;
            at += 4;
        }
        // The last few bytes, as if zeros followed.
        while at < end {
            let mut window = [0; 8];
            let rest = &text[at..text.len().min(at + 8)];
            window[..rest.len()].copy_from_slice(rest);
            self.look(text, region, at, &window, visit)?;
            at += 4;
        }
        ControlFlow::Continue(())
    }

    /// Looks at four places.
    #[inline]
    fn look(
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
        if grams.iter().fold(0, |any, gram| any | self.table.may_know(*gram)) == 0 {
            return ControlFlow::Continue(());
        }
        for (gram, at) in grams.into_iter().zip(at..text.len()) {
            if self.table.may_know(gram) == 1 {
                self.verify(&self.table, text, region, at, visit)?;
            }
        }
        ControlFlow::Continue(())
    }

    #[inline]
    fn verify(
        &self,
        table: &Table,
        text: &[u8],
        region: &Range<usize>,
        at: usize,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        let next = text.get(at + GRAM).copied().unwrap_or(0);
        for Found { anchor, offset } in table.known(gram_at(text, at), next) {
            let Some(start) = at.checked_sub(usize::from(offset)) else { continue };
            if region.contains(&start) && self.anchor(anchor).stands_at(text, start) {
                visit(start, anchor)?;
            }
        }
        ControlFlow::Continue(())
    }
}

/// The table of what is looked for of each anchor.
fn table(anchors: &[Anchor], mut offset: impl FnMut(&Anchor) -> usize) -> Table {
    Table::new((0..).zip(anchors).map(|(number, anchor)| {
        let offset = u8::try_from(offset(anchor)).unwrap_or(0);
        (&anchor.text[..], Found { anchor: number, offset })
    }))
}

/// Of the places from `from` on that a word marks, those that the table knows. Few are, so nothing hangs on a guess
/// of which.
#[inline]
fn known(table: &Table, text: &[u8], from: usize, word: u64) -> u64 {
    bits(word).fold(0, |known, at| known | u64::from(table.may_know(gram_at(text, from + at))) << at)
}

/// The places of the bits that are set.
#[inline]
fn bits(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let at = word.trailing_zeros() as usize;
        (word != 0).then(|| {
            word &= word - 1;
            at
        })
    })
}

/// The four bytes at a place, as if zeros followed the text.
#[inline]
fn gram_at(text: &[u8], at: usize) -> u32 {
    let mut gram = [0; GRAM];
    match text.get(at..at + GRAM) {
        Some(bytes) => gram.copy_from_slice(bytes),
        None => gram.iter_mut().zip(text.get(at..).unwrap_or_default()).for_each(|(to, from)| *to = *from),
    }
    folded(gram)
}

/// Sets the bit that tells large letters from small ones, in eight bytes.
const FOLD: u64 = 0x2020_2020_2020_2020;

#[cfg(test)]
mod tests;
