//! Whether the first name of the expression that reads a variable (`os`, `process`, `System`) means in a file what it
//! should: every use of it is of a kind that binds no other value to it.

use super::lexer::{Token, TokenKind};
use super::literal_ends::is_word;
use super::place::Place;
use super::refusal;
use super::refusal::Refusal;
use super::syntax::Language;

/// Checks that no token binds the name.
pub(super) fn check(language: &'static Language, text: &[u8], tokens: &[&Token]) -> Result<(), Refusal> {
    let length = language.read.bytes().take_while(|byte| is_word(*byte)).count();
    let root = &language.read.as_bytes()[..length];
    let is_root = |token: &&&Token| token.kind == TokenKind::Word && &text[token.span.clone()] == root;
    if root.is_empty() || language.name == "Terraform" {
        return Ok(());
    }
    let uses = tokens.iter().enumerate().filter(|(_, token)| is_root(token)).map(|(index, _)| index);
    let is_harmless = |index: usize| is_harmless(&Place { language, text, tokens, index });
    if uses.into_iter().all(is_harmless) { Ok(()) } else { Err(refusal::NAME_TAKEN) }
}

/// Whether a use of the name binds nothing to it. What is not known counts as harmful.
fn is_harmless(place: &Place<'_>) -> bool {
    let (previous, next) = (place.index.checked_sub(1), Some(place.index + 1));
    let is_member = place.is_punct(previous, b'.');
    let is_read = place.is_punct(next, b'.');
    let before = place.word(previous);
    match place.language.name {
        "Python" => match head(place) {
            b"import" => is_python_import(place, before),
            b"from" => before == b"from" || is_member && before != b"import",
            _ => is_member || is_read && !matches!(before, b"for" | b"as"),
        },
        "Go" => is_member || is_read,
        "JavaScript" | "TypeScript" => {
            is_member
                || is_read
                || before == b"typeof"
                || place.is_punct(next, b'?') && place.is_punct(Some(place.index + 2), b'.')
                || is_key_or_method(place)
                || is_node_module(place)
        }
        "Java" | "Kotlin" => match head(place) {
            b"import" => is_member && place.word(place.index.checked_sub(2)) == b"lang",
            _ => is_member || is_read || place.follows(place.index + 3, [b':', b':']),
        },
        "C#" => match head(place) {
            b"namespace" => !is_member && is_read,
            b"using" => !place.is_assignment(place.index + 1),
            _ => is_member || is_read,
        },
        "Rust" => place.is_punct(next, b':') || before == b"crate",
        "Ruby" => {
            let is_assigned = place.is_assignment(place.index + 1)
                || place.is_punct(next, b'|') && place.is_punct(Some(place.index + 2), b'|');
            !is_assigned && !matches!(before, b"class" | b"module")
        }
        "PHP" => {
            let is_method = place.is_punct(previous, b'>') || place.is_punct(previous, b':');
            is_method || place.is_punct(next, b'(') && before != b"function"
        }
        _ => false,
    }
}

/// Returns the first word of the line or statement.
fn head<'t>(place: &Place<'t>) -> &'t [u8] {
    let mut at = place.index;
    while let Some(before) = at.checked_sub(1) {
        let ends = matches!(place.tokens[before].kind, TokenKind::Punct(b';' | b'{' | b'}'));
        if place.tokens[at].is_first_of_line || ends {
            break;
        }
        at = before;
    }
    place.word(Some(at))
}

/// Whether an import of Python binds the module itself, and for the whole file.
fn is_python_import(place: &Place<'_>, before: &[u8]) -> bool {
    let mut first = place.index;
    while !place.tokens[first].is_first_of_line && first > 0 {
        first -= 1;
    }
    let start = place.tokens[first].span.start;
    let is_at_margin =
        start == 0 || place.text[..start].ends_with(b"\n") || place.text[..start].ends_with(b"\xbf");
    is_at_margin && (before == b"import" || place.is_punct(place.index.checked_sub(1), b','))
}

/// Whether the name is a key of an object, or the name of a method.
fn is_key_or_method(place: &Place<'_>) -> bool {
    let is_in_braces = place.openers().first().is_some_and(|open| place.is_punct(Some(*open), b'{'));
    let previous = place.index.checked_sub(1);
    let is_key = place.is_punct(Some(place.index + 1), b':')
        && [b'{', b','].iter().any(|byte| place.is_punct(previous, *byte));
    let is_method = place.is_punct(Some(place.index + 1), b'(')
        && place.is_punct(Some(place.closer(place.index + 1) + 1), b'{')
        && place.word(previous) != b"function"
        && !place.is_punct(previous, b'*');
    is_in_braces && (is_key || is_method)
}

/// Whether the statement imports the module `process` of Node.
fn is_node_module(place: &Place<'_>) -> bool {
    let is_module = |token: &&Token| {
        let TokenKind::Text(literal) = &token.kind else { return false };
        matches!(&place.text[literal.inner.clone()], b"process" | b"node:process")
    };
    let statement: Vec<&Token> = place.tokens[place.index + 1..]
        .iter()
        .copied()
        .take(8)
        .take_while(|token| !token.is_first_of_line && token.kind != TokenKind::Punct(b';'))
        .collect();
    let starts = matches!(place.word(Some(place.index + 1)), b"from")
        || place.is_assignment(place.index + 1) && place.word(Some(place.index + 2)) == b"require";
    starts
        && statement.last().is_some_and(|last| is_module(last) || last.kind == TokenKind::Punct(b')'))
        && statement.iter().any(is_module)
}
