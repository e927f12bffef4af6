//! Caps on the confidence of values that are as often examples as secrets, whatever their score is. Such values are
//! reported, but never with more than a certain confidence. No value is rejected here.

mod common_password;
mod expiring_address;
mod hidden_placeholder;
mod second_sign;

use std::ops::Range;

use crate::detect::assignment::parse::{Assignment, Operator};
use crate::detect::assignment::reject::placeholder::has_placeholder_word;
use crate::detect::assignment::reject::{code, in_context, public_value};
use crate::detect::assignment::value_stats::ValueStats;
use crate::detect::identifier;
use crate::detect::randomness::statistics::has_walk;
use crate::finding::Confidence;
use crate::text::find_short;
use crate::token_check;
use common_password::{has_few_letters, is_common, is_word_and_sequence};
use hidden_placeholder::{hides_placeholder, hides_word_for_secret};
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
    /// The address around the value is signed and expires.
    ExpiringAddress,
    /// `POSTGRES_USER=shop`, `POSTGRES_PASSWORD=shop`: the user, the database or the product beside the value has its name.
    EqualsNeighbour,
    /// `secret: my-ca-1`: the value may be the name of a secret.
    SecretName,
    /// The value is made of words, or of letters that could be a word, and no user, host or database is beside it.
    WordsAlone,
    /// The value has few characters, and no user, host or database is beside it.
    ShortAlone,
    /// The value is made of words, or of letters that could be a word.
    Words,
    /// The value has few characters.
    Short,
    /// The value is a UUID, which is an id more often than a key.
    Uuid,
    /// `the password is …`: a sentence names the value.
    Prose,
    /// `123456` beside a user and an address: a common password, but in use.
    WeakInUse,
}

impl ConfidenceCap {
    /// Returns the highest confidence that such a value can have.
    pub(crate) const fn max_confidence(self) -> Confidence {
        self.row().0
    }

    /// Returns a name for programs.
    pub(crate) const fn code(self) -> &'static str {
        self.row().1
    }

    /// Returns the reason for people.
    pub(crate) const fn description(self) -> &'static str {
        self.row().2
    }

    const fn row(self) -> (Confidence, &'static str, &'static str) {
        use Confidence::{Low, Medium};
        match self {
            Self::NamesItself => {
                (Low, "cap-names-itself", "at most low confidence: the value repeats its purpose or its name")
            }
            Self::CommonPassword => {
                (Low, "cap-common-password", "at most low confidence: the value is a common password")
            }
            Self::BinaryData => {
                (Low, "cap-binary-data", "at most low confidence: the bytes around it are not text")
            }
            Self::Variable => {
                (Low, "cap-variable", "at most low confidence: the value may be the name of a variable")
            }
            Self::ExpiringAddress => (
                Low,
                "cap-expiring-address",
                "at most low confidence: the address around it is signed and expires",
            ),
            Self::EqualsNeighbour => (
                Low,
                "cap-equals-neighbour",
                "at most low confidence: the user, database or product beside it has the same name",
            ),
            Self::SecretName => {
                (Low, "cap-secret-name", "at most low confidence: the value may be the name of a secret")
            }
            Self::WordsAlone => (
                Low,
                "cap-words-alone",
                "at most low confidence: the value is made of words, and no user, host or database is beside it",
            ),
            Self::ShortAlone => (
                Low,
                "cap-short-alone",
                "at most low confidence: the value has few characters, and no user, host or database is beside it",
            ),
            Self::Words => (Medium, "cap-words", "at most medium confidence: the value is made of words"),
            Self::Short => (Medium, "cap-short", "at most medium confidence: the value has few characters"),
            Self::Prose => (Medium, "cap-prose", "at most medium confidence: a sentence names the value"),
            Self::Uuid => (Medium, "cap-uuid", "at most medium confidence: the value is a UUID, as ids are"),
            Self::WeakInUse => (
                Medium,
                "cap-weak-in-use",
                "medium confidence: the value is a common password, but a user and an address are beside it",
            ),
        }
    }
}

