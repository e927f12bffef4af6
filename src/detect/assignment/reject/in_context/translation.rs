//! Recognizes translated texts, from their letters and their neighbours: in a file of messages, the values of the lines
//! around are words and sentences.

use crate::detect::assignment::neighbours::Neighbour;
use crate::detect::assignment::parse::{Assignment, Quote};

/// The neighbours with words that make a value of words one of them; fewer if the value has letters outside ASCII.
const MIN_NEIGHBOURS: usize = 2;

/// Returns whether a value is words of any language: letters, spaces and the punctuation of prose, no digits.
pub(super) fn is_words(value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else { return false };
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
            foreign += usize::from(!one.value.is_ascii());
        } else if !is_words(one.value) {
            other += 1;
        }
    }
    let min_neighbours = if value.is_ascii() { MIN_NEIGHBOURS } else { 1 };
    prose >= min_neighbours && prose > other || !value.is_ascii() && foreign > 0
}

/// Returns whether a value is two words or more, or words with letters outside ASCII; perhaps with parameters.
fn is_prose(value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else { return false };
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
