//! Placeholders: values that have the format of a secret and grant no access. The decision depends on the value only,
//! never on its path.

use crate::detect::evidence::{Placeholder, Tier};
use crate::detect::randomness::statistics::Statistics;
use crate::detect::randomness::{NotRandom, why_not_random};
use crate::rules::{Pattern, Text, TokenShape};
use crate::secret::ValueId;

/// Words that people write instead of a key. Only whole words of a value count, and a single one only if it has five
/// letters or more: random base64url contains four-letter words by chance.
const WORDS: [&str; 46] = [
    "abcdef",
    "aqui",
    "bogus",
    "changeme",
    "clave",
    "dein",
    "demo",
    "do-not-use",
    "dummy",
    "enter",
    "example",
    "fake",
    "fill",
    "fixture",
    "foobar",
    "here",
    "hermetic",
    "ihre",
    "insert",
    "invalid",
    "lorem",
    "mock",
    "notareal",
    "paste",
    "placeholder",
    "project",
    "put",
    "real",
    "redacted",
    "removed",
    "replace",
    "sample",
    "schluessel",
    "secret",
    "some",
    "string",
    "stub",
    "test",
    "tests",
    "todo",
    "token",
    "value",
    "votre",
    "xxxx",
    "your",
    "yours",
];

/// Words that also count inside other words (`…EXAMPLEKEY`). A given word of seven letters occurs by chance in one
/// of a billion random values.
const LONG_WORDS: [&str; 8] =
    ["changeme", "example", "fixture", "notareal", "placeholder", "redacted", "replaceme", "yourkey"];

/// Returns why the body of a prefixed token is a placeholder, if it is one.
pub(crate) fn check_body(body: &[u8], tier: Tier, shape: &TokenShape) -> Option<Placeholder> {
    let cuts = match tier {
        Tier::Decoded => return None,
        Tier::Structured => &shape.structured_limits,
        Tier::Full | Tier::Indirect | Tier::Assigned | Tier::Likely | Tier::Exact => &shape.full_limits,
        Tier::Short => &shape.short_limits,
    };
    if let Some(why) = Statistics::new(body).exceeded(body, cuts) {
        return Some(Placeholder::NotRandom(why));
    }
    (tier == Tier::Short && has_words(body)).then_some(Placeholder::Words)
}

/// Returns why a match of a pattern rule is a placeholder, if it is one. `body` is the random part of `value`.
pub(crate) fn check_pattern(body: &[u8], pattern: &Pattern, value: &[u8]) -> Option<Placeholder> {
    let why = if pattern.random {
        why_not_random(body, pattern.alphabet)
    } else {
        has_filler(value).then_some(NotRandom::RepeatedCharacter)
    };
    let has_text = pattern.random && (has_words(body) || has_run_of_x(body));
    why.map(Placeholder::NotRandom).or_else(|| has_text.then_some(Placeholder::Words))
}

/// Returns whether a value has a run of one character that no encoded data has. Encoded data repeats and counts, but
/// long runs occur only for the zeros and ones of numbers: `A` and `/` in base64, which are frequent in the primes of
/// elliptic curves.
fn has_filler(value: &[u8]) -> bool {
    const MIN_RUN: usize = 24;
    value
        .chunk_by(|one, other| one == other)
        .any(|run| run.len() >= MIN_RUN && !matches!(run[0], b'A' | b'/' | b'_'))
}

/// Returns whether a body contains `xxxxx` in either case, which marks an omitted part.
fn has_run_of_x(body: &[u8]) -> bool {
    ["xxxxx", "XXXXX"].iter().any(|run| memchr::memmem::find(body, run.as_bytes()).is_some())
}

/// Returns whether a value consists of words: two lowercase words next to each other, one of them with four letters
/// or more (`hermetic-fixture`), or two of [`WORDS`], or one of them with five letters or more, or one of
/// [`LONG_WORDS`].
pub(crate) fn has_words(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let words: Vec<&[u8]> = lower.split(|byte| !byte.is_ascii_alphabetic()).filter(|w| w.len() > 2).collect();
    let spelled =
        value.split(|byte| matches!(byte, b'-' | b'_')).collect::<Vec<_>>().windows(2).any(|pair| {
            pair.iter().all(|word| word.len() > 2 && word.iter().all(u8::is_ascii_lowercase))
                && pair.iter().any(|word| word.len() > 3)
        });
    let known: Vec<_> = words
        .iter()
        .filter(|word| WORDS.iter().any(|known| known.as_bytes() == **word))
        .map(|word| word.len())
        .collect();
    let inside = LONG_WORDS.iter().any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some());
    spelled || inside || known.len() > 1 || known.iter().any(|length| *length > 4)
}

