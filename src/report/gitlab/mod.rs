//! GitLab's secret detection report, for `artifacts:reports:secret_detection`.
//!
//! An entry for each location of a finding, since GitLab identifies entries by rule and location. Names no people.

mod model;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{self, Write};

use sha2::{Digest as _, Sha256};

use self::model::{Commit, Detail, Identifier, Message, Scan, Tool, Vendor, Vulnerability};
use crate::finding::{Finding, Location, Problem, Report, Severity};
use crate::report::{Times, human, whereabouts, words};

/// GitLab rejects a report with more than 100,000 entries.
const MAX_ENTRIES: usize = 100_000;

/// GitLab rejects an artifact over 100 MB by default.
const MAX_BYTES: usize = 95_000_000;

/// Limits of the schema, in characters.
const MAX_NAME: usize = 255;
const MAX_SOLUTION: usize = 7000;

/// The commit id that GitLab's own analyzer writes for uncommitted secrets.
const NO_COMMIT: &str = "0000000";

/// Writes the report as one JSON object and a line break.
///
/// # Errors
/// Whatever `out` fails with.
pub(crate) fn write(report: &Report, times: Times, out: &mut dyn Write) -> io::Result<()> {
    let (entries, cut) = entries(report)?;
    let scan = serde_json::to_string(&scan(report, times, cut))?;
    writeln!(out, "{{\"version\": \"{}\", \"scan\": {scan},\n\"vulnerabilities\": [", model::VERSION)?;
    for (at, entry) in entries.iter().enumerate() {
        let comma = if at + 1 < entries.len() { "," } else { "" };
        writeln!(out, "{entry}{comma}")?;
    }
    writeln!(out, "]}}")
}

/// Listed and total entries, if some are left out.
type Cut = Option<(usize, usize)>;

/// Returns the entries in JSON, up to GitLab's limits, and the cut. Every finding gets its first location before a
/// finding gets a second.
fn entries(report: &Report) -> io::Result<(Vec<String>, Cut)> {
    let all: usize = report.findings.iter().map(|finding| finding.locations.len()).sum();
    let (mut listed, mut bytes) = (Vec::new(), 0);
    'full: for depth in 0..Finding::MAX_LOCATIONS {
        for (at, finding) in report.findings.iter().enumerate() {
            let Some(place) = finding.locations.get(depth) else { continue };
            let entry = serde_json::to_string(&vulnerability(finding, place))?;
            bytes += entry.len() + 2;
            if listed.len() == MAX_ENTRIES || bytes > MAX_BYTES {
                break 'full;
            }
            listed.push((at, depth, entry));
        }
    }
    listed.sort_by_key(|(at, depth, _)| (*at, *depth));
    let cut = (listed.len() < all).then_some((listed.len(), all));
    Ok((listed.into_iter().map(|(.., entry)| entry).collect(), cut))
}

fn scan(report: &Report, times: Times, cut: Cut) -> Scan {
    let tool = || Tool {
        id: env!("CARGO_PKG_NAME"),
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        vendor: Vendor { name: env!("CARGO_PKG_NAME") },
    };
    Scan {
        analyzer: tool(),
        scanner: tool(),
        kind: "secret_detection",
        start_time: times.started(),
        end_time: times.ended(),
        status: if report.is_complete() { "success" } else { "failure" },
        messages: messages(report, cut),
    }
}

fn messages(report: &Report, cut: Cut) -> Vec<Message> {
    let render = |problem: &Problem, level: &'static str| Message {
        level,
        value: format!("{}: {}", problem.kind.name(), words::problem(problem)),
    };
    let problems = report.problems.iter().map(|problem| render(problem, "fatal"));
    let cut = cut.map(|(listed, all)| Message {
        level: "warn",
        value: format!("{listed} of {all} locations are listed; `--format json` lists all"),
    });
    let summary = Message { level: "info", value: human::summary(report, &human::Options::default()) };
    let suppressed = report.suppressed.iter().map(|suppressed| Message {
        level: "info",
        value: format!(
            "suppressed ({}): {}, fingerprint {}, {}: {}",
            suppressed.by,
            suppressed.rule,
            suppressed.fingerprint,
            words::suppressed(suppressed),
            suppressed.reason
        ),
    });
    let notes =
        report.notes.iter().map(|note| render(note, if note.kind.is_note() { "info" } else { "warn" }));
    problems.chain(cut).chain([summary]).chain(suppressed).chain(notes).collect()
}

fn vulnerability<'r>(finding: &'r Finding, place: &'r Location) -> Vulnerability<'r> {
    let Finding { rule, title, severity, confidence, fingerprint, secret, reasons, help, .. } = finding;
    let commit = place.commit.as_ref();
    let text = |name, value: String| Detail { name, kind: "text", value };
    let mut details = BTreeMap::from([
        ("fingerprint", text("Fingerprint", fingerprint.to_string())),
        ("confidence", text("Confidence", confidence.to_string())),
        ("places", text("Places", finding.places.to_string())),
        ("place", text("Place", words::describe_location(place))),
    ]);
    if let Some(half) = words::companion(place) {
        details.insert("other_half", text("Belongs to", half));
    }
    details.extend(words::verified(finding).map(|answer| ("verified", text("Verified", answer))));
    if let Some(history) = &finding.history {
        details.insert("at_head", text("At a branch head", history.at_head.to_string()));
        details.insert("reachable", text("Reachable", history.reachable.to_string()));
        details.insert("now", text("Now", whereabouts::now(history)));
        let introduced = history.introduced.as_ref().and_then(|event| event.commit.date.clone());
        details.extend(introduced.map(|date| ("introduced", text("Introduced", date))));
    }
    Vulnerability {
        id: id(finding, place),
        name: cut(title, MAX_NAME),
        description: format!(
            "{title}: {}, {} characters, at {}. {}",
            secret.text,
            secret.length,
            words::describe_location(place),
            reasons.iter().map(|reason| reason.text.as_str()).collect::<Vec<_>>().join("; ")
        ),
        severity: match severity {
            Severity::Critical => "Critical",
            Severity::High => "High",
            Severity::Medium => "Medium",
            Severity::Low => "Low",
        },
        solution: cut(&words::steps(help).join("\n"), MAX_SOLUTION),
        identifiers: [
            Identifier { kind: "skant_rule_id", name: format!("skant rule {rule}"), value: rule },
            Identifier {
                kind: "skant_fingerprint",
                name: format!("skant fingerprint {fingerprint}"),
                value: fingerprint.as_str(),
            },
        ],
        location: model::Location {
            file: &place.path,
            start_line: place.start.line,
            end_line: place.end.line,
            commit: Commit {
                sha: commit.map_or(NO_COMMIT, |commit| &commit.id),
                date: commit.and_then(|commit| commit.date.as_deref()),
            },
        },
        raw_source_code_extract: &secret.text,
        details,
    }
}

/// The same place of the same value has the same id in each run: a UUID's form, from a hash of both.
fn id(finding: &Finding, place: &Location) -> String {
    let commit = place.commit.as_ref().map_or("", |commit| commit.id.as_str());
    let known = [
        finding.rule.as_ref(),
        finding.fingerprint.as_str(),
        place.kind.name(),
        &place.path,
        commit,
        place.blob.as_deref().unwrap_or_default(),
        &format!("{}:{}", place.start.line, place.start.column),
    ];
    let mut hash = Sha256::new();
    for part in known {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest: [u8; 32] = hash.finalize().into();
    let digits =
        format!("{:032x}", digest[..16].iter().fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte)));
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most - 1).chain(['…']).collect(),
    }
}
