//! The part of the page that needs no script: how many, how bad, how old, where still.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::data::state;
use super::escaped;
use crate::finding::{Finding, Problem, Report, Severity};
use crate::policy::{RunMode, fails_run};
use crate::report::human::{self, counted, grouped};
use crate::report::times::Times;
use crate::report::{entries, whereabouts, words};

/// The most findings of the highest severity that the summary lists.
const MAX_WORST: usize = 25;

/// The most problems, notes and files that are listed.
const MAX_LISTED: usize = 20;

/// Returns the result in a few words.
pub(super) fn heading(report: &Report) -> String {
    let found = report.findings.iter().filter(|finding| finding.is_reachable()).count();
    match (found, report.is_complete()) {
        (0, true) => "No secrets found".to_owned(),
        (0, false) => "Not everything was read".to_owned(),
        (found, true) => format!("{} found", counted(found, "secret")),
        (found, false) => format!("{} found, and not everything was read", counted(found, "secret")),
    }
}

/// Returns the summary as HTML.
pub(super) fn render(report: &Report, times: Times, mode: RunMode) -> String {
    let mut out = format!("<h1>{}</h1>\n", escaped(&heading(report)));
    // Writing to a string does not fail.
    for line in human::summary(report, &human::Options::default()).lines() {
        let _ = writeln!(out, "<p>{}</p>", escaped(line));
    }
    let _ = writeln!(
        out,
        "<p class=\"soft\">skant {} · {} UTC</p>",
        env!("CARGO_PKG_VERSION"),
        escaped(&times.started().replace('T', " "))
    );
    if !report.problems.is_empty() {
        let count = counted(report.problems.len(), "problem");
        let _ = writeln!(
            out,
            "<details class=\"banner\"><summary><b>Not everything was read:</b> {count}, the first: {}</summary>",
            report.problems.first().map(|first| escaped(&words::problem(first))).unwrap_or_default()
        );
        out.push_str(&list(report.problems.iter().map(words::problem), report.problems.len(), "problem"));
        out.push_str("</details>\n");
    }
    if !report.findings.is_empty() {
        out.push_str(&cards(report, mode));
        out.push_str(&worst(report));
        out.push_str(
            "<div id=\"timeline-part\" hidden><h2>Timeline</h2>\n<p class=\"soft\">Values that came in, and values that \
             were taken out of the files. A value that was taken out is still in the history.</p>\n\
             <svg id=\"timeline\" role=\"img\" aria-label=\"values introduced and removed\"></svg></div>\n",
        );
        out.push_str(&files(report));
    }
    if !report.notes.is_empty() {
        out.push_str("<details><summary>Notes</summary>\n");
        out.push_str(&list(report.notes.iter().map(note), report.notes.len(), "note"));
        out.push_str("</details>\n");
    }
    out
}

fn note(note: &Problem) -> String {
    format!("{}: {}", note.kind.name(), words::problem(note))
}

/// Returns the first entries of a list, and how many are left out.
fn list(entries: impl Iterator<Item = String>, count: usize, word: &str) -> String {
    let mut out = String::from("<ul>\n");
    for entry in entries.take(MAX_LISTED) {
        let _ = writeln!(out, "<li>{}</li>", escaped(&entry));
    }
    if let Some(more @ 1..) = count.checked_sub(MAX_LISTED) {
        let _ = writeln!(out, "<li>and {}</li>", counted(more, &format!("more {word}")));
    }
    out + "</ul>\n"
}

/// Returns the figures: what fails the run, by severity, by state, and the oldest value.
fn cards(report: &Report, mode: RunMode) -> String {
    let mut out = String::from("<div class=\"cards\">\n");
    let mut card = |number: usize, class: &str, text: &str| {
        if number > 0 {
            let number = grouped(number);
            let _ = writeln!(out, "<div class=\"card\"><b class=\"{class}\">{number}</b>{text}</div>");
        }
    };
    let count = |is: &dyn Fn(&Finding) -> bool| report.findings.iter().filter(|finding| is(finding)).count();
    card(count(&|finding| fails_run(finding, mode)), "critical", "fail the run");
    for severity in [Severity::Critical, Severity::High, Severity::Medium, Severity::Low] {
        card(count(&|finding| finding.severity == severity), severity.name(), severity.name());
    }
    for text in ["in the files", "in the files of a branch", "removed, in history", "unreachable"] {
        card(count(&|finding| state(finding) == text), "", text);
    }
    card(report.suppressed.len(), "", "suppressed");
    let dates = report.findings.iter().filter_map(|finding| {
        let introduced = finding.history.as_ref()?.introduced.as_ref()?;
        introduced.commit.date.as_deref()?.get(..10)
    });
    if let Some(oldest) = dates.min() {
        let _ = writeln!(out, "<div class=\"card\"><b>{}</b>the oldest</div>", escaped(oldest));
    }
    out + "</div>\n"
}

/// Lists the findings of the highest severity, a line for each entry: what, where, since when, by whom, where still.
fn worst(report: &Report) -> String {
    let Some(severity) = report.findings.iter().map(|finding| finding.severity).max() else {
        return String::new();
    };
    let findings: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|finding| finding.severity == severity && finding.is_reachable())
        .collect();
    let entries = entries::group(&findings);
    if entries.is_empty() {
        return String::new();
    }
    let mut out = format!("<h2>The worst: {severity}</h2>\n<ol class=\"worst\">\n");
    for entry in entries.iter().take(MAX_WORST) {
        let first = entry.first;
        let place = first.locations.first().map(words::describe_location).unwrap_or_default();
        let mut facts: Vec<String> = entry.values().into_iter().collect();
        facts.extend(words::verified(first));
        facts.extend(whereabouts::since(first));
        facts.extend(first.history.as_ref().map(whereabouts::briefly));
        let _ = writeln!(
            out,
            "<li><b>{}</b> <code>{}</code> <span class=\"soft\">{}</span></li>",
            escaped(&first.title),
            escaped(&place),
            escaped(&facts.join("; "))
        );
    }
    if let Some(more @ 1..) = entries.len().checked_sub(MAX_WORST) {
        let _ = writeln!(out, "<li>and {} more in the table</li>", grouped(more));
    }
    out + "</ol>\n"
}

/// Lists the files with the most findings, if there are several.
fn files(report: &Report) -> String {
    const MAX_FILES: usize = 5;
    let mut files: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &report.findings {
        if let Some(place) = finding.locations.first() {
            *files.entry(&place.path).or_default() += 1;
        }
    }
    if files.len() <= MAX_FILES {
        return String::new();
    }
    let mut files: Vec<(&str, usize)> = files.into_iter().collect();
    files.sort_by_key(|(path, number)| (std::cmp::Reverse(*number), *path));
    let mut out = String::from("<h2>Files with the most findings</h2>\n<ol>\n");
    for (path, number) in files.iter().take(MAX_FILES) {
        let _ = writeln!(out, "<li><code>{}</code> ({})</li>", escaped(path), grouped(*number));
    }
    out + "</ol>\n"
}
