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
use crate::detect::prefilter::{Extent, Prefilter};
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
