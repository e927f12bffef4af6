//! Values in columns: lines of separated values with a header, statements of SQL with a list of columns, tables of
//! Markdown.

use crate::text::trimmed;
use std::ops::Range;

use crate::detect::assignment::parse::{Assignment, Cursor, Operator, Quote, is_name};
use crate::detect::assignment::structure::below::MAX_VALUES;
use crate::detect::assignment::structure::place::Place;
use crate::detect::assignment::structure::steps::{
    begins_with, bracket_end, line_end, line_start, next_line, skip_whitespace, string_end, value_end,
};
use crate::detect::assignment::structure::values::{assignment, is_generated, unquoted};

/// The longest line with a header, in bytes, and the longest cell of a header.
const MAX_HEADER: usize = 400;
const MAX_TITLE: usize = 40;

/// Finds the values below a header of separated values.
pub(super) fn find_below_header(place: &Place<'_>) -> Vec<Assignment> {
    let text = place.text;
    let line = line_start(text, place.name.start);
    let header = line..line_end(text, place.name.end);
    let rest = &text[place.outer.end..header.end];
    let is_separator = |byte: &u8| b",;\t".contains(byte);
    let separator = place.before().filter(is_separator).or_else(|| rest.iter().copied().find(is_separator));
    let Some(separator) = separator.filter(|_| header.len() <= MAX_HEADER) else { return Vec::new() };
    let titles = cells(text, header.clone(), separator);
    let is_title = |cell: &Range<usize>| {
        let title = &text[cell.clone()];
        title.len() <= MAX_TITLE
            && title.first().is_some_and(|first| first.is_ascii_alphabetic() || *first == b'_')
            && title.iter().all(|byte| is_name(*byte) || matches!(byte, b' ' | b'/' | b'#'))
    };
    let Some(column) = column_of(&titles, place) else { return Vec::new() };
    if titles.len() < 2 || !titles.iter().all(is_title) {
        return Vec::new();
    }
    let title = titles[column].clone();
    let rows = rows_after(text, header.end).map(|row| cells(text, row, separator));
    let values = rows.take_while(|row| row.len() == titles.len()).map(|row| row[column].clone());
    generated(text, &title, values)
}

/// Finds the values of a statement with a list of columns: `(user, X) VALUES ('u', 'V')`.
pub(super) fn find_in_statement(place: &Place<'_>) -> Vec<Assignment> {
    let text = place.text;
    let is_column = |byte: &u8| is_name(*byte) || b" ,\t\r\n\"`'[]\\".contains(byte);
    let after = text[place.outer.end..].iter().take(MAX_HEADER).take_while(|byte| is_column(byte)).count();
    let close = place.outer.end + after;
    if text.get(close) != Some(&b')') {
        return Vec::new();
    }
    let keyword = skip_whitespace(text, close + 1);
    let before =
        text[..place.outer.start].iter().rev().take(MAX_HEADER).take_while(|byte| is_column(byte)).count();
    let open = place.outer.start - before;
    if !begins_with(text, keyword, b"values") || !text[..open].ends_with(b"(") {
        return Vec::new();
    }
    let column = memchr::memchr_iter(b',', &text[open..place.name.start]).count();
    let mut values = Vec::new();
    let mut at = skip_whitespace(text, keyword + 6);
    while text.get(at) == Some(&b'(') && values.len() < MAX_VALUES {
        values.extend(item(text, at + 1, column).and_then(|value| sql_string(place, value)));
        at = skip_whitespace(text, bracket_end(text, at));
        if text.get(at) != Some(&b',') {
            break;
        }
        at = skip_whitespace(text, at + 1);
    }
    values
}

/// Returns the position of the item with a number in a list.
fn item(text: &[u8], start: usize, number: usize) -> Option<usize> {
    let mut at = skip_whitespace(text, start);
    for _ in 0..number {
        at = value_end(text, at);
        while text.get(at).is_some_and(|byte| !b",);\n".contains(byte)) {
            at += 1;
        }
        if text.get(at) != Some(&b',') {
            return None;
        }
        at = skip_whitespace(text, at + 1);
    }
    Some(at)
}

