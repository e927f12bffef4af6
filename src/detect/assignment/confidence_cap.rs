//! Values that are as often an example as a secret, whatever speaks for them: what people type when nothing depends
//! on it. They are shown, but with no more than some confidence.

use std::ops::Range;

use crate::detect::assignment::reject::literal_set::PrefixSet;
use crate::detect::assignment::reject::placeholder::{is_named, says_what_it_is};
use crate::detect::assignment::value_stats::{Class, ValueStats};
use crate::detect::identifier;
use crate::detect::randomness::statistics::walks;
use crate::finding::Confidence;
use crate::token_check;
use skant_password_model::dictionary::Dictionary;

/// Why there is doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConfidenceCap {
    /// `store-pass`, `p4ssw0rd`: it says what it is.
    Named,
    /// `1234`, `abcabc`: the first that comes to mind.
    Weak,
    /// `\x9e\x07pwd=x7` in compressed data: a name by chance.
    Noise,
    /// `    secret = content`: it may be the name of a variable.
    Variable,
    /// It is made of words, or of letters that could be one.
    Dictionary,
    /// A few characters.
    Short,
}

impl ConfidenceCap {
    /// The most confidence that such a value gets.
    pub(crate) const fn most(self) -> Confidence {
        match self {
            Self::Named | Self::Weak | Self::Noise | Self::Variable => Confidence::Low,
            Self::Dictionary | Self::Short => Confidence::Medium,
        }
    }

    pub(crate) const fn in_words(self) -> &'static str {
        match self {
            Self::Named => "never more than low: the value says what it is",
            Self::Weak => "never more than low: a value that comes to everybody's mind",
            Self::Noise => "never more than low: what stands around it is no text",
            Self::Variable => "never more than low: the value may be the name of a variable",
            Self::Dictionary => "never more than medium: the value is made of words",
            Self::Short => "never more than medium: the value has few characters",
        }
    }
}

/// The first doubt about a value with a name, the weightiest first.
pub(crate) fn of(
    value: &[u8],
    looks: &ValueStats,
    name: &[u8],
    dictionary: &Dictionary,
) -> Option<ConfidenceCap> {
    if is_named(value, looks) || is_of_its_name(value, name) || hides(value, looks) {
        Some(ConfidenceCap::Named)
    } else if is_weak(value) {
        Some(ConfidenceCap::Weak)
    } else if let Some(doubt) = in_login(value, dictionary) {
        Some(doubt)
    } else if is_wordy(looks) {
        Some(ConfidenceCap::Dictionary)
    } else {
        (value.len() < LEAST).then_some(ConfidenceCap::Short)
    }
}

/// So many bytes on each side say what an assignment stands in.
const AROUND: usize = 48;

/// Whether what is around a place looks like compressed or encrypted data: control characters as well as bytes that are
/// not ASCII. A program's strings have zeros between them, text in any encoding has no control characters, and few
/// serialised records have both. Of random bytes one in nine is the one and one in two the other; half of that and a
/// third are asked for.
pub(crate) fn is_in_noise(text: &[u8], place: &Range<usize>) -> bool {
    let before = &text[place.start.saturating_sub(AROUND)..place.start];
    let behind = &text[place.end..text.len().min(place.end + AROUND)];
    let count = |is: fn(&u8) -> bool| before.iter().chain(behind).filter(|byte| is(byte)).count();
    let controls = count(|byte| byte.is_ascii_control() && !matches!(byte, 0 | b'\t' | b'\n' | b'\r' | 0x1b));
    let others = count(|byte| !byte.is_ascii());
    let all = before.len() + behind.len();
    all >= 16 && controls * 20 >= all && others * 6 >= all
}

/// Shorter values are typed in tests by the thousand.
const LEAST: usize = 6;

/// `POSTGRES_PASSWORD: postgres`: a word of the name.
fn is_of_its_name(value: &[u8], name: &[u8]) -> bool {
    identifier::split_words(name).iter().any(|word| word.len() > 2 && value.eq_ignore_ascii_case(word))
}

/// A name and a password in base64 are as doubtful as the password.
fn in_login(value: &[u8], dictionary: &Dictionary) -> Option<ConfidenceCap> {
    let password = token_check::basic_auth_password(value)?;
    let looks = ValueStats::of(&password, dictionary);
    if is_named(&password, &looks) {
        Some(ConfidenceCap::Named)
    } else {
        is_weak(&password).then_some(ConfidenceCap::Weak)
    }
}

/// Whether it is such a value in percent escapes, in base64, or with digits and signs for letters.
fn hides(value: &[u8], looks: &ValueStats) -> bool {
    let folded = folded(&without_escapes(value));
    if folded != value && says_what_it_is(&folded) {
        return true;
    }
    (looks.class == Class::Random || value.ends_with(b"="))
        && token_check::decode_printable(value).is_some_and(|text| is_words_for_it(&text))
}

/// A value with a sign for each percent escape: `pwd%23%20` says what it is.
fn without_escapes(value: &[u8]) -> Vec<u8> {
    let is_escape = |part: &[u8]| part[0] == b'%' && part[1..].iter().all(u8::is_ascii_hexdigit);
    let (mut plain, mut at) = (Vec::with_capacity(value.len()), 0);
    while let Some(byte) = value.get(at) {
        let escape = value.get(at..at + 3).filter(|part| is_escape(part));
        let sign = escape.map_or(*byte, |part| if part == b"%40" { b'@' } else { b' ' });
        plain.push(sign);
        at += if escape.is_some() { 3 } else { 1 };
    }
    plain
}

