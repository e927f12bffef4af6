//! Finds the value that is assigned to a name with an anchor in it.

use std::ops::Range;

use super::cursor::Cursor;
use super::operator::{read_operator, read_operator_of_spaces};
use super::types::{Assignment, MAX_NAME, Operator, is_name, name_end};
use super::value::read_value;
use crate::text::{find_short, is_quote};

/// Finds the value that is assigned to the name around an anchor, such as `password`.
pub(crate) fn find_named_value(text: &[u8], anchor: &Range<usize>) -> Option<Assignment> {
    let end = name_end(text, anchor);
    let mut cursor = Cursor { text, at: end };
    // Most anchors are in no assignment and end here, after a few bytes.
    let after_name = read_operator(&mut cursor)?;
    let floor = anchor.start.saturating_sub(MAX_NAME);
    let before = text[floor..anchor.start].iter().rev().take_while(|byte| is_name(**byte)).count();
    let name = anchor.start - before..end;
    if name.len() > MAX_NAME {
        return None;
    }
    let operator = match after_name.operator {
        Some(operator) => operator,
        None => read_operator_of_spaces(&mut cursor, &name, after_name.is_quoted)?,
    };
    let before_name = name.start.checked_sub(1).map(|at| text[at]);
    let is_other_syntax = match operator {
        Operator::Tag => !matches!(before_name, Some(b'<' | b':')),
        Operator::Comma => !after_name.is_quoted && before_name != Some(b':'),
        Operator::Colon => !may_be_key(text, name.start),
        // A method of the named object says what the argument is: `verifier.generate("…")`.
        Operator::Call => text[anchor.end.min(name.end)..name.end].contains(&b'.'),
        _ => false,
    };
    if is_other_syntax {
        return None;
    }
    // `${NAME:-value}`
    if operator == Operator::Colon && text[..name.start].ends_with(b"${") {
        cursor.eat(b'-');
    }
    read_value(&mut cursor, name, operator)
}

/// Returns whether the name at `start` may be a key before a colon, unlike those of `std::key: …` and `$PWD:/src`.
pub(crate) fn may_be_key(text: &[u8], start: usize) -> bool {
    match text[..start].last() {
        Some(b'$') => false,
        Some(b':') => is_nested_name(text, start),
        _ => true,
    }
}

/// Returns whether the name at `start` is the last part of a setting's long name, whose parts have one colon between them
/// (`"Authentication:Google:ClientSecret"`, `app:dbPassword`), from its quote or the start of its line on.
fn is_nested_name(text: &[u8], start: usize) -> bool {
    let floor = start.saturating_sub(MAX_NAME);
    let length = text[floor..start].iter().rev().take_while(|byte| is_name(**byte) || **byte == b':').count();
    let long_name = &text[start - length..start];
    let before = text[..start - length].iter().rev().find(|byte| !matches!(byte, b' ' | b'\t'));
    let has_quote = start > length && is_quote(text[start - length - 1]);
    long_name.first().is_some_and(u8::is_ascii_alphabetic)
        && (has_quote || matches!(before, None | Some(b'\n')))
        && find_short(long_name, b"::").is_none()
}
