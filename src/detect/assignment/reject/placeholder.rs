//! Recognizes values that people write where a secret belongs: repetitions, sequences, and words that say no more than the
//! name does.

use crate::detect::assignment::reject::literal_set::PrefixSet;
use crate::detect::assignment::value_stats::ValueStats;
use crate::detect::identifier;
use crate::detect::randomness::statistics::{has_walk, longest_runs};

/// Returns whether a value has a repetition or a sequence that does not occur in random values.
pub(crate) fn has_run_or_sequence(value: &[u8]) -> bool {
    const MIN_RUN: usize = 6;
    const MIN_SEQUENCE: usize = 6;
    let (run, ascending) = longest_runs(&value[..value.len().min(64)]);
    run >= MIN_RUN || ascending >= MIN_SEQUENCE || has_walk(value, MIN_SEQUENCE + 2)
}

/// Returns whether a value is digits that count, in groups with separators between them: `123-456-789`.
pub(crate) fn is_separated_sequence(value: &[u8]) -> bool {
    const MIN_DIGITS: usize = 6;
    const MAX_LENGTH: usize = 64;
    let is_part = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_' | b' ' | b':');
    if value.len() > MAX_LENGTH
        || !value.first().is_some_and(u8::is_ascii_digit)
        || !value.iter().all(is_part)
    {
        return false;
    }
    let digits: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).collect();
    digits.len() >= MIN_DIGITS && digits.len() < value.len() && has_walk(&digits, MIN_DIGITS)
}

/// Returns whether a value has no letter and no digit of any script.
pub(crate) fn is_punctuation(value: &[u8]) -> bool {
    !value.iter().any(u8::is_ascii_alphanumeric)
        && std::str::from_utf8(value).is_ok_and(|text| !text.chars().any(char::is_alphanumeric))
}

/// Words for the kind of a value.
const KINDS: [&[u8]; 17] = [
    b"passphrase",
    b"password",
    b"passwd",
    b"passw",
    b"pass",
    b"pwd",
    b"secret",
    b"token",
    b"apikey",
    b"key",
    b"credentials",
    b"credential",
    b"value",
    b"string",
    b"example",
    b"bearer",
    b"auth",
];

/// The number of words in [`KINDS`] that name a secret: the first ones.
const SECRET_WORDS: usize = 12;

static KIND_WORDS: PrefixSet<{ KINDS.len() }> = PrefixSet::new(&KINDS);

/// Words that people write instead of any value.
static EXAMPLE_WORDS: PrefixSet<44> = PrefixSet::new(&[
    b"incorrect",
    b"anything",
    b"something",
    b"username",
    b"whatever",
    b"ignored",
    b"invalid",
    b"nothing",
    b"unknown",
    b"bogus",
    b"dummy",
    b"sample",
    b"wrong",
    b"fake",
    b"user",
    b"nope",
    b"unused",
    b"foo",
    b"bar",
    b"baz",
    b"bat",
    b"qux",
    b"quux",
    b"asdf",
    b"qwerty",
    b"testing",
    b"tests",
    b"test",
    b"admin",
    b"guest",
    b"root",
    b"hello",
    b"world",
    b"demo",
    b"abcd",
    b"abc",
    b"xyzzy",
    b"xyz",
    b"blah",
    b"tiger",
    b"fill",
    b"insert",
    b"replace",
    b"blabla",
]);

/// Words that occur together with those, but mean nothing alone.
static FILLER_WORDS: PrefixSet<48> = PrefixSet::new(&[
    b"another",
    b"confirm",
    b"default",
    b"private",
    b"current",
    b"refresh",
    b"session",
    b"strong",
    b"shared",
    b"access",
    b"client",
    b"public",
    b"option",
    b"opt",
    b"super",
    b"valid",
    b"admin",
    b"data",
    b"database",
    b"db",
    b"host",
    b"root",
    b"good",
    b"here",
    b"name",
    b"your",
    b"some",
    b"word",
    b"test",
    b"new",
    b"old",
    b"bad",
    b"top",
    b"the",
    b"api",
    b"my",
    b"is",
    b"an",
    b"a",
    b"of",
    b"for",
    b"to",
    b"me",
    b"in",
    b"it",
    b"with",
    b"this",
    b"please",
]);

