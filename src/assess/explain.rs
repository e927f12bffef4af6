//! The assessment of each piece of evidence in one text, with the reasons that the findings of a scan leave out.

use std::collections::BTreeMap;

use crate::assess::assessor::Assessor;
use crate::assess::confidence::{Assessment, assess};
use crate::assess::group::{GroupKey, group_key, most_confident};
use crate::assess::key_file;
use crate::assess::label;
use crate::detect::Evidence;
use crate::finding::{Confidence, LocationKind};
use crate::policy::suppress::{StandingVerdict, SuppressionQuery, SuppressionResult};
use crate::secret::Fingerprint;
use crate::text::Position;

/// A piece of evidence, and its way into the report or out of it.
pub struct ExplainedEvidence {
    pub evidence: Evidence,
    /// The fingerprint of the value.
    pub fingerprint: Fingerprint,
    /// The assessment of this piece of evidence alone.
    pub assessment: Assessment,
    /// The confidence of the finding: the highest among all pieces of evidence for the value. `None` for a placeholder.
    pub confidence: Option<Confidence>,
    /// The position of the evidence that gives the finding a higher confidence than this one does.
    pub more_confident_at: Option<Position>,
    /// The suppression, and the warnings about suppressions that do not apply.
    pub suppression: SuppressionResult,
    /// Whether a scan with this policy reports it.
    pub is_reported: bool,
}

/// The piece of evidence that represents a value.
#[derive(Clone, Copy)]
struct Representative {
    rule: usize,
    confidence: Confidence,
    start: Position,
}

/// Explains all evidence in one text. `path` is the raw path, empty if there is none; `shown_path` is its form in
/// reports.
pub(crate) fn explain_evidence(
    assessor: &Assessor<'_>,
    found: Vec<Evidence>,
    path: &[u8],
    shown_path: &str,
) -> Vec<ExplainedEvidence> {
    let known_path = (!path.is_empty()).then_some(path);
    let assessed: Vec<(Evidence, Assessment)> = found
        .into_iter()
        .filter(|evidence| {
            key_file::may_be_at(assessor.rule(evidence), LocationKind::File, path)
                && !label::is_label(evidence, LocationKind::File, path)
        })
        .map(|evidence| {
            let assessment = assess(&evidence, known_path, assessor.policy().now);
            (evidence, assessment)
        })
        .collect();
    let representatives = representatives(&assessed, path);
    let explained = assessed.into_iter().map(|(evidence, assessment)| {
        let representative =
            assessment.confidence.and_then(|_| representatives.get(&group_key(&evidence, path)).copied());
        explain_one(assessor, evidence, assessment, representative, (path, shown_path))
    });
    explained.collect()
}

fn explain_one(
    assessor: &Assessor<'_>,
    evidence: Evidence,
    assessment: Assessment,
    representative: Option<Representative>,
    (path, shown_path): (&[u8], &str),
) -> ExplainedEvidence {
    let fingerprint = assessor.fingerprint(&evidence, shown_path);
    let suppression = representative.map_or_else(SuppressionResult::default, |representative| {
        assessor.find_suppression(&SuppressionQuery {
            rule: assessor.rule_at(representative.rule),
            confidence: representative.confidence,
            fingerprint: &fingerprint,
            path,
            commit: None,
            line: evidence.start.line,
            comments: &evidence.inline_comments,
        })
    });
    let confidence = representative.map(|representative| representative.confidence);
    let is_confirmed = suppression.verdict.as_ref().is_some_and(StandingVerdict::is_confirmed);
    let is_reported = suppression.suppression.is_none()
        && confidence.is_some_and(|confidence| is_confirmed || assessor.policy().is_reported(confidence));
    let more_confident = representative.filter(|one| Some(one.confidence) > assessment.confidence);
    ExplainedEvidence {
        evidence,
        fingerprint,
        assessment,
        confidence,
        more_confident_at: more_confident.map(|one| one.start),
        suppression,
        is_reported,
    }
}

/// Returns the representative of each value in a text.
fn representatives(assessed: &[(Evidence, Assessment)], path: &[u8]) -> BTreeMap<GroupKey, Representative> {
    let mut groups: BTreeMap<GroupKey, Vec<Representative>> = BTreeMap::new();
    for (evidence, assessment) in assessed {
        if let Some(confidence) = assessment.confidence {
            let one = Representative { rule: evidence.rule, confidence, start: evidence.start };
            groups.entry(group_key(evidence, path)).or_default().push(one);
        }
    }
    let best = |group: Vec<Representative>| {
        most_confident(group.iter().map(|one| (one.confidence, one.rule))).map(|index| group[index])
    };
    groups.into_iter().filter_map(|(key, group)| Some((key, best(group)?))).collect()
}