/// Returns the strictest cap on the confidence of an assignment's value.
pub(crate) fn cap(
    text: &[u8],
    assignment: &Assignment,
    stats: &ValueStats,
    dictionary: &Dictionary,
) -> Option<ConfidenceCap> {
    let Assignment { name, value, .. } = assignment;
    let start = if name.is_empty() { value.start } else { name.start.min(value.start) };
    if is_in_binary_data(text, &(start..value.end)) {
        return Some(ConfidenceCap::BinaryData);
    }
    if expiring_address::is_in_expiring_address(text, value) {
        return Some(ConfidenceCap::ExpiringAddress);
    }
    if in_context::may_be_name(text, assignment) {
        return Some(ConfidenceCap::SecretName);
    }
    let (name, value) = (&text[name.clone()], &text[value.clone()]);
    let cap = match in_context::decode_text(value) {
        Some(decoded) => cap_of_value(&decoded, &ValueStats::new(&decoded, dictionary), name, dictionary),
        None => cap_of_value(value, stats, name, dictionary),
    };
    match cap {
        Some(ConfidenceCap::Words) if code::may_be_variable(text, assignment) => {
            Some(ConfidenceCap::Variable)
        }
        Some(cap @ (ConfidenceCap::Words | ConfidenceCap::Short)) => {
            let signs = second_sign::signs(text, assignment);
            let is_single_word = stats.words < 2 && stats.digits == 0 && cap == ConfidenceCap::Words;
            let is_in_use = signs.has_place || signs.has_user && !is_single_word;
            Some(match cap {
                _ if signs.equals_neighbour => ConfidenceCap::EqualsNeighbour,
                cap if !signs.is_example && (is_in_use || is_composed(value, stats)) => cap,
                ConfidenceCap::Short if value.len() >= MIN_MIXED && stats.kinds() > 2 => cap,
                ConfidenceCap::Words => ConfidenceCap::WordsAlone,
                _ => ConfidenceCap::ShortAlone,
            })
        }
        Some(ConfidenceCap::CommonPassword) if is_weak_in_use(text, assignment) => {
            Some(ConfidenceCap::WeakInUse)
        }
        None if repeats_neighbour(text, assignment, stats) => Some(ConfidenceCap::EqualsNeighbour),
        None if assignment.operator == Operator::Prose => Some(ConfidenceCap::Prose),
        cap => cap,
    }
}

/// Returns whether a value that is not random is also the user, the database or the product beside it.
fn repeats_neighbour(text: &[u8], assignment: &Assignment, stats: &ValueStats) -> bool {
    !stats.is_random() && second_sign::signs(text, assignment).equals_neighbour
}

/// The shortest value of three kinds of characters that needs no second sign.
const MIN_MIXED: usize = 6;

/// Returns whether a value is two words and a number, or four words: nobody writes such a value where any would do.
fn is_composed(value: &[u8], stats: &ValueStats) -> bool {
    let digits: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).collect();
    let has_number = digits.len() > 1 && !(digits.len() > 2 && has_walk(&digits, digits.len()));
    stats.covered > 8
        && (stats.words > 1 && has_number && value.len() > 8 || stats.words > 3 && value.len() > 15)
}

/// The lengths of common passwords that are reported if they are in use.
const MIN_WEAK: usize = 6;
const MAX_WEAK: usize = 24;

/// Returns whether a value is a common password or a sequence, and a user and an address that is no example are beside it.
pub(crate) fn is_weak_in_use(text: &[u8], assignment: &Assignment) -> bool {
    let value = &text[assignment.value.clone()];
    if !(MIN_WEAK..=MAX_WEAK).contains(&value.len()) || !assignment.has_name() || !is_common(value) {
        return false;
    }
    let signs = second_sign::signs(text, assignment);
    signs.has_user && signs.has_place && !signs.equals_neighbour && !signs.is_example
}

/// Returns the strictest cap on a value with a name, judged without the text around it.
pub(crate) fn cap_of_value(
    value: &[u8],
    stats: &ValueStats,
    name: &[u8],
    dictionary: &Dictionary,
) -> Option<ConfidenceCap> {
    if has_placeholder_word(value, stats)
        || is_word_of_name(value, name)
        || hides_placeholder(value, stats)
        || hides_word_for_secret(value)
    {
        Some(ConfidenceCap::NamesItself)
    } else if is_common(value) || is_word_and_sequence(value, stats) || has_few_letters(value, stats) {
        Some(ConfidenceCap::CommonPassword)
    } else if let Some(cap) = cap_of_login(value, dictionary) {
        Some(cap)
    } else if public_value::is_uuid(value) {
        Some(ConfidenceCap::Uuid)
    } else if may_be_words(stats) {
        Some(ConfidenceCap::Words)
    } else {
        let min_length = if names_token(name) { MIN_TOKEN_LENGTH } else { MIN_LENGTH };
        (value.len() < min_length).then_some(ConfidenceCap::Short)
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
const MIN_LENGTH: usize = 8;

/// The same for tokens and keys: no service makes shorter ones.
const MIN_TOKEN_LENGTH: usize = 10;

/// Returns whether a name has a word for tokens or keys, and none for passwords.
fn names_token(name: &[u8]) -> bool {
    let lower = name.to_ascii_lowercase();
    let has = |words: &[&[u8]]| words.iter().any(|word| find_short(&lower, word).is_some());
    has(&[b"token", b"key", b"secret"]) && !has(&[b"pass", b"pwd"])
}

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
            ("MySuperP4sswOrd", Some(ConfidenceCap::NamesItself)),
            ("user1:s3cr3t", Some(ConfidenceCap::NamesItself)),
            ("ch4n63m31fy0uc4n", Some(ConfidenceCap::NamesItself)),
            ("p@ss(word)", Some(ConfidenceCap::NamesItself)),
            ("Ch4ng3-M3!77", Some(ConfidenceCap::NamesItself)),
            ("wifipass123", Some(ConfidenceCap::NamesItself)),
            ("minio123", Some(ConfidenceCap::CommonPassword)),
            ("asdfasfasfasdfasdfadf", Some(ConfidenceCap::CommonPassword)),
            ("k8Gqz", Some(ConfidenceCap::Short)),
            ("k8Gq2Zp", Some(ConfidenceCap::Short)),
            ("k8Gq2Zp4", None),
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
