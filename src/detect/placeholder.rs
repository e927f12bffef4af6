//! Values that look like a secret and are none, told by the whole value and never by its path.

use crate::detect::evidence::Tier;
use crate::detect::randomness;
use crate::detect::randomness::statistics::Statistics;
use crate::rules::{Pattern, Text, TokenShape};
use crate::secret::ValueId;

/// What makes a value a placeholder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Placeholder {
    /// The statistics of the value; says which.
    Statistics(&'static str),
    /// Words where a random value would stand.
    Words,
    /// The fixture of another tool, known by its hash.
    Published,
    /// A public id: a UUID, a hash, a version.
    PublicId(&'static str),
    /// A reference to a value that stands elsewhere: a path, an address, a variable, a call.
    Reference(&'static str),
}

impl Placeholder {
    /// The reason in words.
    #[must_use]
    pub const fn describe(&self) -> &'static str {
        match self {
            Self::Statistics(what) | Self::PublicId(what) | Self::Reference(what) => what,
            Self::Words => "words where a random value would stand",
            Self::Published => "a fixture that another tool publishes",
        }
    }
}

/// Words that people write where a key would stand. Only whole words of a value count, and one alone only
/// where the value is short: random base64url holds four-letter words by chance.
const WORDS: [&str; 46] = [
    "abcdef",
    "aqui",
    "bogus",
    "changeme",
    "clave",
    "dein",
    "demo",
    "do-not-use",
    "placeholder",
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

/// Words that count inside of others, too (`…EXAMPLEKEY`): seven letters in a row come by chance once in a
/// thousand million random values.
const LONG_WORDS: [&str; 8] =
    ["changeme", "example", "fixture", "notareal", "placeholder", "redacted", "replaceme", "yourkey"];

/// The placeholder test for a token's body.
pub(crate) fn of_body(body: &[u8], tier: Tier, shape: &TokenShape) -> Option<Placeholder> {
    let cuts = match tier {
        Tier::Decoded => return None,
        Tier::Structured => &shape.structured_limits,
        Tier::Full | Tier::Assigned | Tier::Likely | Tier::Exact => &shape.full_limits,
        Tier::Short => &shape.short_limits,
    };
    if let Some(what) = Statistics::of(body).cut(body, cuts) {
        return Some(Placeholder::Statistics(what));
    }
    (tier == Tier::Short && has_words(body)).then_some(Placeholder::Words)
}

/// The same for a token of a fixed form: `body` is its random part.
pub(crate) fn of_shaped(body: &[u8], shaped: &Pattern, value: &[u8]) -> Option<Placeholder> {
    let what = if shaped.random {
        randomness::unlike(body, shaped.alphabet)
    } else {
        has_filler(value).then_some("one character, again and again")
    };
    let typed = shaped.random && (has_words(body) || has_run_of_x(body));
    what.map(Placeholder::Statistics).or_else(|| typed.then_some(Placeholder::Words))
}

/// What is encoded repeats and counts, but nothing that means something has so many of one character, save the
/// zeros and ones of numbers (`A` and `/` in base64: the primes of curves are full of them).
fn has_filler(value: &[u8]) -> bool {
    const LONGEST_RUN: usize = 24;
    value
        .chunk_by(|one, other| one == other)
        .any(|run| run.len() >= LONGEST_RUN && !matches!(run[0], b'A' | b'/' | b'_'))
}

/// `xxxx` stands for something that is left out.
fn has_run_of_x(body: &[u8]) -> bool {
    ["xxxxx", "XXXXX"].iter().any(|run| memchr::memmem::find(body, run.as_bytes()).is_some())
}

/// Whether a value is made of words: two of four letters or more side by side (`hermetic-fixture`), or two
/// of the words that people write into placeholders, or one of five letters or more.
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

/// Whether what follows a value says that a part of it was left out.
pub(crate) fn is_elided(after: &[u8]) -> bool {
    ["...", "…", "***", "•", "[REDACTED"].iter().any(|mark| after.starts_with(mark.as_bytes()))
}

/// Whether another tool publishes this very value as its fixture.
pub(crate) fn published(value: &ValueId, known_test_values: &[Text]) -> Option<Placeholder> {
    value.is_one_of(known_test_values).then_some(Placeholder::Published)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_chance() {
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
    fn numbers_in_base64_have_long_runs_and_fillers_have_longer_ones() {
        assert!(has_filler(&[b'X'; 24]) && has_filler(&[b'0'; 40]));
        assert!(!has_filler(&[b'/'; 43]) && !has_filler(&[b'A'; 43]) && !has_filler(&[b'x'; 23]));
    }

    #[test]
    fn dots_and_stars_mean_that_a_part_is_missing() {
        for after in ["...", "… and", "***", "••••", "[REDACTED]"] {
            assert!(is_elided(after.as_bytes()), "{after}");
        }
        for after in ["", ". Next", "\"", "**bold"] {
            assert!(!is_elided(after.as_bytes()), "{after}");
        }
    }
}
