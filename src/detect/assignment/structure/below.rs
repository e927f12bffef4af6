//! A value that begins on the line below its name, or after a tag or an anchor: block scalars, lists, parentheses, here
//! documents, continued lines.

use crate::text::trimmed;
use std::ops::Range;

use crate::detect::assignment::parse::{Assignment, Operator, Quote, is_name};
use crate::detect::assignment::structure::place::Place;
use crate::detect::assignment::structure::steps::{
    begins_with, indent, is_quote_at, line_end, line_start, next_line, skip_spaces, skip_whitespace,
    trimmed_line,
};
use crate::detect::assignment::structure::values::{assignment, bare, is_generated, read, read_string};

/// YAML's tags of texts. Others refer to a value elsewhere, or say that it is encrypted.
const TEXT_TAGS: [&[u8]; 5] = [b"!!str ", b"!str ", b"!!binary ", b"!binary ", b"! "];

/// The most values of one list.
pub(super) const MAX_VALUES: usize = 24;

/// Finds the values after the operator at `at`.
pub(super) fn find(place: &Place<'_>, operator: Operator, at: usize) -> Vec<Assignment> {
    let text = place.text;
    let start = skip_properties(text, skip_spaces(text, at));
    let name = &place.name;
    let one = |found: Option<Assignment>| found.into_iter().collect();
    match text.get(start) {
        Some(b'\n' | b'\r') => list_or_scalar(place, operator, start),
        Some(b'|' | b'>') => one(block_scalar(place, operator, start)),
        Some(b'<') => one(here_document(place, operator, start)),
        Some(b'(') => one(parenthesized(place, operator, start)),
        Some(b'\\') => one(continued(place, operator, start)),
        Some(b'[') if operator == Operator::Colon => flow_list(place, start),
        Some(b'{') => one(braced(place, operator, start)),
        Some(_) if start > skip_spaces(text, at) => one(read(text, name, start, operator)),
        Some(byte) if b"\"'rR#$q%~[".contains(byte) => one(read_string(text, name, start, operator)),
        _ => Vec::new(),
    }
}

/// Skips the anchor and the tag of a YAML value, unless the tag is that of a reference.
fn skip_properties(text: &[u8], mut at: usize) -> usize {
    for _ in 0..2 {
        let rest = &text[at.min(text.len())..];
        if rest.first() == Some(&b'&') {
            let length = rest[1..].iter().take(48).take_while(|byte| is_name(**byte)).count();
            let is_anchor = length > 0 && matches!(rest.get(length + 1), Some(b' ' | b'\n' | b'\r'));
            at = if is_anchor { skip_spaces(text, at + length + 1) } else { at };
        }
        let tag = TEXT_TAGS.iter().find(|tag| begins_with(text, at, tag));
        at = tag.map_or(at, |tag| skip_spaces(text, at + tag.len()));
    }
    at
}

/// Returns the column of the first character of the line that contains a name; `- ` counts as indentation.
fn column_of(place: &Place<'_>) -> usize {
    place.outer.start - line_start(place.text, place.outer.start)
}

/// Reads `|` or `>` with the only line below it that is indented deeper than the name.
fn block_scalar(place: &Place<'_>, operator: Operator, start: usize) -> Option<Assignment> {
    let text = place.text;
    let header = &text[start + 1..line_end(text, start)];
    let is_header = operator == Operator::Colon
        && header
            .trim_ascii()
            .iter()
            .take_while(|byte| **byte != b'#')
            .all(|byte| b"+-123456789 ".contains(byte));
    is_header.then_some(())?;
    let line = next_line(text, start)?;
    let column = indent(text, line);
    let is_nested = column + 1 > indent(text, line_start(text, place.name.start)) && column > 0;
    let ends = next_line(text, line).is_none_or(|next| indent(text, next) < column);
    let value = bare(text, trimmed_line(text, line))?;
    (is_nested && ends).then(|| assignment(&place.name, value, operator, Quote::None))
}

/// Reads the list below a name, or the only bare line below it.
fn list_or_scalar(place: &Place<'_>, operator: Operator, start: usize) -> Vec<Assignment> {
    let text = place.text;
    let mut values = Vec::new();
    let Some(mut line) = next_line(text, start) else { return values };
    let (column, own) = (indent(text, line), column_of(place));
    if operator == Operator::Tag {
        return values;
    }
    if operator != Operator::Colon && !is_quote_at(text, line + column) {
        return values;
    }
    let has_dash = |line: usize| begins_with(text, line + column, b"- ") && indent(text, line) == column;
    if !has_dash(line) {
        let is_only = next_line(text, line).is_none_or(|next| indent(text, next) < column);
        let value = trimmed_line(text, line);
        let has_key = text[value.clone()].ends_with(b":") || text[value.clone()].contains(&b' ');
        if column > own && is_only && !has_key {
            values.extend(read(text, &place.name, value.start, operator));
        }
        return values;
    }
    while column + 2 > own && has_dash(line) && values.len() < MAX_VALUES {
        let item = skip_properties(text, skip_spaces(text, line + column + 2));
        let value = trimmed(text, item..line_end(text, line));
        let is_text = is_quote_at(text, item) || is_generated(&text[value.clone()]);
        // `- name: X` is a mapping.
        let has_key = text[value.clone()]
            .iter()
            .position(|byte| *byte == b':')
            .is_some_and(|colon| matches!(text.get(value.start + colon + 1), Some(b' ' | b'\n')));
        if is_text && !has_key {
            values.extend(read(text, &place.name, item, operator));
        }
        let Some(next) = next_line(text, line) else { break };
        line = next;
    }
    values
}

