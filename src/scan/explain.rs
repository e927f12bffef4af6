//! One text, and all that is made of it: for people who ask why.

use super::{Engine, Suppressions};
use crate::allow::{Ruling, Subject, rule_on};
use crate::detect::Evidence;
use crate::judge::{Verdict, judge};
use crate::secret::Fingerprint;

/// A piece of evidence, and what became of it.
pub struct Explained {
    /// What was found.
    pub evidence: Evidence,
    /// The value's name.
    pub fingerprint: Fingerprint,
    /// How sure it is, and why.
    pub verdict: Verdict,
    /// What suppresses it, and what does not.
    pub ruling: Ruling,
    /// Whether it is reported at these settings.
    pub is_reported: bool,
}

impl Engine {
    /// All evidence in a text, placeholders included, each with what becomes of it. `path` is empty where there is
    /// none.
    #[must_use]
    pub fn explain(&self, text: &[u8], path: &[u8]) -> Vec<Explained> {
        let shown = self.shown_path(path);
        let found = self.detect(text, || shown.clone()).unwrap_or_default();
        found.into_iter().map(|evidence| self.explained(evidence, path, &shown)).collect()
    }

    fn explained(&self, evidence: Evidence, path: &[u8], shown: &str) -> Explained {
        let verdict = judge(&evidence, (!path.is_empty()).then_some(path), self.policy.now);
        let fingerprint = self.fingerprint(&evidence, shown);
        let ruling = match (self.policy.suppressions, verdict.confidence) {
            (Suppressions::Count, Some(confidence)) => {
                let subject = Subject {
                    rule: &self.detector.rules()[evidence.rule],
                    confidence,
                    fingerprint: &fingerprint,
                    path,
                    commit: None,
                    line: evidence.start.line,
                    directives: &evidence.directives,
                };
                rule_on(&subject, &self.record, self.policy.comments, self.policy.today)
            }
            _ => Ruling::default(),
        };
        let least = self.policy.min_confidence;
        let is_reported =
            verdict.confidence.is_some_and(|confidence| confidence >= least) && ruling.reason.is_none();
        Explained { evidence, fingerprint, verdict, ruling, is_reported }
    }
}
