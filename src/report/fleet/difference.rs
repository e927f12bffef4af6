//! The difference of two merged views: which values are new, which came to a further repository, which are gone.
//!
//! What a repository held is compared only if both views have a report of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use super::merged::{Identity, Merged, MergedValue, Reading};
use super::text::repositories;
use crate::report::human::counted;
use crate::text::escape_ci_command;

/// A value and the repositories that a difference is about.
#[derive(Debug, Serialize)]
struct Entry {
    rule: String,
    severity: &'static str,
    confidence: &'static str,
    fingerprint: String,
    masked: String,
    repositories: Vec<String>,
}

/// The difference of two merged views.
#[derive(Debug, Default, Serialize)]
pub(crate) struct FleetDifference {
    /// Values that the old view does not have.
    new: Vec<Entry>,
    /// Known values in repositories that did not have them.
    spread: Vec<Entry>,
    /// Values that are in none of their repositories any more.
    gone: Vec<Entry>,
    /// Values that some of their repositories do not have any more.
    left: Vec<Entry>,
    /// The number of values with the same repositories.
    still: usize,
    repositories_added: Vec<String>,
    repositories_removed: Vec<String>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Document<'d> {
    tool: &'static str,
    version: &'static str,
    schema: u32,
    kind: &'static str,
    #[serde(flatten)]
    difference: &'d FleetDifference,
}

/// A value whose index of a repository is replaced by its name.
type Known<'m> = BTreeMap<(String, Option<(String, usize)>), (&'m MergedValue, BTreeSet<&'m str>)>;

fn known(merged: &Merged) -> Known<'_> {
    let name = |index: usize| merged.coverage.get(index).map_or("", |one| one.repository.as_str());
    let values = merged.identified().map(|(identity, value)| {
        let identity = match identity {
            Identity::Strong(digits) => (digits.clone(), None),
            Identity::Weak(digits, repository, number) => {
                (digits.clone(), Some((name(*repository).to_owned(), *number)))
            }
        };
        let repositories = value.sightings.iter().map(|sighting| name(sighting.repository)).collect();
        (identity, (value, repositories))
    });
    values.collect()
}

/// Returns the repositories with a report.
fn read(merged: &Merged) -> BTreeSet<&str> {
    let is_read = |reading| matches!(reading, Reading::Complete | Reading::Incomplete);
    merged.coverage.iter().filter(|one| is_read(one.reading)).map(|one| one.repository.as_str()).collect()
}

impl FleetDifference {
    /// Compares two views.
    pub(crate) fn between(old: &Merged, new: &Merged) -> Self {
        let (before, after) = (known(old), known(new));
        let (read_before, read_after) = (read(old), read(new));
        let names = |merged: &'_ Merged| -> BTreeSet<String> {
            merged.coverage.iter().map(|one| one.repository.clone()).collect()
        };
        let (all_before, all_after) = (names(old), names(new));
        let mut difference = Self {
            repositories_added: all_after.difference(&all_before).cloned().collect(),
            repositories_removed: all_before.difference(&all_after).cloned().collect(),
            ..Self::default()
        };
        for (identity, (value, repositories)) in &after {
            let Some((_, earlier)) = before.get(identity) else {
                difference.new.push(entry(value, repositories));
                continue;
            };
            let further: BTreeSet<&str> = repositories.difference(earlier).copied().collect();
            let left: BTreeSet<&str> = earlier.difference(repositories).copied().collect();
            let left: BTreeSet<&str> = left.intersection(&read_after).copied().collect();
            difference.still += usize::from(further.is_empty() && left.is_empty());
            difference.spread.extend((!further.is_empty()).then(|| entry(value, &further)));
            difference.left.extend((!left.is_empty()).then(|| entry(value, &left)));
        }
        for (identity, (value, repositories)) in &before {
            let gone: BTreeSet<&str> = repositories.intersection(&read_after).copied().collect();
            if !after.contains_key(identity) && !gone.is_empty() {
                difference.gone.push(entry(value, &gone));
            }
        }
        for list in [&mut difference.new, &mut difference.spread, &mut difference.gone, &mut difference.left]
        {
            list.sort_by(|one, other| weight(one).cmp(&weight(other)));
        }
        let unread = |all: usize, read: usize, which: &str, what: &str| {
            (all > read)
                .then(|| format!("{} of the {which} store have no report: {what}", repositories(all - read)))
        };
        difference.notes = [
            unread(all_before.len(), read_before.len(), "old", "what they hold counts as new"),
            unread(
                all_after.len(),
                read_after.len(),
                "new",
                "what they held counts as neither gone nor there",
            ),
        ]
        .into_iter()
        .flatten()
        .collect();
        difference
    }

    /// Whether a value is new, or in a repository that did not have it.
    pub(crate) const fn has_new(&self) -> bool {
        !self.new.is_empty() || !self.spread.is_empty()
    }

    /// Returns the difference as one JSON object and a line break.
    pub(crate) fn to_json(&self) -> String {
        let document = Document {
            tool: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            schema: 1,
            kind: "fleet",
            difference: self,
        };
        format!("{}\n", serde_json::to_string_pretty(&document).unwrap_or_default())
    }

    /// Returns the difference as text: a line for each value that changed, then the sums. `quiet` leaves out the notes and
    /// the sums.
    pub(crate) fn to_text(&self, quiet: bool) -> String {
        let mut out = String::new();
        let lists =
            [("new", &self.new), ("spread", &self.spread), ("gone", &self.gone), ("left", &self.left)];
        for (word, list) in lists {
            for entry in list {
                // Writing into a String cannot fail.
                let _ = writeln!(out, "{}", escape_ci_command(&line(word, entry)));
            }
        }
        if quiet {
            return out;
        }
        for (word, list) in [("added", &self.repositories_added), ("removed", &self.repositories_removed)] {
            if !list.is_empty() {
                let _ = writeln!(out, "{} {word}", repositories(list.len()));
            }
        }
        for note in &self.notes {
            let _ = writeln!(out, "note: {note}");
        }
        let new = if self.new.is_empty() {
            "nothing new".to_owned()
        } else {
            counted(self.new.len(), "new secret")
        };
        let [spread, gone, left] = [&self.spread, &self.gone, &self.left].map(Vec::len);
        let _ = writeln!(
            out,
            "{new}, {spread} in further repositories, {gone} gone, {left} gone from some, {} still there",
            self.still
        );
        out
    }
}

