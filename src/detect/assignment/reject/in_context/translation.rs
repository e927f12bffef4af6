//! Recognizes translated texts, from their letters and their neighbours: in a file of messages, the values of the lines
//! around are words and sentences. Letters may be written as `\uXXXX`.

use std::borrow::Cow;

use crate::detect::assignment::neighbours::Neighbour;
use crate::detect::assignment::parse::{Assignment, Quote};
use crate::text::find_short;

/// The neighbours with words that make a value of words one of them; fewer if the value has letters outside ASCII.
const MIN_NEIGHBOURS: usize = 2;

/// Replaces `\uXXXX` by the character that it stands for, and each half of a pair of surrogates by an ideograph. Returns
/// `None` if the text is not UTF-8.
pub(super) fn unescape(value: &[u8]) -> Option<Cow<'_, str>> {
    let text = std::str::from_utf8(value).ok()?;
    if find_short(value, b"\\u").is_none() {
        return Some(Cow::Borrowed(text));
    }
    let (mut plain, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("\\u") {
        let code = rest.get(at + 2..at + 6).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let Some(code) = code else { break };
        plain.push_str(rest[..at].trim_end_matches('\\'));
        plain.push(char::from_u32(code).unwrap_or('\u{4e00}'));
        rest = &rest[at + 6..];
    }
    plain.push_str(rest);
    Some(Cow::Owned(plain))
}

/// Returns whether a value is words of any language: letters, spaces and the punctuation of prose, no digits.
pub(crate) fn is_words(value: &[u8]) -> bool {
    let Some(text) = unescape(value) else { return false };
    let is_inside = |character: char| {
        character.is_alphabetic()
            || !character.is_ascii() && !character.is_numeric()
            || " .,:;!?'\"()-/&*%…\\".contains(character)
    };
    text.chars().all(is_inside) && text.chars().filter(|character| character.is_alphabetic()).count() >= 2
}

/// Returns whether a value of words is the translation of a message. `near` are the settings around it.
pub(super) fn is_translation(value: &[u8], assignment: &Assignment, near: &[Neighbour<'_>]) -> bool {
    let is_quoted = assignment.quote != Quote::None;
    let of_form = near.iter().filter(|one| one.is_quoted == is_quoted && !one.value.is_empty());
    let (mut prose, mut foreign, mut other) = (0, 0, 0);
    for one in of_form {
        if is_prose(one.value) {
            prose += 1;
            foreign += usize::from(is_foreign(one.value));
        } else if !is_words(one.value) {
            other += 1;
        }
    }
    let min_neighbours = if is_foreign(value) { 1 } else { MIN_NEIGHBOURS };
    prose >= min_neighbours && prose > other || is_foreign(value) && foreign > 0
}

/// Returns whether a value has letters outside ASCII.
fn is_foreign(value: &[u8]) -> bool {
    unescape(value).is_some_and(|text| !text.is_ascii())
}

/// Returns whether a value is two words or more, or words with letters outside ASCII; perhaps with parameters.
fn is_prose(value: &[u8]) -> bool {
    let Some(text) = unescape(value) else { return false };
    let letters = text.chars().filter(|character| character.is_alphabetic() || !character.is_ascii()).count();
    let is_word = |word: &&str| {
        let word = word.trim_matches(|character: char| character.is_ascii_punctuation());
        word.chars()
            .all(|character| character.is_alphabetic() || !character.is_ascii() || "'-".contains(character))
            && word.chars().count() > 1
    };
    let words = text.split(' ').filter(is_word).count();
    letters * 10 >= text.chars().count() * 6 && (words > 1 || !text.is_ascii() && words > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_letters_are_letters() {
        for (value, expected) in [
            ("Tajn\\u00e9", Some("Tajn\u{e9}")),
            ("\\u5bc6\\u94a5", Some("\u{5bc6}\u{94a5}")),
            ("\\ud83d\\ude00", Some("\u{4e00}\u{4e00}")),
            ("a\\\\u00e9", Some("a\u{e9}")),
            ("\\u00", Some("\\u00")),
            ("\\u\u{e9}\u{e9}x", Some("\\u\u{e9}\u{e9}x")),
            ("plain", Some("plain")),
        ] {
            assert_eq!(unescape(value.as_bytes()).as_deref(), expected, "{value}");
        }
        assert_eq!(unescape(b"\xff"), None);
        assert!(is_words(b"Tajn\\u00e9") && !is_words(b"Tajn\\u00e9 7"));
    }
}
