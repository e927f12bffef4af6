//! How many weak values a baseline has of one path, and what that means for a new value there. A new value passes if it
//! has the digits of one of them, so the chances of all entries of a path add up.
//!
//! The digits are chosen in `Fingerprint::for_baseline`; docs/decisions/0044-digits-of-weak-values.md has the figures.

use std::collections::BTreeMap;

use super::baseline::{Baseline, BaselineEntry};
use crate::secret::Fingerprint;

/// The entries of one path with too few digits for their number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CrowdedPlace {
    /// The path, as the first entry names it.
    pub(crate) path: String,
    /// The number of entries.
    pub(crate) values: usize,
    /// The chance that a new value of the path passes, in percent: at least 1.
    pub(crate) percent: u64,
}

/// The chance of a single entry is counted in parts of this number.
const PARTS: u64 = 1 << 32;

impl Baseline {
    /// Returns the number of entries for weak values of the same path as this one; 0 for a strong value.
    pub(crate) fn values_at_place_of(&self, fingerprint: &Fingerprint) -> usize {
        let Some(place) = fingerprint.place() else { return 0 };
        let from_here = self.entries.range(place.to_owned()..).map(|(digits, _)| digits);
        from_here
            .take_while(|digits| digits.starts_with(place))
            .filter(|digits| Fingerprint::place_of(digits).is_some())
            .count()
    }

    /// Returns the entries that suppress a value, by their digits.
    pub(crate) fn entries_of(&self, fingerprint: &Fingerprint) -> Vec<(String, BaselineEntry)> {
        fingerprint
            .names()
            .filter_map(|name| self.entries.get(name).map(|entry| (name.to_owned(), entry.clone())))
            .collect()
    }

    /// Returns the paths with so many weak values, of so few digits, that a new value there passes in more than one of
    /// 100 cases. Entries of earlier versions have two digits for the value.
    pub(crate) fn crowded_places(&self) -> Vec<CrowdedPlace> {
        let mut places = BTreeMap::<&str, (CrowdedPlace, u64)>::new();
        for (digits, entry) in &self.entries {
            let Some(place) = Fingerprint::place_of(digits) else { continue };
            let (crowded, parts) = places
                .entry(place)
                .or_insert_with(|| (CrowdedPlace { path: entry.path.clone(), values: 0, percent: 0 }, 0));
            crowded.values += 1;
            *parts += PARTS >> (4 * (digits.len() - Fingerprint::PLACE_DIGITS));
        }
        places
            .into_values()
            .filter(|(_, parts)| *parts > PARTS / 100)
            .map(|(place, parts)| CrowdedPlace { percent: (parts * 100 / PARTS).min(100), ..place })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::{FingerprintKey, ValueId};

    fn weak(value: usize, path: &str) -> Fingerprint {
        Fingerprint::weak(&ValueId::new(&value.to_be_bytes()), path, &FingerprintKey::default())
    }

    fn baseline(names: impl Iterator<Item = String>) -> Baseline {
        let entry = BaselineEntry {
            rule: "generic-password".to_owned(),
            path: "x.py".to_owned(),
            until: None,
            decision: None,
            reason: String::new(),
        };
        let mut baseline = Baseline::with_header();
        baseline.entries = names.map(|name| (name, entry.clone())).collect();
        baseline
    }

    #[test]
    fn few_new_values_of_a_path_have_an_entry_however_many_it_has() {
        for (values, most) in [(1, 2), (10, 8), (400, 150), (655, 230), (2000, 80)] {
            let names = |value| weak(value, "x.py").for_baseline(values).to_owned();
            let baseline = baseline((0..values).map(names));
            assert!((0..values).all(|value| !baseline.entries_of(&weak(value, "x.py")).is_empty()));
            assert_eq!(baseline.crowded_places(), [], "{values}");
            assert_eq!(baseline.values_at_place_of(&weak(0, "x.py")), baseline.entries.len());
            assert_eq!(baseline.values_at_place_of(&weak(0, "other.py")), 0);
            let new = values..values + 20_000;
            let passed =
                new.clone().filter(|new| !baseline.entries_of(&weak(*new, "x.py")).is_empty()).count();
            assert!(passed <= most, "{passed} of 20000 with {values}");
            assert!(new.take(100).all(|new| baseline.entries_of(&weak(new, "other.py")).is_empty()));
        }
    }

    #[test]
    fn entries_of_two_digits_are_crowded_from_three_on() {
        for (values, percent) in [(1, None), (2, None), (3, Some(1)), (26, Some(10)), (200, Some(78))] {
            let names = (0..values).map(|value| format!("0123abcd{value:02x}"));
            let crowded = baseline(names.chain(["0123456789abcdef".to_owned()])).crowded_places();
            let expected = percent.map(|percent| CrowdedPlace { path: "x.py".to_owned(), values, percent });
            assert_eq!(crowded, expected.into_iter().collect::<Vec<_>>(), "{values}");
        }
    }
}