/// Reads a list in brackets on one line whose values have no quotes.
fn flow_list(place: &Place<'_>, start: usize) -> Vec<Assignment> {
    let text = place.text;
    let line = &text[start + 1..line_end(text, start)];
    let Some(length) = line.iter().position(|byte| *byte == b']') else { return Vec::new() };
    let mut at = start + 1;
    let mut values = Vec::new();
    for part in line[..length].split(|byte| *byte == b',').take(MAX_VALUES) {
        let value = trimmed(text, at..at + part.len());
        at += part.len() + 1;
        if is_generated(&text[value.clone()])
            && !text[value.clone()].iter().any(|byte| b"\"'`".contains(byte))
        {
            let value = bare(text, value);
            values.extend(value.map(|value| assignment(&place.name, value, Operator::Colon, Quote::None)));
        }
    }
    values
}

/// Reads `<<WORD` with one line up to the same word.
fn here_document(place: &Place<'_>, operator: Operator, start: usize) -> Option<Assignment> {
    let text = place.text;
    let mut at = start + text[start..].starts_with(b"<<").then_some(2)?;
    let skip =
        |at: usize, bytes: &[u8]| at + usize::from(text.get(at).is_some_and(|byte| bytes.contains(byte)));
    at = skip(skip(skip(at, b"<"), b"-~ "), b"\"'`");
    let length = text[at..].iter().take(40).take_while(|byte| is_name(**byte)).count();
    let word = at..at + length;
    (length > 1).then_some(())?;
    let line = next_line(text, word.end)?;
    let value = bare(text, trimmed_line(text, line))?;
    let last = trimmed_line(text, next_line(text, line)?);
    text[last].starts_with(&text[word]).then(|| assignment(&place.name, value, operator, Quote::None))
}

/// Reads `(` with a string on the next line.
fn parenthesized(place: &Place<'_>, operator: Operator, start: usize) -> Option<Assignment> {
    let text = place.text;
    if !matches!(operator, Operator::Assign | Operator::Colon | Operator::Arrow) {
        return None;
    }
    let found = read_string(text, &place.name, skip_whitespace(text, start + 1), operator)?;
    // Otherwise it is one of several values.
    let after = skip_whitespace(text, found.value.end + 1);
    (text.get(after) == Some(&b')')).then_some(found)
}

/// Reads the line after a backslash at the end of the line.
fn continued(place: &Place<'_>, operator: Operator, start: usize) -> Option<Assignment> {
    let text = place.text;
    if !trimmed(text, start + 1..line_end(text, start)).is_empty() {
        return None;
    }
    let line = next_line(text, start)?;
    read(text, &place.name, line, operator)
}

/// Reads a string in braces (JSX), or bare text in braces between other settings of a connection string (ODBC).
fn braced(place: &Place<'_>, operator: Operator, start: usize) -> Option<Assignment> {
    let text = place.text;
    let inside = skip_whitespace(text, start + 1);
    if is_quote_at(text, inside) {
        let found = read_string(text, &place.name, inside, operator)?;
        let after = skip_whitespace(text, found.value.end + 1);
        return matches!(text.get(after), Some(b'}' | b',' | b'\\')).then_some(found);
    }
    let length = text[inside..].iter().take(128).position(|byte| b"}\n".contains(byte))?;
    let is_closed = text.get(inside + length) == Some(&b'}');
    let is_setting =
        matches!(text.get(inside + length + 1), None | Some(b';' | b'"' | b'\'' | b'\n' | b'\r'));
    let value = bare(text, inside..inside + length)?;
    (is_closed && is_setting && follows_setting(text, &place.name))
        .then(|| assignment(&place.name, value, operator, Quote::None))
}

/// Returns whether a name follows another setting of a connection string: `Server=h;Uid=u;PWD=`.
fn follows_setting(text: &[u8], name: &Range<usize>) -> bool {
    let line = &text[line_start(text, name.start)..name.start];
    let before = line.trim_ascii_end();
    before.ends_with(b";") && before.contains(&b'=')
}
