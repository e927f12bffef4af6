//! The order of a report, and the merge of two reports into one.

use crate::assess::context::weightier;
use crate::finding::{Finding, Location, Report};

/// Merges two reports. The result has the kind and the names of the first one's scope, and the numbers of both; a value in
/// both reports is one finding.
#[must_use]
pub(crate) fn merge_reports(mut first: Report, second: Report) -> Report {
    first.scope.commits += second.scope.commits;
    first.scope.messages += second.scope.messages;
    first.scope.blobs += second.scope.blobs;
    first.scope.bytes += second.scope.bytes;
    for finding in second.findings {
        match first.findings.iter_mut().find(|known| known.fingerprint == finding.fingerprint) {
            Some(known) => {
                known.confidence = known.confidence.max(finding.confidence);
                known.places += finding.places;
                known.context = match (known.context, finding.context) {
                    (Some(one), Some(other)) => Some(weightier(one, other)),
                    (one, other) => one.or(other),
                };
                known.locations.extend(finding.locations);
                sort_locations(&mut known.locations);
                known.locations.truncate(Finding::MAX_LOCATIONS);
            }
            None => first.findings.push(finding),
        }
    }
    first.findings.sort_by(|one, other| finding_order(one).cmp(&finding_order(other)));
    first.suppressed.extend(second.suppressed);
    for (list, more) in [(&mut first.problems, second.problems), (&mut first.notes, second.notes)] {
        list.extend(more);
        list.sort();
        list.dedup();
    }
    first
}

/// Sorts locations and removes duplicates.
pub(crate) fn sort_locations(locations: &mut Vec<Location>) {
    locations.sort_by(|one, other| location_order(one).cmp(&location_order(other)));
    locations.dedup();
}

fn location_order(location: &Location) -> impl Ord + '_ {
    let commit = location.commit.as_ref().map(|commit| (&commit.date, &commit.id));
    (&location.path, location.start, location.kind, commit, &location.blob, location.bytes)
}

pub(crate) fn finding_order(finding: &Finding) -> impl Ord + '_ {
    let first = finding.locations.first();
    (first.map(|location| (&location.path, location.start)), &finding.rule, &finding.fingerprint)
}
