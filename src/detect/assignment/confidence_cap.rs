//! Caps on the confidence of values that are as often examples as secrets, whatever their score is. Such values are
//! reported, but never with more than a certain confidence. No value is rejected here.

use std::ops::Range;

use crate::detect::assignment::reject::literal_set::PrefixSet;
use crate::detect::assignment::reject::placeholder::{has_placeholder_word, is_placeholder};
use crate::detect::assignment::value_stats::{Class, ValueStats};
use crate::detect::identifier;
use crate::detect::randomness::statistics::has_walk;
use crate::finding::Confidence;
use crate::token_check;
use skant_password_model::dictionary::Dictionary;

/// A reason for a maximum of the confidence of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConfidenceCap {
    /// `store-pass`, `p4ssw0rd`, `POSTGRES_PASSWORD=postgres`: the value repeats its purpose or its name.
    NamesItself,
    /// `1234`, `abcabc`, `changeit`: a common or default password.
    CommonPassword,
    /// `\x9e\x07pwd=x7` in compressed data: the name is random.
    BinaryData,
    /// `    secret = content`: the value may be the name of a variable.
    Variable,
    /// The value is made of words, or of letters that could be a word.
    Words,
    /// The value has few characters.
    Short,
    /// `the password is …`: a sentence names the value.
    Prose,
}

impl ConfidenceCap {
    /// Returns the highest confidence that such a value can have.
    pub(crate) const fn max_confidence(self) -> Confidence {
        match self {
            Self::NamesItself | Self::CommonPassword | Self::BinaryData | Self::Variable => Confidence::Low,
            Self::Words | Self::Short | Self::Prose => Confidence::Medium,
        }
    }

    /// Returns a name for programs.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::NamesItself => "cap-names-itself",
            Self::CommonPassword => "cap-common-password",
            Self::BinaryData => "cap-binary-data",
            Self::Variable => "cap-variable",
            Self::Words => "cap-words",
            Self::Short => "cap-short",
            Self::Prose => "cap-prose",
        }
    }

    /// Returns the reason for people.
    pub(crate) const fn description(self) -> &'static str {
        match self {
            Self::NamesItself => "at most low confidence: the value repeats its purpose or its name",
            Self::CommonPassword => "at most low confidence: the value is a common password",
            Self::BinaryData => "at most low confidence: the bytes around it are not text",
            Self::Variable => "at most low confidence: the value may be the name of a variable",
            Self::Words => "at most medium confidence: the value is made of words",
            Self::Short => "at most medium confidence: the value has few characters",
            Self::Prose => "at most medium confidence: a sentence names the value",
        }
    }
}

/// Returns the strictest cap on a value with a name, judged without the text around it.
pub(crate) fn cap_of_value(
    value: &[u8],
    stats: &ValueStats,
    name: &[u8],
    dictionary: &Dictionary,
) -> Option<ConfidenceCap> {
    if has_placeholder_word(value, stats) || is_word_of_name(value, name) || hides_placeholder(value, stats) {
        Some(ConfidenceCap::NamesItself)
    } else if is_common(value) {
        Some(ConfidenceCap::CommonPassword)
    } else if let Some(cap) = cap_of_login(value, dictionary) {
        Some(cap)
    } else if may_be_words(stats) {
        Some(ConfidenceCap::Words)
    } else {
        (value.len() < MIN_LENGTH).then_some(ConfidenceCap::Short)
    }
}

/// The number of bytes on each side of an assignment that decide whether it is in binary data.
const AROUND: usize = 48;

