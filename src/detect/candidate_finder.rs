//! Finds the candidates in a text as it is written. Encoded text, archives, overlaps and pairs are resolved by the
//! modules above. A candidate depends on nothing but the window around its anchor, so a part of a text can be
//! searched alone.

use std::ops::{ControlFlow, Range};

use crate::detect::assignment::{ScoredValue, features_at};
use crate::detect::candidate::Candidate;
use crate::detect::candidate_set::{CandidateSet, RetentionLimits};
use crate::detect::compiled_rules::CompiledRules;
use crate::detect::evidence::Tier;
use crate::detect::matcher::window::window_around;
use crate::detect::nested::fragments;
use crate::detect::prefilter::{Anchor, Extent, Prefilter};
use crate::detect::whole_text::WholeTextRules;
use crate::rules::RuleSet;

/// The prefilter and the rules, ready to search a text.
pub(crate) struct CandidateFinder {
    rules: CompiledRules,
    prefilter: Prefilter,
    limits: RetentionLimits,
    whole_text: WholeTextRules,
}

impl CandidateFinder {
    pub(crate) fn new(rules: RuleSet) -> Self {
        let prefilter = Prefilter::new(&rules);
        let limits = RetentionLimits::new(rules.rules());
        let whole_text = WholeTextRules::new(rules.rules());
        Self { rules: CompiledRules::new(rules), prefilter, limits, whole_text }
    }

    pub(crate) const fn rules(&self) -> &CompiledRules {
        &self.rules
    }

    pub(crate) const fn rules_mut(&mut self) -> &mut CompiledRules {
        &mut self.rules
    }

    /// Returns the candidate that a whole text is, such as a file that is only a key.
    pub(crate) fn find_whole(&self, text: &[u8]) -> Option<Candidate> {
        self.whole_text.find(text)
    }

    pub(crate) const fn limits(&self) -> &RetentionLimits {
        &self.limits
    }

    pub(crate) const fn limits_mut(&mut self) -> &mut RetentionLimits {
        &mut self.limits
    }

    /// Returns the candidates of a text, in no particular order. They may overlap.
    pub(crate) fn find_all(&self, text: &[u8]) -> CandidateSet {
        let mut set = CandidateSet::default();
        let _ = self.search_anchors(text, &(0..text.len()), |start, anchor| {
            set.push(self.find_at(text, start, anchor), &self.limits);
            ControlFlow::Continue(())
        });
        set
    }

    /// Returns the candidates of a text that [`CandidateSet::finish`] keeps, perhaps with others. Unlike [`Self::find_all`],
    /// it evaluates nothing after as many as are kept: a text of 100 MB can have ten million.
    pub(crate) fn find_kept(&self, text: &[u8]) -> CandidateSet {
        let mut set = CandidateSet::default();
        let _ = self.search_anchors(text, &(0..text.len()), |start, anchor| {
            let window_start = start.saturating_sub(self.extent(anchor).margin);
            if !set.is_full_before(window_start) {
                set.push(self.find_at(text, start, anchor), &self.limits);
            }
            ControlFlow::Continue(())
        });
        set
    }

    /// Calls `visit` for each anchor in a region, with its start and its number.
    pub(crate) fn search_anchors(
        &self,
        text: &[u8],
        region: &Range<usize>,
        visit: impl FnMut(usize, u16) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.prefilter.search(text, region, visit)
    }

    /// Returns whether a text contains a case-sensitive anchor, as every provider's token does.
    pub(crate) fn has_exact_anchor(&self, text: &[u8]) -> bool {
        self.prefilter.has_exact(text)
    }

    /// Returns the sizes of an anchor and its window.
    pub(crate) fn extent(&self, anchor: u16) -> Extent {
        self.prefilter.extent(anchor)
    }

    /// Returns the length of the longest anchor.
    pub(crate) const fn max_anchor_length(&self) -> usize {
        self.prefilter.max_length()
    }

    /// Tries the rules of an anchor in order and returns the first match. If no rule matches, or only a short token is
    /// found, the token may be split into fragments, so these are joined and tried, too.
    pub(crate) fn find_at(&self, text: &[u8], start: usize, anchor: u16) -> Option<Candidate> {
        let anchor = self.prefilter.anchor(anchor);
        let is_crowded =
            !anchor.is_word() && self.rules.is_crowded(anchor.rules, &text[start..], anchor.len());
        if is_crowded { None } else { self.try_rules(text, start, &anchor) }
    }

    fn try_rules(&self, text: &[u8], start: usize, anchor: &Anchor<'_>) -> Option<Candidate> {
        let span = start..start + anchor.len();
        let cut_window = |reach: usize| {
            let window = window_around(&span, reach, text.len());
            (window.start, &text[window.clone()], span.start - window.start..span.end - window.start)
        };
        let found = anchor.rules.iter().find_map(|&rule| {
            let rule = rule as usize;
            let (from, window, in_window) = cut_window(self.rules.rules()[rule].reach);
            Some(self.rules.try_rule(rule, window, &in_window)?.moved(from))
        });
        if anchor.is_word() || found.as_ref().is_some_and(|found| found.features.tier > Tier::Short) {
            return found;
        }
        let (from, window, in_window) = cut_window(anchor.fragment_reach());
        let whole = fragments::find(&self.rules, window, anchor.rules, &in_window);
        whole.map(|whole| whole.moved(from)).or(found)
    }

