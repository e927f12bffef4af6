//! Recognizes placeholders that are encoded, written with digits instead of letters, or part of a value.

use crate::detect::assignment::reject::placeholder::is_placeholder;
use crate::detect::assignment::value_stats::{Class, ValueStats};
use crate::text::find_short;
use crate::token_check;

/// Returns whether a value is a placeholder in percent escapes, in base64, or with digits and punctuation instead of
/// letters.
pub(super) fn hides_placeholder(value: &[u8], stats: &ValueStats) -> bool {
    let restored = restore_letters(&replace_escapes(value));
    if restored != value && is_placeholder(&restored) {
        return true;
    }
    (stats.class == Class::Random || value.ends_with(b"="))
        && token_check::decode_printable(value).is_some_and(|text| has_word_for_secret(&text))
}

/// Returns whether a value contains a word for a password or an example, perhaps with digits instead of letters, or ends with one before
/// its last digits: `MySuperP4sswOrd`, `different_pa$$w0rd`, `wifipass123`.
pub(super) fn hides_word_for_secret(value: &[u8]) -> bool {
    const MAX_LENGTH: usize = 40;
    const INSIDE: [&[u8]; 11] = [
        b"passw",
        b"pasword",
        b"motdepasse",
        b"secret",
        b"geheim",
        b"blabla",
        b"foobar",
        b"example",
        b"changeme",
        b"placeholder",
        b"loremipsum",
    ];
    const ENDS: [&[u8]; 2] = [b"pass", b"pwd"];
    if value.len() > MAX_LENGTH {
        return value.ends_with(b"EXAMPLE") || value.ends_with(b"EXAMPLEKEY");
    }
    let mut restored = restore_letters(&value.to_ascii_lowercase());
    restored.retain(u8::is_ascii_alphanumeric);
    let tail = value.iter().rev().take_while(|byte| !byte.is_ascii_alphabetic()).count();
    let ending = value[..value.len() - tail].to_ascii_lowercase();
    INSIDE.iter().any(|word| find_short(&restored, word).is_some())
        || ENDS.iter().any(|word| ending.len() > word.len() + 2 && ending.ends_with(word))
}

/// Replaces each percent escape by one character, so that `pwd%23%20` is found to be a placeholder.
fn replace_escapes(value: &[u8]) -> Vec<u8> {
    let is_escape = |part: &[u8]| part[0] == b'%' && part[1..].iter().all(u8::is_ascii_hexdigit);
    let (mut plain, mut at) = (Vec::with_capacity(value.len()), 0);
    while let Some(byte) = value.get(at) {
        let escape = value.get(at..at + 3).filter(|part| is_escape(part));
        let character = escape.map_or(*byte, |part| if part == b"%40" { b'@' } else { b' ' });
        plain.push(character);
        at += if escape.is_some() { 3 } else { 1 };
    }
    plain
}

/// Returns whether a decoded text is words with separators, of which one names a secret. Nobody encodes a passphrase in
/// this way.
fn has_word_for_secret(text: &[u8]) -> bool {
    let mut words = text.split(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    is_placeholder(text)
        || text.iter().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_' | b' '))
            && words.any(is_placeholder)
}

/// Replaces digits and punctuation by the letters that they stand for: `p4ssw0rd`, `s3cr3t`, `P@$$word`.
fn restore_letters(value: &[u8]) -> Vec<u8> {
    let letter = |byte: &u8| match byte {
        b'0' => b'o',
        b'1' => b'i',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'6' => b'g',
        b'7' => b't',
        other => *other,
    };
    value.iter().map(letter).collect()
}
