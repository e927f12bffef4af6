//! The detector: the entry points of a scan. The work is done by the modules below.

use crate::decode::archive;
use crate::decode::archive::UnpackBudget;
use crate::detect::candidate::Candidate;
use crate::detect::candidate_finder::CandidateFinder;
use crate::detect::candidate_set::{CandidateSet, Skipped};
use crate::detect::explain;
use crate::detect::explain::RuleEvaluation;
use crate::detect::incremental;
use crate::detect::incremental::ScanState;
use crate::detect::nested::archived::Copies;
use crate::detect::nested::{find_everywhere, find_in_regions};
use crate::detect::overlap::resolve;
use crate::detect::positions::{Positions, merge_ranges};
use crate::detect::surroundings;
use crate::detect::{Evidence, Model, ScoredValue};
use crate::finding::Confidence;
use crate::rules::{Rule, RuleSet};
use crate::text::CopiedRange;

/// A rule set, ready to scan texts. Scans take `&self`, so that one detector serves all threads. Regular
/// expressions are compiled on first use.
pub struct Detector {
    finder: CandidateFinder,
}

/// The result of a scan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanResult {
    /// The evidence, sorted by start.
    pub evidence: Vec<Evidence>,
    /// The parts of the text that were not searched.
    pub skipped: Vec<Skipped>,
}

impl Detector {
    /// Creates a detector for `rules`.
    #[must_use]
    pub fn new(rules: RuleSet) -> Self {
        Self { finder: CandidateFinder::new(rules) }
    }

    /// Sets the least confidence that a report shows. In a text with very many candidates, those below it may be
    /// dropped.
    #[must_use]
    pub const fn with_min_confidence(mut self, min_confidence: Confidence) -> Self {
        self.finder.limits_mut().set_min_confidence(min_confidence);
        self
    }

    /// Replaces the built-in password model, for training.
    #[must_use]
    pub fn with_model(mut self, model: Model) -> Self {
        self.finder.rules_mut().set_model(model);
        self
    }

    #[cfg(test)]
    pub(crate) const fn with_max_candidates(mut self, max_count: usize) -> Self {
        self.finder.limits_mut().set_max_count(max_count);
        self
    }

