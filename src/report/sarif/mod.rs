//! SARIF 2.1.0, for code hosts and editors.
//!
//! Each location of a finding is a result, since GitHub shows only the first location of a result. Names no people:
//! neither authors nor addresses.

mod model;
mod place;
mod rule;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use self::model::{
    Descriptor, Driver, Invocation, Log, Notification, Outcome, Properties, Run, Suppression, Text, Tool,
};
use self::rule::Rules;
use crate::finding::{Finding, Location, Problem, Report, Suppressed, SuppressedBy};
use crate::report::level::Level;
use crate::report::words;

/// The number of results per run that GitHub shows; it rejects five times as many.
const MAX_RESULTS: usize = 5000;

/// The size limit of GitHub, in bytes after gzip.
const MAX_COMPRESSED: usize = 10_000_000;

const FINGERPRINT: &str = "skant/v1";

/// The only fingerprint that GitHub reads (docs.github.com, "SARIF support for code scanning").
const LINE_HASH: &str = "primaryLocationLineHash";

/// Writes the report as a SARIF log with one run and a line break.
///
/// # Errors
/// Returns the errors of `out`.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut most = MAX_RESULTS;
    loop {
        let log = log(report, most)?;
        let packed = if log.len() > MAX_COMPRESSED { packed(&log)? } else { log.len() };
        if packed <= MAX_COMPRESSED || most == 0 {
            return out.write_all(&log);
        }
        // By what a result takes, and some less, since they are not all alike.
        most = most.min(most * (MAX_COMPRESSED / 1000) * 9 / 10 / (packed / 1000));
    }
}

fn packed(log: &[u8]) -> io::Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(log)?;
    Ok(encoder.finish()?.len())
}

/// Returns the log with at most `most` results.
fn log(report: &Report, most: usize) -> io::Result<Vec<u8>> {
    let rules = Rules::of(report);
    let (results, cut) = results(report, &rules, most);
    let log = Log {
        schema: model::SCHEMA,
        version: model::VERSION,
        runs: [Run {
            tool: Tool { driver: driver(report, rules) },
            invocations: [Invocation {
                execution_successful: report.is_complete(),
                tool_execution_notifications: notifications(report, cut),
            }],
            column_kind: "unicodeCodePoints",
            results,
            properties: scope(report),
        }],
    };
    let mut out = serde_json::to_vec_pretty(&log)?;
    out.push(b'\n');
    Ok(out)
}

fn driver<'r>(report: &'r Report, rules: Rules<'r>) -> Driver<'r> {
    Driver {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: rules.descriptors(),
        notifications: rule::notifications(report),
    }
}

/// Returns at most `most` results, and (listed, all) if some are left out. Every finding gets its first location before
/// a finding gets a second.
fn results<'r>(
    report: &'r Report,
    rules: &Rules<'_>,
    most: usize,
) -> (Vec<Outcome<'r>>, Option<(usize, usize)>) {
    let places: Vec<(&Finding, Vec<&Location>)> =
        report.findings.iter().map(|finding| (finding, place::distinct(finding, &report.scope))).collect();
    let total = |depth: usize| -> usize {
        places.iter().map(|(_, places)| places.len().min(depth)).sum::<usize>() + report.suppressed.len()
    };
    let all = total(usize::MAX);
    let depth = (1..=Finding::MAX_LOCATIONS).rev().find(|depth| total(*depth) <= most).unwrap_or(1);
    let found = places.iter().flat_map(|(finding, places)| {
        places.iter().take(depth).map(|place| outcome(finding, place, report, rules))
    });
    let suppressed = report.suppressed.iter().map(|suppressed| suppressed_result(suppressed, report, rules));
    let mut results: Vec<_> = found.chain(suppressed).take(most).collect();
    add_line_hashes(&mut results);
    let cut = (results.len() < all).then_some((results.len(), all));
    (results, cut)
}

