//! All entries that allow something, found by what they name.

use std::collections::HashMap;

use crate::policy::suppress::{SuppressionEntry, SuppressionQuery};
use crate::secret::Fingerprint;

/// All entries, those of a value by its first digits, so that a long list costs no more than a short one.
#[derive(Clone, Debug, Default)]
pub struct SuppressionIndex {
    entries: Vec<SuppressionEntry>,
    by_digits: HashMap<String, Vec<usize>>,
    /// Those that name no value.
    others: Vec<usize>,
}

impl SuppressionIndex {
    /// Puts entries in order.
    #[must_use]
    pub fn new(entries: Vec<SuppressionEntry>) -> Self {
        let (mut by_digits, mut others) = (HashMap::<String, Vec<usize>>::new(), Vec::new());
        for (number, entry) in entries.iter().enumerate() {
            match entry.fingerprint.as_deref().map(|digits| digits.get(..Fingerprint::MIN_PREFIX)) {
                Some(Some(first)) => by_digits.entry(first.to_ascii_lowercase()).or_default().push(number),
                // Too short to name anything.
                Some(None) => {}
                None => others.push(number),
            }
        }
        Self { entries, by_digits, others }
    }

    /// The entries, in the order in which they came.
    #[must_use]
    pub fn entries(&self) -> &[SuppressionEntry] {
        &self.entries
    }

    /// The entries that fit a finding, each with its place.
    pub(crate) fn fitting<'r>(
        &'r self,
        subject: &SuppressionQuery<'_>,
    ) -> Vec<(usize, &'r SuppressionEntry)> {
        let first = subject.fingerprint.as_str().get(..Fingerprint::MIN_PREFIX).unwrap_or_default();
        let named = self.by_digits.get(first).into_iter().flatten();
        let fits = |number: &&usize| fits(&self.entries[**number], subject);
        named.chain(&self.others).filter(fits).map(|number| (*number, &self.entries[*number])).collect()
    }
}

fn fits(entry: &SuppressionEntry, subject: &SuppressionQuery<'_>) -> bool {
    let SuppressionEntry { fingerprint, rule, paths, commit, line, .. } = entry;
    let names_nothing = fingerprint.is_none() && rule.is_none() && paths.is_none() && commit.is_none();
    let starts = |commit: &String| {
        subject.commit.is_some_and(|id| id.get(..commit.len()).is_some_and(|id| id == commit))
    };
    !names_nothing
        && fingerprint.as_ref().is_none_or(|digits| subject.fingerprint.matches_prefix(digits))
        && rule.as_ref().is_none_or(|rule| *rule == subject.rule.id)
        && paths.as_ref().is_none_or(|paths| !subject.path.is_empty() && paths.matches(subject.path))
        && commit.as_ref().is_none_or(starts)
        && line.is_none_or(|line| line == subject.line)
}
