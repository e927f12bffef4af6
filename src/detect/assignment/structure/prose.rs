//! Values in text for people: `the password is V`, `**Password:** V`, and the colon of Chinese and Japanese.

use crate::detect::assignment::parse::{Assignment, Operator, Quote};
use crate::detect::assignment::structure::place::Place;
use crate::detect::assignment::structure::steps::{begins_with, skip_spaces};
use crate::detect::assignment::structure::values::{assignment, is_generated, read};
use crate::text::trimmed;

/// Verbs between a name and its value in the languages that write them with ASCII.
const VERBS: [&[u8]; 12] = [
    b"is ",
    b"was ",
    b"is: ",
    b"will be ",
    b"set to ",
    b"ist ",
    b"lautet ",
    b"est ",
    b"es ",
    b"er ",
    b"to ",
    b"are ",
];

/// The colon and the equals sign that are as wide as a Chinese character.
const WIDE_OPERATORS: [&[u8]; 2] = ["\u{ff1a}".as_bytes(), "\u{ff1d}".as_bytes()];

/// What may close the emphasis of a label.
const EMPHASIS: [&[u8]; 6] = [b"**", b"__", b"</b>", b"</strong>", b"*", b"_"];

/// Finds the word after a verb that follows the name at `at`. Only a word that no language has is a value.
pub(super) fn find_after_verb(place: &Place<'_>, at: usize) -> Option<Assignment> {
    let text = place.text;
    let verb = VERBS.iter().find(|verb| begins_with(text, at, verb))?;
    let start = skip_spaces(text, at + verb.len());
    let length = text[start..].iter().take(80).take_while(|byte| **byte > b' ').count();
    let mut value = start..start + length;
    let is_around = |byte: u8| b".,;:!?\"'`*()<>".contains(&byte);
    while value.len() > 1 && is_around(text[value.end - 1]) {
        value.end -= 1;
    }
    while value.len() > 1 && is_around(text[value.start]) {
        value.start += 1;
    }
    let value = trimmed(text, value);
    let is_value = is_generated(&text[value.clone()]) && !text[value.clone()].contains(&b'/');
    is_value.then(|| assignment(&place.name, value, Operator::Prose, Quote::None))
}

/// Finds the value after a label in bold: `**Name:** V`, `**Name**: V`.
pub(super) fn find_after_label(place: &Place<'_>, at: usize) -> Option<Assignment> {
    let text = place.text;
    let colon = |at: usize| at + usize::from(text.get(at) == Some(&b':'));
    let inner = colon(at);
    let emphasis = EMPHASIS.iter().find(|mark| begins_with(text, inner, mark))?;
    let end = colon(inner + emphasis.len());
    (end - inner - emphasis.len() + inner - at > 0).then_some(())?;
    let found = read(text, &place.name, end, Operator::Colon)?;
    (found.quote != Quote::None || is_generated(&text[found.value.clone()])).then_some(found)
}

/// Finds the value after a wide colon.
pub(super) fn find_after_wide_operator(place: &Place<'_>) -> Option<Assignment> {
    let text = place.text;
    let operator = WIDE_OPERATORS.iter().find(|operator| text[place.outer.end..].starts_with(operator))?;
    let mut at = place.outer.end + operator.len();
    while text[at..].starts_with("\u{3000}".as_bytes()) {
        at += 3;
    }
    read(text, &place.name, at, Operator::Colon)
}
