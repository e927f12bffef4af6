//! Masking of secrets in the other text of a report: a path, a branch, an author, an error message.

use crate::detect::{Detector, Evidence};
use crate::rules::RuleSet;
use crate::secret::{ValueEnd, mask_values};

/// Returns a text with every secret in it masked by the built-in rules: for output without a scanner.
#[must_use]
pub(crate) fn redact(text: &str) -> String {
    let masked = mask_secrets(&Detector::new(RuleSet::builtin()), text);
    mask_values(&masked, ValueEnd::Word).into_owned()
}

/// Returns a text with every secret in it masked that the detector finds.
pub(crate) fn mask_secrets(detector: &Detector, text: &str) -> String {
    let found = detector.find_evidence(text.as_bytes());
    let rules = detector.rules();
    // A placeholder that a provider's rule found is masked, too: it may be a real key. The placeholders of generic
    // rules are ordinary words, and a path is full of them.
    let is_shown =
        |evidence: &&Evidence| evidence.placeholder.is_some() && !rules[evidence.rule].is_provider();
    let found = found.iter().filter(|evidence| !is_shown(evidence));
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for evidence in found {
        // Values are ASCII, so a span begins and ends at the boundary of a character.
        out.push_str(text.get(end..evidence.span.start).unwrap_or_default());
        out.push_str(&evidence.masked.text);
        end = evidence.span.end;
    }
    out.push_str(text.get(end..).unwrap_or_default());
    out
}
