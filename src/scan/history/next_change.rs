//! When a report of the same history may become another one, because a token or a suppression expires.

use std::str::FromStr as _;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::assess::RatedEvidence;
use crate::detect::Evidence;
use crate::scan::history::blobs::CollectedEvidence;
use crate::scan::scanner::Scanner;

/// Returns the first second, since 1970, at which a token or a comment in the evidence expires that has not expired yet.
pub(crate) fn next_change_of_evidence(scanner: &Scanner, found: &CollectedEvidence) -> i64 {
    let now = scanner.policy().now;
    let in_texts = found.texts.iter().flat_map(|(.., occurrences)| occurrences).map(|one| &one.rated);
    let in_names = found.trees.names.iter().map(|(.., rated)| rated);
    let in_refs = found.ref_names.iter().map(|(_, rated)| rated);
    let in_blobs = found.blobs.iter().flat_map(|(_, found)| found);
    let all = in_blobs.chain(in_texts).chain(in_names).chain(in_refs);
    all.flat_map(|RatedEvidence { evidence, .. }| expiries(evidence))
        .filter(|time| *time > now)
        .min()
        .unwrap_or(i64::MAX)
}

/// Returns the first second, since 1970, at which an entry of the settings expires that has not expired yet.
pub(crate) fn next_change_of_settings(scanner: &Scanner) -> i64 {
    let now = scanner.policy().now;
    let entries = scanner.suppression_entries().iter();
    let ends = entries.filter_map(|entry| end_of_day(entry.until?));
    ends.filter(|time| *time > now).min().unwrap_or(i64::MAX)
}

/// Returns the times at which a token, and the comments beside it, expire.
fn expiries(evidence: &Evidence) -> impl Iterator<Item = i64> {
    let features = &evidence.features;
    let claims = features.claims.iter().map(|claims| claims.expires);
    let checked = features.check.iter().map(|check| check.claims.as_ref()?.expires);
    let comments = evidence.inline_comments.iter().map(|comment| {
        let until = comment.until.as_deref()?;
        end_of_day(Date::from_str(until).ok()?)
    });
    claims.chain(checked).chain(comments).flatten()
}

/// Returns the first second after a day in UTC.
fn end_of_day(day: Date) -> Option<i64> {
    let next = day.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(next.timestamp().as_second())
}
