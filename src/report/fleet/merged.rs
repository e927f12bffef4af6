//! One view over the reports of many repositories: by value, with the repositories that hold it.
//!
//! A strong value is the same in each repository, since its fingerprint is a hash of the value. The fingerprint of a weak
//! value depends on its path and has few digits, so a weak value is never said to be the same in two repositories.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::finding::{Event, Finding, Report, Suppressed, Verification};
use crate::report::whereabouts;

/// How far a repository was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reading {
    /// Everything was read.
    Complete,
    /// The report names what could not be read.
    Incomplete,
    /// It could not be read; findings are those of an earlier run, if there are any.
    Failed,
    /// It is in the inventory, and no run has come to it.
    Missing,
}

impl Reading {
    /// The name in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Incomplete => "incomplete",
            Self::Failed => "failed",
            Self::Missing => "missing",
        }
    }
}

/// What is known of one repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Coverage {
    /// The canonical address, safe to show.
    pub(crate) repository: String,
    pub(crate) reading: Reading,
    /// When it was read, in RFC 3339.
    pub(crate) at: Option<String>,
    /// Why it could not be read.
    pub(crate) error: Option<String>,
}

/// A value in one repository.
#[derive(Clone, Debug)]
pub(crate) struct Sighting {
    /// The index in [`Merged::coverage`].
    pub(crate) repository: usize,
    /// The number of places.
    pub(crate) places: usize,
    /// The first place.
    pub(crate) path: Option<String>,
    pub(crate) line: Option<usize>,
    pub(crate) introduced: Option<Event>,
    pub(crate) removed: Option<Event>,
    /// Whether the files of a branch head hold it.
    pub(crate) at_head: bool,
    /// Whether a ref, reflog, stash or the index reaches it.
    pub(crate) reachable: bool,
    /// The refs with the value in their files, then those with it in their history.
    pub(crate) in_files: Vec<String>,
    pub(crate) in_history: Vec<String>,
}

/// A value that a repository suppresses.
#[derive(Clone, Debug)]
pub(crate) struct SuppressedIn {
    /// The index in [`Merged::coverage`].
    pub(crate) repository: usize,
    pub(crate) by: &'static str,
    pub(crate) reason: String,
}

/// One value of the whole.
#[derive(Clone, Debug)]
pub(crate) struct MergedValue {
    /// The finding with the greatest weight of all repositories.
    pub(crate) finding: Finding,
    /// The repositories with it, in the order of their addresses.
    pub(crate) sightings: Vec<Sighting>,
    /// The repositories that suppress it.
    pub(crate) suppressed: Vec<SuppressedIn>,
}

impl MergedValue {
    /// Returns the sighting with the first commit.
    pub(crate) fn first(&self) -> Option<&Sighting> {
        let date = |sighting: &&Sighting| {
            let date = sighting.introduced.as_ref().and_then(|event| event.commit.date.clone());
            (date.is_none(), date)
        };
        self.sightings.iter().min_by_key(date)
    }

    /// The number of repositories in which a branch head holds it.
    pub(crate) fn at_heads(&self) -> usize {
        self.sightings.iter().filter(|sighting| sighting.at_head).count()
    }

    /// The number of repositories with it.
    pub(crate) fn repositories(&self) -> usize {
        let mut indices: Vec<usize> = self.sightings.iter().map(|sighting| sighting.repository).collect();
        indices.dedup();
        indices.len()
    }
}

/// The identity of a value over all repositories.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Identity {
    Strong(String),
    /// A weak value: its digits, its repository, and its number among those that share both.
    Weak(String, usize, usize),
}

/// The reports of many repositories.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    /// The repositories, in the order of their addresses.
    pub(crate) coverage: Vec<Coverage>,
    values: BTreeMap<Identity, MergedValue>,
    suppressed: BTreeMap<String, Vec<SuppressedIn>>,
    /// What makes the view doubtful.
    pub(crate) notes: Vec<String>,
}

impl Merged {
    /// Adds a repository with its report, if there is one. Repositories come in the order of their addresses.
    pub(crate) fn add(&mut self, coverage: Coverage, report: Option<Report>) {
        let repository = self.coverage.len();
        self.coverage.push(coverage);
        let Some(report) = report else { return };
        let mut weak: BTreeMap<String, usize> = BTreeMap::new();
        for finding in report.findings {
            let digits = finding.fingerprint.to_string();
            let identity = if finding.fingerprint.place().is_none() {
                Identity::Strong(digits)
            } else {
                let number = weak.entry(digits.clone()).or_default();
                *number += 1;
                Identity::Weak(digits, repository, *number)
            };
            self.add_finding(identity, finding, repository);
        }
        for Suppressed { fingerprint, by, reason, .. } in report.suppressed {
            let entry = self.suppressed.entry(fingerprint.to_string()).or_default();
            if entry.last().is_none_or(|last| last.repository != repository) {
                entry.push(SuppressedIn { repository, by: by.name(), reason });
            }
        }
    }

