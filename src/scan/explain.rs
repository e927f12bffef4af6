//! One text, and all that is made of it: for people who ask why.

use std::collections::BTreeMap;

use crate::assess::{Assessment, assess};
use crate::detect::Evidence;
use crate::finding::Confidence;
use crate::policy::Suppressions;
use crate::policy::suppress::{SuppressionQuery, SuppressionResult, find_suppression};
use crate::scan::Scanner;
use crate::scan::group::{GroupKey, most_confident, together};
use crate::secret::Fingerprint;
use crate::text::Position;

/// A piece of evidence, and what became of it.
pub struct ExplainedEvidence {
    /// What was found.
    pub evidence: Evidence,
    /// The value's name.
    pub fingerprint: Fingerprint,
    /// How sure it is by itself, and why.
    pub assessment: Assessment,
    /// How sure it is as a finding: the surest place of a value speaks for all of them. `None` for a placeholder.
    pub confidence: Option<Confidence>,
    /// Where the value stands more surely, if it does.
    pub more_confident_at: Option<Position>,
    /// What suppresses it, and what does not.
    pub suppression: SuppressionResult,
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

/// Implements [`Scanner::explain`].
pub(crate) fn explain(scanner: &Scanner, text: &[u8], path: &[u8]) -> Vec<ExplainedEvidence> {
    scanner.explain_evidence(text, path)
}

impl Scanner {
    fn explain_evidence(&self, text: &[u8], path: &[u8]) -> Vec<ExplainedEvidence> {
        let shown = self.shown_path(path);
        let found = self.search_name(text, || shown.clone()).unwrap_or_default();
        let at = (!path.is_empty()).then_some(path);
        let judged: Vec<(Evidence, Assessment)> = found
            .into_iter()
            .map(|evidence| {
                let assessment = assess(&evidence, at, self.policy().now);
                (evidence, assessment)
            })
            .collect();
        let best = speaking(&judged, path);
        let explained = judged.into_iter().map(|(evidence, assessment)| {
            let best = assessment.confidence.and_then(|_| best.get(&together(&evidence, path)).copied());
            self.explained(evidence, assessment, best, (path, &shown))
        });
        explained.collect()
    }

    fn explained(
        &self,
        evidence: Evidence,
        assessment: Assessment,
        best: Option<Best>,
        (path, shown): (&[u8], &str),
    ) -> ExplainedEvidence {
        let fingerprint = self.fingerprint(&evidence, shown);
        let suppression = match (self.policy().suppressions, best) {
            (Suppressions::Applied, Some(best)) => {
                let subject = SuppressionQuery {
                    rule: &self.detector().rules()[best.rule],
                    confidence: best.confidence,
                    fingerprint: &fingerprint,
                    path,
                    commit: None,
                    line: evidence.start.line,
                    comments: &evidence.inline_comments,
                };
                find_suppression(&subject, &self.suppressions(), self.policy().comments, self.policy().today)
            }
            _ => SuppressionResult::default(),
        };
        let confidence = best.map(|best| best.confidence);
        let is_reported = confidence.is_some_and(|confidence| confidence >= self.policy().min_confidence)
            && suppression.suppression.is_none();
        let more_confident_at =
            best.filter(|best| Some(best.confidence) > assessment.confidence).map(|best| best.at);
        ExplainedEvidence {
            evidence,
            fingerprint,
            assessment,
            confidence,
            more_confident_at,
            suppression,
            is_reported,
        }
    }
}

fn speaking(judged: &[(Evidence, Assessment)], path: &[u8]) -> BTreeMap<GroupKey, Best> {
    let mut groups: BTreeMap<GroupKey, Vec<Best>> = BTreeMap::new();
    for (evidence, assessment) in judged {
        if let Some(confidence) = assessment.confidence {
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
