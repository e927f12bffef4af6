//! Candidates on their way to be evidence, and no more of them than memory has room for.

use crate::decode::archive::FaultKind;
use crate::detect::candidate::Candidate;
use crate::detect::evidence::Tier;
use crate::finding::Confidence;
use crate::rules::Rule;

/// Something in a text that was not searched, or not all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Why.
    pub kind: FaultKind,
    /// The same in words.
    pub message: &'static str,
    /// Where, from the outermost archive on: `zip:inner.zip`, `zip:config.env`. The first, if there are several.
    pub within: Vec<String>,
    /// How many there are in this text for the same reason.
    pub count: usize,
}

impl Skipped {
    /// What is said of a text with more candidates than are kept.
    const CROWDED: &'static str = "it holds more than 65536 values that look like secrets";

    /// Whether it is that there are more candidates than are kept.
    #[must_use]
    pub fn is_over_limit(&self) -> bool {
        self.message == Self::CROWDED
    }
}

/// Which candidates are kept where there are many of them. A text can be made of nothing else, and each takes more
/// memory than it is long.
pub(crate) struct RetentionLimits {
    /// So many are kept of one text at most, those that stand first. Up to twice as many are held at a time.
    pub(crate) most: usize,
    /// What is less sure is seen by nobody.
    pub(crate) least: Confidence,
    /// By rule, whether what it finds may belong to something else: what is seen of it hangs on that, too.
    halves: Vec<bool>,
}

impl RetentionLimits {
    /// What [`Skipped::CROWDED`] says.
    const MOST: usize = 1 << 16;

    pub(crate) fn new(rules: &[Rule]) -> Self {
        let named: Vec<&str> = rules.iter().filter_map(|rule| rule.pair.as_ref()?.rule.as_deref()).collect();
        let is_half = |rule: &Rule| rule.pair.is_some() || named.contains(&&*rule.id);
        Self { most: Self::MOST, least: Confidence::Low, halves: rules.iter().map(is_half).collect() }
    }

    /// Whether anybody may see what comes of a candidate.
    fn is_worth(&self, candidate: &Candidate) -> bool {
        let features = &candidate.features;
        let is_sure = match (features.tier, &features.model_score) {
            (Tier::Assigned, Some(opinion)) => opinion.confidence >= self.least,
            (Tier::Short, _) => self.least == Confidence::Low || features.check.is_some(),
            _ => true,
        };
        candidate.placeholder.is_none()
            && (is_sure || self.halves.get(candidate.rule).is_some_and(|half| *half))
    }
}

/// What was found in a text, and what could not be searched.
#[derive(Default)]
pub(crate) struct CandidateSet {
    pub(crate) found: Vec<Candidate>,
    pub(crate) skipped: Vec<Skipped>,
    /// Whether there were so many candidates that only those are kept that somebody may see.
    is_thinned: bool,
}

impl CandidateSet {
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty() && self.skipped.is_empty()
    }

    /// Adds candidates. What is kept in the end hangs on which there are, and not on the order in which they come.
    pub(crate) fn push(&mut self, candidates: impl IntoIterator<Item = Candidate>, keep: &RetentionLimits) {
        for candidate in candidates {
            self.found.push(candidate);
            if self.found.len() >= 2 * keep.most {
                self.thin(keep);
            }
        }
    }

    pub(crate) fn add(&mut self, other: Self, keep: &RetentionLimits) {
        self.push(other.found, keep);
        self.is_thinned |= other.is_thinned;
        other.skipped.into_iter().for_each(|unread| self.not_read(unread));
    }

    /// What is kept when all have come.
    pub(crate) fn closed(mut self, keep: &RetentionLimits) -> Self {
        if self.is_thinned {
            self.thin(keep);
        }
        self
    }

    fn thin(&mut self, keep: &RetentionLimits) {
        self.is_thinned = true;
        self.found.retain(|candidate| keep.is_worth(candidate));
        // Two words of one name find the same value. In compressed members different ones stand at one place.
        self.found.sort_by(|one, other| place(one).cmp(&place(other)).then(one.order().cmp(&other.order())));
        self.found.dedup_by(|other, first| place(other) == place(first));
        if self.found.len() > keep.most {
            self.found.select_nth_unstable_by(keep.most, |one, other| one.order().cmp(&other.order()));
            self.found.truncate(keep.most);
            let what = Skipped::CROWDED;
            self.not_read(Skipped { kind: FaultKind::Budget, message: what, within: Vec::new(), count: 1 });
        }
    }

    /// The same, seen from what holds it.
    pub(crate) fn seen(self, change: impl FnMut(Candidate) -> Candidate, label: &str) -> Self {
        let mut outer = Self { found: self.found.into_iter().map(change).collect(), ..Self::default() };
        outer.is_thinned = self.is_thinned;
        for mut unread in self.skipped {
            unread.within.insert(0, label.to_owned());
            outer.not_read(unread);
        }
        outer
    }

    /// One reason is told once, however many members it is about.
    pub(crate) fn not_read(&mut self, unread: Skipped) {
        match self
            .skipped
            .iter_mut()
            .find(|known| (known.kind, known.message) == (unread.kind, unread.message))
        {
            // There it is no number of places.
            Some(known) if known.is_over_limit() => {}
            Some(known) => known.count += unread.count,
            None => self.skipped.push(unread),
        }
    }
}

