//! The place of a finding in its text: the lines around it, masked, and the value itself on request.

use std::ops::Range;

use crate::detect::snippet::masked_neighbour;
use crate::finding::{Finding, Location, LocationKind};
use crate::git::{ObjectDatabase, ObjectKind, Oid, Repository};
use crate::scan::Scanner;
use crate::text::escape_terminal;

/// The number of lines that are shown before and after a value.
const LINES: usize = 2;

/// The largest text whose lines are shown, in bytes.
const MAX_TEXT: usize = 8 << 20;

/// Returns the text that a location is in: a file of the working tree, or a blob. `None` if it cannot be read, or is
/// large.
pub(super) fn text_of(repository: &Repository, place: &Location, is_on_disk: bool) -> Option<Vec<u8>> {
    if place.kind != LocationKind::File {
        return None;
    }
    let text = match (&place.blob, is_on_disk) {
        (Some(blob), false) => {
            let objects = ObjectDatabase::open(repository).ok()?;
            objects.read_as(&Oid::from_hex(blob.as_bytes())?, ObjectKind::Blob).ok()?
        }
        (_, true) => {
            let path = repository.work_tree.as_ref()?.join(&place.path);
            let metadata = std::fs::symlink_metadata(&path).ok()?;
            if !metadata.is_file() || metadata.len() > MAX_TEXT as u64 {
                return None;
            }
            std::fs::read(&path).ok()?
        }
        (None, false) => return None,
    };
    (text.len() <= MAX_TEXT).then_some(text)
}

/// Returns the lines around a value, each with its number; only the structure of a line is shown.
pub(super) fn context(scanner: &Scanner, text: &[u8], place: &Location) -> Vec<String> {
    let mut found: Vec<Range<usize>> = scanner
        .explain(text, place.path.as_bytes())
        .into_iter()
        .map(|one| one.evidence.span.clone())
        .collect();
    // The value itself is masked even if its text has changed meanwhile.
    found.push(place.bytes.0.min(text.len())..place.bytes.1.min(text.len()));
    found.sort_by_key(|span| span.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for span in found {
        match merged.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    let first = place.start.line.saturating_sub(LINES).max(1);
    let last = place.end.line.saturating_add(LINES);
    let own = place.start.line..=place.end.line;
    let mut out = Vec::new();
    let mut start = 0;
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        let range = start..start + line.len();
        start = range.end + 1;
        if number > last {
            break;
        }
        let is_inner = own.contains(&number) && number != place.start.line;
        if number < first || is_inner {
            continue;
        }
        let shown = match &place.snippet {
            Some(snippet) if number == place.start.line => snippet.line.clone(),
            _ => masked_neighbour(text, range, &merged),
        };
        let mark = if number == place.start.line { ">" } else { " " };
        out.push(format!("{mark} {number:>5} | {}", shown.trim_end()));
    }
    out
}

/// Returns the value of a location, escaped for a terminal; `None` if it is inside an encoding or an archive, or its text
/// has changed.
pub(super) fn value(finding: &Finding, place: &Location, text: &[u8]) -> Option<String> {
    let value = text.get(place.bytes.0..place.bytes.1).filter(|_| place.via.is_empty())?;
    (value.len() == finding.secret.length).then(|| {
        let lines = value.split(|byte| *byte == b'\n').map(escape_terminal);
        lines.collect::<Vec<_>>().join("\n")
    })
}