    /// Returns all values of a text that the model scores, with their features: the data that a model is trained on.
    pub(crate) fn scored_values(&self, text: &[u8]) -> Vec<ScoredValue> {
        let mut values = Vec::new();
        let _ = self.search_anchors(text, &(0..text.len()), |start, number| {
            let anchor = self.prefilter.anchor(number);
            let span = start..start + anchor.len();
            values.extend(anchor.rules.iter().find_map(|&rule| {
                let rule = rule as usize;
                let assignment = self.rules.assignment_rule(rule)?;
                let window = window_around(&span, self.rules.rules()[rule].reach, text.len());
                let in_window = span.start - window.start..span.end - window.start;
                let mut value =
                    features_at(&assignment, self.rules.model(), &text[window.clone()], &in_window)?;
                value.span = value.span.start + window.start..value.span.end + window.start;
                Some(value)
            }));
            ControlFlow::Continue(())
        });
        values.sort_by_key(|value| (value.span.start, value.rule));
        values.dedup_by(|one, other| one.span == other.span);
        values
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const MAX_COUNT: usize = 4;

    static FINDER: LazyLock<CandidateFinder> = LazyLock::new(|| CandidateFinder::new(RuleSet::builtin()));

    /// A finder that keeps few candidates of a text.
    static WITH_LIMIT: LazyLock<CandidateFinder> = LazyLock::new(|| {
        let mut finder = CandidateFinder::new(RuleSet::builtin());
        finder.limits_mut().set_max_count(MAX_COUNT);
        finder
    });

    /// Generates anchors of Anthropic's keys with little between them.
    fn anchors() -> impl Strategy<Value = String> {
        let between = prop_oneof![
            4 => Just(String::new()),
            2 => "[a-z]{1,4}[0-9]{0,2}-",
            2 => "[a-zA-Z0-9_-]{0,24}",
            1 => "(\"|\" \\+ \"|\n|\\\\\n|\\.|eyJh|ey\\.ey\\.a)",
        ];
        vec(between, 0..24).prop_map(|parts| {
            let anchor = ["sk-", "ant-"].concat();
            parts.iter().map(|part| anchor.clone() + part).collect()
        })
    }

    proptest! {
        #[test]
        fn no_rule_matches_at_a_crowded_anchor(text in anchors()) {
            let text = text.as_bytes();
            let _ = FINDER.search_anchors(text, &(0..text.len()), |start, number| {
                if FINDER.find_at(text, start, number).is_none() {
                    let anchor = FINDER.prefilter.anchor(number);
                    assert!(FINDER.try_rules(text, start, &anchor).is_none(), "at {start}");
                }
                ControlFlow::Continue(())
            });
        }

        #[test]
        fn what_is_not_evaluated_would_not_have_been_kept(
            values in vec("(secret|token|password)=([a-zA-Z0-9]{8,20}|password=k[0-9]x|x)(\n|;)[ .]{0,400}", 0..40)
        ) {
            let text = values.concat();
            let kept = |set: CandidateSet| {
                let (mut found, skipped) = set.finish(WITH_LIMIT.limits());
                found.sort_by(|one, other| one.precedence().cmp(&other.precedence()));
                let found = found.into_iter().map(|candidate| (candidate.span, candidate.rule));
                (found.collect::<Vec<_>>(), skipped)
            };
            let (all, first) = (WITH_LIMIT.find_all(text.as_bytes()), WITH_LIMIT.find_kept(text.as_bytes()));
            prop_assert_eq!(kept(first), kept(all));
        }
    }

    #[test]
    fn anchors_one_after_the_other_are_crowded_and_keys_are_not() {
        let anchor = ["sk-", "ant-"].concat();
        let is_crowded = |text: &str| {
            let mut crowded = Vec::new();
            let _ = FINDER.search_anchors(text.as_bytes(), &(0..text.len()), |start, number| {
                let Anchor { rules, text: literal, .. } = FINDER.prefilter.anchor(number);
                crowded.push(FINDER.rules.is_crowded(rules, &text.as_bytes()[start..], literal.len()));
                ControlFlow::Continue(())
            });
            crowded
        };
        assert_eq!(is_crowded(&anchor.repeat(20)).iter().filter(|crowded| **crowded).count(), 10);
        let key = format!("{anchor}api03-{}", "k7x".repeat(31));
        assert_eq!(is_crowded(&key.repeat(20)), [false; 20]);
    }

    #[test]
    fn nothing_is_evaluated_after_as_many_candidates_as_are_kept() {
        let lines = |count: usize| "secret = \"k8Gq2ZpX7wLm4RtVb9Nc\"\n".repeat(count);
        let start = |count| {
            let set = WITH_LIMIT.find_kept(lines(count).as_bytes());
            (set.is_full_before(lines(MAX_COUNT).len()), set.is_full_before(0))
        };
        assert_eq!((start(2 * MAX_COUNT - 1), start(2 * MAX_COUNT)), ((false, false), (true, false)));
    }
}
