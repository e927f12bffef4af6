//! The value that is used if a look-up finds none: `getenv("X") or "V"`, `ENV["X"] || "V"`, `lookup("X").orElse("V")`,
//! `ENV.fetch("X") { "V" }`.

use crate::detect::assignment::parse::{Assignment, Operator, is_name};
use crate::detect::assignment::structure::place::Place;
use crate::detect::assignment::structure::steps::{
    begins_with, bracket_end, is_quote_at, line_end, skip_spaces, skip_whitespace,
};
use crate::detect::assignment::structure::values::read_string;
use crate::text::find_short;

/// Operators between a look-up and its default. A quote has to follow.
const OPERATORS: [&[u8]; 7] = [b"||", b"??", b"?:", b"//", b"or ", b"|| ", b"else "];

/// Methods whose argument is a default, in lowercase.
const METHODS: [&[u8]; 14] = [
    b".unwrap_or(",
    b".unwrap_or_else(",
    b".unwrapor(",
    b".orelse(",
    b".or_else(",
    b".orelseget(",
    b".getorelse(",
    b".get_or_else(",
    b".getordefault(",
    b".or(",
    b".otherwise(",
    b".default(",
    b".withdefault(",
    b".default_value(",
];

/// The start of a function without parameters, which returns the default.
const LAMBDAS: [&[u8]; 5] = [b"|_|", b"||", b"() ->", b"() =>", b"_ =>"];

/// The longest expression that looks a name up, in bytes.
const MAX_LOOKUP: usize = 160;

/// Finds the default after the look-up of the name, which ends at `at`: at its closing bracket, or after its last letter.
pub(super) fn find(place: &Place<'_>, at: usize) -> Option<Assignment> {
    let text = place.text;
    let mut end = at;
    for _ in 0..3 {
        end += usize::from(text.get(end).is_some_and(|byte| b")]}".contains(byte)));
    }
    default_after(place, skip_calls(text, end))
}

/// Finds the default after the look-up that is assigned to the name at `at`.
pub(super) fn find_assigned(place: &Place<'_>, at: usize) -> Option<Assignment> {
    let text = place.text;
    let start = skip_spaces(text, at);
    let limit = text.len().min(start + MAX_LOOKUP);
    let mut end = start;
    while end < limit {
        match text[end] {
            b'(' | b'[' | b'{' if end > start => end = bracket_end(text, end),
            byte if is_name(byte) || b":$@&!?".contains(&byte) => end += 1,
            _ => break,
        }
    }
    let is_lookup = end > start && end <= limit && matches!(text[end - 1], b')' | b']' | b'}' | b'?');
    is_lookup.then(|| default_after(place, end))?
}

/// Skips calls without arguments, and marks of optional values: `.ok()`, `.presence`, `?`.
fn skip_calls(text: &[u8], mut at: usize) -> usize {
    for _ in 0..3 {
        at += usize::from(matches!(text.get(at), Some(b'?' | b'!')) && text.get(at + 1) != Some(&b'?'));
        if text.get(at) != Some(&b'.') || METHODS.iter().any(|method| begins_with(text, at, method)) {
            break;
        }
        let length =
            text[at + 1..].iter().take(24).take_while(|byte| is_name(**byte) && **byte != b'.').count();
        at += 1 + length;
        at += if text[at..].starts_with(b"()") { 2 } else { 0 };
    }
    at
}

/// Reads the operator or the method at `at`, and the default after it.
fn default_after(place: &Place<'_>, at: usize) -> Option<Assignment> {
    let text = place.text;
    let start = skip_whitespace(text, at.min(text.len()));
    let rest = &text[start.min(text.len())..];
    let value = if let Some(operator) = OPERATORS.iter().find(|operator| rest.starts_with(operator)) {
        skip_whitespace(text, start + operator.len())
    } else if let Some(method) = METHODS.iter().find(|method| begins_with(text, start, method)) {
        skip_lambda(text, start + method.len())
    } else if rest.starts_with(b"{") {
        let value = skip_whitespace(text, start + 1);
        is_quote_at(text, value).then_some(value)?
    } else if rest.starts_with(b"|") {
        let word = skip_spaces(text, start + 1);
        begins_with(text, word, b"default").then(|| skip_filter(text, word + 7))?
    } else if rest.starts_with(b"? ") {
        // `getenv("X") ? getenv("X") : "V"`
        let colon = find_short(&text[start..line_end(text, start)], b" : ")?;
        start + colon + 3
    } else {
        return None;
    };
    let is_string = is_quote_at(text, value)
        || text.get(value).is_some_and(u8::is_ascii_alphabetic) && !rest.starts_with(b"/");
    is_string.then(|| read_string(text, &place.name, value, Operator::Assign))?
}

fn skip_lambda(text: &[u8], at: usize) -> usize {
    let start = skip_whitespace(text, at);
    let lambda = LAMBDAS.iter().find(|lambda| begins_with(text, start, lambda));
    lambda.map_or(start, |lambda| skip_whitespace(text, start + lambda.len()))
}

/// Skips the bracket or the space between a template's filter and its argument.
fn skip_filter(text: &[u8], at: usize) -> usize {
    let start = skip_spaces(text, at);
    skip_spaces(text, start + usize::from(matches!(text.get(start), Some(b'(' | b':'))))
}
