//! Searches a file of an agent: as it is, and each text in its JSON as the agent sees it, also JSON in such a text.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::agent::inspect::{Found, blocking, fingerprint, report};
use crate::decode::archive::sqlite;
use crate::finding::Finding;
use crate::scan::Scanner;

/// The depth of JSON in texts of JSON.
pub(super) const MAX_DEPTH: usize = 4;

/// A value in a file.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    pub(crate) finding: Finding,
    /// How often the file has the value.
    pub(crate) places: usize,
    /// The time of the oldest line with the value, as the file has it.
    pub(crate) since: Option<String>,
}

/// What is in a file.
#[derive(Debug, Default)]
pub(crate) struct Searched {
    /// The values by their full fingerprint.
    pub(crate) hits: BTreeMap<String, Hit>,
    /// Whether a part could not be checked.
    pub(crate) is_incomplete: bool,
}

/// Searches the content of a file of a length in bytes. After a database, its write-ahead log follows.
pub(crate) fn search_content(scanner: &Scanner, content: &[u8], length: usize) -> Searched {
    let mut searched = Searched::default();
    if content.starts_with(sqlite::MAGIC) {
        let (values, is_whole) = sqlite::values(content, length);
        searched.is_incomplete = !is_whole;
        for value in values {
            search_text(scanner, &value, &mut searched);
        }
        return searched;
    }
    search_text(scanner, content, &mut searched);
    searched
}

/// Returns the values that are the login of an agent in a configuration with much else.
pub(crate) fn own_login(scanner: &Scanner, content: &[u8]) -> BTreeSet<String> {
    let root: Value = serde_json::from_slice(content).unwrap_or_default();
    let logins =
        ["primaryApiKey", "oauthAccount", "customApiKeyResponses"].iter().filter_map(|name| root.get(name));
    let mut known = BTreeSet::new();
    for login in logins {
        known.extend(crate::agent::inspect::search(scanner, login).findings.iter().map(fingerprint));
    }
    known
}

fn search_text(scanner: &Scanner, content: &[u8], searched: &mut Searched) {
    let whole = blocking(scanner, report(scanner, b"", content));
    let lines = Lines::new(content, !whole.is_empty());
    searched.add(whole, &|finding| lines.oldest(finding));
    // The texts of one JSON document, or of each line.
    if let Ok(root) = serde_json::from_slice::<Value>(content) {
        let mut found = Found::default();
        let count = leaves(scanner, &root, 0, &mut found);
        searched.add_leaves(found, &count, None);
        return;
    }
    for line in content.split(|byte| *byte == b'\n').filter(|line| line.contains(&b'\\')) {
        let Ok(root) = serde_json::from_slice::<Value>(line) else { continue };
        let mut found = Found::default();
        let count = leaves(scanner, &root, 0, &mut found);
        searched.add_leaves(found, &count, time_of(&root).as_ref());
    }
}

/// Searches the texts of a value that are not the same in JSON as by themselves; counts the values.
fn leaves(scanner: &Scanner, value: &Value, depth: usize, found: &mut Found) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    let mut texts = Vec::new();
    collect(value, depth, &mut texts);
    for text in texts {
        let one = blocking(scanner, report(scanner, b"", text.as_bytes()));
        for finding in &one.findings {
            *count.entry(fingerprint(finding)).or_default() += finding.places;
        }
        found.add(one);
    }
    count
}

fn collect(value: &Value, depth: usize, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            if text
                .contains(|character: char| character == '"' || character == '\\' || character.is_control())
            {
                texts.push(text.clone());
            }
            if depth < MAX_DEPTH && text.trim_start().starts_with(['{', '[']) {
                // One document, or a line each.
                if let Ok(inner) = serde_json::from_str::<Value>(text) {
                    collect(&inner, depth + 1, texts);
                } else {
                    let inner = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
                    inner.for_each(|inner| collect(&inner, depth + 1, texts));
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, depth, texts)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, depth, texts)),
        _ => {}
    }
}

impl Searched {
    fn add(&mut self, found: Found, since: &dyn Fn(&Finding) -> Option<String>) {
        self.is_incomplete |= found.is_incomplete;
        for finding in found.findings {
            let since = since(&finding);
            let key = fingerprint(&finding);
            let hit = self.hits.entry(key).or_insert_with(|| Hit {
                places: 0,
                since: since.clone(),
                finding: finding.clone(),
            });
            hit.places += finding.places;
            hit.since = hit.since.take().into_iter().chain(since).min();
        }
    }

    /// Adds what is in texts of JSON. A value that the document shows as well is counted there already.
    fn add_leaves(&mut self, found: Found, count: &BTreeMap<String, usize>, since: Option<&String>) {
        self.is_incomplete |= found.is_incomplete;
        for finding in found.findings {
            let key = fingerprint(&finding);
            let places = count.get(&key).copied().unwrap_or(1);
            let hit =
                self.hits.entry(key).or_insert_with(|| Hit { places: 0, since: since.cloned(), finding });
            hit.places = hit.places.max(places);
            hit.since = hit.since.take().into_iter().chain(since.cloned()).min();
        }
    }
}

/// The lines of a text by their offsets.
struct Lines<'t> {
    text: &'t [u8],
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t [u8], is_needed: bool) -> Self {
        let ends = memchr::memchr_iter(b'\n', if is_needed { text } else { b"" });
        Self { text, starts: std::iter::once(0).chain(ends.map(|end| end + 1)).collect() }
    }

    /// Returns the time of the oldest line with a value.
    fn oldest(&self, finding: &Finding) -> Option<String> {
        let time = |offset: usize| {
            let line = self.starts.partition_point(|start| *start <= offset).checked_sub(1)?;
            let start = self.starts[line];
            let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
            time_of(&serde_json::from_slice(self.text.get(start..end)?).ok()?)
        };
        finding.locations.iter().filter_map(|location| time(location.bytes.0)).min()
    }
}

/// Returns the time that a line of a transcript has, in RFC 3339.
fn time_of(line: &Value) -> Option<String> {
    let time = line.get("timestamp").or_else(|| line.get("ts"))?;
    let parsed = match time {
        Value::String(text) => text.parse::<jiff::Timestamp>().ok(),
        other => {
            let number = other.as_i64()?;
            // Seconds or milliseconds: no transcript is older than 1973.
            if number > 100_000_000_000 {
                jiff::Timestamp::from_millisecond(number).ok()
            } else {
                jiff::Timestamp::from_second(number).ok()
            }
        }
    };
    parsed.map(|time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}