/// Returns whether the bytes around an assignment look like compressed or encrypted data: they have control characters
/// as well as bytes that are not ASCII.
///
/// The strings of a program have zeros between them, text in any encoding has no control characters, and few serialized
/// records have both. Of random bytes, one in nine is a control character and one in two is not ASCII; the thresholds
/// are half and a third of that.
pub(crate) fn is_in_binary_data(text: &[u8], assignment: &Range<usize>) -> bool {
    let before = &text[assignment.start.saturating_sub(AROUND)..assignment.start];
    let after = &text[assignment.end..text.len().min(assignment.end + AROUND)];
    let count = |is: fn(&u8) -> bool| before.iter().chain(after).filter(|byte| is(byte)).count();
    let controls = count(|byte| byte.is_ascii_control() && !matches!(byte, 0 | b'\t' | b'\n' | b'\r' | 0x1b));
    let non_ascii = count(|byte| !byte.is_ascii());
    let all = before.len() + after.len();
    all >= 16 && controls * 20 >= all && non_ascii * 6 >= all
}

/// Tests contain thousands of shorter values.
const MIN_LENGTH: usize = 6;

/// Returns whether a value is a word of its name: `POSTGRES_PASSWORD: postgres`.
fn is_word_of_name(value: &[u8], name: &[u8]) -> bool {
    identifier::split_words(name).iter().any(|word| word.len() > 2 && value.eq_ignore_ascii_case(word))
}

/// Returns the cap on the password in a user name and a password in base64.
fn cap_of_login(value: &[u8], dictionary: &Dictionary) -> Option<ConfidenceCap> {
    let password = token_check::basic_auth_password(value)?;
    let stats = ValueStats::new(&password, dictionary);
    if has_placeholder_word(&password, &stats) {
        Some(ConfidenceCap::NamesItself)
    } else {
        is_common(&password).then_some(ConfidenceCap::CommonPassword)
    }
}

/// Returns whether a value is a placeholder in percent escapes, in base64, or with digits and punctuation instead of
/// letters.
fn hides_placeholder(value: &[u8], stats: &ValueStats) -> bool {
    let restored = restore_letters(&replace_escapes(value));
    if restored != value && is_placeholder(&restored) {
        return true;
    }
    (stats.class == Class::Random || value.ends_with(b"="))
        && token_check::decode_printable(value).is_some_and(|text| has_word_for_secret(&text))
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
        b'7' => b't',
        other => *other,
    };
    value.iter().map(letter).collect()
}

/// Default passwords of software, and the most common passwords, from the published lists of both.
static COMMON: PrefixSet<35> = PrefixSet::new(&[
    b"arangodb",
    b"cassandra",
    b"changeit",
    b"clickhouse",
    b"couchbase",
    b"docker",
    b"elastic",
    b"grafana",
    b"hunter2",
    b"iloveyou",
    b"influxdb",
    b"jenkins",
    b"keycloak",
    b"letmein",
    b"mariadb",
    b"minioadmin",
    b"mongo",
    b"mongodb",
    b"mysql",
    b"neo4j",
    b"nexus",
    b"oracle",
    b"postgres",
    b"postgresql",
    b"rabbitmq",
    b"raspberry",
    b"redis",
    b"sonar",
    b"tomcat",
    b"toor",
    b"ubuntu",
    b"vagrant",
    b"welcome",
    b"wordpress",
    b"zabbix",
]);

/// Returns whether a value is a common password, a repetition, or a walk on the keyboard or through the alphabet: `1234`,
/// `asdasd`, `fedcba`, `qwe123`, `postgres`.
fn is_common(value: &[u8]) -> bool {
    let equals = |word: &&[u8]| value.eq_ignore_ascii_case(word);
    if value.first().is_some_and(|first| COMMON.starting_with(first.to_ascii_lowercase()).iter().any(equals))
    {
        return true;
    }
    let units = 1..=value.len() / 2;
    let is_repeated = units.into_iter().any(|unit| value.chunks(unit).all(|part| value.starts_with(part)));
    if is_repeated || value.len() >= 24 {
        return is_repeated;
    }
    let words = identifier::split_words(value);
    has_walk(value, value.len())
        || words.len() > 0 && words.iter().all(|word| word.len() > 2 && has_walk(word, word.len()))
}

