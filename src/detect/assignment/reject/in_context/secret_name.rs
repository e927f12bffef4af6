//! Recognizes names of secrets that are kept elsewhere.

use crate::detect::assignment::parse::{Assignment, Operator, Quote};
use crate::detect::identifier;

/// Returns whether a value is a list of names (`"APP_ID,APP_KEY"`), or the name of a setting says that it is one
/// (`existingSecret`).
pub(super) fn is_list_of_names(name: &[u8], value: &[u8]) -> bool {
    let lower: Vec<u8> = identifier::split_words(name).iter().flatten().copied().collect();
    let names: [&[u8]; 8] = [
        b"existingsecret",
        b"existingsecrets",
        b"secretref",
        b"secretkeyref",
        b"pullsecret",
        b"pullsecrets",
        b"secretstore",
        b"tlssecret",
    ];
    if names.iter().any(|name| lower.ends_with(name)) {
        return true;
    }
    let is_name = |part: &[u8]| {
        let part = part.trim_ascii();
        part.len() > 2
            && part[0].is_ascii_uppercase()
            && part
                .iter()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-'))
            && part.iter().filter(|byte| byte.is_ascii_digit()).count() * 4 < part.len()
    };
    value.contains(&b',') && value.split(|byte| *byte == b',').all(is_name)
}

/// Returns whether a value may be the name of a secret: `secret: my-ca-1` in a manifest.
pub(crate) fn may_be_name(text: &[u8], assignment: &Assignment) -> bool {
    let (name, value) = (&text[assignment.name.clone()], &text[assignment.value.clone()]);
    let last = identifier::split_words(name);
    let names_secret = last.iter().next_back().is_some_and(|word| matches!(word, b"secret" | b"secrets"));
    let is_part = |part: &[u8]| {
        !part.is_empty()
            && (part.iter().all(u8::is_ascii_lowercase)
                || part.iter().all(u8::is_ascii_digit) && part.len() < 3)
    };
    names_secret
        && matches!(assignment.operator, Operator::Colon | Operator::Assign)
        && assignment.quote == Quote::None
        && value.contains(&b'-')
        && value.split(|byte| *byte == b'-').all(is_part)
}