/// Returns whether the bytes after a value say that a part of it was left out.
pub(crate) fn marks_omission(after: &[u8]) -> bool {
    ["...", "…", "***", "•", "[REDACTED"].iter().any(|mark| after.starts_with(mark.as_bytes()))
}

/// Returns [`Placeholder::KnownTestValue`] if the value is in the sorted list of published test values.
pub(crate) fn known_test_value(value: &ValueId, known_test_values: &[Text]) -> Option<Placeholder> {
    value.is_one_of(known_test_values).then_some(Placeholder::KnownTestValue)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Alphabet;

    #[test]
    fn words_are_distinguished_from_random_characters() {
        for value in
            ["your-key-goes-in-here", "VERY-SECRET-KEY", "hermetic-fixture", "not_a_real_key", "fake1-test2"]
        {
            assert!(has_words(value.as_bytes()), "{value}");
        }
        for value in ["kQ9-xTestB7_fake9Zp", "aB3dHereKw91", "Zx-ab_cd-EF"] {
            assert!(!has_words(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn fillers_have_longer_runs_than_numbers_in_base64() {
        assert!(has_filler(&[b'X'; 24]) && has_filler(&[b'0'; 40]));
        assert!(!has_filler(&[b'/'; 43]) && !has_filler(&[b'A'; 43]) && !has_filler(&[b'x'; 23]));
    }

    #[test]
    fn dots_and_asterisks_mark_an_omission() {
        for after in ["...", "… and", "***", "••••", "[REDACTED]"] {
            assert!(marks_omission(after.as_bytes()), "{after}");
        }
        for after in ["", ". Next", "\"", "**bold"] {
            assert!(!marks_omission(after.as_bytes()), "{after}");
        }
    }

    /// A random generator (splitmix64) with the same values on every machine.
    struct Generator(u64);

    impl Generator {
        fn below(&mut self, size: usize) -> usize {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = self.0;
            mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
            usize::try_from((mixed ^ mixed >> 31) % size as u64).unwrap()
        }
    }

    fn characters(alphabet: Alphabet) -> Vec<u8> {
        let all = (0..=u8::MAX).filter(|byte| alphabet.holds(*byte) && *byte != b'=');
        // One case of hexadecimal digits, and of bearer tokens the characters that `size` counts.
        all.filter(|byte| alphabet != Alphabet::Hex || !byte.is_ascii_uppercase())
            .filter(|byte| alphabet != Alphabet::Bearer || byte.is_ascii_alphanumeric())
            .collect()
    }

    /// Counts the random bodies that are taken for placeholders.
    fn count_rejected(alphabet: Alphabet, length: usize, samples: usize) -> usize {
        let characters = characters(alphabet);
        let mut generator = Generator(length as u64);
        let mut body = vec![0; length];
        (0..samples)
            .filter(|_| {
                for byte in &mut body {
                    *byte = characters[generator.below(characters.len())];
                }
                why_not_random(&body, alphabet).is_some() || has_words(&body)
            })
            .count()
    }

    const LENGTHS: [usize; 8] = [10, 16, 20, 24, 32, 40, 64, 86];

    #[test]
    fn fewer_than_ten_of_a_hundred_thousand_random_bodies_are_rejected() {
        for (alphabet, length) in [(Alphabet::Hex, 32), (Alphabet::Base32, 16), (Alphabet::Alphanumeric, 36)]
        {
            let rejected = count_rejected(alphabet, length, 100_000);
            assert!(rejected < 10, "{alphabet:?} {length}: {rejected}");
        }
    }

    #[test]
    #[ignore = "takes minutes without optimisation: cargo test --release --lib placeholder -- --ignored"]
    fn fewer_than_one_in_ten_thousand_is_rejected_for_each_alphabet_and_length() {
        for alphabet in Alphabet::ALL {
            for length in LENGTHS {
                let rejected = count_rejected(alphabet, length, 100_000);
                assert!(rejected < 10, "{alphabet:?} {length}: {rejected}");
            }
        }
    }
}
