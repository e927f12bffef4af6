//! Searches the texts of an event. What counts is what blocks a git hook.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::finding::{Finding, Report};
use crate::policy::fails_run;
use crate::scan::Scanner;

/// The length of the shortest text that is searched by itself, in bytes: no shorter one is a secret.
const MIN_LENGTH: usize = 8;

/// What is wrong with the texts of an event.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The findings that block, one per value.
    pub(crate) findings: Vec<Finding>,
    /// Whether a part could not be checked.
    pub(crate) is_incomplete: bool,
}

impl Found {
    pub(crate) fn is_empty(&self) -> bool {
        self.findings.is_empty() && !self.is_incomplete
    }

    /// Adds what is in another text.
    pub(crate) fn add(&mut self, other: Self) {
        let known: BTreeSet<String> = self.findings.iter().map(fingerprint).collect();
        let is_new = |finding: &Finding| !known.contains(&fingerprint(finding));
        self.findings.extend(other.findings.into_iter().filter(is_new));
        self.is_incomplete |= other.is_incomplete;
    }
}

/// Returns the fingerprint of a finding in its full length.
pub(crate) fn fingerprint(finding: &Finding) -> String {
    finding.fingerprint.to_string()
}

/// Searches a text; `path` is relative to the top of the repository, or empty.
pub(crate) fn report(scanner: &Scanner, path: &[u8], text: &[u8]) -> Report {
    scanner.scan_bytes(path, text)
}

/// Returns the part of a report that blocks.
pub(crate) fn blocking(scanner: &Scanner, report: Report) -> Found {
    let mode = scanner.policy().hook_mode();
    let is_incomplete = !report.problems.is_empty();
    let findings = report.findings.into_iter().filter(|finding| fails_run(finding, mode)).collect();
    Found { findings, is_incomplete }
}

/// Searches each text of a value, and the value as a whole, which has the names of its fields.
pub(crate) fn search(scanner: &Scanner, value: &Value) -> Found {
    let mut found = Found::default();
    search_texts(scanner, value, &mut found);
    if !value.is_string() {
        found.add(search_whole(scanner, value));
    }
    found
}

/// Searches a value as the JSON that it is.
pub(crate) fn search_whole(scanner: &Scanner, value: &Value) -> Found {
    blocking(scanner, report(scanner, b"", value.to_string().as_bytes()))
}

/// Searches one text.
pub(crate) fn search_text(scanner: &Scanner, text: &str) -> Found {
    if text.len() < MIN_LENGTH {
        return Found::default();
    }
    blocking(scanner, report(scanner, b"", text.as_bytes()))
}

fn search_texts(scanner: &Scanner, value: &Value, found: &mut Found) {
    match value {
        Value::String(text) => found.add(search_text(scanner, text)),
        Value::Array(values) => values.iter().for_each(|value| search_texts(scanner, value, found)),
        Value::Object(fields) => {
            for (name, value) in fields {
                found.add(search_text(scanner, name));
                search_texts(scanner, value, found);
            }
        }
        _ => {}
    }
}