/// Adds the identity by which GitHub follows an alert from one upload to the next: the value and its path, without the
/// line. The number after the colon counts equal ones, as in the hashes that GitHub's own upload computes.
fn add_line_hashes(results: &mut [Outcome<'_>]) {
    let mut counts = BTreeMap::<(String, String), usize>::new();
    for result in results {
        let Some(fingerprint) = result.partial_fingerprints.get(FINGERPRINT).map(ToString::to_string) else {
            continue;
        };
        let uri = result.locations[0].physical_location.artifact_location.uri.clone();
        let count = counts.entry((uri, fingerprint.clone())).or_default();
        *count += 1;
        let hash = format!("{fingerprint}:{count}");
        result.partial_fingerprints.insert(LINE_HASH, hash.into());
    }
}

fn outcome<'r>(finding: &'r Finding, place: &'r Location, report: &Report, rules: &Rules<'_>) -> Outcome<'r> {
    let mut properties = Properties::from([
        ("severity", json!(finding.severity.name())),
        ("confidence", json!(finding.confidence.name())),
        ("places", json!(finding.places)),
    ]);
    if let Some(commit) = &place.commit {
        properties.insert("commit", json!(commit.id));
    }
    if let Some(blob) = &place.blob {
        properties.insert("blob", json!(blob));
    }
    if !place.via.is_empty() {
        properties.insert("via", json!(place.via));
    }
    if let Some(history) = &finding.history {
        properties.insert("atHead", json!(history.at_head));
        properties.insert("reachable", json!(history.reachable));
    }
    if let Some(verified) = &finding.verified {
        let owner: BTreeMap<&str, &str> =
            verified.owner.iter().map(|fact| (&*fact.name, fact.text.as_str())).collect();
        properties.insert(
            "verified",
            json!({"answer": verified.answer.name(), "reason": verified.reason, "host": verified.host,
                   "at": verified.at, "owner": owner}),
        );
    }
    Outcome {
        rule_id: &finding.rule,
        rule_index: rules.index(&finding.rule),
        level: Level::of(finding).name(),
        message: plain(&message(finding, place)),
        locations: [place::location(finding, place, &report.scope)],
        related_locations: place::companion(finding, place, &report.scope).into_iter().collect(),
        partial_fingerprints: BTreeMap::from([(FINGERPRINT, finding.fingerprint.as_str().into())]),
        suppressions: Vec::new(),
        properties,
    }
}

fn message(finding: &Finding, place: &Location) -> String {
    let Finding { title, secret, confidence, fingerprint, help, .. } = finding;
    let inside = words::inside(place).map(|inside| format!("; {inside}")).unwrap_or_default();
    // Lists of alerts show the first sentence only, and the dots of a mask may end one.
    let first = format!(
        "{title}, {} severity, {confidence} confidence. Masked: {}, {} characters; fingerprint {fingerprint}{inside}.",
        finding.severity, secret.text, secret.length
    );
    let verified = words::verified(finding).map(|answer| format!("Verified: {answer}."));
    [vec![first], verified.into_iter().collect(), words::steps(help)].concat().join("\n")
}

fn suppressed_result<'r>(suppressed: &'r Suppressed, report: &Report, rules: &Rules<'_>) -> Outcome<'r> {
    let Suppressed { fingerprint, rule, by, reason, .. } = suppressed;
    Outcome {
        rule_id: rule,
        rule_index: rules.index(rule),
        level: Level::Note.name(),
        message: plain(&format!("Suppressed ({by}): {rule}, fingerprint {fingerprint}.")),
        locations: [place::suppressed(suppressed, &report.scope)],
        related_locations: Vec::new(),
        partial_fingerprints: BTreeMap::from([(FINGERPRINT, fingerprint.as_str().into())]),
        suppressions: vec![Suppression {
            kind: if *by == SuppressedBy::Inline { "inSource" } else { "external" },
            status: "accepted",
            justification: reason,
        }],
        properties: Properties::new(),
    }
}

fn notifications(report: &Report, cut: Option<(usize, usize)>) -> Vec<Notification> {
    let render = |problem: &Problem, level: Level| Notification {
        descriptor: Some(Descriptor { id: problem.kind.name() }),
        level: level.name(),
        message: plain(&words::problem(problem)),
    };
    let problems = report.problems.iter().map(|problem| render(problem, Level::Error));
    let notes = report.notes.iter().map(|note| {
        // An accepted problem is still unread content, more than a note.
        render(note, if note.kind.is_note() { Level::Note } else { Level::Warning })
    });
    let cut = cut.map(|(listed, all)| Notification {
        descriptor: None,
        level: Level::Warning.name(),
        message: plain(&format!("{listed} of {all} results are listed; `--format json` lists all.")),
    });
    problems.chain(notes).chain(cut).collect()
}

fn scope(report: &Report) -> Properties {
    let scope = &report.scope;
    Properties::from([
        ("scope", json!(scope.kind.name())),
        ("revisions", json!(scope.revisions)),
        ("ci", json!(scope.ci)),
        ("commits", json!(scope.commits)),
        ("objects", json!(scope.objects)),
        ("blobs", json!(scope.blobs)),
        ("bytes", json!(scope.bytes)),
    ])
}

/// Escapes a message: in SARIF, braces are placeholders and `[a](b)` is a link.
fn plain(text: &str) -> Text {
    let mut text = text.replace('{', "{{").replace('}', "}}");
    if text.contains("](") {
        text = text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
    }
    Text { text }
}
