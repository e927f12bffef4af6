//! All suppression entries, found by the fingerprint that they name.

use std::collections::HashMap;

use super::query::SuppressionQuery;
use crate::finding::Verdict;
use crate::policy::suppress::{Decision, SuppressionEntry};

/// All entries. Those with a fingerprint are found by it, so a long list costs no more than a short one.
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
            match &entry.fingerprint {
                Some(digits) => by_digits.entry(digits.to_ascii_lowercase()).or_default().push(number),
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

    /// Whether an entry confirms a secret, which is then reported at any confidence.
    #[must_use]
    pub(crate) fn has_confirmed(&self) -> bool {
        let is_confirmed = |decision: &Decision| decision.verdict == Verdict::Confirmed;
        self.entries.iter().any(|entry| entry.decision.as_ref().is_some_and(is_confirmed))
    }

    /// Returns the entries that fit a finding, each with its index in [`SuppressionIndex::entries`].
    pub(crate) fn fitting<'r>(&'r self, query: &SuppressionQuery<'_>) -> Vec<(usize, &'r SuppressionEntry)> {
        let mut named: Vec<usize> = if self.by_digits.is_empty() {
            Vec::new()
        } else {
            query.fingerprint.names().filter_map(|name| self.by_digits.get(name)).flatten().copied().collect()
        };
        named.sort_unstable();
        let fits = |number: &usize| fits(&self.entries[*number], query);
        let others = self.others.iter().copied();
        named.into_iter().chain(others).filter(fits).map(|number| (number, &self.entries[number])).collect()
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