/// Reads a string of SQL, perhaps with a letter before its quote.
fn sql_string(place: &Place<'_>, at: usize) -> Option<Assignment> {
    let text = place.text;
    let at = at + usize::from(matches!(text.get(at), Some(b'N' | b'E')));
    let mut cursor = Cursor { text, at: at.min(text.len()) };
    let (quote, slashes) = cursor.eat_quote()?;
    let (value, quote) = cursor.read_quoted(quote, slashes)?;
    (value.len() >= 4).then(|| assignment(&place.name, value, Operator::Column, quote))
}

/// Finds the values in the cells below a name in a table of Markdown, or beside it.
pub(super) fn find_in_table(place: &Place<'_>) -> Vec<Assignment> {
    let text = place.text;
    let row = line_start(text, place.name.start)..line_end(text, place.name.end);
    if row.len() > 2 * MAX_HEADER {
        return Vec::new();
    }
    let parts = cells(text, row.clone(), b'|');
    let Some(column) = column_of(&parts, place) else { return Vec::new() };
    let name = parts[column].clone();
    let below = next_line(text, row.end).map(|line| line..line_end(text, line));
    let Some(rule) = below.filter(|line| is_rule(&text[line.clone()])) else {
        // Elsewhere a bar is an operator.
        let is_row = text[trimmed(text, row)].starts_with(b"|");
        let beside = parts.get(column + 1).filter(|_| is_row).cloned();
        return generated(text, &name, beside.into_iter());
    };
    let rows = rows_after(text, rule.end).map(|row| cells(text, row, b'|'));
    let values = rows.map_while(|row| row.get(column).filter(|_| row.len() > 1).cloned());
    generated(text, &name, values)
}

/// Returns whether a line separates the header of a table from its rows: `|---|:-:|`.
fn is_rule(line: &[u8]) -> bool {
    line.contains(&b'-') && line.iter().all(|byte| b"|-:+ \t\r".contains(byte))
}

/// Returns the cells of a line, without quotes and white space around them.
fn cells(text: &[u8], line: Range<usize>, separator: u8) -> Vec<Range<usize>> {
    let mut cells = Vec::new();
    let mut start = line.start;
    while start <= line.end {
        let begin =
            if text.get(start) == Some(&b'"') { string_end(text, start).unwrap_or(start) } else { start };
        let begin = begin.min(line.end);
        let length = memchr::memchr(separator, &text[begin..line.end]);
        let end = length.map_or(line.end, |length| begin + length);
        cells.push(unquoted(text, start..end));
        start = end + 1;
    }
    cells
}

/// Returns the number of the cell that is the name, or a phrase with the name in it.
fn column_of(cells: &[Range<usize>], place: &Place<'_>) -> Option<usize> {
    let column =
        cells.iter().position(|cell| cell.start <= place.name.start && place.name.end <= cell.end)?;
    (cells[column].len() <= MAX_TITLE).then_some(column)
}

/// Returns the lines after the one that ends at `end`, up to a blank one.
fn rows_after(text: &[u8], end: usize) -> impl Iterator<Item = Range<usize>> {
    let mut at = end + 1;
    std::iter::from_fn(move || {
        let row = (at < text.len()).then(|| trimmed(text, at..line_end(text, at)))?;
        at = line_end(text, at) + 1;
        (!row.is_empty()).then_some(row)
    })
    .take(MAX_VALUES)
}

/// Returns the values of a column that are no words.
fn generated(
    text: &[u8],
    name: &Range<usize>,
    values: impl Iterator<Item = Range<usize>>,
) -> Vec<Assignment> {
    values
        .filter(|value| is_generated(&text[value.clone()]))
        .map(|value| assignment(name, value, Operator::Column, Quote::None))
        .collect()
}
