//! Bytes and rules to evidence. Pure and total: no I/O, no configuration, no path, no way to fail; and local:
//! evidence depends on the match and a bounded window around it.

pub(crate) mod assignment;
pub(crate) mod candidate;
pub(crate) mod candidate_set;
pub(crate) mod evidence;
pub(crate) mod explain;
pub(crate) mod identifier;
pub(crate) mod incremental;
pub(crate) mod inline_allow;
pub(crate) mod matcher;
pub(crate) mod nested;
pub(crate) mod pair;
pub(crate) mod placeholder;
pub(crate) mod positions;
pub(crate) mod prefilter;
pub(crate) mod randomness;
pub(crate) mod snippet;

use std::ops::{ControlFlow, Range};
use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

use crate::decode::archive;
use crate::decode::archive::UnpackBudget;
use crate::finding::Confidence;
use crate::rules::{Matcher, Rule, RuleSet, Text};

pub use crate::token_check::outcome::CheckOutcome;
pub use assignment::{Dictionary, Model, ModelReason, ModelScore, ScoredValue, letter_pair_table};
pub use candidate_set::Skipped;
pub use evidence::{CompanionEvidence, Evidence, Features, Tier};
pub use explain::RuleEvaluation;
pub use incremental::ScanState;
pub use inline_allow::{InlineComment, Marker};
pub use placeholder::Placeholder;

use candidate::Candidate;
use candidate_set::{CandidateSet, RetentionLimits};
use positions::{Positions, together};
use prefilter::Prefilter;

/// A rule set made ready for searching. Expressions are compiled when they are first needed.
pub struct Detector {
    rules: RuleSet,
    compiled: Vec<Compiled>,
    prefilter: Prefilter,
    /// The anchors of rules with a token's shape.
    tokens: Vec<Text>,
    /// What weighs values without a shape; the built-in one unless given.
    model: Option<Model>,
    keep: RetentionLimits,
}

/// The expressions of a rule, compiled on first need.
#[derive(Default)]
struct Compiled {
    main: OnceLock<Option<Regex>>,
    structure: OnceLock<Option<Regex>>,
    pair: OnceLock<Option<Regex>>,
}

impl Detector {
    /// Builds the literal searches of `rules`.
    #[must_use]
    pub fn new(rules: RuleSet) -> Self {
        let compiled = rules.rules().iter().map(|_| Compiled::default()).collect();
        let prefilter = Prefilter::new(rules.rules());
        let shaped = rules.rules().iter().filter(|rule| matches!(rule.matcher, Matcher::Prefixed { .. }));
        let mut tokens: Vec<Text> = shaped.flat_map(|rule| rule.anchors.iter().cloned()).collect();
        tokens.sort();
        tokens.dedup();
        let keep = RetentionLimits::new(rules.rules());
        Self { rules, compiled, prefilter, tokens, model: None, keep }
    }

    /// The same where what is less sure is shown to nobody, and so need not be held of a text that is full of it.
    #[must_use]
    pub fn with_min_confidence(mut self, least: Confidence) -> Self {
        self.keep.least = least;
        self
    }

    /// The same with another model, as it is while one is trained.
    #[must_use]
    pub fn with_model(self, model: Model) -> Self {
        Self { model: Some(model), ..self }
    }

