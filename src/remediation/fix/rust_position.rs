//! Positions of a string literal of Rust in which a value that is read at run time compiles: no pattern, no macro that
//! needs the literal, and nothing that keeps a reference to it.

use super::lexer::TokenKind;
use super::place::Place;
use super::refusal;
use super::refusal::Refusal;

/// The macros whose arguments may be any expression.
const OPEN_MACROS: [&[u8]; 2] = [b"vec", b"json"];

/// The macros that format their arguments.
const FORMATTING_MACROS: [&[u8]; 11] = [
    b"print",
    b"println",
    b"eprint",
    b"eprintln",
    b"format",
    b"write",
    b"writeln",
    b"panic",
    b"assert",
    b"assert_eq",
    b"assert_ne",
];

/// Methods whose result holds no reference to the string.
const OWNING: [&[u8]; 14] = [
    b"to_string",
    b"to_owned",
    b"len",
    b"is_empty",
    b"parse",
    b"starts_with",
    b"ends_with",
    b"contains",
    b"to_uppercase",
    b"to_lowercase",
    b"to_vec",
    b"repeat",
    b"replace",
    b"eq_ignore_ascii_case",
];

/// Methods whose result is a part of the string.
const BORROWING: [&[u8]; 4] = [b"trim", b"trim_start", b"trim_end", b"as_bytes"];

/// Types whose values hold no reference.
const OWNED_TYPES: [&[u8]; 20] = [
    b"String", b"bool", b"char", b"u8", b"u16", b"u32", b"u64", b"u128", b"usize", b"i8", b"i16", b"i32",
    b"i64", b"i128", b"isize", b"f32", b"f64", b"Option", b"Result", b"Vec",
];

/// Checks the position of a literal.
pub(super) fn check(place: &Place<'_>, openers: &[usize]) -> Result<(), Refusal> {
    for open in openers {
        let is_macro = place.is_punct(open.checked_sub(1), b'!');
        if is_macro && !OPEN_MACROS.contains(&place.word(open.checked_sub(2))) {
            return Err(refusal::MACRO);
        }
    }
    if is_safe_use(place) || is_binding_of_safe_uses(place) { Ok(()) } else { Err(refusal::LIFETIME) }
}

/// Whether nothing keeps a reference to the string at this place.
fn is_safe_use(place: &Place<'_>) -> bool {
    if place.is_receiver() {
        return owns(place);
    }
    let (index, next) = (place.index, place.index + 1);
    let compares = |at: usize| place.follows(at, [b'=', b'=']) || place.follows(at, [b'!', b'=']);
    compares(index) || compares(next + 2) || is_safe_argument(place)
}

/// Whether the methods that are called on the string end in one whose result holds no reference.
fn owns(place: &Place<'_>) -> bool {
    let mut at = place.index + 1;
    while place.is_punct(Some(at), b'.') && place.is_punct(Some(at + 2), b'(') {
        let method = place.word(Some(at + 1));
        if OWNING.contains(&method) || method == b"into" && is_bound_as_string(place) {
            return true;
        }
        if !BORROWING.contains(&method) {
            return false;
        }
        at = place.closer(at + 2) + 1;
    }
    false
}

/// Whether the statement is `let name: String = …`.
fn is_bound_as_string(place: &Place<'_>) -> bool {
    let before = |back: usize| place.index.checked_sub(back);
    place.is_punct(before(1), b'=')
        && place.word(before(2)) == b"String"
        && place.is_punct(before(3), b':')
        && !place.is_punct(before(4), b':')
}

/// Whether the string is an argument of a function that is known to keep no reference to it.
fn is_safe_argument(place: &Place<'_>) -> bool {
    let is_argument = [b'(', b','].iter().any(|byte| place.is_punct(place.index.checked_sub(1), *byte))
        && [b')', b','].iter().any(|byte| place.is_punct(Some(place.index + 1), *byte));
    let open = place.openers().first().copied().filter(|open| place.is_punct(Some(*open), b'('));
    let Some(name) = open.and_then(|open| open.checked_sub(1)).filter(|_| is_argument) else { return false };
    let function = place.word(Some(name));
    let is_method = place.is_punct(name.checked_sub(1), b'.');
    let is_member = is_method || place.is_punct(name.checked_sub(1), b':');
    if function == b"push_str" && is_method {
        return true;
    }
    if function == b"from" && place.follows(name, [b':', b':']) {
        return place.word(name.checked_sub(3)) == b"String" && !place.follows(name - 3, [b':', b':']);
    }
    !is_member && !function.is_empty() && returns_no_reference(place, function)
}

/// Whether the file has one function of this name, and neither its arguments nor its result name a lifetime.
fn returns_no_reference(place: &Place<'_>, function: &[u8]) -> bool {
    let heads: Vec<usize> = (1..place.tokens.len())
        .filter(|index| place.word(Some(*index)) == function && place.word(index.checked_sub(1)) == b"fn")
        .collect();
    let [name] = heads[..] else { return false };
    let open = name + 1;
    if !place.is_punct(Some(open), b'(') {
        return false;
    }
    let closer = place.closer(open);
    let has_lifetime = (open..closer).any(|index| place.is_punct(Some(index), b'\''));
    let result = (closer + 1..place.tokens.len())
        .take_while(|index| !place.is_punct(Some(*index), b'{') && !place.is_punct(Some(*index), b';'));
    let is_owned = |index: usize| match place.tokens[index].kind {
        TokenKind::Word => OWNED_TYPES.contains(&place.word(Some(index))),
        TokenKind::Punct(byte) => b"->()<,".contains(&byte),
        _ => false,
    };
    !has_lifetime && result.into_iter().all(is_owned)
}

/// Whether the literal is bound by `let name = …` or `let name: &str = …`, and no use of the name keeps a reference.
fn is_binding_of_safe_uses(place: &Place<'_>) -> bool {
    let before = |back: usize| place.index.checked_sub(back);
    let is_typed =
        place.word(before(2)) == b"str" && place.is_punct(before(3), b'&') && place.is_punct(before(4), b':');
    let name = if is_typed { before(5) } else { before(2) };
    let is_let = name.is_some_and(|name| place.word(name.checked_sub(1)) == b"let");
    let Some(name) = name.filter(|_| is_let && place.is_punct(before(1), b'=') && ends_statement(place))
    else {
        return false;
    };
    let bound = place.word(Some(name));
    let moves = |index: usize| matches!(place.word(Some(index)), b"move" | b"spawn" | b"async");
    let is_safe = |index: usize| {
        let used = Place { index, ..*place };
        place.word(Some(index)) != bound
            || index == name
            || place.is_punct(index.checked_sub(1), b'.')
            || is_safe_use(&used)
            || is_formatted(&used)
    };
    !bound.is_empty() && (0..place.tokens.len()).all(|index| !moves(index) && is_safe(index))
}

fn ends_statement(place: &Place<'_>) -> bool {
    place.is_punct(Some(place.index + 1), b';')
}

/// Whether the name is an argument of a macro that formats it.
fn is_formatted(place: &Place<'_>) -> bool {
    let open = place.openers().first().copied();
    let is_whole = place.is_punct(place.index.checked_sub(1), b',')
        && [b',', b')'].iter().any(|byte| place.is_punct(Some(place.index + 1), *byte));
    is_whole
        && open.is_some_and(|open| {
            place.is_punct(open.checked_sub(1), b'!')
                && FORMATTING_MACROS.contains(&place.word(open.checked_sub(2)))
        })
}
