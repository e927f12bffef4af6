//! Finds the values that belong to an anchor by a structure of several lines, fields or elements, where the grammar of
//! `parse` finds none: siblings, parents, columns, values on the next line, defaults of look-ups, types between name and
//! value. One reader for all languages; it sees nothing but the window of the anchor.
//!
//! Decides only where values are, as `parse` does. Where texts for people are kept in the same form (elements, tables,
//! sentences), words are no values.

mod below;
mod columns;
mod fallback;
mod fields;
mod markup;
mod options;
mod parents;
mod place;
mod prose;
mod siblings;
mod steps;
mod typed;
mod values;

use std::ops::Range;

use crate::detect::assignment::parse::{
    AfterName, Assignment, Cursor, Operator, is_name, may_be_key, read_operator,
};
use crate::text::{find_short, is_quote};
use place::Place;
use steps::skip_spaces;

/// How far from an anchor a value may be, in bytes: the reach of the generic rules. Beyond it, the window may cut a value.
const REACH: usize = 800;

/// Finds the values that belong to the name around an anchor; several in a list or a column.
pub(crate) fn find(text: &[u8], anchor: &Range<usize>) -> Vec<Assignment> {
    let Some(place) = Place::read(text, anchor) else { return Vec::new() };
    let mut cursor = Cursor { text, at: place.name.end };
    let mut found = match read_operator(&mut cursor) {
        Some(AfterName { operator: Some(operator), .. }) => after_operator(&place, operator, cursor.at),
        Some(_) => after_space(&place),
        None => directly_after(&place),
    };
    found.retain(|found| found.value.start + REACH >= anchor.start && found.value.end <= anchor.end + REACH);
    found
}

fn one(found: Option<Assignment>) -> Vec<Assignment> {
    found.into_iter().collect()
}

/// Finds values after a name with an operator, to which no value on its line belongs.
fn after_operator(place: &Place<'_>, operator: Operator, at: usize) -> Vec<Assignment> {
    match operator {
        Operator::Colon if !place.is_quoted && !may_be_key(place.text, place.name.start) => Vec::new(),
        Operator::Assign | Operator::Colon | Operator::Arrow => assigned(place, operator, at),
        Operator::Tag if place.is_quoted => one(markup::find_content_of_named(place)),
        Operator::Tag if markup::is_element(place.text, place.name.start) => {
            one(markup::find_in_element(place))
        }
        Operator::Call => one(typed::find_compared(place, at - 1)),
        Operator::Comma => before_comma(place, at),
        _ => Vec::new(),
    }
}

fn assigned(place: &Place<'_>, operator: Operator, at: usize) -> Vec<Assignment> {
    let found = below::find(place, operator, at);
    if !found.is_empty() {
        return found;
    }
    let text = place.text;
    let start = skip_spaces(text, at);
    let next = text.get(start).copied().unwrap_or(b'\n');
    one(match next {
        b'\n' | b'\r' | b'&' | b'!' if operator == Operator::Colon => parents::find_in_lines(place),
        b'[' => typed::find_constructed(place, at).or_else(|| parents::find_in_brackets(place, at)),
        b'{' => parents::find_in_brackets(place, at),
        b'*' | b'_' | b'<' => prose::find_after_label(place, place.name.end),
        _ if is_name(next) || next == b'$' => {
            let fallback = fallback::find_assigned(place, at);
            let fallback = fallback.or_else(|| parents::find_in_brackets(place, at));
            let fallback = fallback.or_else(|| typed::find_constructed(place, at));
            // `:name "X" :value "V"`
            fallback.or_else(|| place.is_quoted.then(|| siblings::find(place))?)
        }
        _ => None,
    })
}

