//! Positions of a string literal of Go in which a constant without a type becomes a value of a type of its own.

use super::place::Place;
use super::refusal;
use super::refusal::Refusal;

/// Checks that the position takes a value of type `string`, as far as the file says it.
pub(super) fn check(place: &Place<'_>, openers: &[usize]) -> Result<(), Refusal> {
    let is_length = |open: &usize| {
        // `[len("…")]byte` is the type of an array.
        let after = place.closer(*open) + 1;
        let is_type = !place.word(Some(after)).is_empty() || place.is_punct(Some(after), b'*');
        let is_same_line = place.token(after).is_some_and(|token| !token.is_first_of_line);
        place.is_punct(Some(*open), b'[') && is_type && is_same_line
    };
    if openers.iter().any(is_length) {
        return Err(refusal::constant(place.language.constant_advice));
    }
    if is_declared_with_other_type(place) || declares_type_of_strings(place) && !is_plain_string(place) {
        return Err(refusal::OTHER_TYPE);
    }
    Ok(())
}

/// Whether the statement is `var name Type = "…"` with another type than `string`.
fn is_declared_with_other_type(place: &Place<'_>) -> bool {
    let statement = place.statement_before(place.index);
    let Some(assignment) = statement.iter().find(|index| place.is_assignment(**index)) else { return false };
    let kind = place.word(assignment.checked_sub(1));
    let has_type = assignment.checked_sub(2).is_some_and(|name| {
        let is_name = !place.word(Some(name)).is_empty() || place.is_punct(Some(name), b'.');
        is_name && place.word(Some(name)) != b"var" && !place.tokens[assignment - 1].is_first_of_line
    });
    let begins = statement.last().is_some_and(|first| place.word(Some(*first)) == b"var");
    let is_in_group = place.openers().first().is_some_and(|open| place.word(open.checked_sub(1)) == b"var");
    has_type && (begins || is_in_group) && !matches!(kind, b"string" | b"any")
}

/// Whether the file declares a type whose values are strings.
fn declares_type_of_strings(place: &Place<'_>) -> bool {
    (2..place.tokens.len()).any(|index| {
        let is_type = place.word(Some(index)) == b"string" && !place.word(index.checked_sub(1)).is_empty();
        let head = place.word(index.checked_sub(2));
        let is_in_group =
            || place.openers_of(index).first().is_some_and(|open| place.word(open.checked_sub(1)) == b"type");
        is_type && !place.tokens[index].is_first_of_line && (head == b"type" || is_in_group())
    })
}

/// Whether the literal is the value of a new variable, or converted.
fn is_plain_string(place: &Place<'_>) -> bool {
    let before = |back: usize| place.index.checked_sub(back);
    let is_new = place.follows(place.index, [b':', b'=']);
    let is_declared = place.is_punct(before(1), b'=') && place.word(before(3)) == b"var";
    let is_typed = place.is_punct(before(1), b'=') && place.word(before(2)) == b"string";
    let is_converted = place.is_punct(before(1), b'(')
        && (place.word(before(2)) == b"string" || place.is_punct(before(3), b']'));
    is_new || is_declared || is_typed || is_converted
}
