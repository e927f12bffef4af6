//! An update of a baseline: new entries, and more digits for the entries of weak values where a path has many.

use std::collections::{BTreeMap, BTreeSet};

use super::baseline::{Baseline, BaselineEntry};
use crate::secret::Fingerprint;

/// A baseline while findings are added to it.
#[derive(Debug)]
pub(crate) struct BaselineUpdate {
    baseline: Baseline,
    /// The values that the baseline has after the update and that the scan found.
    found: BTreeSet<Fingerprint>,
    /// The number of new values.
    pub(crate) added: usize,
    /// The number of found values whose entry has an expiry.
    pub(crate) expired: usize,
}

impl BaselineUpdate {
    /// Begins an update of this baseline.
    pub(crate) const fn new(baseline: Baseline) -> Self {
        Self { baseline, found: BTreeSet::new(), added: 0, expired: 0 }
    }

    /// Adds a value. An existing entry stays as it is.
    pub(crate) fn add(&mut self, fingerprint: &Fingerprint, entry: BaselineEntry) {
        let known = self.baseline.entries_of(fingerprint);
        if known.is_empty() {
            self.added += 1;
            self.baseline.entries.insert(fingerprint.for_baseline(1).to_owned(), entry);
        } else {
            self.expired += usize::from(known.iter().any(|(_, entry)| entry.until.is_some()));
        }
        self.confirm(fingerprint);
    }

    /// Notes that the scan found a value that the baseline has.
    pub(crate) fn confirm(&mut self, fingerprint: &Fingerprint) {
        self.found.insert(fingerprint.clone());
    }

    /// Ends the update. Returns the baseline, in which every found value has the digits that the number of values of
    /// its path asks for, and the number of values whose entry was there before with fewer digits.
    pub(crate) fn finish(mut self) -> (Baseline, usize) {
        let mut counts = BTreeMap::<String, usize>::new();
        for digits in self.baseline.entries.keys() {
            if let Some(place) = Fingerprint::place_of(digits) {
                *counts.entry(place.to_owned()).or_default() += 1;
            }
        }
        let (mut lengthened, mut replaced) = (0, BTreeSet::new());
        for fingerprint in &self.found {
            let values = fingerprint.place().and_then(|place| counts.get(place)).copied().unwrap_or_default();
            let wanted = fingerprint.for_baseline(values);
            let known = self.baseline.entries_of(fingerprint);
            let Some((longest, entry)) = known.last() else { continue };
            if fingerprint.place().is_none() || longest.len() >= wanted.len() {
                continue;
            }
            self.baseline.entries.insert(wanted.to_owned(), entry.clone());
            // Several values may have one short entry, so it stays until all of them have their own.
            replaced.extend(known.into_iter().map(|(digits, _)| digits));
            lengthened += 1;
        }
        self.baseline.entries.retain(|digits, _| !replaced.contains(digits));
        (self.baseline, lengthened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::{FingerprintKey, ValueId};

    fn weak(value: usize) -> Fingerprint {
        Fingerprint::weak(&ValueId::new(&value.to_be_bytes()), "x.py", &FingerprintKey::default())
    }

    fn entry(reason: &str) -> BaselineEntry {
        BaselineEntry {
            rule: "generic-password".to_owned(),
            path: "x.py".to_owned(),
            until: None,
            decision: None,
            reason: reason.to_owned(),
        }
    }

    #[test]
    fn short_entries_of_found_values_get_digits_and_keep_their_text() {
        let mut old = Baseline::with_header();
        for value in 0..3 {
            old.entries.insert(weak(value).as_str().to_owned(), entry("old"));
        }
        let mut update = BaselineUpdate::new(old.clone());
        update.confirm(&weak(0));
        update.add(&weak(1), entry("new"));
        let strong = Fingerprint::strong(&ValueId::new(b"strong"));
        update.add(&strong, entry("new"));
        assert_eq!((update.added, update.expired), (1, 0));
        let (updated, lengthened) = update.finish();
        assert_eq!(lengthened, 2);
        let expected = [
            (weak(0).for_baseline(3).to_owned(), entry("old")),
            (weak(1).for_baseline(3).to_owned(), entry("old")),
            (weak(2).as_str().to_owned(), entry("old")),
            (strong.as_str().to_owned(), entry("new")),
        ];
        assert_eq!(updated.entries, expected.into_iter().collect());
        // A second update changes nothing.
        let mut again = BaselineUpdate::new(updated.clone());
        again.confirm(&weak(0));
        again.add(&strong, entry("new"));
        assert_eq!(again.finish(), (updated, 0));
    }

    #[test]
    fn the_digits_grow_with_the_number_of_values() {
        let mut update = BaselineUpdate::new(Baseline::with_header());
        (0..600).for_each(|value| update.add(&weak(value), entry("")));
        let (some, lengthened) = update.finish();
        assert!(lengthened == 0 && some.entries.keys().all(|digits| digits.len() == 12));
        let mut update = BaselineUpdate::new(some);
        (0..600).for_each(|value| update.confirm(&weak(value)));
        (600..700).for_each(|value| update.add(&weak(value), entry("")));
        let added = update.added;
        let (more, lengthened) = update.finish();
        assert!(more.entries.keys().all(|digits| digits.len() == 13));
        assert!((95..=100).contains(&added) && lengthened >= 600, "{added} {lengthened}");
        assert_eq!((more.entries.len(), more.crowded_places()), (700, Vec::new()));
    }
}