    /// Returns the rules.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        self.finder.rules().rules()
    }

    /// Returns all evidence in a text, sorted by start. Only evidence in the same archive member may overlap.
    #[must_use]
    pub fn find_evidence(&self, text: &[u8]) -> Vec<Evidence> {
        self.scan(text).evidence
    }

    /// Returns all evidence in a text, sorted by start, and the parts of the text that were not searched.
    #[must_use]
    pub fn scan(&self, text: &[u8]) -> ScanResult {
        let finder = &self.finder;
        if archive::is_archive(text) {
            let set = find_everywhere(finder, text, &mut UnpackBudget::for_file(text.len()));
            return self.result_from(text, set);
        }
        let mut set = finder.find_kept(text);
        find_in_regions(finder, text, &(0..text.len()), None, &mut |_, inner| {
            set.add(inner, finder.limits());
        });
        self.result_from(text, set)
    }

    /// Returns the scan state of a text.
    #[must_use]
    pub fn scan_state(&self, text: &[u8]) -> ScanState {
        incremental::scan_state(&self.finder, text)
    }

    /// Returns the scan state of a text that consists of `copies` from the text of `base` and of inserted bytes. The
    /// copies are in the order of the text. The result equals that of [`Detector::scan_state`].
    #[must_use]
    pub fn update_state(&self, text: &[u8], base: &ScanState, copies: &[CopiedRange]) -> ScanState {
        incremental::update_state(&self.finder, text, base, copies)
    }

    /// Returns the result of [`Detector::scan`], computed from the scan state of the text.
    #[must_use]
    pub fn scan_from_state(&self, text: &[u8], state: &ScanState) -> ScanResult {
        match incremental::candidates_from_state(&self.finder, text, state) {
            Some(set) => self.result_from(text, set),
            None => self.scan(text),
        }
    }

    /// Returns whether a text contains a case-sensitive anchor, as every provider's token does.
    #[must_use]
    pub fn may_contain_token(&self, text: &[u8]) -> bool {
        self.finder.has_exact_anchor(text)
    }

    /// Returns every rule that is evaluated in a text, or in one line of it, sorted by position.
    #[must_use]
    pub fn evaluate_rules(&self, text: &[u8], line: Option<usize>) -> Vec<RuleEvaluation> {
        explain::evaluate_rules(self.finder.rules(), text, line)
    }

    /// Returns all values of a text that the model scores, with their features: the data that a model is trained on.
    #[must_use]
    pub fn scored_values(&self, text: &[u8]) -> Vec<ScoredValue> {
        self.finder.scored_values(text)
    }

    /// Returns each part of a model score: a description, and what it adds to the logarithm of the odds. The largest
    /// part comes first. Evidence without a model score gives an empty list.
    #[must_use]
    pub fn explain_score(&self, evidence: &Evidence) -> Vec<(String, f32)> {
        let score = evidence.features.model_score.as_ref();
        score.map_or_else(Vec::new, |score| self.model().explain(score))
    }

    /// Returns the parts of a value's score as [`Detector::explain_score`] does, whatever its confidence is.
    #[must_use]
    pub fn feature_weights(&self, value: &ScoredValue) -> Vec<(String, f32)> {
        self.model().explain_features(&value.features)
    }

    /// Returns the least scores for low, medium and high confidence.
    #[must_use]
    pub fn score_thresholds(&self) -> [f32; 3] {
        self.model().thresholds()
    }

    fn model(&self) -> &Model {
        self.finder.rules().model()
    }

    /// Resolves overlaps and converts the candidates to evidence.
    fn result_from(&self, text: &[u8], set: CandidateSet) -> ScanResult {
        let rules = self.finder.rules();
        let (mut candidates, skipped) = set.finish(self.finder.limits());
        if candidates.is_empty() {
            candidates.extend(self.finder.find_whole(text));
        }
        let candidates = resolve(rules, text, candidates, &Copies::default());
        let positions = Positions::new(text, &candidates);
        let found = merge_ranges(candidates.iter().flat_map(Candidate::spans));
        let evidence = candidates.into_iter().map(|candidate| {
            let position = |offset| positions.at(offset);
            let mut evidence = candidate.into_evidence(text, &found, position, rules.known_test_values());
            if !rules.rules()[evidence.rule].is_provider() {
                evidence.features.context = surroundings::context_of(text, &evidence.span);
            }
            if let Some(score) = &mut evidence.features.model_score {
                score.reasons = self.model().reasons(score);
            }
            evidence
        });
        ScanResult { evidence: evidence.collect(), skipped }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Dictionary;

    #[test]
    fn one_detector_serves_all_threads() {
        const fn assert_shareable<T: Send + Sync>() {}
        const { assert_shareable::<Detector>() };
    }

    #[test]
    fn a_secret_near_another_one_is_masked_in_its_snippet() {
        let detector = Detector::new(RuleSet::builtin());
        let body =
            "q7Lm2ZxV9tRbK4wPnYc8HsDf3GjU6aEoXi5NvTrBk1Zk8pWmQ2vXr7LtYb4NcHsGf9DjU3aEoVi6TnRqBx5K2Wm9P";
        let key = format!("{}{body}AA", ["sk-", "ant-", "api03-"].concat());
        let (password, number) = ("Kx9$vB", "48291736");
        let fragments = key.as_bytes().chunks(12).map(|fragment| std::str::from_utf8(fragment).unwrap());
        let fragments = fragments.collect::<Vec<_>>().join("\" \"");
        for (text, secret) in [
            (format!("password = \"{password}\"; k=\"{key}\""), password),
            (format!("k=\"{key}\"; password = \"{password}\""), password),
            (format!("machine h login u password {number} {key}\n"), number),
            (format!("a = \"{fragments}\"; password = \"{password}7p\""), "9tRbK4wP"),
        ] {
            let found = detector.find_evidence(text.as_bytes());
            assert!(found.len() > 1, "{text}");
            assert!(found.iter().all(|found| !found.snippet.line.contains(secret)), "{found:?}");
        }
    }

    #[test]
    fn a_scored_value_has_its_span_and_its_weights() {
        let table = "bias\t-1\nlow\t-5\nmedium\t0\nhigh\t1\nname-alone:password\t0.5\n";
        let detector =
            Detector::new(RuleSet::builtin()).with_model(Model::new(table, Dictionary::new("", "")).unwrap());
        let secret = "kX9pQ2vR7tLm";
        let text = format!("{}\npassword = \"{secret}\"\n", "x ".repeat(600));
        let values = detector.scored_values(text.as_bytes());
        let [value] = &values[..] else { panic!("{values:?}") };
        assert_eq!(&text[value.span.clone()], secret);
        let weights = detector.feature_weights(value);
        let weights: Vec<_> = weights.iter().map(|(words, weight)| (words.as_str(), *weight)).collect();
        let expected =
            [("the whole name is `password`", 0.5), ("the same for every value (intercept)", -1.0)];
        assert_eq!(weights, expected);
        assert_eq!(format!("{:?}", detector.score_thresholds()), "[-5.0, 0.0, 1.0]");
        let found = detector.find_evidence(text.as_bytes());
        let score = found[0].features.model_score.as_ref().unwrap();
        assert_eq!((score.confidence, score.sum), (Confidence::Low, -0.5));
        assert_eq!(detector.explain_score(&found[0]), detector.feature_weights(value));
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_give_ordered_evidence_inside_the_text(
            parts in proptest::collection::vec(proptest::prop_oneof![
                proptest::collection::vec(proptest::num::u8::ANY, 0..60),
                "[a-zA-Z0-9_-]{0,120}".prop_map(String::into_bytes),
                "(sk-ant-|api03-|secret = |password: \"|\n|skant:allow )".prop_map(String::into_bytes),
                "(eyJ|ghp_|AKIA|-----BEGIN |\" \\+ \"|\", \"|<b>|\n// |', ')".prop_map(String::into_bytes),
            ], 0..12)
        ) {
            static DETECTOR: std::sync::LazyLock<Detector> =
                std::sync::LazyLock::new(|| Detector::new(RuleSet::builtin()));
            let text = parts.concat();
            let mut last = 0;
            for evidence in DETECTOR.find_evidence(&text) {
                proptest::prop_assert!(last <= evidence.span.start && evidence.span.end <= text.len());
                proptest::prop_assert!(evidence.start < evidence.end);
                last = evidence.span.end;
            }
        }
    }

    use proptest::strategy::Strategy as _;
}