/// Words with signs between them, one of which says what it is: nobody encodes a passphrase so.
fn is_words_for_it(text: &[u8]) -> bool {
    let mut words = text.split(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    says_what_it_is(text)
        || text.iter().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_' | b' '))
            && words.any(says_what_it_is)
}

/// `p4ssw0rd`, `s3cr3t`, `P@$$word`: with the letters that digits and signs stand for.
fn folded(value: &[u8]) -> Vec<u8> {
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

/// What software comes with, and what people take first, by the lists of default and of common passwords.
static KNOWN: PrefixSet<35> = PrefixSet::new(&[
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

/// `1234`, `asdasd`, `fedcba`, `qwe123`, `postgres`.
fn is_weak(value: &[u8]) -> bool {
    let same = |word: &&[u8]| value.eq_ignore_ascii_case(word);
    if value.first().is_some_and(|first| KNOWN.of(first.to_ascii_lowercase()).iter().any(same)) {
        return true;
    }
    let units = 1..=value.len() / 2;
    let is_repeated = units.into_iter().any(|unit| value.chunks(unit).all(|part| value.starts_with(part)));
    if is_repeated || value.len() >= 24 {
        return is_repeated;
    }
    let words = identifier::split_words(value);
    walks(value, value.len())
        || words.len() > 0 && words.iter().all(|word| word.len() > 2 && walks(word, word.len()))
}

/// Made of words, or so that it could be: a name, a word of another language.
fn is_wordy(looks: &ValueStats) -> bool {
    let length = looks.letters() + looks.digits + looks.signs;
    // Case that changes with every other letter is chance, whatever the letters are.
    let could_be = looks.likeness > 0 && looks.letters() >= looks.humps * 3;
    length < 32 && looks.letters() * 10 >= length * 6 && (looks.covered >= 7 || could_be)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::assignment::Model;

    #[test]
    fn compressed_data_is_noise_and_text_in_any_encoding_is_not() {
        let mut random = Lcg(7);
        let noise: Vec<u8> = (0..100).map(|_| random.next_byte()).collect();
        let said = [&b"pwd"[..], b"=", b"kX7wLm4RtVb9"].concat();
        let within = |before: &[u8], behind: &[u8]| {
            let text = [before, &said, behind].concat();
            is_in_noise(&text, &(before.len()..before.len() + said.len()))
        };
        assert!(within(&noise, &noise[50..]));
        assert!(within(b"", &noise));
        // GBK and Shift-JIS have no control characters, a table of strings has zeros.
        for text in [
            &[0xc4, 0xe3, 0xba, 0xc3][..],
            &[0x83, 0x70, 0x83, 0x58],
            b"a word\0",
            b"\r\n\t",
            "für".as_bytes(),
        ] {
            assert!(!within(&text.repeat(20), &text.repeat(20)), "{text:?}");
        }
        assert!(!within(b"\x0a\x07service\x12\x10", b"\x1a\x05other\x22\x0ba longer one"));
        assert!(!within(b"", b""));
    }

    /// Numbers by chance, the same each time: Knuth's generator, of which the upper bits are taken.
    struct Lcg(u64);

    impl Lcg {
        fn next_byte(&mut self) -> u8 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            self.0.to_be_bytes()[0]
        }
    }

    #[test]
    fn what_comes_to_mind_gets_less_confidence() {
        let words = &Model::builtin().words;
        for (value, expected) in [
            ("store-pass", Some(ConfidenceCap::Named)),
            ("celerypassword", Some(ConfidenceCap::Named)),
            ("p4ssw0rd", Some(ConfidenceCap::Named)),
            ("Cl1ent$ecret!", Some(ConfidenceCap::Named)),
            ("YS1naXQtdG9rZW4=", Some(ConfidenceCap::Named)),
            ("p%40ssword%20", Some(ConfidenceCap::Named)),
            ("Test@12345", Some(ConfidenceCap::Named)),
            ("cachepass", Some(ConfidenceCap::Named)),
            ("Bosnia", Some(ConfidenceCap::Named)),
            ("YXBwOnN0b3JlLXBhc3M", Some(ConfidenceCap::Named)),
            ("YXBwOjEyMzQ=", Some(ConfidenceCap::Weak)),
            ("Postgres", Some(ConfidenceCap::Weak)),
            ("1234", Some(ConfidenceCap::Weak)),
            ("asdasd", Some(ConfidenceCap::Weak)),
            ("654321", Some(ConfidenceCap::Weak)),
            ("qwe123", Some(ConfidenceCap::Weak)),
            ("Cba-321", Some(ConfidenceCap::Weak)),
            ("correcthorse", Some(ConfidenceCap::Dictionary)),
            ("bosco", Some(ConfidenceCap::Dictionary)),
            ("k8Gqz", Some(ConfidenceCap::Short)),
            ("k8Gq2Zp", None),
            ("xvqkzjwpdt", None),
            ("8f4b7f84864484a7bf31766abe9204da", None),
            ("kX9pQ2vR7tLm3NwZ8bYc", None),
        ] {
            let looks = ValueStats::of(value.as_bytes(), words);
            assert_eq!(of(value.as_bytes(), &looks, b"db_bosnia_password", words), expected, "{value}");
        }
    }
}
