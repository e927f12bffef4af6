//! Values that people write where a secret would stand: runs, sequences, and words that say no more than the name.

use crate::detect::statistics::{Statistics, walks};

/// Runs and sequences that nobody draws by chance.
pub(super) fn is_filler(value: &[u8]) -> bool {
    const LONGEST_RUN: usize = 6;
    const LONGEST_SEQUENCE: usize = 6;
    let statistics = Statistics::of(&value[..value.len().min(64)]);
    statistics.run >= LONGEST_RUN
        || statistics.ascending >= LONGEST_SEQUENCE
        || walks(value, LONGEST_SEQUENCE + 2)
}

/// Words that say what a value is, or that it is none.
const STEMS: [&[u8]; 16] = [
    b"passphrase",
    b"password",
    b"passwd",
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

/// Words that people write to stand for any other.
const ANY: [&[u8]; 24] = [
    b"foo", b"bar", b"baz", b"bat", b"qux", b"quux", b"asdf", b"qwerty", b"testing", b"tests", b"test",
    b"admin", b"guest", b"root", b"hello", b"world", b"demo", b"dummy", b"abcd", b"abc", b"xyzzy", b"xyz",
    b"blah", b"tiger",
];

/// Words that stand beside those.
const FILLERS: [&[u8]; 36] = [
    b"your",
    b"my",
    b"the",
    b"some",
    b"test",
    b"wrong",
    b"new",
    b"old",
    b"invalid",
    b"fake",
    b"dummy",
    b"bad",
    b"good",
    b"sample",
    b"default",
    b"user",
    b"admin",
    b"client",
    b"access",
    b"api",
    b"here",
    b"name",
    b"private",
    b"public",
    b"database",
    b"db",
    b"root",
    b"current",
    b"confirm",
    b"strong",
    b"valid",
    b"super",
    b"shared",
    b"session",
    b"is",
    b"refresh",
];

/// `yourPassword`, `test-token`, `secret_key1`: made of nothing but what the name says, too.
pub(super) fn says_what_it_is(value: &[u8]) -> bool {
    const LONGEST: usize = 32;
    const MOST_DIGITS: usize = 3;
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    if value.len() > LONGEST
        || digits > MOST_DIGITS && ![&b"1234"[..], b"4321"].iter().any(|end| value.ends_with(end))
    {
        return false;
    }
    let lower = value.to_ascii_lowercase();
    let mut rest: &[u8] = &lower;
    let mut told = false;
    while let Some(first) = rest.first() {
        if !first.is_ascii_alphabetic() {
            if !first.is_ascii_digit() && !matches!(first, b'_' | b'-' | b'.' | b' ' | b'!') {
                return false;
            }
            rest = &rest[1..];
        } else if let Some(word) = STEMS.iter().find(|word| rest.starts_with(word)) {
            rest = &rest[word.len()..];
            told = true;
        } else if let Some(word) = ANY.iter().find(|word| rest.starts_with(word)) {
            rest = &rest[word.len()..];
            told = true;
        } else if let Some(word) = FILLERS.iter().find(|word| rest.starts_with(word)) {
            rest = &rest[word.len()..];
        } else {
            return false;
        }
    }
    told
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
