//! The first look at a text: places where an anchor of some rule stands. Cheap, since every byte passes here,
//! and local: every place counts, whatever stands before it, so that a part of a text can be searched alone.

use std::collections::HashMap;
use std::ops::{ControlFlow, Range};

use aho_corasick::packed;
use aho_corasick::{AhoCorasick, Input, Match, MatchKind, Span};

use crate::rules::Rule;

/// The anchors of all rules, made ready.
pub(super) struct Prefilter {
    anchors: Vec<Anchor>,
    /// Anchors that match as they are written.
    exact: Vec<Search>,
    /// Words, in the cases of names.
    words: Vec<Search>,
    longest: usize,
}

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
}

/// What a search shows: where an anchor stands, and which one.
type Visit<'v> = dyn FnMut(usize, u16) -> ControlFlow<()> + 'v;

impl Prefilter {
    pub(super) fn new(rules: &[Rule]) -> Self {
        let anchors = anchors_of(rules);
        let of_case = |ignore_case: bool| {
            let numbered = (0_u16..).zip(&anchors);
            numbered.filter(move |(_, anchor)| anchor.ignore_case == ignore_case)
        };
        let exact = Search::all(of_case(false));
        let words = Search::all(of_case(true));
        let longest = anchors.iter().map(Anchor::len).max().unwrap_or(0);
        Self { anchors, exact, words, longest }
    }

    /// Whether an anchor that matches as it is written stands in a text.
    pub(super) fn has_exact(&self, text: &[u8]) -> bool {
        let mut stop = |_, _| ControlFlow::Break(());
        self.exact.iter().any(|search| search.run(&self.anchors, text, 0..text.len(), &mut stop).is_break())
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
        self.exact
            .iter()
            .chain(&self.words)
            .try_for_each(|search| search.run(&self.anchors, text, region.clone(), &mut visit))
    }
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

/// How much of an anchor a search looks at: so many bytes, or fewer where an anchor is shorter.
const START: [usize; 2] = [4, 3];

/// The vector search takes no more.
const MOST_STARTS: usize = 64;

/// A search for the starts of some anchors, all of one length, so that no two stand at one place. Of a word the
/// first letters are small, large, or the first one large; the rest comes in any case. A search for these few
/// starts takes many bytes at once, where an automaton for any case takes them one by one (0.5 GB/s).
struct Search {
    starts: Starts,
    /// For each start the anchors that begin so.
    anchors: Vec<Vec<u16>>,
}

impl Search {
    /// The searches for some anchors, with their numbers.
    fn all<'a>(anchors: impl Iterator<Item = (u16, &'a Anchor)>) -> Vec<Self> {
        let mut by_start: Vec<(Vec<u8>, Vec<u16>)> = Vec::new();
        for (number, anchor) in anchors {
            // Words are found by three letters: the fourth would cost more forms than it saves.
            let longest = if anchor.ignore_case { START[1] } else { START[0] };
            let start = &anchor.text[..anchor.len().min(longest)];
            match by_start.iter_mut().find(|(known, _)| *known == start) {
                Some((_, numbers)) => numbers.push(number),
                None => by_start.push((start.to_vec(), vec![number])),
            }
            if anchor.ignore_case {
                let large = start.to_ascii_uppercase();
                let title = [&large[..1], &start[1..]].concat();
                for form in [large, title] {
                    match by_start.iter_mut().find(|(known, _)| *known == form) {
                        Some((_, numbers)) if !numbers.contains(&number) => numbers.push(number),
                        Some(_) => {}
                        None => by_start.push((form, vec![number])),
                    }
                }
            }
        }
        let mut searches = Vec::new();
        for length in START {
            let (starts, anchors): (Vec<_>, Vec<_>) =
                by_start.iter().filter(|(start, _)| start.len() == length).cloned().unzip();
            for (starts, anchors) in starts.chunks(MOST_STARTS).zip(anchors.chunks(MOST_STARTS)) {
                searches.extend(Starts::new(starts).map(|starts| Self { starts, anchors: anchors.to_vec() }));
            }
        }
        searches
    }

    fn run(
        &self,
        anchors: &[Anchor],
        text: &[u8],
        region: Range<usize>,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        let mut at = region.start;
        while let Some(found) = self.starts.find(text, at..text.len().min(region.end + START[0])) {
            let start = found.start();
            if start >= region.end {
                break;
            }
            for &number in &self.anchors[found.pattern().as_usize()] {
                if anchors[usize::from(number)].stands_at(text, start) {
                    visit(start, number)?;
                }
            }
            at = start + 1;
        }
        ControlFlow::Continue(())
    }
}

/// How the starts are searched for.
enum Starts {
    /// With vector instructions.
    Packed(packed::Searcher),
    /// Where the processor has none that fit.
    Automaton(AhoCorasick),
}

impl Starts {
    fn new(starts: &[Vec<u8>]) -> Option<Self> {
        let mut builder = packed::Config::new().match_kind(packed::MatchKind::LeftmostFirst).builder();
        match builder.extend(starts).build() {
            Some(search) => Some(Self::Packed(search)),
            None => AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostFirst)
                .build(starts)
                .ok()
                .map(Self::Automaton),
        }
    }

    fn find(&self, text: &[u8], within: Range<usize>) -> Option<Match> {
        if within.is_empty() {
            return None;
        }
        match self {
            Self::Packed(search) => search.find_in(text, Span::from(within)),
            Self::Automaton(search) => search.find(Input::new(text).span(within)),
        }
    }
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
