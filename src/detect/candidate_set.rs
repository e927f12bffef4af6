//! The set of candidates of one text, with a limit on their number, and the parts of the text that were not searched.
//! Overlaps and pairs are resolved elsewhere.

use crate::decode::archive::FaultKind;
use crate::detect::candidate::Candidate;
use crate::detect::evidence::Tier;
use crate::finding::Confidence;
use crate::rules::Rule;

/// A part of a text that was not searched, or not completely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The kind of reason.
    pub kind: FaultKind,
    /// The reason as text.
    pub message: &'static str,
    /// The archives and members around it, outermost first: `zip:inner.zip`, `zip:config.env`. If the reason
    /// applies to several members, this is the first one.
    pub within: Vec<String>,
    /// The number of members of this text that the reason applies to.
    pub count: usize,
}

impl Skipped {
    /// The message for a text with more candidates than [`RetentionLimits::MAX_COUNT`].
    const OVER_LIMIT: &'static str = "more than 65536 values look like secrets";

    /// Returns whether the reason is that the text has more candidates than are kept.
    #[must_use]
    pub fn is_over_limit(&self) -> bool {
        self.message == Self::OVER_LIMIT
    }
}

/// The limits on the candidates that are kept. A text can consist of nothing but candidates, and each takes more
/// memory than the text that it was found in.
pub(crate) struct RetentionLimits {
    /// The maximum number of candidates of one text. The first ones are kept. Up to twice as many are in memory.
    max_count: usize,
    /// The least confidence that a report shows.
    min_confidence: Confidence,
    /// For each rule, whether its matches can be a part of a credential pair. They are kept whatever their
    /// confidence, since pairing may raise it.
    may_be_paired: Vec<bool>,
}

impl RetentionLimits {
    const MAX_COUNT: usize = 1 << 16;

    pub(crate) fn new(rules: &[Rule]) -> Self {
        let companions: Vec<&str> =
            rules.iter().filter_map(|rule| rule.pair.as_ref()?.rule.as_deref()).collect();
        let may_be_paired = |rule: &Rule| rule.pair.is_some() || companions.contains(&&*rule.id);
        Self {
            max_count: Self::MAX_COUNT,
            min_confidence: Confidence::Low,
            may_be_paired: rules.iter().map(may_be_paired).collect(),
        }
    }

    pub(crate) const fn set_min_confidence(&mut self, min_confidence: Confidence) {
        self.min_confidence = min_confidence;
    }

    #[cfg(test)]
    pub(crate) const fn set_max_count(&mut self, max_count: usize) {
        self.max_count = max_count;
    }

    /// Returns whether a report may show a candidate.
    fn may_be_reported(&self, candidate: &Candidate) -> bool {
        let features = &candidate.features;
        let is_confident = match (features.tier, &features.model_score) {
            (Tier::Assigned, Some(score)) => score.confidence >= self.min_confidence,
            (Tier::Indirect, _) => self.min_confidence == Confidence::Low,
            (Tier::Short, _) => self.min_confidence == Confidence::Low || features.check.is_some(),
            _ => true,
        };
        candidate.placeholder.is_none()
            && (is_confident || self.may_be_paired.get(candidate.rule).is_some_and(|may| *may))
    }
}

/// The candidates of a text and its skipped parts.
#[derive(Default)]
pub(crate) struct CandidateSet {
    candidates: Vec<Candidate>,
    skipped: Vec<Skipped>,
    /// Whether there were too many candidates, so that those which no report shows were dropped.
    is_thinned: bool,
    /// The start of the last candidate, if there are as many as are kept. None that begins after it will be kept.
    last_start: Option<usize>,
}

impl CandidateSet {
    pub(crate) fn is_empty(&self) -> bool {
        self.candidates.is_empty() && self.skipped.is_empty()
    }

    /// Returns whether no candidate that begins at `start` or after it will be kept, so that nobody has to look for any.
    /// This holds until candidates are resolved, which makes room.
    pub(crate) fn is_full_before(&self, start: usize) -> bool {
        self.last_start.is_some_and(|last| last < start)
    }

