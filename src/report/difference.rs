//! The difference of two reports: what is new, gone, moved, and still there.
//!
//! A value is known by its fingerprint, and where several share one, by its places. The fingerprint of a password
//! depends on its path, so a moved password is gone and new.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use crate::finding::{Finding, LocationKind, Report};
use crate::policy::RunMode;
use crate::report::human::counted;
use crate::report::{order, words};
use crate::text::escape_ci_command;

/// The findings of two reports, each list in the order of importance.
#[derive(Debug, Default)]
pub(crate) struct Difference {
    new: Vec<Finding>,
    gone: Vec<Finding>,
    /// The findings of which no place is the same, as the new report has them.
    moved: Vec<Finding>,
    still: Vec<Finding>,
    /// The findings that are not in the new report since something suppresses them there.
    suppressed: Vec<Finding>,
    /// What makes the comparison doubtful.
    notes: Vec<&'static str>,
}

#[derive(Serialize)]
struct Document<'d> {
    tool: &'static str,
    version: &'static str,
    schema: u32,
    new: Vec<Row<'d>>,
    gone: Vec<Row<'d>>,
    moved: Vec<Row<'d>>,
    still: Vec<Row<'d>>,
    suppressed: Vec<Row<'d>>,
    notes: &'d [&'static str],
}

#[derive(Serialize)]
struct Row<'d> {
    rule: &'d str,
    severity: &'static str,
    confidence: &'static str,
    fingerprint: &'d str,
    masked: &'d str,
    path: Option<&'d str>,
    line: Option<usize>,
}

impl<'d> Row<'d> {
    fn of(finding: &'d Finding) -> Self {
        let first = finding.locations.first();
        Self {
            rule: &finding.rule,
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            fingerprint: finding.fingerprint.as_str(),
            masked: &finding.secret.text,
            path: first.map(|place| place.path.as_str()),
            line: first.map(|place| place.start.line),
        }
    }
}

/// Returns the places of a finding.
fn places(finding: &Finding) -> BTreeSet<(LocationKind, &str, usize)> {
    finding.locations.iter().map(|place| (place.kind, place.path.as_str(), place.start.line)).collect()
}

impl Difference {
    /// Compares two reports.
    pub(crate) fn between(old: &Report, new: &Report) -> Self {
        let [old_order, new_order] =
            [old, new].map(|report| order::by_importance(report, RunMode::DEFAULT_SCAN));
        // The fingerprint of a weak value has few digits, so several values may share it.
        let mut known = BTreeMap::<String, Vec<Finding>>::new();
        for finding in old_order.findings {
            known.entry(finding.fingerprint.to_string()).or_default().push(finding);
        }
        let mut difference = Self::default();
        let mut elsewhere = Vec::new();
        for finding in new_order.findings {
            let before = known.get_mut(finding.fingerprint.as_str());
            let same = before.and_then(|before| {
                let at = before.iter().position(|one| !places(one).is_disjoint(&places(&finding)))?;
                Some(before.remove(at))
            });
            if same.is_some() { difference.still.push(finding) } else { elsewhere.push(finding) }
        }
        for finding in elsewhere {
            let before = known.get_mut(finding.fingerprint.as_str()).and_then(Vec::pop);
            if before.is_some() { difference.moved.push(finding) } else { difference.new.push(finding) }
        }
        let suppressed: BTreeSet<&str> = new.suppressed.iter().map(|one| one.fingerprint.as_str()).collect();
        let mut left: Vec<Finding> = known.into_values().flatten().collect();
        left.sort_by(|one, other| (one.severity, &one.rule).cmp(&(other.severity, &other.rule)).reverse());
        (difference.suppressed, difference.gone) =
            left.into_iter().partition(|finding| suppressed.contains(finding.fingerprint.as_str()));
        if !old.is_complete() {
            difference.notes.push("the old report is incomplete: what it did not read counts as new");
        }
        if !new.is_complete() {
            difference.notes.push("the new report is incomplete: what it did not read counts as gone");
        }
        if old.scope.kind != new.scope.kind {
            difference
                .notes
                .push("the reports are of different kinds of scans, so what one did not read differs");
        }
        difference
    }

    /// Whether the new report has a finding that the old one does not have.
    pub(crate) const fn has_new(&self) -> bool {
        !self.new.is_empty()
    }

    /// Returns the difference as one JSON object and a line break.
    pub(crate) fn to_json(&self) -> String {
        let document = Document {
            tool: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            schema: 1,
            new: self.new.iter().map(Row::of).collect(),
            gone: self.gone.iter().map(Row::of).collect(),
            moved: self.moved.iter().map(Row::of).collect(),
            still: self.still.iter().map(Row::of).collect(),
            suppressed: self.suppressed.iter().map(Row::of).collect(),
            notes: &self.notes,
        };
        format!("{}\n", serde_json::to_string_pretty(&document).unwrap_or_default())
    }

