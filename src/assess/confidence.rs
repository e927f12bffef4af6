//! The confidence of a piece of evidence. It depends on the value and the text around it, never on the path: on
//! labelled data the path added nothing to the information in the value.

use crate::assess::reasons::{reason_of_context, reasons_for};
use crate::detect::{Evidence, Tier};
use crate::finding::{Confidence, Reason};
use crate::policy::ContextPatterns;
use crate::policy::context::context_of;
use crate::token_check::CheckOutcome;

/// A confidence, and the reasons for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// `None` for a placeholder.
    pub confidence: Option<Confidence>,
    /// The reasons, the most important one first.
    pub reasons: Vec<Reason>,
}

/// Assesses one piece of evidence. `path` adds a reason and does not change the confidence. `now` is in seconds since
/// 1970, for tokens that state their expiry.
#[must_use]
pub fn assess(evidence: &Evidence, path: Option<&[u8]>, now: i64) -> Assessment {
    let context =
        context_of(path.unwrap_or_default(), evidence.features.context, &ContextPatterns::default());
    let mut reasons = reasons_for(evidence, now);
    reasons.extend(reason_of_context(context));
    Assessment { confidence: confidence_of(evidence, now), reasons }
}

/// Returns the confidence of a piece of evidence; `None` for a placeholder. `now` is in seconds since 1970.
pub(crate) fn confidence_of(evidence: &Evidence, now: i64) -> Option<Confidence> {
    if evidence.placeholder.is_some() {
        return None;
    }
    let features = &evidence.features;
    let by_tier = match features.tier {
        Tier::Exact | Tier::Structured | Tier::Decoded => Confidence::High,
        Tier::Likely | Tier::Full => Confidence::Medium,
        Tier::Assigned => features.model_score.as_ref().map_or(Confidence::Low, |score| score.confidence),
        Tier::Short | Tier::Indirect => Confidence::Low,
    };
    let checked = features.check.as_ref().map_or(by_tier, |check| after_check(check, by_tier, now));
    // The companion has the format that belongs to the value: random text seldom has it nearby.
    Some(if evidence.companion.is_some() { checked.raised() } else { checked })
}

/// Returns the confidence after an offline check.
///
/// A failed check lowers the confidence by one step, but not below medium: the value still has the format of a
/// provider. An expired token grants no access, so it is at most medium even if its check passed.
fn after_check(check: &CheckOutcome, confidence: Confidence, now: i64) -> Confidence {
    let expires = check.claims.as_ref().and_then(|claims| claims.expires);
    let is_expired = expires.is_some_and(|expires| expires <= now);
    match check.fits {
        Some(true) if is_expired => Confidence::Medium,
        Some(true) => Confidence::High,
        Some(false) => confidence.lowered().max(Confidence::Medium),
        None if is_expired => confidence.lowered(),
        None => confidence,
    }
}
