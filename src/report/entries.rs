//! One entry for what is one thing to do: values that were one after the other in the same place.
//!
//! The findings themselves stay: counts, JSON and verbose output have all of them.

use std::collections::HashMap;

use crate::finding::{Finding, LocationKind, ReasonCode};

/// Findings of one rule in one place; the most important one comes first.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'r> {
    pub(crate) first: &'r Finding,
    pub(crate) others: Vec<&'r Finding>,
}

impl<'r> Entry<'r> {
    /// Creates an entry of one finding.
    pub(crate) const fn single(first: &'r Finding) -> Self {
        Self { first, others: Vec::new() }
    }

    /// The number of findings.
    pub(crate) const fn len(&self) -> usize {
        1 + self.others.len()
    }

    /// Returns the findings.
    pub(crate) fn findings(&self) -> impl Iterator<Item = &'r Finding> {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }

    /// Describes the number of values, if there are several: `85 values here, 1 of them at a head`.
    pub(crate) fn values(&self) -> Option<String> {
        let at_head = self.findings().filter(|finding| is_at_head(finding)).count();
        let heads = match at_head {
            0 => String::new(),
            number => format!(", {number} of them at a head"),
        };
        (self.len() > 1).then(|| format!("{} values here, one after the other{heads}", self.len()))
    }
}

fn is_at_head(finding: &Finding) -> bool {
    finding.history.as_ref().is_some_and(|history| history.at_head)
}

/// What makes one place: the rule, the path, and a line or the name before the value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Place<'r> {
    Line(&'r str, &'r str, usize),
    Name(&'r str, &'r str, &'r str),
}

/// Groups findings into entries, in the order of their first finding. Two values that are both at a head are two things
/// to do, so only values of a history are grouped, and at most one of an entry is at a head.
pub(crate) fn group<'r>(findings: &[&'r Finding]) -> Vec<Entry<'r>> {
    let mut entries: Vec<Entry<'r>> = Vec::new();
    let mut known: HashMap<Place<'r>, usize> = HashMap::new();
    for finding in findings.iter().copied() {
        let places = places(finding);
        let is_gone = !is_at_head(finding);
        let same = places.iter().find_map(|place| known.get(place).copied());
        let entry = same.filter(|_| is_gone).unwrap_or(entries.len());
        match entries.get_mut(entry) {
            Some(known) => known.others.push(finding),
            None => entries.push(Entry::single(finding)),
        }
        for place in places {
            known.entry(place).or_insert(entry);
        }
    }
    entries
}

/// Returns what identifies the place of a value of a history: its line, and the name that it is assigned to.
fn places(finding: &Finding) -> Vec<Place<'_>> {
    let Some(first) = finding.locations.first() else { return Vec::new() };
    if finding.history.is_none() || first.kind != LocationKind::File {
        return Vec::new();
    }
    let name = finding.reasons.iter().find(|reason| reason.code == ReasonCode::AssignedName);
    let name = name.and_then(|reason| reason.params.iter().find(|(param, _)| *param == "name"));
    let line = Place::Line(&finding.rule, &first.path, first.in_member.unwrap_or(first.start).line);
    let name = name.map(|(_, name)| Place::Name(&finding.rule, &first.path, name));
    std::iter::once(line).chain(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Reason;
    use crate::report::samples;

    fn found(line: usize, name: Option<&str>, at_head: bool) -> Finding {
        let mut finding = samples::history().findings.remove(0);
        finding.history.as_mut().unwrap().at_head = at_head;
        finding.locations[0].start.line = line;
        let name = name.map(|name| Reason::new(ReasonCode::AssignedName, "").with("name", name));
        finding.reasons = name.into_iter().collect();
        finding
    }

    fn sizes(findings: &[Finding]) -> Vec<usize> {
        let findings: Vec<&Finding> = findings.iter().collect();
        group(&findings).iter().map(Entry::len).collect()
    }

    #[test]
    fn former_values_of_a_line_or_a_name_are_one_entry() {
        let (a, b) = (Some("a"), Some("b"));
        for (findings, expected) in [
            (vec![found(3, None, true), found(3, None, false), found(3, None, false)], &[3][..]),
            (vec![found(3, a, true), found(5, a, false), found(5, b, false)], &[3]),
            (vec![found(3, a, true), found(5, a, true)], &[1, 1]),
            (vec![found(3, None, true), found(3, None, true), found(3, None, false)], &[2, 1]),
            (vec![found(3, a, false), found(4, b, false), found(4, None, false)], &[1, 2]),
        ] {
            assert_eq!(sizes(&findings), expected);
        }
        let report = samples::many(5, 1);
        assert_eq!(sizes(&report.findings), [1; 5]);
        let values = [found(3, None, true), found(3, None, false)];
        let values: Vec<&Finding> = values.iter().collect();
        let text = group(&values)[0].values();
        assert_eq!(text.as_deref(), Some("2 values here, one after the other, 1 of them at a head"));
    }
}
