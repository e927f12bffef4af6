//! Values that people write where a secret would stand: runs, sequences, and words that say no more than the name.

use crate::detect::assignment::reject::literal_set::PrefixSet;
use crate::detect::assignment::value_stats::ValueStats;
use crate::detect::identifier;
use crate::detect::randomness::statistics::{runs, walks};

/// Runs and sequences that nobody draws by chance.
pub(crate) fn is_filler(value: &[u8]) -> bool {
    const LONGEST_RUN: usize = 6;
    const LONGEST_SEQUENCE: usize = 6;
    let (run, ascending) = runs(&value[..value.len().min(64)]);
    run >= LONGEST_RUN || ascending >= LONGEST_SEQUENCE || walks(value, LONGEST_SEQUENCE + 2)
}

/// Words that say what a value is, or that it is none.
const STEMS: [&[u8]; 17] = [
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

static SAID: PrefixSet<{ STEMS.len() }> = PrefixSet::new(&STEMS);

/// Words that people write to stand for any other.
static ANY: PrefixSet<40> = PrefixSet::new(&[
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
]);

/// Words that stand beside those.
static FILLERS: PrefixSet<42> = PrefixSet::new(&[
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
]);

/// `yourPassword`, `test-token`, `secret_key1`: made of nothing but what the name says, too.
pub(crate) fn says_what_it_is(value: &[u8]) -> bool {
    const LONGEST: usize = 32;
    const MOST_DIGITS: usize = 3;
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let tail = value.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    if value.len() > LONGEST
        || digits > MOST_DIGITS && (tail < digits || !walks(&value[value.len() - tail..], tail))
    {
        return false;
    }
    let mut lower = [0; LONGEST];
    let rest = &mut lower[..value.len()];
    rest.copy_from_slice(value);
    rest.make_ascii_lowercase();
    let mut rest: &[u8] = rest;
    let mut told = false;
    while let Some(first) = rest.first() {
        if !first.is_ascii_alphabetic() {
            if !first.is_ascii_digit() && !b"_-. !/:;".contains(first) {
                return false;
            }
            rest = &rest[1..];
        } else if let Some(run) = run_of_letters(rest) {
            rest = &rest[run..];
        } else if let Some(word) = SAID.begun(rest) {
            rest = &rest[word.len()..];
            told = true;
        } else if let Some(word) = ANY.begun(rest) {
            rest = &rest[word.len()..];
            told = true;
        } else if let Some(word) = FILLERS.begun(rest) {
            rest = &rest[word.len()..];
        } else {
            return false;
        }
    }
    told
}

/// `xxx` and `yyy` stand for something that is left out.
fn run_of_letters(rest: &[u8]) -> Option<usize> {
    let run = rest.iter().take_while(|byte| **byte == rest[0]).count();
    (run > 2).then_some(run)
}

/// `store-pass`, `celerypassword`, `Test@12345`: words that say what it is, and others or digits beside them.
pub(crate) fn is_named(value: &[u8], looks: &ValueStats) -> bool {
    const LONGEST: usize = 32;
    if value.len() > LONGEST || looks.letters() < 4 {
        return false;
    }
    let is_stem = |word: &[u8]| STEMS[..12].contains(&word);
    let words = identifier::split_words(value);
    let are_plain = words.iter().all(|word| {
        word[0].is_ascii_alphabetic() || word.len() < 3 || walks(word, word.len()) && word.len() < 10
    });
    let (Some(first), Some(last)) = (words.iter().next(), words.iter().next_back()) else { return false };
    if words.len() > 1 && words.len() < 6 && are_plain {
        let is_known = |word: &[u8]| !word[0].is_ascii_alphabetic() || says_what_it_is(word);
        let letters = || words.iter().filter(|word| word[0].is_ascii_alphabetic());
        return letters().any(&is_stem) && (is_stem(last) || is_stem(first))
            || words.iter().all(is_known) && letters().count() > 0;
    }
    // Run together: the rest is words of the dictionary.
    let lower = value.to_ascii_lowercase();
    looks.covered == 10
        && STEMS[..12]
            .iter()
            .filter(|stem| stem.len() > 4 || **stem == *b"pass" && looks.words > 1)
            .any(|stem| lower.len() > stem.len() && (lower.starts_with(stem) || lower.ends_with(stem)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_what_it_is_is_no_secret() {
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
        ] {
            assert!(says_what_it_is(value.as_bytes()), "{value}");
        }
        for value in
            ["letmein", "correcthorse", "passport7", "keyboard-cat", "tester99000", "summer2024", "my dog"]
        {
            assert!(!says_what_it_is(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn runs_and_sequences_are_told() {
        assert!(is_filler(b"0123456789ab") && is_filler(b"xqaaaaaabc") && is_filler(b"aBcDeFgHiJ"));
        assert!(!is_filler(b"hunter2x"));
    }
}
