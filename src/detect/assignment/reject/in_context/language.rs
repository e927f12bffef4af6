//! Recognizes words that are data about language: tokens of a model or a parser, and lists of words.

use crate::detect::assignment::neighbours::Neighbour;
use crate::detect::assignment::parse::Assignment;
use crate::detect::identifier;

/// Returns whether tokens of texts have such a name: `token`, `token_str`.
pub(super) fn is_token_name(name: &[u8]) -> bool {
    let words = identifier::split_words(name);
    let last = words.iter().next_back();
    matches!(last, Some(b"token" | b"tokens"))
        || matches!(last, Some(b"str" | b"text" | b"string")) && words.iter().any(|word| word == b"token")
}

/// Names of what is known of a token of a text: its place, its probability, its kind.
const PROPERTIES: [&[u8]; 19] = [
    b"score",
    b"logprob",
    b"top_logprobs",
    b"token_id",
    b"tokenId",
    b"start_offset",
    b"end_offset",
    b"position",
    b"sequence",
    b"lemma",
    b"pos",
    b"start",
    b"end",
    b"probability",
    b"prob",
    b"entity",
    b"offset",
    b"special",
    b"ner",
];

/// Returns whether the settings around a token are properties of a token of a text.
pub(super) fn is_token_of_text(near: &[Neighbour<'_>]) -> bool {
    const MAX_LINES: i32 = 4;
    let is_number = |value: &[u8]| {
        value.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-')
            && value.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'e'))
    };
    near.iter().filter(|one| one.lines.abs() <= MAX_LINES).any(|one| {
        PROPERTIES.contains(&one.name) && is_number(one.value)
            || one.name == b"token" && is_number(one.value) && one.lines == 0
    })
}

/// Returns whether a value in quotes is one of several words in brackets: `["length", "common"]`.
pub(super) fn is_in_word_list(text: &[u8], assignment: &Assignment) -> bool {
    const MAX_LENGTH: usize = 300;
    let opening = assignment.value.start - 1;
    let before = text[..opening].trim_ascii_end();
    let end = text.len().min(assignment.value.end + MAX_LENGTH);
    let after = &text[assignment.value.end..end];
    if !before.last().is_some_and(|byte| matches!(byte, b'[' | b'{' | b'(')) {
        return false;
    }
    let is_word = |word: &[u8]| {
        word.iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b' '))
    };
    let quote = text[opening];
    if !is_word(&text[assignment.value.clone()]) {
        return false;
    }
    let (mut rest, mut words) = (&after[1.min(after.len())..], 1);
    loop {
        rest = rest.trim_ascii_start();
        match rest.first() {
            Some(b']' | b'}') => return words > 1,
            Some(b',') => rest = rest[1..].trim_ascii_start(),
            _ => return false,
        }
        if matches!(rest.first(), Some(b']' | b'}')) {
            continue;
        }
        if rest.first() != Some(&quote) {
            return false;
        }
        let Some(close) = memchr::memchr(quote, &rest[1..]) else { return false };
        if !is_word(&rest[1..=close]) {
            return false;
        }
        words += 1;
        rest = &rest[close + 2..];
    }
}
