//! A value one level below its name: `variable "X" { default = "V" }`, `{"X": {"value": "V"}}`, `X:` with `value: V` in an
//! indented line, `add_argument("--X", default="V")`.

use crate::detect::assignment::parse::{Assignment, Operator, is_name};
use crate::detect::assignment::structure::fields::{Fields, is_holding};
use crate::detect::assignment::structure::place::Place;
use crate::detect::assignment::structure::steps::{
    before_spaces, indent, line_start, next_line, skip_spaces, skip_whitespace,
};
use crate::detect::assignment::structure::values::{read, read_string};

/// The last word of the arguments that are a default.
const DEFAULTS: [&[u8]; 4] = [b"default", b"unset", b"fallback", b"initial"];

/// Finds the value in the brackets that follow the name at `at`, perhaps after a type: `{`, `[`, `Schema(`.
pub(super) fn find_in_brackets(place: &Place<'_>, at: usize) -> Option<Assignment> {
    let text = place.text;
    let start = skip_whitespace(text, at);
    let is_part = |byte: &&u8| is_name(**byte) || matches!(byte, b':' | b'&' | b'@');
    let word = text.get(start..)?.iter().take(48).take_while(is_part).count();
    let open = start + word;
    let is_open = match text.get(open)? {
        b'{' => true,
        b'[' => word == 0,
        b'(' => word > 0,
        _ => false,
    };
    is_open.then(|| value_among(place, Fields::in_brackets(text, open + 1)))?
}

/// Finds the value in the lines below a name at the start of its line, which are indented deeper.
pub(super) fn find_in_lines(place: &Place<'_>) -> Option<Assignment> {
    let text = place.text;
    let line = line_start(text, place.outer.start);
    let is_prefix = |byte: &&u8| is_name(**byte) || **byte == b':';
    let prefix = text[line..place.outer.start].iter().rev().take_while(is_prefix).count();
    let mut first = before_spaces(text, place.outer.start - prefix);
    first -= usize::from(text[..first].ends_with(b"-"));
    if before_spaces(text, first) != line {
        return None;
    }
    let below = next_line(text, place.outer.end)?;
    let column = indent(text, below);
    (column > place.outer.start - prefix - line)
        .then(|| value_among(place, Fields::in_lines(text, below + column, column)))?
}

/// Finds the value in the section that the name heads: `[variables.X]`.
pub(super) fn find_in_section(place: &Place<'_>) -> Option<Assignment> {
    let text = place.text;
    let line = line_start(text, place.outer.start);
    let is_header = text[line..].starts_with(b"[") && text[..place.outer.start].ends_with(b"[")
        || text[line..place.outer.start].ends_with(b".");
    let below = next_line(text, place.outer.end)?;
    let column = indent(text, below);
    is_header.then(|| value_among(place, Fields::in_lines(text, below + column, column)))?
}

fn value_among(place: &Place<'_>, fields: Fields<'_>) -> Option<Assignment> {
    let text = place.text;
    fields
        .into_iter()
        .filter(|field| is_holding(&text[field.key.clone()]))
        .find_map(|field| read(text, &place.name, field.value, Operator::Pair))
}

/// Finds the default among the arguments after the name: `("X", default="V")`, `("X", {default: "V"})`.
pub(super) fn find_default(place: &Place<'_>) -> Option<Assignment> {
    let text = place.text;
    let comma = skip_spaces(text, place.outer.end);
    let is_default = |key: &[u8]| {
        let key = key.to_ascii_lowercase();
        DEFAULTS.iter().any(|word| key.starts_with(word) || key.ends_with(word))
    };
    let named = Fields::in_brackets(text, comma)
        .filter(|field| is_default(&text[field.key.clone()]))
        .find_map(|field| read_string(text, &place.name, field.value, Operator::Pair));
    named.or_else(|| {
        let next = skip_whitespace(text, comma + 1);
        (text.get(next) == Some(&b'{')).then(|| find_in_brackets(place, next))?
    })
}
