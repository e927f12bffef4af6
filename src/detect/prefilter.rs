//! The first look at a text: places where an anchor of some rule stands. Cheap, since every byte passes here,
//! and local: every place counts, whatever stands before it, so that a part of a text can be searched alone.
//!
//! Each anchor is found by four bytes of it, the rarest ones. A bit for each hash of four bytes, in lower case,
//! says whether any anchor has them; four places are looked at with one load from the text. The cost does not
//! hang on the number of anchors, and there is nothing to set up for a short text.

use std::collections::HashMap;
use std::ops::{ControlFlow, Range};

use crate::rules::Rule;

/// The anchors of all rules, made ready.
pub(super) struct Prefilter {
    anchors: Vec<Anchor>,
    /// A bit for each hash.
    bits: Box<[u8; BITS / 8]>,
    /// What is looked for, by its hash: the anchor, and where in it that stands.
    grams: Vec<Gram>,
    /// Where in `grams` those begin whose hash begins with a number.
    heads: Vec<u16>,
    longest: usize,
}

/// Bits of the table: 16 KiB stay in the nearest cache, and 3,000 entries leave 49 of 50 bits unset.
const BITS: usize = 1 << 17;

/// Bits of a hash that `heads` goes by.
const HEAD_BITS: u32 = 12;

/// Four bytes of an anchor.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Gram {
    hash: usize,
    bytes: u32,
    anchor: u16,
    /// Where in the anchor they stand.
    offset: u8,
}

impl Gram {
    const fn head(&self) -> usize {
        self.hash >> (BITS.ilog2() - HEAD_BITS)
    }
}

/// How many bytes are looked at.
const GRAM: usize = 4;

/// How far into an anchor its rarest bytes are looked for.
const DEPTH: usize = 12;

/// A literal that some rules hang on.
pub(super) struct Anchor {
    text: Vec<u8>,
    ignore_case: bool,
    /// The rules, in the order in which they are tried.
    pub(super) rules: Vec<usize>,
    /// How far around it any of them may look.
    pub(super) reach: usize,
}

impl Anchor {
    pub(super) const fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether it matches in either case, as a word of a name does.
    pub(super) const fn is_word(&self) -> bool {
        self.ignore_case
    }

    fn stands_at(&self, text: &[u8], start: usize) -> bool {
        text.get(start..start + self.len()).is_some_and(|found| {
            if self.ignore_case { found.eq_ignore_ascii_case(&self.text) } else { found == self.text }
        })
    }

    /// Where its rarest four bytes stand.
    fn rarest(&self) -> usize {
        let depth = self.len().min(DEPTH);
        (0..=depth.saturating_sub(GRAM))
            .min_by_key(|at| {
                let gram = &self.text[*at..self.len().min(at + GRAM)];
                gram.iter().map(|byte| commonness(*byte)).sum::<u32>()
            })
            .unwrap_or(0)
    }
}

/// How common a character is in source code, in steps of half a bit: letters by their share in English and in
/// names, and signs and digits, which are rarer beside letters.
const fn commonness(byte: u8) -> u32 {
    match byte.to_ascii_lowercase() {
        b'e' | b't' => 12,
        b'a' | b'i' | b'n' | b'o' | b'r' | b's' => 11,
        b'c' | b'd' | b'l' | b'u' => 9,
        b'f' | b'h' | b'm' | b'p' => 8,
        b'b' | b'g' | b'y' | b'_' | b'-' | b'.' | b'/' | b' ' => 6,
        b'k' | b'v' | b'w' | b'x' => 4,
        b'0' | b'1' | b'2' => 5,
        _ => 2,
    }
}

/// What a search shows: where an anchor stands, and which one.
type Visit<'v> = dyn FnMut(usize, u16) -> ControlFlow<()> + 'v;

impl Prefilter {
    pub(super) fn new(rules: &[Rule]) -> Self {
        let anchors = anchors_of(rules);
        let longest = anchors.iter().map(Anchor::len).max().unwrap_or(0);
        let (bits, grams, heads) = (Box::new([0; BITS / 8]), Vec::new(), vec![0; (1 << HEAD_BITS) + 1]);
        let mut prefilter = Self { anchors: Vec::new(), bits, grams, heads, longest };
        for (number, anchor) in (0_u16..).zip(&anchors) {
            let at = anchor.rarest();
            let offset = u8::try_from(at).unwrap_or(0);
            match anchor.text.get(at..at + GRAM) {
                Some(gram) => prefilter.add(gram, number, offset),
                // Three bytes, and what may stand behind them: an anchor is followed by a token or an operator.
                None => (b' '..=0x7f)
                    .filter(|byte| byte | 0x20 == *byte)
                    .for_each(|byte| prefilter.add(&[&anchor.text[..], &[byte]].concat(), number, offset)),
            }
        }
        prefilter.grams.sort_unstable();
        for gram in &prefilter.grams {
            prefilter.heads[gram.head() + 1] += 1;
        }
        for at in 1..prefilter.heads.len() {
            prefilter.heads[at] += prefilter.heads[at - 1];
        }
        Self { anchors, ..prefilter }
    }

    fn add(&mut self, gram: &[u8], number: u16, offset: u8) {
        let mut bytes = [0; GRAM];
        bytes.copy_from_slice(gram);
        let gram = u32::from_le_bytes(bytes) | 0x2020_2020;
        let hash = hash(gram);
        self.bits[hash / 8] |= 1 << (hash % 8);
        self.grams.push(Gram { hash, bytes: gram, anchor: number, offset });
    }

    /// Whether an anchor that matches as it is written stands in a text.
    pub(super) fn has_exact(&self, text: &[u8]) -> bool {
        self.search(text, &(0..text.len()), |_, number| {
            if self.anchor(number).is_word() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })
        .is_break()
    }

