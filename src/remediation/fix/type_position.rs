//! Types of TypeScript: positions in which a string literal is a type, or decides one.

use super::lexer::TokenKind;
use super::place::Place;

/// The most brackets around a literal that are examined.
const MAX_DEPTH: usize = 40;

/// Words after which a type begins.
const TYPE_WORDS: [&[u8]; 6] = [b"as", b"satisfies", b"extends", b"keyof", b"is", b"infer"];

/// Words after which an object begins.
const OBJECT_WORDS: [&[u8]; 5] = [b"return", b"default", b"await", b"yield", b"throw"];

/// Whether a literal is a type, or its type is that of the literal: `as const`, `satisfies`.
pub(super) fn is_type(place: &Place<'_>, openers: &[usize]) -> bool {
    let is_constant = |start: usize, end: usize| {
        let word = place.word(Some(end + 1));
        let is_asserted = place.is_punct(start.checked_sub(1), b'>')
            && place.word(start.checked_sub(2)) == b"const"
            && place.is_punct(start.checked_sub(3), b'<');
        word == b"satisfies" || word == b"as" && place.word(Some(end + 2)) == b"const" || is_asserted
    };
    let mut pairs = openers.iter().map(|open| (*open, place.closer(*open)));
    is_constant(place.index, place.index)
        || pairs.any(|(open, closer)| is_constant(open, closer))
        || begins_type(place, place.index, 0)
}

/// Whether a type, or a part of one, begins at an index.
fn begins_type(place: &Place<'_>, index: usize, depth: usize) -> bool {
    if depth > MAX_DEPTH {
        return true;
    }
    let start = start_of_operand(place, index);
    if follows_type_mark(place, start, depth) {
        return true;
    }
    let before = start.checked_sub(1);
    let is_arrow = place.follows(start, [b'=', b'>']);
    let is_block = place.is_punct(Some(index), b'{')
        && (is_arrow
            || before.is_none_or(|before| match place.tokens[before].kind {
                TokenKind::Punct(byte) => !b":=([,|&?<".contains(&byte),
                TokenKind::Word => !OBJECT_WORDS.contains(&place.word(Some(before))),
                _ => true,
            }));
    let is_value = before.is_some_and(|before| place.is_assignment(before));
    if is_block || is_value {
        return false;
    }
    place.openers_of(start).first().is_some_and(|open| begins_type(place, *open, depth + 1))
}

/// Returns the start of `name.name[` or `name(`, for the index of the bracket; the index itself otherwise.
fn start_of_operand(place: &Place<'_>, index: usize) -> usize {
    let mut start = index;
    if place.is_punct(Some(index), b'[') || place.is_punct(Some(index), b'(') {
        while let Some(before) = start.checked_sub(1) {
            let word = place.word(Some(before));
            let is_name = !word.is_empty() && !OBJECT_WORDS.contains(&word) && !TYPE_WORDS.contains(&word);
            if !is_name && !place.is_punct(Some(before), b'.') {
                break;
            }
            start = before;
        }
    }
    start
}

fn follows_type_mark(place: &Place<'_>, start: usize, depth: usize) -> bool {
    let Some(before) = start.checked_sub(1) else { return false };
    let is = |index: Option<usize>, byte: u8| place.is_punct(index, byte);
    let token = place.tokens[before];
    match token.kind {
        TokenKind::Punct(b':') => {
            // A conditional expression may go on at the start of a line; a type does not.
            let is_conditional = token.is_first_of_line || place.has_condition(start);
            let open = place.openers_of(start).first().copied();
            let is_entry = open.is_some_and(|open| is_object(place, open, depth));
            !is_conditional && !is_entry
        }
        TokenKind::Punct(byte @ (b'|' | b'&')) => !is(before.checked_sub(1), byte),
        TokenKind::Punct(b'<') => true,
        TokenKind::Punct(b',') => place.statement_before(start).iter().any(|index| {
            let name = index.checked_sub(1).filter(|name| !place.word(Some(*name)).is_empty());
            is(Some(*index), b'<')
                && name.is_some_and(|name| place.tokens[name].span.end == place.tokens[*index].span.start)
        }),
        TokenKind::Punct(b'>') if is(before.checked_sub(1), b'=') => {
            let statement = place.statement_before(start);
            let is_assigned = statement.iter().any(|index| place.is_assignment(*index));
            let open = place.openers_of(start).first().copied();
            let is_entry = open.is_some_and(|open| is_object(place, open, depth));
            !is_assigned && !is_entry && statement.iter().any(|index| is(Some(*index), b':'))
        }
        TokenKind::Word => TYPE_WORDS.contains(&place.word(Some(before))),
        _ => false,
    }
}

/// Whether the brace at an index begins an object, and no block, class or type.
fn is_object(place: &Place<'_>, open: usize, depth: usize) -> bool {
    let Some(before) = open.checked_sub(1).filter(|_| place.is_punct(Some(open), b'{')) else { return false };
    let may_be = match place.tokens[before].kind {
        TokenKind::Punct(b'=') => place.is_assignment(before),
        TokenKind::Punct(byte) => b":([,?|&".contains(&byte),
        TokenKind::Word => OBJECT_WORDS.contains(&place.word(Some(before))),
        _ => false,
    };
    may_be && !begins_type(place, open, depth + 1)
}
