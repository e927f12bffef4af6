//! Finds the suppression of a finding: an inline comment, an entry of `skant.toml`, or a line of the baseline.
//!
//! Each answer is a named variant, so that reports can show and count it. Does not decide about placeholders: `assess`
//! does.

pub(crate) mod baseline;
mod baseline_places;
pub(crate) mod baseline_update;
pub(crate) mod entry;
pub(crate) mod entry_index;
pub(crate) mod query;

use jiff::civil::Date;

use crate::detect::{InlineComment, Marker};
use crate::finding::{Confidence, SuppressedBy, Verdict};

pub(crate) use entry::Decision;
pub(crate) use entry::EntrySource;
pub use entry::SuppressionEntry;
pub(crate) use entry_index::SuppressionIndex;
pub(crate) use query::SuppressionQuery;

/// Which inline comments apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommentPolicy {
    /// The author of the comments.
    pub origin: PolicyOrigin,
    /// Whether `gitleaks:allow` applies, too.
    pub gitleaks: bool,
}

/// The author of the comments in the scanned text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PolicyOrigin {
    /// Somebody who may decide what counts: comments apply.
    #[default]
    Repository,
    /// The author of a change: comments apply, and a note says that the change adds them.
    Change,
    /// An untrusted author: no comment applies.
    UntrustedChange,
}

impl Default for CommentPolicy {
    fn default() -> Self {
        Self { origin: PolicyOrigin::Repository, gitleaks: false }
    }
}

/// The suppression of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The kind of suppression, as reports name it.
    pub by: SuppressedBy,
    /// The reason of its author; empty if there is none.
    pub reason: String,
    /// Whether the scanned change adds the suppression itself.
    pub from_change: bool,
}

/// A verdict on a value that stays in reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingVerdict {
    pub decision: Decision,
    /// The reason of its author.
    pub reason: String,
    /// Whether the scanned change adds the verdict itself.
    pub from_change: bool,
}

impl StandingVerdict {
    /// Whether the value is a secret in use.
    pub(crate) const fn is_confirmed(&self) -> bool {
        matches!(self.decision.verdict, Verdict::Confirmed)
    }
}

/// The answer for one location of a finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SuppressionResult {
    /// The suppression that applies.
    pub suppression: Option<Suppression>,
    /// The verdict that keeps the finding in the report: confirmed or revoked.
    pub verdict: Option<StandingVerdict>,
    /// Why suppressions that are there do not apply; empty if one applies.
    pub warnings: Vec<String>,
    /// The entries that fit, by their index in [`SuppressionIndex::entries`].
    pub matched_entries: Vec<usize>,
}

/// Finds the suppression of one location of a finding. An entry whose last day is before `today` does not apply.
#[must_use]
pub(crate) fn find_suppression(
    query: &SuppressionQuery<'_>,
    index: &SuppressionIndex,
    policy: CommentPolicy,
    today: Date,
) -> SuppressionResult {
    let mut result = SuppressionResult::default();
    for comment in query.comments {
        match check_comment(query, comment, policy, today) {
            CommentEffect::Applies => {
                let by = if comment.marker == Marker::Skant {
                    SuppressedBy::Inline
                } else {
                    SuppressedBy::GitleaksAllow
                };
                result.suppression.get_or_insert(Suppression {
                    by,
                    reason: comment.reason.clone(),
                    from_change: policy.origin == PolicyOrigin::Change,
                });
            }
            CommentEffect::OtherFinding => {}
            CommentEffect::Rejected(warning) => result.warnings.push(warning),
        }
    }
    for (number, entry) in index.fitting(query) {
        result.matched_entries.push(number);
        if let Some(until) = entry.until.filter(|_| entry.is_expired(today)) {
            result.warnings.push(format!("the entry for {} expired on {until}", entry.describe()));
            continue;
        }
        if let Some(decision) = entry.decision.as_ref().filter(|decision| !decision.verdict.is_suppression())
        {
            let standing = StandingVerdict {
                decision: decision.clone(),
                reason: entry.reason.clone(),
                from_change: entry.from_change,
            };
            // A confirmed secret is confirmed, whatever another entry says.
            if result.verdict.as_ref().is_none_or(|known| !known.is_confirmed()) {
                result.verdict = Some(standing);
            }
            continue;
        }
        let suppression = Suppression {
            by: entry.source.suppressed_by(),
            reason: entry.shown_reason(),
            from_change: entry.from_change,
        };
        // An entry of the base revision goes before one that the change adds: then the change adds nothing.
        if result.suppression.as_ref().is_none_or(|known| known.from_change && !entry.from_change) {
            result.suppression = Some(suppression);
        }
    }
    if result.verdict.as_ref().is_some_and(StandingVerdict::is_confirmed) {
        result.suppression = None;
    }
    if result.suppression.is_some() {
        result.warnings.clear();
    }
    result
}

/// The effect of an inline comment on a finding.
enum CommentEffect {
    Applies,
    /// The comment is for another rule, another value or another tool.
    OtherFinding,
    /// The comment is for this finding and does not apply, with the reason.
    Rejected(String),
}

fn check_comment(
    query: &SuppressionQuery<'_>,
    comment: &InlineComment,
    policy: CommentPolicy,
    today: Date,
) -> CommentEffect {
    match comment.marker {
        Marker::Skant => {}
        Marker::Gitleaks if policy.gitleaks => {}
        Marker::Gitleaks | Marker::Other(_) => return CommentEffect::OtherFinding,
    }
    if comment.rule.as_ref().is_some_and(|rule| *rule != query.rule.id) {
        return CommentEffect::OtherFinding;
    }
    match &comment.fingerprint {
        Some(digits) if !query.fingerprint.matches_prefix(digits) => return CommentEffect::OtherFinding,
        // A new key in the place of an allowed one has to be reported. So the comment has to name the value wherever a
        // provider's token fails a run: from medium confidence on, since few token families have a structure that gives
        // high confidence.
        None if query.rule.is_provider() && query.confidence >= Confidence::Medium => {
            let name = if comment.marker == Marker::Skant { "`skant:allow`" } else { "`gitleaks:allow`" };
            return CommentEffect::Rejected(format!(
                "a {name} for a key has to name it: skant:allow {}/{}",
                query.rule.id, query.fingerprint
            ));
        }
        _ => {}
    }
    if policy.origin == PolicyOrigin::UntrustedChange {
        return CommentEffect::Rejected("a comment of an untrusted author does not apply".to_owned());
    }
    match comment.until.as_deref().map(str::parse::<Date>) {
        Some(Err(_)) => CommentEffect::Rejected(
            "the expiry of a `skant:allow` is not a date (until=YYYY-MM-DD)".to_owned(),
        ),
        Some(Ok(until)) if until < today => {
            CommentEffect::Rejected(format!("a `skant:allow` expired on {until}"))
        }
        _ => CommentEffect::Applies,
    }
}

#[cfg(test)]
mod tests;