    /// Returns the difference as text: a line for each finding that is new, gone or moved, then the sums. `quiet` leaves
    /// out the notes and the sums.
    pub(crate) fn to_text(&self, quiet: bool) -> String {
        let mut out = String::new();
        for (word, list) in [("new", &self.new), ("gone", &self.gone), ("moved", &self.moved)] {
            for finding in list {
                // Writing into a String cannot fail.
                let _ = writeln!(out, "{}", escape_ci_command(&line(word, finding)));
            }
        }
        if quiet {
            return out;
        }
        for note in &self.notes {
            let _ = writeln!(out, "note: {note}");
        }
        let [new, gone, moved, still] = [&self.new, &self.gone, &self.moved, &self.still].map(Vec::len);
        let suppressed = match self.suppressed.len() {
            0 => String::new(),
            number => format!(", {number} still there and suppressed now"),
        };
        let _ = writeln!(
            out,
            "{}, {gone} gone, {moved} moved, {still} still there{suppressed}",
            counted_new(new)
        );
        out
    }
}

fn counted_new(new: usize) -> String {
    if new == 0 { "nothing new".to_owned() } else { counted(new, "new secret") }
}

fn line(word: &str, finding: &Finding) -> String {
    let Finding { rule, severity, confidence, fingerprint, secret, .. } = finding;
    let place = finding.locations.first().map(words::describe_location).unwrap_or_default();
    format!("{word:6} {severity:8} {confidence:6} {fingerprint:16} {rule} {} {place}", secret.text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn a_value_is_new_gone_moved_or_still_there() {
        let old = samples::many(3, 1);
        let mut new = samples::many(4, 1);
        new.findings.remove(0);
        new.findings[0].locations[0].path = "elsewhere.env".to_owned();
        let difference = Difference::between(&old, &new);
        let names = |list: &[Finding]| -> Vec<String> {
            list.iter().map(|finding| finding.locations[0].path.clone()).collect()
        };
        assert_eq!(names(&difference.new), ["3/0.env"]);
        assert_eq!(names(&difference.gone), ["0/0.env"]);
        assert_eq!(names(&difference.moved), ["elsewhere.env"]);
        assert_eq!(names(&difference.still), ["2/0.env"]);
        assert!(difference.has_new());
        let text = difference.to_text(false);
        assert!(text.ends_with("1 new secret, 1 gone, 1 moved, 1 still there\n"), "{text}");
        assert!(text.starts_with("new    critical high "), "{text}");
        assert_eq!(difference.to_text(true).lines().count(), 3);
        let json: serde_json::Value = serde_json::from_str(&difference.to_json()).unwrap();
        assert_eq!((&json["new"][0]["path"], &json["still"][0]["line"]), (&"3/0.env".into(), &3.into()));
    }

    #[test]
    fn a_report_differs_in_nothing_from_itself() {
        for report in samples::all() {
            let difference = Difference::between(&report, &report);
            assert!(!difference.has_new() && difference.gone.is_empty());
            assert!(difference.to_text(false).contains("nothing new, 0 gone"));
            assert_eq!(difference.notes.len(), if report.is_complete() { 0 } else { 2 });
        }
    }

    #[test]
    fn values_that_share_a_fingerprint_are_told_apart_by_their_places() {
        let mut old = samples::many(3, 1);
        let shared = old.findings[0].fingerprint.clone();
        old.findings.iter_mut().for_each(|finding| finding.fingerprint = shared.clone());
        let difference = Difference::between(&old, &old);
        assert_eq!((difference.still.len(), difference.moved.len()), (3, 0));
        let mut one = old.clone();
        one.findings.truncate(1);
        let difference = Difference::between(&one, &old);
        assert_eq!((difference.still.len(), difference.new.len()), (1, 2));
    }

    #[test]
    fn a_suppressed_value_is_not_gone() {
        let old = samples::many(2, 1);
        let mut new = samples::many(2, 1);
        let finding = new.findings.remove(0);
        let mut suppressed =
            samples::all().into_iter().find_map(|report| report.suppressed.into_iter().next()).unwrap();
        suppressed.fingerprint = finding.fingerprint;
        new.suppressed.push(suppressed);
        let difference = Difference::between(&old, &new);
        assert_eq!((difference.still.len(), difference.gone.len(), difference.suppressed.len()), (1, 0, 1));
        assert!(difference.to_text(false).contains("1 still there, 1 still there and suppressed now"));
    }

    #[test]
    fn a_finding_with_one_place_more_is_still_there() {
        let (old, new) = (samples::many(1, 2), samples::many(1, 3));
        let difference = Difference::between(&old, &new);
        assert_eq!((difference.still.len(), difference.moved.len()), (1, 0));
    }
}
