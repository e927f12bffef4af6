//! The finding that a suppression is searched for.

use crate::detect::InlineComment;
use crate::finding::Confidence;
use crate::rules::Rule;
use crate::secret::Fingerprint;

/// One location of a finding before it is known whether a report has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SuppressionQuery<'s> {
    /// The rule of the finding.
    pub rule: &'s Rule,
    /// The confidence of the finding.
    pub confidence: Confidence,
    /// The fingerprint of the value.
    pub fingerprint: &'s Fingerprint,
    /// The raw path; empty for a location without a path.
    pub path: &'s [u8],
    /// The commit of the location.
    pub commit: Option<&'s str>,
    /// The line, from 1.
    pub line: usize,
    /// The inline comments on the line and on the line before.
    pub comments: &'s [InlineComment],
}
