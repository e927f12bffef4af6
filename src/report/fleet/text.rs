//! The merged view as text for people: two lines for each value, then what was not read.

use std::fmt::Write as _;

use super::merged::{Merged, MergedValue, Reading};
use crate::finding::{Verdict, Verification};
use crate::report::human::{counted, grouped};
use crate::report::words;
use crate::text::escape_ci_command;

/// The most values that are listed, unless everything is asked for.
const MAX_VALUES: usize = 50;

/// The most repositories of a value that are named, and the most that were not read.
const MAX_NAMED: usize = 3;
const MAX_UNREAD: usize = 20;

/// Returns the text. `everything` lifts the limits, `quiet` leaves out the sums.
pub(super) fn render(merged: &Merged, everything: bool, quiet: bool) -> String {
    let values = merged.values();
    let limit = |limit: usize| if everything { usize::MAX } else { limit };
    let mut out = String::new();
    let mut line = |text: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(out, "{}", escape_ci_command(text));
    };
    for value in values.iter().take(limit(MAX_VALUES)) {
        for text in lines(merged, value, limit(MAX_NAMED)) {
            line(&text);
        }
    }
    if let Some(more @ 1..) = values.len().checked_sub(limit(MAX_VALUES)) {
        line(&format!(
            "and {}; `-v` lists all, `-o report.html` and `-o report.csv` as well",
            counted(more, "more value")
        ));
    }
    for text in unread(merged, limit(MAX_UNREAD)) {
        line(&text);
    }
    if quiet {
        return out;
    }
    for note in &merged.notes {
        line(&format!("note: {note}"));
    }
    let secrets = if values.is_empty() { "no secrets".to_owned() } else { counted(values.len(), "secret") };
    let whole = if merged.is_complete() { "everything was read" } else { "not everything was read" };
    line(&format!("{secrets} found in {}; {whole}", repositories(merged.coverage.len())));
    out
}

/// Returns a number of repositories in words.
pub(crate) fn repositories(number: usize) -> String {
    let word = if number == 1 { "repository" } else { "repositories" };
    format!("{} {word}", grouped(number))
}

fn lines(merged: &Merged, value: &MergedValue, named: usize) -> [String; 2] {
    let finding = &value.finding;
    let name = |index: usize| merged.coverage.get(index).map_or("", |one| one.repository.as_str());
    let mut facts = vec![format!("in {}", repositories(value.repositories()))];
    if let Some((first, event)) = value.first().and_then(|first| Some((first, first.introduced.as_ref()?))) {
        let day = event.commit.date.as_deref().and_then(|date| date.get(..10)).unwrap_or_default();
        let commit = words::short(&event.commit.id);
        facts.push(format!(
            "first {day} by {} in {} ({commit})",
            event.commit.author,
            name(first.repository)
        ));
    }
    let heads: Vec<&str> =
        value.sightings.iter().filter(|one| one.at_head).map(|one| name(one.repository)).collect();
    facts.push(match heads.len() {
        0 => "at no branch head".to_owned(),
        number => {
            let more = if number > named { format!(" and {} more", number - named) } else { String::new() };
            format!("still at a head of {}{more}", heads[..number.min(named)].join(", "))
        }
    });
    facts.extend(finding.verdict.map(Verdict::name).map(str::to_owned));
    facts.extend(finding.verification().map(Verification::name).map(str::to_owned));
    if !value.suppressed.is_empty() {
        facts.push(format!("suppressed in {}", repositories(value.suppressed.len())));
    }
    [
        format!(
            "{} {} {} {} {}",
            finding.severity, finding.confidence, finding.fingerprint, finding.rule, finding.secret.text
        ),
        format!("    {}", facts.join("; ")),
    ]
}

/// Lists the repositories that were not read, with the reason.
fn unread(merged: &Merged, limit: usize) -> Vec<String> {
    let unread = merged.coverage.iter().filter(|one| one.reading != Reading::Complete);
    let mut lines: Vec<String> = unread
        .clone()
        .take(limit)
        .map(|one| {
            let reason = one.error.as_deref().map(|error| format!(": {error}")).unwrap_or_default();
            format!("{:<10}  {}{reason}", one.reading.name(), one.repository)
        })
        .collect();
    if let Some(more @ 1..) = unread.count().checked_sub(limit) {
        lines.push(format!("and {more} more; `skant fleet status` lists them"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::merged::tests::sample;
    use super::*;

    #[test]
    fn the_text_names_what_was_found_and_what_was_not_read() {
        let text = render(&sample(), false, false);
        for expected in [
            "    in 2 repositories; first 2020-02-03 by ",
            "confirmed",
            "incomplete  https://example.org/b.git\n",
            "failed      https://example.org/c.git: it is not a repository\n",
            "missing     https://example.org/d.git\n",
            "found in 4 repositories; not everything was read\n",
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
        assert!(!render(&sample(), false, true).contains("found in 4"));
    }
}
