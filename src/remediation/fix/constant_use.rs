//! Uses of the name of a value elsewhere in its file that do not compile, or fail, once the value is read at run time.

use std::collections::BTreeSet;

use super::lexer::TokenKind;
use super::place::Place;
use super::refusal;
use super::refusal::Refusal;

/// The most uses of the names that are examined; a file with more of them is refused.
const MAX_USES: usize = 500;

/// Methods of Ruby, beside those that end with `!`, that change a string.
const CHANGING: [&[u8]; 8] = [
    b"concat",
    b"replace",
    b"insert",
    b"prepend",
    b"clear",
    b"force_encoding",
    b"setbyte",
    b"append_as_bytes",
];

/// Checks the uses of the name that a literal is assigned to.
pub(super) fn check(place: &Place<'_>, name: Option<&str>) -> Result<(), Refusal> {
    match (place.language.name, name) {
        ("Java", Some(name)) if is_constant_elsewhere(place, name) => Err(refusal::USED_AS_CONSTANT),
        ("Ruby", name) if is_changed(place, name) => Err(refusal::CHANGED_LATER),
        _ => Ok(()),
    }
}

/// Whether a constant of Java, or another one that is computed from it, is in an annotation or a `case`.
fn is_constant_elsewhere(place: &Place<'_>, name: &str) -> bool {
    let mut names = BTreeSet::from([name.as_bytes()]);
    let mut uses = 0;
    loop {
        let mut found = names.clone();
        for index in 0..place.tokens.len() {
            if !names.contains(place.word(Some(index))) {
                continue;
            }
            uses += 1;
            let here = Place { index, ..*place };
            if uses > MAX_USES || here.takes_constants_only() {
                return true;
            }
            let statement = place.statement_before(index);
            let assigned = statement.iter().find(|index| place.is_assignment(**index));
            found.extend(
                assigned.map(|assigned| place.word(assigned.checked_sub(1))).filter(|word| !word.is_empty()),
            );
        }
        if found == names {
            return false;
        }
        names = found;
    }
}

/// Whether a program in Ruby changes the string.
fn is_changed(place: &Place<'_>, name: Option<&str>) -> bool {
    let is_appended = |end: usize| place.follows(end + 2, [b'<', b'<']);
    let is_changed_by_method = |end: usize| {
        let method = place.word(Some(end + 1));
        place.is_punct(Some(end), b'.')
            && (CHANGING.contains(&method) || !method.is_empty() && ends_with_bang(place, end + 1))
    };
    let is_name = |index: usize| {
        let token = place.tokens[index];
        name.is_some_and(|name| token.kind == TokenKind::Word && place.bytes(token) == name.as_bytes())
    };
    let changes = |end: usize| is_appended(end) || is_changed_by_method(end);
    changes(place.index + 1) || (0..place.tokens.len()).any(|index| is_name(index) && changes(index + 1))
}

/// Whether `!` follows a word without a space, and no `=` follows it.
fn ends_with_bang(place: &Place<'_>, index: usize) -> bool {
    let Some(next) = place.token(index + 1).filter(|next| next.kind == TokenKind::Punct(b'!')) else {
        return false;
    };
    next.span.start == place.tokens[index].span.end && !place.is_punct(Some(index + 2), b'=')
}
