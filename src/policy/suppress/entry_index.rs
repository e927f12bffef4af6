//! All suppression entries, found by the fingerprint that they name.

use std::collections::HashMap;

use super::query::SuppressionQuery;
use crate::policy::suppress::SuppressionEntry;
use crate::secret::Fingerprint;

/// All entries. Those with a fingerprint are found by its first digits, so a long list costs no more than a short one.
#[derive(Clone, Debug, Default)]
pub(crate) struct SuppressionIndex {
    entries: Vec<SuppressionEntry>,
    by_digits: HashMap<String, Vec<usize>>,
    /// The entries without a fingerprint.
    others: Vec<usize>,
}

impl SuppressionIndex {
    /// Sorts entries by their fingerprints.
    #[must_use]
    pub(crate) fn new(entries: Vec<SuppressionEntry>) -> Self {
        let (mut by_digits, mut others) = (HashMap::<String, Vec<usize>>::new(), Vec::new());
        for (number, entry) in entries.iter().enumerate() {
            match entry.fingerprint.as_deref().map(|digits| digits.get(..Fingerprint::MIN_PREFIX)) {
                Some(Some(first)) => by_digits.entry(first.to_ascii_lowercase()).or_default().push(number),
                // Too short to name a value.
                Some(None) => {}
                None => others.push(number),
            }
        }
        Self { entries, by_digits, others }
    }

    /// Returns the entries in the order of their files.
    #[must_use]
    pub(crate) fn entries(&self) -> &[SuppressionEntry] {
        &self.entries
    }

    /// Returns the entries that fit a finding, each with its index in [`SuppressionIndex::entries`].
    pub(crate) fn fitting<'r>(&'r self, query: &SuppressionQuery<'_>) -> Vec<(usize, &'r SuppressionEntry)> {
        let first = query.fingerprint.as_str().get(..Fingerprint::MIN_PREFIX).unwrap_or_default();
        let named = self.by_digits.get(first).into_iter().flatten();
        let fits = |number: &&usize| fits(&self.entries[**number], query);
        named.chain(&self.others).filter(fits).map(|number| (*number, &self.entries[*number])).collect()
    }
}

fn fits(entry: &SuppressionEntry, query: &SuppressionQuery<'_>) -> bool {
    let SuppressionEntry { fingerprint, rule, paths, commit, line, .. } = entry;
    let names_nothing = fingerprint.is_none() && rule.is_none() && paths.is_none() && commit.is_none();
    let starts = |commit: &String| {
        query.commit.is_some_and(|id| id.get(..commit.len()).is_some_and(|id| id == commit))
    };
    !names_nothing
        && fingerprint.as_ref().is_none_or(|digits| query.fingerprint.matches_prefix(digits))
        && rule.as_ref().is_none_or(|rule| *rule == query.rule.id)
        && paths.as_ref().is_none_or(|paths| !query.path.is_empty() && paths.matches(query.path))
        && commit.as_ref().is_none_or(starts)
        && line.is_none_or(|line| line == query.line)
}