    fn add_finding(&mut self, identity: Identity, finding: Finding, repository: usize) {
        let sighting = Sighting::of(&finding, repository);
        match self.values.get_mut(&identity) {
            None => {
                let value = MergedValue { finding, sightings: vec![sighting], suppressed: Vec::new() };
                self.values.insert(identity, value);
            }
            Some(value) => {
                value.sightings.push(sighting);
                let verdict =
                    value.finding.verdict.min(finding.verdict).or(value.finding.verdict).or(finding.verdict);
                let is_live = |one: &Finding| one.verification() == Some(Verification::Live);
                let verified =
                    if is_live(&finding) && !is_live(&value.finding) || value.finding.verified.is_none() {
                        finding.verified.clone()
                    } else {
                        value.finding.verified.clone()
                    };
                if (finding.severity, finding.confidence) > (value.finding.severity, value.finding.confidence)
                {
                    value.finding = finding;
                }
                (value.finding.verdict, value.finding.verified) = (verdict, verified);
            }
        }
    }

    /// Returns the values in the order of importance: by severity, confidence, whether a head holds them, and the number
    /// of repositories.
    pub(crate) fn values(&self) -> Vec<MergedValue> {
        let with_suppressions = |value: &MergedValue| {
            let digits = value.finding.fingerprint.as_str();
            let is_weak = value.finding.fingerprint.place().is_some();
            let suppressed = self.suppressed.get(digits).filter(|_| !is_weak).cloned().unwrap_or_default();
            MergedValue { suppressed, ..value.clone() }
        };
        let mut values: Vec<MergedValue> = self.values.values().map(with_suppressions).collect();
        values.sort_by_cached_key(|value| {
            let finding = &value.finding;
            (
                !value.sightings.iter().any(|sighting| sighting.reachable),
                Reverse((finding.severity, finding.confidence)),
                Reverse(value.at_heads() > 0),
                Reverse(value.repositories()),
                finding.rule.to_string(),
                finding.fingerprint.to_string(),
                value.sightings.first().map(|sighting| sighting.repository),
            )
        });
        values
    }

    /// Returns for each value and repository what identifies both, for comparisons.
    pub(super) fn identified(&self) -> impl Iterator<Item = (&Identity, &MergedValue)> {
        self.values.iter()
    }

    /// The number of repositories that were read so far.
    pub(crate) fn count(&self, reading: Reading) -> usize {
        self.coverage.iter().filter(|one| one.reading == reading).count()
    }

    /// Whether everything in each repository was read.
    pub(crate) fn is_complete(&self) -> bool {
        self.coverage.iter().all(|one| one.reading == Reading::Complete)
    }
}

impl Sighting {
    fn of(finding: &Finding, repository: usize) -> Self {
        let history = finding.history.as_ref();
        let place = finding.locations.first();
        let names = history.and_then(|history| history.held_by.as_deref()).map(whereabouts::names);
        let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
        let (in_files, in_history) = names.unwrap_or_default();
        Self {
            repository,
            places: finding.places.max(finding.locations.len()),
            path: place.map(|place| place.path.clone()),
            line: place.map(|place| place.start.line),
            introduced: history.and_then(|history| history.introduced.clone()),
            removed: history.and_then(|history| history.removed.clone()),
            at_head: history.is_none_or(|history| history.at_head),
            reachable: finding.is_reachable(),
            in_files: owned(in_files),
            in_history: owned(in_history),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::finding::Verdict;
    use crate::report::samples;

    pub(in crate::report::fleet) fn coverage(name: &str, reading: Reading) -> Coverage {
        let error = (reading == Reading::Failed).then(|| "it is not a repository".to_owned());
        let at = (reading != Reading::Missing).then(|| "2026-01-02T03:04:05Z".to_owned());
        Coverage { repository: format!("https://example.org/{name}.git"), reading, at, error }
    }

    /// Three repositories with reports, one that failed, one that is missing.
    pub(in crate::report::fleet) fn sample() -> Merged {
        let mut merged = Merged::default();
        merged.add(coverage("a", Reading::Complete), Some(samples::history()));
        let mut other = samples::history();
        other.findings.truncate(1);
        other.findings[0].verdict = Some(Verdict::Confirmed);
        if let Some(event) =
            other.findings[0].history.as_mut().and_then(|history| history.introduced.as_mut())
        {
            event.commit.date = Some("2020-02-03T04:05:06Z".to_owned());
        }
        merged.add(coverage("b", Reading::Incomplete), Some(other));
        merged.add(coverage("c", Reading::Failed), None);
        merged.add(coverage("d", Reading::Missing), None);
        merged
    }

    #[test]
    fn a_strong_value_is_one_in_all_repositories() {
        let merged = sample();
        let values = merged.values();
        let all = samples::history().findings.len();
        assert_eq!(values.len(), all);
        let shared: Vec<&MergedValue> = values.iter().filter(|value| value.repositories() == 2).collect();
        assert_eq!(shared.len(), 1);
        assert_eq!(shared[0].finding.verdict, Some(Verdict::Confirmed));
        let first = shared[0].first().unwrap();
        assert_eq!(first.repository, 1, "the earlier commit");
        assert!(!merged.is_complete());
        assert_eq!((merged.count(Reading::Failed), merged.count(Reading::Missing)), (1, 1));
    }

    #[test]
    fn a_weak_value_is_never_the_same_in_two_repositories() {
        let mut report = samples::history();
        report.findings.truncate(1);
        report.findings[0].fingerprint = crate::secret::Fingerprint::from_report("0123456789").unwrap();
        let mut merged = Merged::default();
        for name in ["a", "b"] {
            merged.add(coverage(name, Reading::Complete), Some(report.clone()));
        }
        assert_eq!(merged.values().len(), 2);
        assert!(merged.values().iter().all(|value| value.repositories() == 1));
    }
}
