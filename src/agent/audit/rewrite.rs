//! Takes the secrets out of a file of an agent. JSON stays JSON: only the texts that hold a secret change.

use super::search::MAX_DEPTH;
use crate::agent::inspect::{Found, blocking, report, search_text};
use crate::agent::install::json_spans::{Dialect, Kind, Node, parse};
use crate::agent::withhold::{WITHHELD, mask};
use crate::finding::Location;
use crate::scan::{RedactStream, Replacement, Scanner};

/// The passes over one document after which the rest is left.
const MAX_PASSES: usize = 32;

/// Returns a content without secrets; `None` if one would stay.
pub(crate) fn without_secrets(scanner: &Scanner, content: &[u8]) -> Option<Vec<u8>> {
    let rewritten = match std::str::from_utf8(content) {
        Ok(text) => text_without_secrets(scanner, text).into_bytes(),
        Err(_) => masked_bytes(scanner, content)?,
    };
    let left = super::search::search_content(scanner, &rewritten, rewritten.len());
    (left.hits.is_empty() && !left.is_incomplete).then_some(rewritten)
}

fn text_without_secrets(scanner: &Scanner, text: &str) -> String {
    if let Ok(root) = parse(text, Dialect::Strict) {
        return document(scanner, text, &root, 0);
    }
    // Lines of JSON, and blocks of other lines.
    let (mut out, mut block) = (String::with_capacity(text.len()), String::new());
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let root = content.starts_with(['{', '[']).then(|| parse(content, Dialect::Strict).ok()).flatten();
        let Some(root) = root else {
            block.push_str(line);
            continue;
        };
        out.push_str(&plain(scanner, &std::mem::take(&mut block)));
        out.push_str(&document(scanner, content, &root, 0));
        out.push_str(&line[content.len()..]);
    }
    out.push_str(&plain(scanner, &block));
    out
}

/// Rewrites the texts of a JSON document.
fn document(scanner: &Scanner, text: &str, root: &Node, depth: usize) -> String {
    let mut leaves = Vec::new();
    collect(root, &mut leaves);
    let changed: Vec<(usize, usize, String)> = leaves
        .iter()
        .filter_map(|(start, end, old)| {
            let new = leaf(scanner, old, depth);
            (new != *old).then(|| (*start, *end, quoted(&new)))
        })
        .collect();
    let mut text = replaced(text, &changed);
    // What only its name makes a secret, or what several texts are together.
    for _ in 0..MAX_PASSES {
        let found = search(scanner, &text);
        let Some(next) = parse(&text, Dialect::Strict).ok().and_then(|root| pass(&text, &root, &found))
        else {
            break;
        };
        text = next;
    }
    text
}

fn search(scanner: &Scanner, text: &str) -> Found {
    blocking(scanner, report(scanner, b"", text.as_bytes()))
}

/// Rewrites the texts in which findings of the whole document are; `None` if there are none.
fn pass(text: &str, root: &Node, found: &Found) -> Option<String> {
    let mut leaves = Vec::new();
    collect(root, &mut leaves);
    let locations: Vec<&Location> = found.findings.iter().flat_map(|finding| &finding.locations).collect();
    let changed: Vec<(usize, usize, String)> = leaves
        .iter()
        .filter_map(|(start, end, old)| {
            let is_inside = |location: &&Location| location.bytes.0 < *end && location.bytes.1 > *start;
            let location = locations.iter().copied().find(is_inside)?;
            if old == WITHHELD {
                return None;
            }
            // A span of the document is one of the text if nothing in it is escaped.
            let is_plain = text.get(start + 1..end - 1) == Some(old) && location.via.is_empty();
            let (from, to) =
                (location.bytes.0.max(start + 1) - start - 1, location.bytes.1.min(end - 1) - start - 1);
            let new = match (old.get(..from), old.get(to..)) {
                (Some(before), Some(after)) if is_plain && from < to => format!("{before}********{after}"),
                _ => WITHHELD.to_owned(),
            };
            Some((*start, *end, quoted(if new == *old { WITHHELD } else { &new })))
        })
        .collect();
    (!changed.is_empty()).then(|| replaced(text, &changed))
}

/// Rewrites a text of a document, which may be a document itself.
fn leaf(scanner: &Scanner, text: &str, depth: usize) -> String {
    if depth < MAX_DEPTH && text.trim_start().starts_with(['{', '[']) {
        if let Ok(root) = parse(text, Dialect::Strict) {
            return document(scanner, text, &root, depth + 1);
        }
        let line = |line: &str| match parse(line, Dialect::Strict) {
            Ok(root) => document(scanner, line, &root, depth + 1),
            Err(_) => line.to_owned(),
        };
        let lines: Vec<String> = text.split('\n').map(line).collect();
        return plain(scanner, &lines.join("\n"));
    }
    plain(scanner, text)
}

/// Masks a text that is no JSON. If a mask is not enough, the lines of the value go.
fn plain(scanner: &Scanner, text: &str) -> String {
    if search_text(scanner, text).is_empty() {
        return text.to_owned();
    }
    let masked = masked_bytes(scanner, text.as_bytes()).and_then(|bytes| String::from_utf8(bytes).ok());
    let mut text = masked.unwrap_or_else(|| text.to_owned());
    for _ in 0..MAX_PASSES {
        let found = search_text(scanner, &text);
        if found.findings.is_empty() {
            return if found.is_incomplete { mask(scanner, &text) } else { text };
        }
        let mut spans: Vec<(usize, usize)> = found
            .findings
            .iter()
            .flat_map(|finding| &finding.locations)
            .map(|location| {
                let (start, end) = location.bytes;
                let line = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
                let rest = text.get(end..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| end + at);
                (line, rest)
            })
            .collect();
        spans.sort_unstable();
        let mut changed: Vec<(usize, usize, String)> = Vec::new();
        for (start, end) in spans {
            match changed.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => changed.push((start, end, WITHHELD.to_owned())),
            }
        }
        text = replaced(&text, &changed);
    }
    WITHHELD.to_owned()
}

fn masked_bytes(scanner: &Scanner, bytes: &[u8]) -> Option<Vec<u8>> {
    let (mut stream, mut out) = (RedactStream::new(scanner.detector(), Replacement::Mask), Vec::new());
    stream.push(bytes, &mut out).and_then(|()| stream.finish(&mut out)).ok()?;
    Some(out)
}

/// Collects the texts of a document, names included, with their bytes.
fn collect(node: &Node, leaves: &mut Vec<(usize, usize, String)>) {
    match &node.kind {
        Kind::Text(text) => leaves.push((node.start, node.end, text.clone())),
        Kind::Array(values) => values.iter().for_each(|value| collect(value, leaves)),
        Kind::Object(members) => {
            for member in members {
                leaves.push((member.start, member.name_end, member.name.clone()));
                collect(&member.value, leaves);
            }
        }
        Kind::Other => {}
    }
}

fn replaced(text: &str, changes: &[(usize, usize, String)]) -> String {
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for (start, end, new) in changes {
        out.push_str(&text[from..*start]);
        out.push_str(new);
        from = *end;
    }
    out.push_str(&text[from..]);
    out
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
