//! Why a candidate is *not* reported: a `skant:allow` beside it, or an entry in the configuration or the baseline.
//! Each answer is a named variant, so that it can be shown and counted. Decides nothing about placeholders (`judge`
//! does).

pub mod baseline;
pub(crate) mod entry;
pub(crate) mod entry_index;

use jiff::civil::Date;

use crate::detect::{InlineComment, Marker};
use crate::finding::Confidence;
use crate::rules::Rule;
use crate::secret::Fingerprint;

pub use crate::policy::glob::PathPatterns;
pub use entry::{EntrySource, SuppressionEntry};
pub use entry_index::SuppressionIndex;

/// A finding before it is known whether it is reported.
#[derive(Clone, Copy, Debug)]
pub struct SuppressionQuery<'s> {
    /// The rule that found it.
    pub rule: &'s Rule,
    /// How sure it is.
    pub confidence: Confidence,
    /// The value's name.
    pub fingerprint: &'s Fingerprint,
    /// The raw path; empty where there is none.
    pub path: &'s [u8],
    /// The commit that it is told with.
    pub commit: Option<&'s str>,
    /// The line.
    pub line: usize,
    /// What stands in comments beside it.
    pub comments: &'s [InlineComment],
}

/// What comments are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommentPolicy {
    /// Whose they are.
    pub origin: PolicyOrigin,
    /// Whether `gitleaks:allow` counts, too.
    pub gitleaks: bool,
}

/// Who wrote the comments in what is scanned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PolicyOrigin {
    /// Whoever may decide.
    #[default]
    Repository,
    /// The author of a change: they count, and it is said that the change brings them.
    Change,
    /// Somebody whose comments count for nothing.
    UntrustedChange,
}

impl Default for CommentPolicy {
    fn default() -> Self {
        Self { origin: PolicyOrigin::Repository, gitleaks: false }
    }
}

/// What suppressed a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The name in reports.
    pub by: &'static str,
    /// The reason that was given.
    pub reason: String,
    /// Whether the change that is scanned brings the suppression itself.
    pub from_change: bool,
}

/// The answer for one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SuppressionResult {
    /// What suppresses it, if anything does.
    pub suppression: Option<Suppression>,
    /// Why a suppression that stands there does not count.
    pub warnings: Vec<String>,
    /// The entries that fit, by their place in the record.
    pub matched_entries: Vec<usize>,
}

/// Decides about one place. `today` ends entries whose day has passed.
#[must_use]
pub fn find_suppression(
    subject: &SuppressionQuery<'_>,
    record: &SuppressionIndex,
    comments: CommentPolicy,
    today: Date,
) -> SuppressionResult {
    let mut ruling = SuppressionResult::default();
    for directive in subject.comments {
        match inline(subject, directive, comments, today) {
            Inline::Counts => {
                let by = if directive.marker == Marker::Skant { "inline" } else { "gitleaks:allow" };
                ruling.suppression.get_or_insert(Suppression {
                    by,
                    reason: directive.reason.clone(),
                    from_change: comments.origin == PolicyOrigin::Change,
                });
            }
            Inline::OtherFinding => {}
            Inline::Not(warning) => ruling.warnings.push(warning),
        }
    }
    for (number, entry) in record.fitting(subject) {
        ruling.matched_entries.push(number);
        if let Some(until) = entry.until.filter(|_| entry.is_expired(today)) {
            ruling.warnings.push(format!("the entry for {} ended on {until}", entry.describe()));
            continue;
        }
        let reason = Suppression {
            by: entry.source.name(),
            reason: entry.reason.clone(),
            from_change: entry.from_change,
        };
        // What the base revision says as well is nothing that the change brings.
        if ruling.suppression.as_ref().is_none_or(|known| known.from_change && !entry.from_change) {
            ruling.suppression = Some(reason);
        }
    }
    if ruling.suppression.is_some() {
        ruling.warnings.clear();
    }
    ruling
}

enum Inline {
    Counts,
    /// It is for another rule or another value, or for another tool.
    OtherFinding,
    Not(String),
}

fn inline(
    subject: &SuppressionQuery<'_>,
    directive: &InlineComment,
    comments: CommentPolicy,
    today: Date,
) -> Inline {
    if directive.marker == Marker::Gitleaks && !comments.gitleaks {
        return Inline::OtherFinding;
    }
    if directive.rule.as_ref().is_some_and(|rule| *rule != subject.rule.id) {
        return Inline::OtherFinding;
    }
    match &directive.fingerprint {
        Some(digits) if !subject.fingerprint.matches_prefix(digits) => return Inline::OtherFinding,
        // A key that replaces an allowed one has to be new, so the comment has to name the value: wherever a provider's
        // token fails a run. Few families have a structure that makes one of high confidence.
        None if subject.rule.is_provider() && subject.confidence >= Confidence::Medium => {
            let comment =
                if directive.marker == Marker::Skant { "`skant:allow`" } else { "`gitleaks:allow`" };
            return Inline::Not(format!(
                "a {comment} for a key has to name it: skant:allow {}/{}",
                subject.rule.id, subject.fingerprint
            ));
        }
        _ => {}
    }
    if comments.origin == PolicyOrigin::UntrustedChange {
        return Inline::Not("a comment of the change itself does not count here".to_owned());
    }
    match directive.until.as_deref().map(str::parse::<Date>) {
        Some(Err(_)) => Inline::Not("the end of a `skant:allow` is no date (until=YYYY-MM-DD)".to_owned()),
        Some(Ok(until)) if until < today => Inline::Not(format!("a `skant:allow` ended on {until}")),
        _ => Inline::Counts,
    }
}

#[cfg(test)]
mod tests;
