//! The name that a literal is assigned to.

use super::lexer::{Token, TokenKind};
use super::place::Place;
use super::site::is_name;

/// The most tokens of a type.
const MAX_TYPE_TOKENS: usize = 8;

/// Returns the name of the variable, field, key or argument that a literal is the value of.
pub(super) fn find(place: &Place<'_>) -> Option<String> {
    let mut at = place.index.checked_sub(1)?;
    let byte = |at: usize| match place.token(at)?.kind {
        TokenKind::Punct(byte) => Some(byte),
        _ => None,
    };
    // `String::from("…")` and `getenv("…") || "…"` are values of their own names.
    while byte(at) == Some(b'(') && place.language.name == "Rust" {
        let head = place.text.get(..place.token(at)?.span.start)?;
        if !head.ends_with(b"String::from") {
            break;
        }
        at = at.checked_sub(5)?;
    }
    match byte(at)? {
        b'>' if byte(at.checked_sub(1)?) == Some(b'=') => named(place, at.checked_sub(2)?),
        b'=' => {
            let before = at.checked_sub(1)?;
            match byte(before) {
                Some(b':' | b'?' | b'|' | b']') => named(place, before.checked_sub(1)?),
                _ => declared(place, before),
            }
        }
        b':' => named(place, at.checked_sub(1)?),
        b',' => match place.token(at.checked_sub(1)?)?.kind {
            TokenKind::Text(_) => named(place, at.checked_sub(1)?),
            _ => None,
        },
        _ => None,
    }
}

/// Returns the name before a type, or the name itself.
fn declared(place: &Place<'_>, at: usize) -> Option<String> {
    // `name: &'a str = "…"`, `name: Optional[str] = "…"`: the type is between a colon and the `=`.
    for index in (at.saturating_sub(MAX_TYPE_TOKENS)..at).rev() {
        let token = place.token(index)?;
        let before = index.checked_sub(1).and_then(|index| place.token(index));
        match token.kind {
            TokenKind::Punct(b':') if before.is_some_and(|token| token.kind != TokenKind::Punct(b':')) => {
                return named(place, index - 1);
            }
            TokenKind::Punct(b'&' | b'\'' | b'[' | b'|' | b'<' | b'?' | b'.') | TokenKind::Word
                if !token.is_first_of_line => {}
            _ => break,
        }
    }
    let before = at.checked_sub(2).and_then(|index| place.token(index));
    // `var name string = "…"` of Go.
    let is_typed = place.language.name == "Go" && before.is_some_and(|token| bytes(place, token) == b"var");
    named(place, if is_typed { at - 1 } else { at })
}

fn bytes<'t>(place: &Place<'t>, token: &Token) -> &'t [u8] {
    &place.text[token.span.clone()]
}

fn named(place: &Place<'_>, at: usize) -> Option<String> {
    let token = place.token(at)?;
    let name = match &token.kind {
        TokenKind::Word => bytes(place, token),
        TokenKind::Text(literal) => &place.text[literal.inner.clone()],
        _ => return None,
    };
    is_name(name).then(|| String::from_utf8_lossy(name).into_owned())
}