    /// Adds candidates. The candidates that are kept in the end do not depend on the order in which they are added.
    pub(crate) fn push(&mut self, candidates: impl IntoIterator<Item = Candidate>, limits: &RetentionLimits) {
        for mut candidate in candidates {
            self.candidates.append(&mut candidate.more);
            self.candidates.push(candidate);
            if self.candidates.len() >= 2 * limits.max_count {
                self.thin(limits);
            }
        }
    }

    /// Adds the candidates and skipped parts of another set.
    pub(crate) fn add(&mut self, other: Self, limits: &RetentionLimits) {
        self.push(other.candidates, limits);
        self.is_thinned |= other.is_thinned;
        other.skipped.into_iter().for_each(|skipped| self.add_skipped(skipped));
    }

    /// Adds a skipped part. Each reason is listed once, with the number of members that it applies to.
    pub(crate) fn add_skipped(&mut self, skipped: Skipped) {
        let is_same = |known: &&mut Skipped| (known.kind, known.message) == (skipped.kind, skipped.message);
        match self.skipped.iter_mut().find(is_same) {
            // This reason applies to the whole text, so there is nothing to count.
            Some(known) if known.is_over_limit() => {}
            Some(known) => known.count += skipped.count,
            None => self.skipped.push(skipped),
        }
    }

    /// Returns whether a part exceeded the unpack budget or the number of candidates.
    pub(crate) fn exceeds_budget(&self) -> bool {
        self.skipped.iter().any(|skipped| skipped.kind == FaultKind::Budget)
    }

    /// Removes the skipped parts for which `keep` returns false.
    pub(crate) fn retain_skipped(&mut self, keep: impl FnMut(&Skipped) -> bool) {
        self.skipped.retain(keep);
    }

    /// Replaces all candidates by those that `resolve` returns.
    pub(crate) fn map_candidates(mut self, resolve: impl FnOnce(Vec<Candidate>) -> Vec<Candidate>) -> Self {
        self.candidates = resolve(self.candidates);
        self.last_start = None;
        self
    }

    /// Returns the set as a part of an outer text. `label` names the encoding or the archive member, and `to_outer`
    /// maps each candidate.
    pub(crate) fn nested_in(self, label: &str, to_outer: impl FnMut(Candidate) -> Candidate) -> Self {
        let candidates = self.candidates.into_iter().map(to_outer).collect();
        let mut outer = Self { candidates, is_thinned: self.is_thinned, ..Self::default() };
        for mut skipped in self.skipped {
            skipped.within.insert(0, label.to_owned());
            outer.add_skipped(skipped);
        }
        outer
    }

    /// Returns the candidates that are kept, and the skipped parts. Called when all candidates have been added.
    pub(crate) fn finish(mut self, limits: &RetentionLimits) -> (Vec<Candidate>, Vec<Skipped>) {
        if self.is_thinned {
            self.thin(limits);
        }
        (self.candidates, self.skipped)
    }

    fn thin(&mut self, limits: &RetentionLimits) {
        self.is_thinned = true;
        self.candidates.retain(|candidate| limits.may_be_reported(candidate));
        // Two words of one name find the same value. In compressed members, different values have the same span.
        self.candidates.sort_by(|one, other| {
            identity(one).cmp(&identity(other)).then(one.precedence().cmp(&other.precedence()))
        });
        self.candidates.dedup_by(|other, first| identity(other) == identity(first));
        if self.candidates.len() > limits.max_count {
            self.candidates.select_nth_unstable_by(limits.max_count, |one, other| {
                one.precedence().cmp(&other.precedence())
            });
            self.candidates.truncate(limits.max_count);
            self.last_start = self.candidates.iter().map(|candidate| candidate.span.start).max();
            let message = Skipped::OVER_LIMIT;
            self.add_skipped(Skipped { kind: FaultKind::Budget, message, within: Vec::new(), count: 1 });
        }
    }
}

