//! The rules and the policy that an assessment depends on, and the questions that depend on both.

use std::collections::HashSet;

use crate::assess::confidence::confidence_of;
use crate::detect::Evidence;
use crate::finding::Confidence;
use crate::policy::suppress::{SuppressionIndex, SuppressionQuery, SuppressionResult, find_suppression};
use crate::policy::{Policy, Suppressions};
use crate::rules::Rule;
use crate::secret::{Fingerprint, ValueId};

/// A piece of evidence with its confidence.
#[derive(Clone, Debug)]
pub(crate) struct RatedEvidence {
    pub(crate) evidence: Evidence,
    /// `None` for a placeholder.
    pub(crate) confidence: Option<Confidence>,
}

/// The rules and the policy by which evidence is assessed.
#[derive(Clone, Copy)]
pub(crate) struct Assessor<'a> {
    rules: &'a [Rule],
    policy: &'a Policy,
    suppressions: &'a SuppressionIndex,
}

impl<'a> Assessor<'a> {
    pub(crate) const fn new(
        rules: &'a [Rule],
        policy: &'a Policy,
        suppressions: &'a SuppressionIndex,
    ) -> Self {
        Self { rules, policy, suppressions }
    }

    pub(crate) const fn policy(&self) -> &'a Policy {
        self.policy
    }

    pub(crate) const fn suppressions(&self) -> &'a SuppressionIndex {
        self.suppressions
    }

    /// Returns the rule of a piece of evidence.
    pub(crate) fn rule(&self, evidence: &Evidence) -> &'a Rule {
        &self.rules[evidence.rule]
    }

    /// Returns the rule with an index.
    pub(crate) fn rule_at(&self, index: usize) -> &'a Rule {
        &self.rules[index]
    }

    /// Computes the confidence of a piece of evidence.
    pub(crate) fn rate(&self, evidence: Evidence) -> RatedEvidence {
        let confidence = confidence_of(&evidence, self.policy.now);
        RatedEvidence { evidence, confidence }
    }

    /// Computes the confidence of each piece of evidence.
    pub(crate) fn rate_all(&self, evidence: Vec<Evidence>) -> Vec<RatedEvidence> {
        evidence.into_iter().map(|evidence| self.rate(evidence)).collect()
    }

    /// Whether the policy reports a value because of this piece of evidence.
    pub(crate) fn is_reported(&self, rated: &RatedEvidence) -> bool {
        rated.confidence.is_some_and(|confidence| self.policy.is_reported(confidence))
    }

    /// Rates evidence, and drops what no report can show: a tree of files can hold more of it than memory.
    ///
    /// Entries are compared with everything that is not a placeholder, so with entries all of that remains. A strong
    /// value remains in any case: another file may hold it with more confidence.
    pub(crate) fn rate_and_retain(&self, found: Vec<Evidence>) -> Vec<RatedEvidence> {
        let min_confidence =
            if self.suppressions.entries().is_empty() { self.policy.min_confidence } else { Confidence::Low };
        let mut rated = self.rate_all(found);
        let retained: HashSet<ValueId> = rated
            .iter()
            .filter(|rated| rated.confidence >= Some(min_confidence))
            .map(|rated| rated.evidence.value)
            .collect();
        rated.retain(|RatedEvidence { evidence, .. }| {
            retained.contains(&evidence.value) || evidence.strong && evidence.placeholder.is_none()
        });
        rated
    }

    /// Returns the fingerprint of a value. The fingerprint of a weak value depends on its path.
    pub(crate) fn fingerprint(&self, evidence: &Evidence, shown_path: &str) -> Fingerprint {
        if evidence.strong {
            Fingerprint::strong(&evidence.value)
        } else {
            Fingerprint::weak(&evidence.value, shown_path, &self.policy.settings.fingerprint_key)
        }
    }

    /// Returns the suppression of one location, if the policy applies suppressions.
    pub(crate) fn find_suppression(&self, query: &SuppressionQuery<'_>) -> SuppressionResult {
        match self.policy.suppressions {
            Suppressions::Applied => {
                find_suppression(query, self.suppressions, self.policy.comments, self.policy.today)
            }
            Suppressions::Ignored => SuppressionResult::default(),
        }
    }
}