fn weight(entry: &Entry) -> impl Ord + use<'_> {
    let rank = |name: &str| ["critical", "high", "medium", "low"].iter().position(|known| *known == name);
    (rank(entry.severity), rank(entry.confidence), entry.rule.as_str(), entry.fingerprint.as_str())
}

fn entry(value: &MergedValue, repositories: &BTreeSet<&str>) -> Entry {
    let finding = &value.finding;
    Entry {
        rule: finding.rule.to_string(),
        severity: finding.severity.name(),
        confidence: finding.confidence.name(),
        fingerprint: finding.fingerprint.to_string(),
        masked: finding.secret.text.clone(),
        repositories: repositories.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn line(word: &str, entry: &Entry) -> String {
    let Entry { rule, severity, confidence, fingerprint, masked, repositories } = entry;
    let more = match repositories.len() {
        0 | 1 => String::new(),
        number => format!(" and {} more", number - 1),
    };
    let first = repositories.first().map(String::as_str).unwrap_or_default();
    format!("{word:6} {severity:8} {confidence:6} {fingerprint:16} {rule} {masked} {first}{more}")
}

#[cfg(test)]
mod tests {
    use super::super::merged::tests::coverage;
    use super::*;
    use crate::report::samples;

    /// Repositories with the first findings of a sample: as many as the number says; `None` failed.
    fn merged(repositories: &[(&str, Option<usize>)]) -> Merged {
        let mut merged = Merged::default();
        for (name, number) in repositories {
            let report = number.map(|number| {
                let mut report = samples::many(3, 1);
                report.findings.truncate(number);
                report
            });
            let reading = if report.is_some() { Reading::Complete } else { Reading::Failed };
            merged.add(coverage(name, reading), report);
        }
        merged
    }

    fn sums(
        old: &[(&str, Option<usize>)],
        new: &[(&str, Option<usize>)],
    ) -> (usize, usize, usize, usize, usize) {
        let found = FleetDifference::between(&merged(old), &merged(new));
        (found.new.len(), found.spread.len(), found.gone.len(), found.left.len(), found.still)
    }

    #[test]
    fn a_value_is_new_spread_gone_left_or_still_there() {
        let one = &[("a", Some(2)), ("b", Some(0))][..];
        assert_eq!(sums(one, one), (0, 0, 0, 0, 2));
        assert_eq!(sums(one, &[("a", Some(3)), ("b", Some(0))]), (1, 0, 0, 0, 2));
        assert_eq!(sums(one, &[("a", Some(2)), ("b", Some(1))]), (0, 1, 0, 0, 1));
        assert_eq!(sums(&[("a", Some(2)), ("b", Some(1))], one), (0, 0, 0, 1, 1));
        assert_eq!(sums(one, &[("a", Some(0)), ("b", Some(0))]), (0, 0, 2, 0, 0));
        // What was not read is not gone, and a repository that is not there any more is listed by its name.
        assert_eq!(sums(one, &[("a", None), ("b", Some(0))]), (0, 0, 0, 0, 0));
        assert_eq!(sums(one, &[("b", Some(0))]), (0, 0, 0, 0, 0));
    }

    #[test]
    fn the_text_says_what_changed_and_what_is_doubtful() {
        let difference = FleetDifference::between(
            &merged(&[("a", Some(1)), ("c", Some(0))]),
            &merged(&[("a", Some(2)), ("b", None)]),
        );
        let text = difference.to_text(false);
        assert!(text.starts_with("new    critical "), "{text}");
        for expected in [
            "1 repository added",
            "1 repository removed",
            "note: 1 repository of the new store have no",
            "1 new secret, 0 in",
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
        assert!(difference.has_new());
        let json: serde_json::Value = serde_json::from_str(&difference.to_json()).unwrap();
        assert_eq!((&json["kind"], &json["new"][0]["severity"]), (&"fleet".into(), &"critical".into()));
        assert_eq!(json["repositories_added"][0], "https://example.org/b.git");
    }
}
