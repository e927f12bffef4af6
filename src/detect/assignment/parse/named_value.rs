//! Finds the value that is assigned to a name with an anchor in it.

use std::ops::Range;

use super::cursor::Cursor;
use super::operator::{read_operator, read_operator_of_spaces};
use super::types::{Assignment, MAX_NAME, Operator, is_name};
use super::value::read_value;

/// Finds the value that is assigned to the name around an anchor, such as `password`.
pub(crate) fn find_named_value(text: &[u8], anchor: &Range<usize>) -> Option<Assignment> {
    // An anchor may include the operator, as `key=` does, so the name is measured from its start.
    let length = text[anchor.start..].iter().take(MAX_NAME + 1).take_while(|byte| is_name(**byte)).count();
    let mut cursor = Cursor { text, at: anchor.start + length };
    // Most anchors are in no assignment and end here, after a few bytes.
    let after_name = read_operator(&mut cursor)?;
    let floor = anchor.start.saturating_sub(MAX_NAME);
    let before = text[floor..anchor.start].iter().rev().take_while(|byte| is_name(**byte)).count();
    let name = anchor.start - before..anchor.start + length;
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
        // `std::key: …`, `$PWD:/src`
        Operator::Colon => matches!(before_name, Some(b':' | b'$')),
        // A method of the named object says what the argument is: `verifier.generate("…")`.
        Operator::Call => text[anchor.end.min(name.end)..name.end].contains(&b'.'),
        _ => false,
    };
    if is_other_syntax {
        return None;
    }
    read_value(&mut cursor, name, operator)
}