    /// The rules in force.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        self.rules.rules()
    }

    /// All evidence in `text`, in ascending order of place. Only what stands in the same member of an archive may
    /// overlap.
    #[must_use]
    pub fn find_evidence(&self, text: &[u8]) -> Vec<Evidence> {
        self.scan(text).evidence
    }

    /// All evidence in a text, and what of the text could not be searched.
    #[must_use]
    pub fn scan(&self, text: &[u8]) -> ScanResult {
        if archive::is_archive(text) {
            return self.told(text, self.everything(text, &mut UnpackBudget::for_file(text.len())));
        }
        let mut gathered = self.plain(text);
        self.coated(text, &(0..text.len()), None, &mut |_, coated| gathered.add(coated, &self.keep));
        self.told(text, gathered)
    }

    /// The candidates of a text that stand in it as they are, in no order, some of them overlapping.
    fn plain(&self, text: &[u8]) -> CandidateSet {
        let mut gathered = CandidateSet::default();
        let _ = self.prefilter.search(text, &(0..text.len()), |start, anchor| {
            gathered.push(self.candidate(text, start, anchor), &self.keep);
            ControlFlow::Continue(())
        });
        gathered
    }

    /// Whether a text holds an anchor that matches as it is written, so that there may be a provider's token.
    #[must_use]
    pub fn may_contain_token(&self, text: &[u8]) -> bool {
        self.prefilter.has_exact(text)
    }

    /// Tries the rules of an anchor in order: the first that finds something there is the one. They see
    /// nothing but the window around it.
    fn candidate(&self, text: &[u8], start: usize, anchor: u16) -> Option<Candidate> {
        let anchor = self.prefilter.anchor(anchor);
        let end = start + anchor.len();
        let seen = |reach: usize| {
            let window = Self::window(reach, start, end, text.len());
            (window.start, &text[window.clone()], start - window.start..end - window.start)
        };
        let found = anchor.rules.iter().find_map(|&rule| {
            let (from, window, place) = seen(self.rules.rules()[rule].reach);
            Some(self.try_rule(rule, window, &place)?.moved(from))
        });
        if anchor.is_word() || found.as_ref().is_some_and(|found| found.features.tier > Tier::Short) {
            return found;
        }
        let (from, window, place) = seen(anchor.reach);
        self.in_pieces(window, &anchor.rules, &place).map(|whole| whole.moved(from)).or(found)
    }

    /// What a rule sees of a text of some length around an anchor.
    fn window(reach: usize, start: usize, end: usize, length: usize) -> Range<usize> {
        start.saturating_sub(reach + EDGE)..length.min(end + reach + EDGE)
    }

    fn try_rule(&self, index: usize, text: &[u8], anchor: &Range<usize>) -> Option<Candidate> {
        let rule = &self.rules.rules()[index];
        let compiled = &self.compiled[index];
        match &rule.matcher {
            Matcher::Prefixed { prefix, shape } => {
                let prefix = expression(&compiled.main, prefix, true)?;
                let structure = shape
                    .structure
                    .as_ref()
                    .and_then(|(text, _)| expression(&compiled.structure, text, true));
                crate::detect::matcher::prefixed::find(
                    &crate::detect::matcher::prefixed::Parts { rule: index, prefix, structure, shape },
                    text,
                    anchor,
                )
            }
            Matcher::Generic(_) => assignment::find(&self.generic(index)?, || self.model(), text, anchor),
            Matcher::Pattern(shaped) => {
                let main = compiled.main.get_or_init(|| compile(&shaped.expression())).as_ref()?;
                let parts = crate::detect::matcher::pattern::Parts {
                    rule: index,
                    main,
                    shaped,
                    anchors: &rule.anchors,
                };
                crate::detect::matcher::pattern::find(&parts, text, anchor, rule.reach)
            }
        }
    }

    /// A rule for values without a shape, made ready.
    fn generic(&self, index: usize) -> Option<assignment::AssignmentRule<'_>> {
        let Matcher::Generic(rule) = &self.rules.rules()[index].matcher else { return None };
        Some(assignment::AssignmentRule {
            rule: index,
            syntax: rule.syntax,
            mask_head: rule.mask_head,
            excluded_names: &rule.excluded_names,
            excluded_last_words: &rule.excluded_last_words,
            public_prefixes: &rule.public_prefixes,
            token_prefixes: &self.tokens,
        })
    }

    fn model(&self) -> &Model {
        self.model.as_ref().unwrap_or_else(|| Model::builtin())
    }

    /// All places of a text that the model is asked about, with what it sees there: what a model is trained on.
    #[must_use]
    pub fn scored_values(&self, text: &[u8]) -> Vec<ScoredValue> {
        let mut found = Vec::new();
        let _ = self.prefilter.search(text, &(0..text.len()), |start, number| {
            let anchor = self.prefilter.anchor(number);
            let end = start + anchor.len();
            found.extend(anchor.rules.iter().find_map(|&rule| {
                let parts = self.generic(rule)?;
                let window = Self::window(self.rules.rules()[rule].reach, start, end, text.len());
                let place = start - window.start..end - window.start;
                let mut seen = assignment::features_at(&parts, self.model(), &text[window.clone()], &place)?;
                seen.span = seen.span.start + window.start..seen.span.end + window.start;
                Some(seen)
            }));
            ControlFlow::Continue(())
        });
        found.sort_by_key(|seen| (seen.span.start, seen.rule));
        found.dedup_by(|one, other| one.span == other.span);
        found
    }

    /// Each part of the verdict on a value without a shape: in words, and what it adds to the logarithm of the
    /// odds, the weightiest first. Nothing where a form decided.
    #[must_use]
    pub fn explain_score(&self, evidence: &Evidence) -> Vec<(String, f32)> {
        evidence.features.model_score.as_ref().map_or_else(Vec::new, |opinion| self.model().explain(opinion))
    }

    /// The same of a place that the model was asked about, whatever came of it.
    #[must_use]
    pub fn feature_weights(&self, seen: &ScoredValue) -> Vec<(String, f32)> {
        self.model().explain_features(&seen.features)
    }

    /// From which sums on the model's verdict is low, medium and high.
    #[must_use]
    pub fn score_thresholds(&self) -> [f32; 3] {
        self.model().thresholds()
    }

    fn told(&self, text: &[u8], gathered: CandidateSet) -> ScanResult {
        let gathered = gathered.closed(&self.keep);
        let candidates = self.settled(text, gathered.found);
        let places = Positions::of(text, &candidates);
        let found = together(candidates.iter().flat_map(Candidate::spans));
        let told = candidates.into_iter().map(|candidate| {
            let mut evidence = candidate.into_evidence(
                text,
                &found,
                |place| places.at(place),
                self.rules.known_test_values(),
            );
            if let Some(opinion) = &mut evidence.features.model_score {
                opinion.reasons = self.model().reasons(opinion);
            }
            evidence
        });
        ScanResult { evidence: told.collect(), skipped: gathered.skipped }
    }
}