/// Returns the span and the nested value, which are equal for two candidates of one value.
fn identity(candidate: &Candidate) -> impl Ord + '_ {
    let value = candidate.nested.as_deref().map(|nested| &nested.value);
    (candidate.span.start, candidate.span.end, value)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::detect::{Detector, Evidence, ScanResult};
    use crate::rules::RuleSet;
    use testkit::archives::{stored, zip};

    const MAX_COUNT: usize = 8;

    fn detector(min_confidence: Confidence) -> Detector {
        let detector = Detector::new(RuleSet::builtin()).with_min_confidence(min_confidence);
        detector.with_max_candidates(MAX_COUNT)
    }

    fn line(value: &str) -> String {
        format!("api_key = \"{value}\"\n")
    }

    fn secret(number: usize) -> String {
        line(&format!("k8Gq2ZpX7wLm4RtVb9Nc{number:02}"))
    }

    fn lines(make: impl Fn(usize) -> String, count: usize) -> String {
        (0..count).map(make).collect()
    }

    /// Scans a text, and checks that a scan from its state gives the same.
    fn scan(detector: &Detector, text: &str) -> ScanResult {
        let result = detector.scan(text.as_bytes());
        assert!(detector.scan_from_state(text.as_bytes(), &detector.scan_state(text.as_bytes())) == result);
        result
    }

    fn at(found: &[Evidence]) -> Vec<usize> {
        found.iter().map(|evidence| evidence.start.line).collect()
    }

    #[test]
    fn candidates_up_to_the_limit_are_kept_and_beyond_it_the_first_ones() {
        let detector = detector(Confidence::Low);
        for count in [1, 7, 8] {
            let few = scan(&detector, &lines(secret, count));
            assert_eq!((few.evidence.len(), few.skipped), (count, Vec::new()));
        }
        for count in [16, 17, 40] {
            let many = scan(&detector, &lines(secret, count));
            assert_eq!(at(&many.evidence), [1, 2, 3, 4, 5, 6, 7, 8], "{count}");
            let [skipped] = &many.skipped[..] else { panic!("{:?}", many.skipped) };
            assert_eq!(
                (skipped.kind, skipped.message, skipped.count),
                (FaultKind::Budget, Skipped::OVER_LIMIT, 1)
            );
        }
    }

    #[test]
    fn the_message_names_the_limit() {
        assert!(Skipped::OVER_LIMIT.contains(&format!(" {} ", RetentionLimits::MAX_COUNT)));
    }

    #[test]
    fn candidates_that_no_report_shows_do_not_count_toward_the_limit() {
        let placeholder = |_| line("xxxxxxxxxxxxxxxxxxxx");
        // A common password.
        let weak = |_| format!("{}=hunter2\n", "password");
        for (min_confidence, make, is_complete) in [
            (Confidence::Low, &placeholder as &dyn Fn(usize) -> String, true),
            (Confidence::Medium, &weak, true),
            (Confidence::Low, &weak, false),
        ] {
            let text = lines(make, 40) + &lines(secret, 3);
            let found = scan(&detector(min_confidence), &text);
            if is_complete {
                assert_eq!((at(&found.evidence), found.skipped), (vec![41, 42, 43], Vec::new()));
            } else {
                assert_eq!(found.skipped.len(), 1, "{:?}", at(&found.evidence));
            }
        }
    }

    #[test]
    fn encodings_and_archives_share_the_limit() {
        let detector = detector(Confidence::Low);
        let encoded = |number| format!("data: {}\n", STANDARD.encode(lines(secret, 3) + &secret(number)));
        let result = scan(&detector, &lines(encoded, 12));
        assert_eq!(result.evidence.len(), 8);
        assert_eq!(result.skipped.len(), 1);
        let member = lines(secret, 20);
        let result = detector.scan(&zip(&[stored("a", member.as_bytes()), stored("b", member.as_bytes())]));
        // A value without compression is found in the archive and in its member, so it counts twice.
        assert_eq!(result.evidence.len(), 4);
        assert!(result.skipped.iter().any(|skipped| skipped.is_over_limit() && skipped.count == 1));
    }
}
