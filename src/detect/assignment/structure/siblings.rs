//! A name and its value in two fields of one object, in either order and with others between them: `{"name": X, "type": T,
//! "value": V}`, `value="V" name="X"`, `- value: V` above `name: X`, `env:"X" envDefault:"V"`.

use crate::detect::assignment::parse::{Assignment, Operator, is_name};
use crate::detect::assignment::structure::fields::{
    Fields, brackets_start, is_holding, is_naming, key_before, mapping_start,
};
use crate::detect::assignment::structure::place::Place;
use crate::detect::assignment::structure::steps::{
    before_whitespace, bracket_end, line_end, skip_spaces, skip_whitespace,
};
use crate::detect::assignment::structure::values::{ends_field, read};
use crate::text::is_quote;

/// The most calls of a chain after a name.
const MAX_CALLS: usize = 6;

/// Finds the value in a field beside the one whose value is the name.
pub(super) fn find(place: &Place<'_>) -> Option<Assignment> {
    let Place { text, outer, .. } = place;
    if !place.before().is_some_and(|byte| b" \t:=".contains(&byte)) || !ends_naming_field(place) {
        return None;
    }
    let (key, start) = key_before(text, outer.start)?;
    let name_of_key = &text[key];
    // Many values are types, and few of them are names: `<input type="password" … value="V">`.
    let is_type = name_of_key.eq_ignore_ascii_case(b"type");
    if !is_naming(name_of_key) || is_type && !text[place.name.clone()].eq_ignore_ascii_case(b"password") {
        return None;
    }
    let mapping = mapping_start(text, start);
    let in_lines = mapping
        .and_then(|(first, column)| value_among(place, Fields::in_lines(text, first, column), name_of_key));
    in_lines.or_else(|| match brackets_start(text, start) {
        Some(first) => value_among(place, Fields::in_brackets(text, first), name_of_key),
        // Without brackets, the lines or the one line are the object.
        None if mapping.is_none() => {
            let line = &text[..line_end(text, outer.end)];
            value_among(place, Fields::in_brackets(line, start), name_of_key)
        }
        None => None,
    })
}

/// Returns whether nothing but the name is in its field.
fn ends_naming_field(place: &Place<'_>) -> bool {
    let next = skip_spaces(place.text, place.outer.end);
    let has_next_key = place.is_quoted
        && place
            .text
            .get(next)
            .is_some_and(|byte| is_name(*byte) || b":$@".contains(byte) || is_quote(*byte));
    ends_field(place.text, place.outer.end) || has_next_key || place.text[next..].starts_with(b"\\n")
}

/// Returns the value of the fields with the name. The value after it comes first; a second name begins other fields.
fn value_among(place: &Place<'_>, fields: Fields<'_>, name_of_key: &[u8]) -> Option<Assignment> {
    let text = place.text;
    let mut earlier = None;
    for field in fields {
        let key = &text[field.key.clone()];
        let is_after = field.value >= place.outer.end;
        if key == name_of_key && field.value != place.outer.start {
            if is_after {
                break;
            }
            earlier = None;
        } else if is_holding(key) && !place.name.contains(&field.value) {
            let found = read(text, &place.name, field.value, Operator::Pair);
            if is_after {
                return found.or(earlier);
            }
            earlier = found;
        }
    }
    earlier
}

/// Finds the argument of a call in a chain after the name: `.name("X").value("V")`, `Arg::new("X").default_value("V")`.
pub(super) fn find_in_chain(place: &Place<'_>) -> Option<Assignment> {
    let text = place.text;
    let opening = before_whitespace(text, place.outer.start);
    if text[..opening].last() != Some(&b'(') {
        return None;
    }
    let mut at = place.outer.end + 1;
    for _ in 0..MAX_CALLS {
        let start = skip_whitespace(text, at);
        if text.get(start) != Some(&b'.') {
            return None;
        }
        let length = text[start + 1..].iter().take(40).take_while(|byte| is_name(**byte)).count();
        let open = start + 1 + length;
        if text.get(open) != Some(&b'(') {
            return None;
        }
        if is_holding(&text[start + 1..open]) {
            return read(text, &place.name, open + 1, Operator::Pair);
        }
        at = bracket_end(text, open);
    }
    None
}
