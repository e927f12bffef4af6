//! Definitions that all groups of features share.

use skant_password_model::FeatureKind;
use skant_password_model::feature_key::Word;

/// Takes a feature: its kind and its words.
pub(crate) type Sink<'s> = dyn FnMut(FeatureKind, &[Word<'_>]) + 's;

/// The distance from the name and the value within which words count, in bytes.
pub(super) const NEAR: usize = 120;

/// Returns whether a short text contains another. For such texts, preparing a faster search would cost more than it
/// saves.
pub(super) fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len().max(1)).any(|window| part.first() == Some(&window[0]) && window == part)
}
