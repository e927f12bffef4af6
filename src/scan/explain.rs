//! One text, and all that is made of it: for people who ask why.

use std::collections::BTreeMap;

use crate::assess::{Assessment, assess};
use crate::detect::Evidence;
use crate::finding::Confidence;
use crate::policy::suppress::{SuppressionQuery, SuppressionResult, find_suppression};
use crate::scan::group::{GroupKey, most_confident, together};
use crate::scan::{Engine, Suppressions};
use crate::secret::Fingerprint;
use crate::text::Position;

/// A piece of evidence, and what became of it.
pub struct Explained {
    /// What was found.
    pub evidence: Evidence,
    /// The value's name.
    pub fingerprint: Fingerprint,
    /// How sure it is by itself, and why.
    pub verdict: Assessment,
    /// How sure it is as a finding: the surest place of a value speaks for all of them. `None` for a placeholder.
    pub confidence: Option<Confidence>,
    /// Where the value stands more surely, if it does.
    pub surer: Option<Position>,
    /// What suppresses it, and what does not.
    pub ruling: SuppressionResult,
    /// Whether it is reported at these settings.
    pub is_reported: bool,
}

/// The judgement that speaks for a value.
#[derive(Clone, Copy)]
struct Best {
    rule: usize,
    confidence: Confidence,
    at: Position,
}

impl Engine {
    /// All evidence in a text, placeholders included, each with what becomes of it. `path` is empty where there is
    /// none.
    #[must_use]
    pub fn explain(&self, text: &[u8], path: &[u8]) -> Vec<Explained> {
        let shown = self.shown_path(path);
        let found = self.detect(text, || shown.clone()).unwrap_or_default();
        let at = (!path.is_empty()).then_some(path);
        let judged: Vec<(Evidence, Assessment)> = found
            .into_iter()
            .map(|evidence| {
                let verdict = assess(&evidence, at, self.policy.now);
                (evidence, verdict)
            })
            .collect();
        let best = speaking(&judged, path);
        let explained = judged.into_iter().map(|(evidence, verdict)| {
            let best = verdict.confidence.and_then(|_| best.get(&together(&evidence, path)).copied());
            self.explained(evidence, verdict, best, (path, &shown))
        });
        explained.collect()
    }

    fn explained(
        &self,
        evidence: Evidence,
        verdict: Assessment,
        best: Option<Best>,
        (path, shown): (&[u8], &str),
    ) -> Explained {
        let fingerprint = self.fingerprint(&evidence, shown);
        let ruling = match (self.policy.suppressions, best) {
            (Suppressions::Count, Some(best)) => {
                let subject = SuppressionQuery {
                    rule: &self.detector.rules()[best.rule],
                    confidence: best.confidence,
                    fingerprint: &fingerprint,
                    path,
                    commit: None,
                    line: evidence.start.line,
                    comments: &evidence.inline_comments,
                };
                find_suppression(&subject, &self.record, self.policy.comments, self.policy.today)
            }
            _ => SuppressionResult::default(),
        };
        let confidence = best.map(|best| best.confidence);
        let is_reported = confidence.is_some_and(|confidence| confidence >= self.policy.min_confidence)
            && ruling.suppression.is_none();
        let surer = best.filter(|best| Some(best.confidence) > verdict.confidence).map(|best| best.at);
        Explained { evidence, fingerprint, verdict, confidence, surer, ruling, is_reported }
    }
}

fn speaking(judged: &[(Evidence, Assessment)], path: &[u8]) -> BTreeMap<GroupKey, Best> {
    let mut groups: BTreeMap<GroupKey, Vec<Best>> = BTreeMap::new();
    for (evidence, verdict) in judged {
        if let Some(confidence) = verdict.confidence {
            let best = Best { rule: evidence.rule, confidence, at: evidence.start };
            groups.entry(together(evidence, path)).or_default().push(best);
        }
    }
    let best = |group: Vec<Best>| {
        most_confident(group.iter().map(|best| (best.confidence, best.rule)))
            .map(|most_confident| group[most_confident])
    };
    groups.into_iter().filter_map(|(key, group)| Some((key, best(group)?))).collect()
}