/// What there is in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanResult {
    /// What was found, in ascending order of place.
    pub evidence: Vec<Evidence>,
    /// What could not be searched.
    pub skipped: Vec<Skipped>,
}

/// What a rule sees besides its reach, in bytes on each side: what stands beside a value decides whether it is
/// whole.
const EDGE: usize = 16;

/// Compiles an expression on first need, in ASCII mode (Unicode classes cost a hundred times the time and
/// match nothing that a token holds). The pack's own test compiles every expression, so `None` is the answer
/// only for a rule that no test has seen.
fn expression<'c>(cell: &'c OnceLock<Option<Regex>>, text: &str, anchored: bool) -> Option<&'c Regex> {
    cell.get_or_init(|| {
        let text = if anchored { format!("^(?:{text})") } else { text.to_owned() };
        compile(&text)
    })
    .as_ref()
}

fn compile(text: &str) -> Option<Regex> {
    RegexBuilder::new(text).unicode(false).size_limit(1 << 21).build().ok()
}

/// Of candidates that overlap, keeps the one whose rule stands first in the pack (a provider's before a
/// generic one), and of those that begin at one place the one that is more of a token, under fewer coats.
fn specific_only(mut found: Vec<Candidate>) -> Vec<Candidate> {
    found.sort_by(|one, other| one.order().cmp(&other.order()));
    let mut kept: Vec<Candidate> = Vec::with_capacity(found.len());
    for candidate in found {
        match kept.last() {
            Some(last) if last.span.end > candidate.span.start => {
                if candidate.rule < last.rule {
                    kept.pop();
                    kept.push(candidate);
                }
            }
            _ => kept.push(candidate),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(rule: usize, span: std::ops::Range<usize>) -> Candidate {
        Candidate::sample(rule, span)
    }

    #[test]
    fn of_overlapping_candidates_the_more_specific_stays() {
        let kept = specific_only(vec![candidate(3, 0..10), candidate(1, 4..9), candidate(3, 20..30)]);
        let kept: Vec<_> = kept.iter().map(|candidate| (candidate.rule, candidate.span.clone())).collect();
        assert_eq!(kept, [(1, 4..9), (3, 20..30)]);
    }

    #[test]
    fn what_is_found_beside_another_secret_is_masked_there_too() {
        let detector = Detector::new(RuleSet::builtin());
        let body =
            "q7Lm2ZxV9tRbK4wPnYc8HsDf3GjU6aEoXi5NvTrBk1Zk8pWmQ2vXr7LtYb4NcHsGf9DjU3aEoVi6TnRqBx5K2Wm9P";
        let key = format!("{}{body}AA", ["sk-", "ant-", "api03-"].concat());
        let (typed, number) = ("Kx9$vB", "48291736");
        let pieces = key.as_bytes().chunks(12).map(|piece| std::str::from_utf8(piece).unwrap());
        let pieces = pieces.collect::<Vec<_>>().join("\" \"");
        for (text, secret) in [
            (format!("password = \"{typed}\"; k=\"{key}\""), typed),
            (format!("k=\"{key}\"; password = \"{typed}\""), typed),
            (format!("machine h login u password {number} {key}\n"), number),
            (format!("a = \"{pieces}\"; password = \"{typed}7p\""), "9tRbK4wP"),
        ] {
            let found = detector.find_evidence(text.as_bytes());
            assert!(found.len() > 1, "{text}");
            assert!(found.iter().all(|found| !found.snippet.line.contains(secret)), "{found:?}");
        }
    }

    #[test]
    fn what_a_model_is_asked_about_has_its_place_and_its_weights() {
        let table = "bias\t-1\nlow\t-5\nmedium\t0\nhigh\t1\nname-alone:password\t0.5\n";
        let detector =
            Detector::new(RuleSet::builtin()).with_model(Model::new(table, Dictionary::new("", "")).unwrap());
        let value = "kX9pQ2vR7tLm";
        let text = format!("{}\npassword = \"{value}\"\n", "x ".repeat(600));
        let seen = detector.scored_values(text.as_bytes());
        let [seen] = &seen[..] else { panic!("{seen:?}") };
        assert_eq!(&text[seen.span.clone()], value);
        let weighed = detector.feature_weights(seen);
        let weighed: Vec<_> = weighed.iter().map(|(words, weight)| (words.as_str(), *weight)).collect();
        let expected =
            [("the whole name is `password`", 0.5), ("the same for every value (intercept)", -1.0)];
        assert_eq!(weighed, expected);
        assert_eq!(format!("{:?}", detector.score_thresholds()), "[-5.0, 0.0, 1.0]");
        let found = detector.find_evidence(text.as_bytes());
        let opinion = found[0].features.model_score.as_ref().unwrap();
        assert_eq!((opinion.confidence, opinion.sum), (Confidence::Low, -0.5));
        assert_eq!(detector.explain_score(&found[0]), detector.feature_weights(seen));
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_give_ordered_evidence_inside_the_text(
            parts in proptest::collection::vec(proptest::prop_oneof![
                proptest::collection::vec(proptest::num::u8::ANY, 0..60),
                "[a-zA-Z0-9_-]{0,120}".prop_map(String::into_bytes),
                "(sk-ant-|api03-|secret = |password: \"|\n|skant:allow )".prop_map(String::into_bytes),
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