/// Returns whether a value is made of nothing but words for its kind, example words, filler words, punctuation and a few
/// digits: `yourPassword`, `test-token`, `secret_key1`.
pub(crate) fn is_placeholder(value: &[u8]) -> bool {
    const MAX_LENGTH: usize = 32;
    const MAX_DIGITS: usize = 3;
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let tail = value.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    if value.len() > MAX_LENGTH
        || digits > MAX_DIGITS && (tail < digits || !has_walk(&value[value.len() - tail..], tail))
    {
        return false;
    }
    if is_filled(value) {
        return true;
    }
    let mut lower = [0; MAX_LENGTH];
    let lower = &mut lower[..value.len()];
    lower.copy_from_slice(value);
    lower.make_ascii_lowercase();
    let mut rest: &[u8] = lower;
    let mut has_placeholder_word = false;
    while let Some(first) = rest.first() {
        if !first.is_ascii_alphabetic() {
            if !first.is_ascii_digit() && !b"_-. !/:;".contains(first) {
                return false;
            }
            rest = &rest[1..];
        } else if let Some(run) = repeated_letters(rest) {
            rest = &rest[run..];
        } else if let Some(word) = KIND_WORDS.prefix_of(rest).or_else(|| EXAMPLE_WORDS.prefix_of(rest)) {
            rest = &rest[word.len()..];
            has_placeholder_word = true;
        } else if let Some(word) = FILLER_WORDS.prefix_of(rest) {
            rest = &rest[word.len()..];
        } else {
            return false;
        }
    }
    has_placeholder_word
}

/// Returns whether all letters of a value are uppercase, and most of them are filled in for others: `XXXYYY`, `TXX/BYY/ZZZ`.
fn is_filled(value: &[u8]) -> bool {
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let filled = value.iter().filter(|byte| matches!(byte, b'X' | b'Y' | b'Z')).count();
    letters >= 6 && filled * 4 >= letters * 3 && !value.iter().any(u8::is_ascii_lowercase)
}

/// Returns how often the first letter is repeated, if it is three times or more: `xxx` and `yyy` mean an omitted part.
fn repeated_letters(rest: &[u8]) -> Option<usize> {
    let run = rest.iter().take_while(|byte| **byte == rest[0]).count();
    (run > 2).then_some(run)
}

/// Returns whether a value combines a word for its kind with other words or digits: `store-pass`, `celerypassword`,
/// `Test@12345`.
pub(crate) fn has_placeholder_word(value: &[u8], stats: &ValueStats) -> bool {
    const MAX_LENGTH: usize = 32;
    if value.len() > MAX_LENGTH || stats.letters() < 4 {
        return false;
    }
    let secret_words = &KINDS[..SECRET_WORDS];
    let is_secret_word = |word: &[u8]| secret_words.contains(&word);
    let words = identifier::split_words(value);
    let are_plain = words.iter().all(|word| {
        word[0].is_ascii_alphabetic() || word.len() < 3 || has_walk(word, word.len()) && word.len() < 10
    });
    let (Some(first), Some(last)) = (words.iter().next(), words.iter().next_back()) else { return false };
    if words.len() > 1 && words.len() < 6 && are_plain {
        let is_known = |word: &[u8]| !word[0].is_ascii_alphabetic() || is_placeholder(word);
        let letter_words = || words.iter().filter(|word| word[0].is_ascii_alphabetic());
        return letter_words().any(&is_secret_word) && (is_secret_word(last) || is_secret_word(first))
            || words.iter().all(is_known) && letter_words().count() > 0;
    }
    // Words without separators: the rest of the value is words of the dictionary.
    let lower = value.to_ascii_lowercase();
    stats.covered == 10
        && secret_words
            .iter()
            .filter(|word| word.len() > 4 || **word == *b"pass" && stats.words > 1)
            .any(|word| lower.len() > word.len() && (lower.starts_with(word) || lower.ends_with(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_of_any_script_is_no_secret() {
        for value in [",.:-¨@*¿?!", "----", "…"] {
            assert!(is_punctuation(value.as_bytes()), "{value}");
        }
        for value in ["пароль", "!!a!!", "1", "密码"] {
            assert!(!is_punctuation(value.as_bytes()), "{value}");
        }
        assert!(!is_punctuation(b"\xff\xfe"));
    }

    #[test]
    fn values_of_placeholder_words_are_placeholders() {
        for value in [
            "password",
            "yourPassword",
            "my-secret-token",
            "SECRET_KEY",
            "wrong_pass",
            "test123",
            "foobar",
            "admin1234",
            "password12345",
            "access-token",
            "testPassword!",
            "Fill_me_in",
            "XXXYYY",
            "TXX/BYY/ZZZ",
        ] {
            assert!(is_placeholder(value.as_bytes()), "{value}");
        }
        for value in
            ["letmein", "correcthorse", "passport7", "keyboard-cat", "tester99000", "summer2024", "my dog"]
        {
            assert!(!is_placeholder(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn repetitions_and_sequences_are_recognized() {
        for value in [&b"0123456789ab"[..], b"xqaaaaaabc", b"aBcDeFgHiJ"] {
            assert!(has_run_or_sequence(value), "{}", value.escape_ascii());
        }
        assert!(!has_run_or_sequence(b"hunter2x"));
        assert!(is_separated_sequence(b"123-456-789") && is_separated_sequence(b"1234 5678 9012 3456"));
        for value in ["481-920-375", "123456789", "-123-456", "123-abc-456", ""] {
            assert!(!is_separated_sequence(value.as_bytes()), "{value}");
        }
    }
}