/// Finds values after a name in a list.
fn before_comma(place: &Place<'_>, at: usize) -> Vec<Assignment> {
    let beside = siblings::find(place).or_else(|| {
        if !place.is_quoted {
            return typed::find_in_comparison(place);
        }
        let quoted = values::read_long_quotes(place.text, skip_spaces(place.text, at));
        let quoted =
            quoted.map(|(value, quote)| values::assignment(&place.name, value, Operator::Pair, quote));
        let quoted = quoted.filter(|found| found.value.start > at + 2);
        quoted.or_else(|| options::find(place, place.outer.end)).or_else(|| parents::find_default(place))
    });
    if beside.is_some() {
        return one(beside);
    }
    let found = columns::find_in_statement(place);
    if found.is_empty() { columns::find_below_header(place) } else { found }
}

/// Finds values after a name that white space, a bracket or a quote follows.
fn after_space(place: &Place<'_>) -> Vec<Assignment> {
    let text = place.text;
    let after = skip_spaces(text, place.outer.end);
    let next = text.get(after).copied().unwrap_or(b'\n');
    if matches!(place.before(), Some(b'<' | b':')) && markup::is_element(text, place.name.start) {
        return one(markup::find_in_element(place));
    }
    if let Some(beside) = siblings::find(place) {
        return vec![beside];
    }
    let is_separated = place.after() == Some(b'\t')
        || place.before().is_some_and(|byte| b",;\t".contains(&byte)) && matches!(next, b'\n' | b'\r');
    match next {
        _ if is_separated => columns::find_below_header(place),
        b'|' => {
            let filter = fallback::find(place, place.outer.end);
            if filter.is_some() { one(filter) } else { columns::find_in_table(place) }
        }
        b']' if !place.is_quoted => one(parents::find_in_section(place)),
        _ if place.is_quoted => quoted(place, after),
        b'<' | b'[' => one(options::find_after_usage(place)),
        b'\n' | b'\r' if find_short(&text[place.name.clone()], b"env.").is_none() => Vec::new(),
        b'?' | b'/' | b'\n' | b'\r' => one(fallback::find(place, place.outer.end)),
        _ => {
            let found = typed::find_after_type(place, after)
                .or_else(|| prose::find_after_verb(place, after))
                .or_else(|| (next == b'o').then(|| fallback::find(place, place.outer.end))?);
            let begins_cell = matches!(place.before(), None | Some(b'\n' | b',' | b';' | b'\t'));
            if found.is_none() && begins_cell { columns::find_below_header(place) } else { one(found) }
        }
    }
}

/// Finds values after a quoted name, by the character at `after`.
fn quoted(place: &Place<'_>, after: usize) -> Vec<Assignment> {
    match place.text.get(after) {
        Some(b')') => {
            let found = siblings::find_in_chain(place).or_else(|| fallback::find(place, after));
            if found.is_some() { one(found) } else { columns::find_in_statement(place) }
        }
        Some(b']') => one(fallback::find(place, after)),
        Some(b'{') => one(parents::find_in_brackets(place, after)),
        // Another attribute.
        Some(byte) if byte.is_ascii_alphabetic() => one(markup::find_content_of_named(place)),
        _ => Vec::new(),
    }
}

/// Finds values after a name that other characters follow directly.
fn directly_after(place: &Place<'_>) -> Vec<Assignment> {
    let text = place.text;
    let end = place.outer.end;
    match text.get(end) {
        Some(b'[') => one(typed::find_after_brackets(place, end)),
        Some(b'{') => one(typed::find_initialized(place, end)),
        Some(b')') => {
            let compared = typed::find_in_comparison(place);
            if compared.is_some() { one(compared) } else { columns::find_in_statement(place) }
        }
        Some(b'}') => one(fallback::find(place, end).or_else(|| siblings::find(place))),
        Some(b'<') if place.before() == Some(b'>') => {
            one(markup::find_in_next_element(place).or_else(|| prose::find_after_label(place, end)))
        }
        Some(b'*' | b'_' | b'<') => one(prose::find_after_label(place, end)),
        Some(b'|') => columns::find_in_table(place),
        Some(b';') => {
            let beside = siblings::find(place);
            if beside.is_some() { one(beside) } else { columns::find_below_header(place) }
        }
        Some(b'/') => one(siblings::find(place)),
        Some(byte) if is_quote(*byte) => Vec::new(),
        Some(byte) if !byte.is_ascii() => one(prose::find_after_wide_operator(place)),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