/// Returns whether a value is made of words, or of letters that could be a name or a word of another language.
fn may_be_words(stats: &ValueStats) -> bool {
    let length = stats.letters() + stats.digits + stats.punctuation;
    // Case that changes with every other letter is random, whatever the letters are.
    let could_be_word = stats.likeness > 0 && stats.letters() >= stats.letter_parts * 3;
    length < 32 && stats.letters() * 10 >= length * 6 && (stats.covered >= 7 || could_be_word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::assignment::Model;

    #[test]
    fn compressed_data_is_binary_and_text_in_any_encoding_is_not() {
        let mut random = Lcg(7);
        let noise: Vec<u8> = (0..100).map(|_| random.next_byte()).collect();
        let assignment = [&b"pwd"[..], b"=", b"kX7wLm4RtVb9"].concat();
        let is_binary = |before: &[u8], after: &[u8]| {
            let text = [before, &assignment, after].concat();
            is_in_binary_data(&text, &(before.len()..before.len() + assignment.len()))
        };
        assert!(is_binary(&noise, &noise[50..]));
        assert!(is_binary(b"", &noise));
        // GBK and Shift-JIS have no control characters, a table of strings has zeros.
        for text in [
            &[0xc4, 0xe3, 0xba, 0xc3][..],
            &[0x83, 0x70, 0x83, 0x58],
            b"a word\0",
            b"\r\n\t",
            "für".as_bytes(),
        ] {
            assert!(!is_binary(&text.repeat(20), &text.repeat(20)), "{text:?}");
        }
        assert!(!is_binary(b"\x0a\x07service\x12\x10", b"\x1a\x05other\x22\x0ba longer one"));
        assert!(!is_binary(b"", b""));
    }

    /// Random bytes, the same in each run: the upper bits of Knuth's linear congruential generator.
    struct Lcg(u64);

    impl Lcg {
        fn next_byte(&mut self) -> u8 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            self.0.to_be_bytes()[0]
        }
    }

    #[test]
    fn values_that_are_often_examples_have_a_cap() {
        let words = &Model::builtin().dictionary;
        for (value, expected) in [
            ("store-pass", Some(ConfidenceCap::NamesItself)),
            ("celerypassword", Some(ConfidenceCap::NamesItself)),
            ("p4ssw0rd", Some(ConfidenceCap::NamesItself)),
            ("Cl1ent$ecret!", Some(ConfidenceCap::NamesItself)),
            ("YS1naXQtdG9rZW4=", Some(ConfidenceCap::NamesItself)),
            ("p%40ssword%20", Some(ConfidenceCap::NamesItself)),
            ("Test@12345", Some(ConfidenceCap::NamesItself)),
            ("cachepass", Some(ConfidenceCap::NamesItself)),
            ("Bosnia", Some(ConfidenceCap::NamesItself)),
            ("YXBwOnN0b3JlLXBhc3M", Some(ConfidenceCap::NamesItself)),
            ("YXBwOjEyMzQ=", Some(ConfidenceCap::CommonPassword)),
            ("Postgres", Some(ConfidenceCap::CommonPassword)),
            ("1234", Some(ConfidenceCap::CommonPassword)),
            ("asdasd", Some(ConfidenceCap::CommonPassword)),
            ("654321", Some(ConfidenceCap::CommonPassword)),
            ("qwe123", Some(ConfidenceCap::CommonPassword)),
            ("Cba-321", Some(ConfidenceCap::CommonPassword)),
            ("correcthorse", Some(ConfidenceCap::Words)),
            ("bosco", Some(ConfidenceCap::Words)),
            ("k8Gqz", Some(ConfidenceCap::Short)),
            ("k8Gq2Zp", None),
            ("xvqkzjwpdt", None),
            ("8f4b7f84864484a7bf31766abe9204da", None),
            ("kX9pQ2vR7tLm3NwZ8bYc", None),
        ] {
            let stats = ValueStats::new(value.as_bytes(), words);
            assert_eq!(
                cap_of_value(value.as_bytes(), &stats, b"db_bosnia_password", words),
                expected,
                "{value}"
            );
        }
    }
}