/// What two candidates for one value have in common.
fn place(candidate: &Candidate) -> impl Ord + '_ {
    let coated = candidate.encoded.as_deref().map(|coated| &coated.value);
    (candidate.span.start, candidate.span.end, coated)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::detect::{Detector, Evidence, ScanResult};
    use crate::rules::RuleSet;
    use testkit::archives::{stored, zip};

    /// Room for eight.
    fn detector(least: Confidence) -> Detector {
        let mut detector = Detector::new(RuleSet::builtin()).with_min_confidence(least);
        detector.keep.most = 8;
        detector
    }

    fn line(value: &str) -> String {
        format!("api_key = \"{value}\"\n")
    }

    fn secret(number: usize) -> String {
        line(&format!("k8Gq2ZpX7wLm4RtVb9Nc{number:02}"))
    }

    fn lines(made: impl Fn(usize) -> String, count: usize) -> String {
        (0..count).map(made).collect()
    }

    /// The same whether it is looked at once or by what was carried.
    fn look(detector: &Detector, text: &str) -> ScanResult {
        let looked = detector.scan(text.as_bytes());
        assert!(detector.scan_from_state(text.as_bytes(), &detector.scan_state(text.as_bytes())) == looked);
        looked
    }

    fn at(found: &[Evidence]) -> Vec<usize> {
        found.iter().map(|evidence| evidence.start.line).collect()
    }

    #[test]
    fn what_there_is_room_for_is_told_and_of_more_the_first_and_that_there_is_more() {
        let detector = detector(Confidence::Low);
        for count in [1, 7, 8] {
            let few = look(&detector, &lines(secret, count));
            assert_eq!((few.evidence.len(), few.skipped), (count, Vec::new()));
        }
        for count in [16, 17, 40] {
            let many = look(&detector, &lines(secret, count));
            assert_eq!(at(&many.evidence), [1, 2, 3, 4, 5, 6, 7, 8], "{count}");
            let [unread] = &many.skipped[..] else { panic!("{:?}", many.skipped) };
            assert_eq!((unread.kind, unread.message, unread.count), (FaultKind::Budget, Skipped::CROWDED, 1));
        }
    }

    #[test]
    fn what_is_said_has_the_right_number() {
        assert!(Skipped::CROWDED.contains(&format!(" {} ", RetentionLimits::MOST)));
    }

    #[test]
    fn what_nobody_sees_takes_no_room() {
        let masked = |_| line("xxxxxxxxxxxxxxxxxxxx");
        // A word that comes to everybody's mind.
        let doubtful = |_| format!("{}=hunter2\n", "password");
        for (least, made, told) in [
            (Confidence::Low, &masked as &dyn Fn(usize) -> String, true),
            (Confidence::Medium, &doubtful, true),
            (Confidence::Low, &doubtful, false),
        ] {
            let text = lines(made, 40) + &lines(secret, 3);
            let found = look(&detector(least), &text);
            if told {
                assert_eq!((at(&found.evidence), found.skipped), (vec![41, 42, 43], Vec::new()));
            } else {
                assert_eq!(found.skipped.len(), 1, "{:?}", at(&found.evidence));
            }
        }
    }

    #[test]
    fn coats_and_archives_share_the_room() {
        let detector = detector(Confidence::Low);
        let coated = |number| format!("data: {}\n", STANDARD.encode(lines(secret, 3) + &secret(number)));
        let looked = look(&detector, &lines(coated, 12));
        assert_eq!(looked.evidence.len(), 8);
        assert_eq!(looked.skipped.len(), 1);
        let member = lines(secret, 20);
        let looked = detector.scan(&zip(&[stored("a", member.as_bytes()), stored("b", member.as_bytes())]));
        // What is stored as it is was seen in the archive and in its member: it took room twice.
        assert_eq!(looked.evidence.len(), 4);
        assert!(looked.skipped.iter().any(|unread| unread.is_over_limit() && unread.count == 1));
    }
}
