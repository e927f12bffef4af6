//! The first look at a text: places where an anchor of some rule stands. Cheap, since every byte passes here.

use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::packed;
use aho_corasick::{AhoCorasick, MatchKind};

use crate::rules::Rule;

/// The anchors of all rules, made ready.
pub(super) struct Prefilter {
    exact: Option<Exact>,
    words: Option<Words>,
}

/// A place where an anchor stands, and the rules that it belongs to.
pub(super) struct Anchor<'p> {
    pub(super) place: Range<usize>,
    pub(super) rules: &'p [usize],
}

impl Prefilter {
    pub(super) fn new(rules: &[Rule]) -> Self {
        let (exact, words) = (literals(rules, false), literals(rules, true));
        Self { exact: Exact::new(exact), words: Words::new(words) }
    }

    /// Whether an anchor that matches as it is written stands in a text.
    pub(super) fn has_exact(&self, text: &[u8]) -> bool {
        self.exact.as_ref().is_some_and(|exact| exact.search.is_match(text))
    }

    /// Shows each place to `visit`, which says where to go on; first those of exact anchors, then those of
    /// words, each in ascending order.
    pub(super) fn search(&self, text: &[u8], mut visit: impl FnMut(Anchor<'_>) -> Option<usize>) {
        if let Some(exact) = &self.exact {
            exact.search(text, &mut visit);
        }
        if let Some(words) = &self.words {
            words.search(text, &mut visit);
        }
    }
}

/// The anchors of rules, each once, with the rules that it belongs to.
fn literals(rules: &[Rule], ignore_case: bool) -> Vec<Literal> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut found: Vec<Literal> = Vec::new();
    for (index, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.ignore_case == ignore_case) {
        for anchor in rule.anchors.iter() {
            let at = *places.entry(anchor.as_ref()).or_insert_with(|| {
                found.push((anchor.as_bytes().to_vec(), Vec::new()));
                found.len() - 1
            });
            found[at].1.push(index);
        }
    }
    found
}

/// An anchor, and the rules that it belongs to.
type Literal = (Vec<u8>, Vec<usize>);

/// Anchors that match as they are written.
struct Exact {
    search: AhoCorasick,
    rules: Vec<Vec<usize>>,
}

impl Exact {
    fn new(literals: Vec<Literal>) -> Option<Self> {
        if literals.is_empty() {
            return None;
        }
        let (anchors, rules): (Vec<_>, Vec<_>) = literals.into_iter().unzip();
        let search = AhoCorasick::builder().match_kind(MatchKind::Standard).build(anchors).ok()?;
        Some(Self { search, rules })
    }

    fn search(&self, text: &[u8], visit: &mut impl FnMut(Anchor<'_>) -> Option<usize>) {
        let mut done = 0;
        for found in self.search.find_overlapping_iter(text) {
            if found.start() < done {
                continue;
            }
            let rules = &self.rules[found.pattern().as_usize()];
            done = visit(Anchor { place: found.start()..found.end(), rules }).unwrap_or(done);
        }
    }
}

/// How much of a word the first search looks at.
const START: usize = 3;

/// Words in the cases that names are written in: the first three letters small, large, or the first one large;
/// the rest in any. A search for these few starts takes many bytes at once, where an automaton for any case
/// takes them one by one (0.5 GB/s).
struct Words {
    search: Starts,
    /// For each start searched for, the words that begin so, longest first.
    words: Vec<Vec<Literal>>,
}

/// How the starts are searched for.
enum Starts {
    /// With vector instructions.
    Packed(packed::Searcher),
    /// Where the processor has none that fit.
    Automaton(AhoCorasick),
}

impl Starts {
    fn new(forms: &[Vec<u8>]) -> Option<Self> {
        let mut builder = packed::Config::new().match_kind(packed::MatchKind::LeftmostFirst).builder();
        match builder.extend(forms).build() {
            Some(search) => Some(Self::Packed(search)),
            None => AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostFirst)
                .build(forms)
                .ok()
                .map(Self::Automaton),
        }
    }

    fn find_iter<'s>(&'s self, text: &'s [u8]) -> Box<dyn Iterator<Item = aho_corasick::Match> + 's> {
        match self {
            Self::Packed(search) => Box::new(search.find_iter(text)),
            Self::Automaton(search) => Box::new(search.find_iter(text)),
        }
    }
}

impl Words {
    fn new(literals: Vec<Literal>) -> Option<Self> {
        if literals.is_empty() {
            return None;
        }
        let mut by_start: Vec<(Vec<u8>, Vec<Literal>)> = Vec::new();
        for (word, rules) in literals {
            let start = word[..START].to_vec();
            match by_start.iter_mut().find(|(known, _)| *known == start) {
                Some((_, words)) => words.push((word, rules)),
                None => by_start.push((start, vec![(word, rules)])),
            }
        }
        let (mut forms, mut words) = (Vec::new(), Vec::new());
        for (start, mut longest_first) in by_start {
            longest_first.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
            let large = start.to_ascii_uppercase();
            let title = [&large[..1], &start[1..]].concat();
            for form in [start, large, title] {
                forms.push(form);
                words.push(longest_first.clone());
            }
        }
        Some(Self { search: Starts::new(&forms)?, words })
    }

    fn search(&self, text: &[u8], visit: &mut impl FnMut(Anchor<'_>) -> Option<usize>) {
        let mut done = 0;
        for found in self.search.find_iter(text) {
            let start = found.start();
            if start < done {
                continue;
            }
            let words = &self.words[found.pattern().as_usize()];
            let word = words.iter().find(|(word, _)| {
                text.get(start + START..start + word.len())
                    .is_some_and(|rest| rest.eq_ignore_ascii_case(&word[START..]))
            });
            if let Some((word, rules)) = word {
                done = visit(Anchor { place: start..start + word.len(), rules }).unwrap_or(done);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    fn places(text: &str) -> Vec<String> {
        let rules = RuleSet::builtin();
        let prefilter = Prefilter::new(rules.rules());
        let mut found = Vec::new();
        prefilter.search(text.as_bytes(), |anchor| {
            found.push(text[anchor.place].to_owned());
            None
        });
        found
    }

    #[test]
    fn words_are_found_in_the_cases_of_names() {
        let start = ["sk-", "ant-"].concat();
        let text =
            format!("{start} apiKey API_KEY Api-Key userPassword MY_TOKEN clientSecret print pass sector");
        let expected = [&start, "apiKey", "API_KEY", "Api-Key", "Passw", "TOKEN", "Secret"];
        assert_eq!(places(&text), expected);
    }

    #[test]
    fn where_the_visitor_has_been_is_not_shown_again() {
        let prefilter = Prefilter::new(RuleSet::builtin().rules());
        let mut found = Vec::new();
        prefilter.search(b"token_secret token", |anchor| {
            found.push(anchor.place.clone());
            Some(12)
        });
        assert_eq!(found, [0..5, 13..18]);
    }
}