    pub(super) fn anchor(&self, number: u16) -> &Anchor {
        &self.anchors[usize::from(number)]
    }

    /// The length of the longest anchor.
    pub(super) const fn longest(&self) -> usize {
        self.longest
    }

    /// Shows each place where an anchor begins in a region, in no order, until `visit` breaks. The rest of
    /// the anchor may lie behind the region.
    pub(super) fn search(
        &self,
        text: &[u8],
        region: &Range<usize>,
        mut visit: impl FnMut(usize, u16) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let end = text.len().min(region.end + DEPTH);
        let mut at = region.start;
        while let Some(window) = text.get(at..at + 8).filter(|_| at < end) {
            self.look(text, region, at, window, &mut visit)?;
            at += 4;
        }
        // The last few bytes, as if zeros followed.
        while at < end {
            let mut window = [0; 8];
            let rest = &text[at..text.len().min(at + 8)];
            window[..rest.len()].copy_from_slice(rest);
            self.look(text, region, at, &window, &mut visit)?;
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
        let is_set = |gram: u32| {
            let hash = hash(gram);
            self.bits[hash / 8] >> (hash % 8) & 1
        };
        let grams = [0, 8, 16, 24].map(|shift| (word >> shift & 0xffff_ffff) as u32);
        if grams.iter().fold(0, |any, gram| any | is_set(*gram)) == 0 {
            return ControlFlow::Continue(());
        }
        for (gram, at) in grams.into_iter().zip(at..) {
            if is_set(gram) == 1 {
                self.verify(text, region, at, gram, visit)?;
            }
        }
        ControlFlow::Continue(())
    }

    #[cold]
    fn verify(
        &self,
        text: &[u8],
        region: &Range<usize>,
        at: usize,
        gram: u32,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        let hash = hash(gram);
        let head = Gram { hash, bytes: gram, anchor: 0, offset: 0 }.head();
        let known = usize::from(self.heads[head])..usize::from(self.heads[head + 1]);
        for Gram { anchor, offset, .. } in self.grams[known].iter().filter(|known| known.bytes == gram) {
            let Some(start) = at.checked_sub(usize::from(*offset)) else { continue };
            if region.contains(&start) && self.anchor(*anchor).stands_at(text, start) {
                visit(start, *anchor)?;
            }
        }
        ControlFlow::Continue(())
    }
}

/// Sets the bit that tells large letters from small ones, in eight bytes.
const FOLD: u64 = 0x2020_2020_2020_2020;

/// Multiplicative hashing (Knuth, The Art of Computer Programming, volume 3, 6.4).
#[inline]
const fn hash(gram: u32) -> usize {
    (gram.wrapping_mul(0x9e37_79b1) >> (32 - BITS.ilog2())) as usize
}

/// The anchors of rules, each once.
fn anchors_of(rules: &[Rule]) -> Vec<Anchor> {
    let mut places: HashMap<(&str, bool), usize> = HashMap::new();
    let mut found: Vec<Anchor> = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        for anchor in rule.anchors.iter() {
            let at = *places.entry((anchor.as_ref(), rule.ignore_case)).or_insert_with(|| {
                let text = anchor.as_bytes().to_vec();
                found.push(Anchor { text, ignore_case: rule.ignore_case, rules: Vec::new(), reach: 0 });
                found.len() - 1
            });
            found[at].rules.push(index);
            found[at].reach = found[at].reach.max(rule.reach);
        }
    }
    // The pack's own limit is far lower.
    found.truncate(usize::from(u16::MAX));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    fn prefilter() -> Prefilter {
        Prefilter::new(RuleSet::builtin().rules())
    }

    fn places(prefilter: &Prefilter, text: &[u8], region: &Range<usize>) -> Vec<(usize, u16)> {
        let mut found = Vec::new();
        let _ = prefilter.search(text, region, |start, number| {
            found.push((start, number));
            ControlFlow::Continue(())
        });
        found.sort_unstable();
        found
    }

    #[test]
    fn words_are_found_in_the_cases_of_names() {
        let start = ["sk-", "ant-"].concat();
        let text =
            format!("{start} apiKey API_KEY Api-Key userPassword MY_TOKEN clientSecret print pass sector");
        let prefilter = prefilter();
        let found = places(&prefilter, text.as_bytes(), &(0..text.len()));
        let found: Vec<&str> =
            found.iter().map(|(at, number)| &text[*at..*at + prefilter.anchor(*number).len()]).collect();
        assert_eq!(found, [&start, "apiKey", "API_KEY", "Api-Key", "Passw", "TOKEN", "Secret"]);
    }

    #[test]
    fn an_anchor_that_begins_inside_of_the_start_of_another_is_found() {
        let prefilter = prefilter();
        // `pas` and `mas` are starts of anchors; their last letter begins `secret`.
        for text in ["passecret", "massecret", "secredential", "tokentoken"] {
            assert!(!places(&prefilter, text.as_bytes(), &(0..text.len())).is_empty(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn parts_of_a_text_show_what_the_whole_shows(
            pieces in proptest::collection::vec("(sec|ret|tok|en|pas|sw|api|_key|sk-|ant-| |[a-z]{1,40})", 0..40),
            cuts in proptest::collection::vec(0_usize..400, 0..6),
        ) {
            let text = pieces.concat();
            let prefilter = prefilter();
            let whole = places(&prefilter, text.as_bytes(), &(0..text.len()));
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let parts = cuts.windows(2).flat_map(|cut| places(&prefilter, text.as_bytes(), &(cut[0]..cut[1])));
            let mut parts: Vec<_> = parts.collect();
            parts.sort_unstable();
            proptest::prop_assert_eq!(parts, whole);
        }
    }
}
