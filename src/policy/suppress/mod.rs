//! Why a candidate is *not* reported: a `skant:allow` beside it, or an entry in the configuration or the baseline.
//! Each answer is a named variant, so that it can be shown and counted. Decides nothing about placeholders (`judge`
//! does).

pub mod baseline;
pub(crate) mod entry;
pub(crate) mod entry_index;

use jiff::civil::Date;

use crate::detect::{InlineComment, Mark};
use crate::finding::Confidence;
use crate::rules::Rule;
use crate::secret::Fingerprint;

pub use crate::policy::glob::Globs;
pub use entry::{Entry, Source};
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
    pub directives: &'s [InlineComment],
}

/// What comments are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comments {
    /// Whose they are.
    pub whose: PolicyOrigin,
    /// Whether `gitleaks:allow` counts, too.
    pub gitleaks: bool,
}

/// Who wrote the comments in what is scanned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PolicyOrigin {
    /// Whoever may decide.
    #[default]
    Ours,
    /// The author of a change: they count, and it is said that the change brings them.
    TheChanges,
    /// Somebody whose comments count for nothing.
    Strangers,
}

impl Default for Comments {
    fn default() -> Self {
        Self { whose: PolicyOrigin::Ours, gitleaks: false }
    }
}

/// What suppressed a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The name in reports.
    pub by: &'static str,
    /// The reason that was given.
    pub text: String,
    /// Whether the change that is scanned brings the suppression itself.
    pub in_change: bool,
}

/// The answer for one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SuppressionResult {
    /// What suppresses it, if anything does.
    pub reason: Option<Reason>,
    /// Why a suppression that stands there does not count.
    pub warnings: Vec<String>,
    /// The entries that fit, by their place in the record.
    pub used: Vec<usize>,
}

/// Decides about one place. `today` ends entries whose day has passed.
#[must_use]
pub fn find_suppression(
    subject: &SuppressionQuery<'_>,
    record: &SuppressionIndex,
    comments: Comments,
    today: Date,
) -> SuppressionResult {
    let mut ruling = SuppressionResult::default();
    for directive in subject.directives {
        match inline(subject, directive, comments, today) {
            Inline::Counts => {
                let by = if directive.mark == Mark::Skant { "inline" } else { "gitleaks:allow" };
                ruling.reason.get_or_insert(Reason {
                    by,
                    text: directive.reason.clone(),
                    in_change: comments.whose == PolicyOrigin::TheChanges,
                });
            }
            Inline::OtherFinding => {}
            Inline::Not(warning) => ruling.warnings.push(warning),
        }
    }
    for (number, entry) in record.fitting(subject) {
        ruling.used.push(number);
        if let Some(until) = entry.until.filter(|_| entry.has_ended(today)) {
            ruling.warnings.push(format!("the entry for {} ended on {until}", entry.subject()));
            continue;
        }
        let reason =
            Reason { by: entry.source.name(), text: entry.reason.clone(), in_change: entry.in_change };
        // What the base revision says as well is nothing that the change brings.
        if ruling.reason.as_ref().is_none_or(|known| known.in_change && !entry.in_change) {
            ruling.reason = Some(reason);
        }
    }
    if ruling.reason.is_some() {
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
    comments: Comments,
    today: Date,
) -> Inline {
    if directive.mark == Mark::Gitleaks && !comments.gitleaks {
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
            let comment = if directive.mark == Mark::Skant { "`skant:allow`" } else { "`gitleaks:allow`" };
            return Inline::Not(format!(
                "a {comment} for a key has to name it: skant:allow {}/{}",
                subject.rule.id, subject.fingerprint
            ));
        }
        _ => {}
    }
    if comments.whose == PolicyOrigin::Strangers {
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
