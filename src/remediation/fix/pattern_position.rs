//! Patterns, labels, annotations and symbols: positions in which a string literal is no value that an expression could
//! replace.

use super::lexer::TokenKind;
use super::place::Place;

/// Types of Python whose parameters are literals or names of types.
const TYPES_OF_PYTHON: [&[u8]; 8] =
    [b"Literal", b"Annotated", b"Optional", b"Union", b"Type", b"ClassVar", b"Final", b"TypeAlias"];

/// Words of C# after which a pattern begins.
const PATTERN_WORDS_OF_CSHARP: [&[u8]; 4] = [b"is", b"not", b"or", b"and"];

/// Whether a literal is a part of a pattern, a label or an annotation.
pub(super) fn is_pattern(place: &Place<'_>, openers: &[usize]) -> bool {
    let ends = || [place.index].into_iter().chain(openers.iter().copied());
    match place.language.name {
        "Python" => ends().any(|end| begins_with(place, end, &[b"case"]) || is_annotation(place, end)),
        "Ruby" => ends().any(|end| begins_with(place, end, &[b"in"])) || is_rightward_pattern(place, openers),
        "Java" => ends().any(|end| is_label(place, end)),
        "C#" => {
            let is_in_pattern = |end: usize| {
                PATTERN_WORDS_OF_CSHARP.contains(&place.word(end.checked_sub(1))) || is_label(place, end)
            };
            ends().any(is_in_pattern) || is_arm(place, openers)
        }
        _ => false,
    }
}

/// Whether the first word of the statement before `end` is one of some, and not assigned to.
fn begins_with(place: &Place<'_>, end: usize, words: &[&[u8]]) -> bool {
    let first = place.statement_before(end).last().copied();
    first.is_some_and(|first| {
        let is_name = place.is_assignment(first + 1) || place.is_punct(Some(first + 1), b'.');
        words.contains(&place.word(Some(first))) && !is_name
    })
}

/// Whether the nearest mark before `end` is `case`, and no `:` or arrow.
fn is_label(place: &Place<'_>, end: usize) -> bool {
    let statement = place.statement_before(end);
    let is_mark = |index: &&usize| {
        let is_arrow = place.is_punct(Some(**index), b'>')
            && [b'-', b'='].iter().any(|byte| place.is_punct(index.checked_sub(1), *byte));
        is_arrow || place.is_punct(Some(**index), b':') || place.word(Some(**index)) == b"case"
    };
    statement.iter().find(is_mark).is_some_and(|index| place.word(Some(*index)) == b"case")
}

/// Whether a literal is before the `=>` of an arm of a `switch` expression.
fn is_arm(place: &Place<'_>, openers: &[usize]) -> bool {
    let mut child = place.index;
    for open in openers {
        if place.word(open.checked_sub(1)) == b"switch" {
            let arm: Vec<usize> = place
                .statement_before(child)
                .into_iter()
                .take_while(|index| !place.is_punct(Some(*index), b','))
                .collect();
            return !arm.iter().any(|index| place.follows(index + 1, [b'=', b'>']));
        }
        child = *open;
    }
    false
}

/// Whether what begins at `end` is an annotation or a part of one: `x: "…"`, `-> "…"`, `Literal["…"]`.
fn is_annotation(place: &Place<'_>, end: usize) -> bool {
    let mut start = end;
    if place.is_punct(Some(end), b'[') {
        // The name before the parameters of a type.
        while let Some(before) = start.checked_sub(1)
            && place.tokens[before].span.end == place.tokens[start].span.start
            && (place.is_punct(Some(before), b'.') || !place.word(Some(before)).is_empty())
        {
            start = before;
        }
        if start < end && TYPES_OF_PYTHON.contains(&place.word(Some(end - 1))) {
            return true;
        }
    }
    if begins_with(place, start, &[b"type"]) || place.follows(start, [b'-', b'>']) {
        return true;
    }
    let is_entry = place.openers_of(start).first().is_some_and(|open| place.is_punct(Some(*open), b'{'));
    let is_lambda =
        || place.statement_before(start).iter().any(|index| place.word(Some(*index)) == b"lambda");
    place.is_punct(start.checked_sub(1), b':') && !is_entry && !is_lambda()
}

/// Whether a literal is the pattern of `value => "…"` of Ruby: a name alone before the arrow.
fn is_rightward_pattern(place: &Place<'_>, openers: &[usize]) -> bool {
    if !openers.is_empty() || !place.follows(place.index, [b'=', b'>']) {
        return false;
    }
    let operand = place.statement_before(place.index - 2);
    operand.windows(2).all(|two| place.tokens[two[1]].span.end == place.tokens[two[0]].span.start)
}

/// Whether a literal of Ruby is a symbol: `:"…"`, but no value such as in `key:"…"`.
pub(super) fn is_symbol(place: &Place<'_>) -> bool {
    let start = place.tokens[place.index].span.start;
    let colon =
        place.previous().filter(|token| token.kind == TokenKind::Punct(b':') && token.span.end == start);
    let before = place.index.checked_sub(2).and_then(|index| place.token(index));
    colon.is_some_and(|colon| before.is_none_or(|before| before.span.end < colon.span.start))
}
