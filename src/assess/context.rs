//! The context of a finding: that of its most important place.

use crate::detect::Evidence;
use crate::finding::{Context, LocationKind};
use crate::policy::context::context_of;
use crate::policy::{ContextPatterns, Policy};

/// Contexts from the one that counts most.
const BY_WEIGHT: [Context; 8] = [
    Context::Production,
    Context::Unknown,
    Context::Generated,
    Context::Vendored,
    Context::Document,
    Context::Test,
    Context::Example,
    Context::Translation,
];

/// Returns the one of two contexts that counts more.
pub(crate) fn weightier(one: Context, other: Context) -> Context {
    let weight = |context: Context| BY_WEIGHT.iter().position(|entry| *entry == context);
    if weight(other) < weight(one) { other } else { one }
}

/// The context of a place, with and without the settings of the scanned repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlaceContext {
    /// By all settings.
    pub(crate) context: Context,
    /// By the user's own settings, the path and the text.
    own: Context,
}

impl PlaceContext {
    /// Returns the context of a piece of evidence in a text with this path. A message, a ref and a person's name are
    /// production.
    pub(crate) fn of(policy: &Policy, evidence: &Evidence, kind: LocationKind, path: &[u8]) -> Self {
        if !matches!(kind, LocationKind::File | LocationKind::Path) {
            return Self { context: Context::Production, own: Context::Production };
        }
        let by = |patterns: &ContextPatterns| context_of(path, evidence.features.context, patterns);
        Self { context: by(&policy.settings.contexts), own: by(&policy.user_contexts) }
    }

    /// Returns the context of a finding at both places.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { context: weightier(self.context, other.context), own: weightier(self.own, other.own) }
    }

    /// Whether only the settings of the scanned repository say that the value is not used.
    pub(crate) const fn is_spared_by_repository(self) -> bool {
        self.context.is_not_used() && !self.own.is_not_used()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_production_counts_more_than_one_in_a_test() {
        assert_eq!(weightier(Context::Test, Context::Production), Context::Production);
        assert_eq!(weightier(Context::Production, Context::Test), Context::Production);
        assert_eq!(weightier(Context::Translation, Context::Example), Context::Example);
        assert_eq!(weightier(Context::Vendored, Context::Test), Context::Vendored);
    }
}
