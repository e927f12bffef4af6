//! Randomness: whether a random generator would produce a value. The limits follow from the value's length and the
//! size of its alphabet, so that no rule needs numbers of its own. Words and known values are not judged here.

pub(crate) mod statistics;

use crate::detect::randomness::statistics::{Statistics, has_repetition, has_walk};
use crate::rules::Alphabet;

pub(crate) use statistics::NotRandom;

/// The share of random values that each test may reject. There are five tests, and together they may reject one
/// random value in ten thousand.
const RARE: f64 = 1e-5;

/// Returns why a random generator would not produce `body`, or `None` if it may be random.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "tokens are far shorter than 2^52 bytes, and limits are small and positive"
)]
pub(crate) fn why_not_random(body: &[u8], alphabet: Alphabet) -> Option<NotRandom> {
    let body: Vec<u8> = body.iter().copied().filter(|byte| alphabet.holds(*byte)).collect();
    if body.len() < 2 {
        return None;
    }
    // Hexadecimal digits are drawn from sixteen characters, even if the rule's alphabet is larger.
    let is_hex = body.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
        || body.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'A'..=b'F'));
    let characters = if is_hex { alphabet.size().min(16) } else { alphabet.size() };
    let (length, size) = (body.len() as f64, characters as f64);
    // The shortest run that occurs in fewer than RARE of all values, if it can begin at `starts` positions and each
    // further character continues it with a probability of one in `one`.
    let rare = |starts: f64, one: f64| (starts / RARE).log(one).ceil() as usize;
    let statistics = Statistics::new(&body);
    // Walks ignore the case, so in a mixed-case value each letter has two chances to continue one.
    let folded = if body.iter().any(u8::is_ascii_lowercase) && body.iter().any(u8::is_ascii_uppercase) {
        size / 2.0
    } else {
        size
    };
    if statistics.run > rare(length, size) {
        Some(NotRandom::RepeatedCharacter)
    } else if statistics.ascending > rare(2.0 * length, size) {
        Some(NotRandom::Sequence)
    } else if has_walk(&body, rare(length * WALKS, folded)) {
        Some(NotRandom::Walk)
    } else if has_repetition(&body, rare(length * length / 2.0, size)) {
        Some(NotRandom::Repetition)
    } else if has_too_few(statistics.distinct, length, characters) {
        Some(NotRandom::FewCharacters)
    } else {
        None
    }
}

/// The approximate number of stretches of a given length in the alphabet and in the rows and columns of the
/// keyboard, in both directions.
const WALKS: f64 = 200.0;

/// Returns whether fewer than RARE of all random values have at most `distinct` different characters. There are
/// (`size` over `distinct`) sets of that size, and each contains a whole value with a probability of
/// (distinct : size)^length.
#[expect(clippy::cast_precision_loss, reason = "alphabets are small")]
fn has_too_few(distinct: usize, length: f64, size: usize) -> bool {
    if distinct >= size {
        return false;
    }
    let sets: f64 = (0..distinct).map(|taken| ((size - taken) as f64 / (distinct - taken) as f64).ln()).sum();
    sets + length * (distinct as f64 / size as f64).ln() < RARE.ln()
}

/// Returns the number of bits in a random body.
#[expect(clippy::cast_precision_loss, reason = "tokens are far shorter than 2^52 bytes")]
pub(crate) fn bits(length: usize, alphabet: Alphabet) -> f64 {
    length as f64 * (alphabet.size() as f64).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_shorter_than_two_characters_may_be_random() {
        for body in [&b""[..], b"a", b"aa", b"__"] {
            assert_eq!(why_not_random(body, Alphabet::Alphanumeric), None);
        }
    }

    #[test]
    fn typed_values_are_not_random() {
        for (body, alphabet) in [
            ("XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", Alphabet::Alphanumeric),
            ("abcdefghijklmnopqrstuvwxyz0123456789", Alphabet::Alphanumeric),
            ("1234567890abcdef1234567890abcdef", Alphabet::Hex),
            ("0123456789ABCDEF0123456789ABCDEF", Alphabet::Hex),
            ("00000000000000000000000000000000", Alphabet::Hex),
            ("deadbeefdeadbeefdeadbeefdeadbeef", Alphabet::Hex),
            ("abababababababababababababababab", Alphabet::Hex),
            ("aaaaaaaabbbbbbbbccccccccdddddddd", Alphabet::LowerAlphanumeric),
            ("qwertyuiopasdfghjklzxcvbnm123456", Alphabet::Alphanumeric),
            ("00000000-0000-0000-0000-000000000000", Alphabet::Hex),
            ("1a2b3c4d5e6f7g8h9i0j1k2l3m4n5o6p", Alphabet::LowerAlphanumeric),
        ] {
            assert!(why_not_random(body.as_bytes(), alphabet).is_some(), "{body}");
        }
    }

    #[test]
    fn the_number_of_bits_follows_from_length_and_alphabet() {
        assert!((bits(16, Alphabet::Base32) - 80.0).abs() < 1e-9);
        assert!((bits(20, Alphabet::Hex) - 80.0).abs() < 1e-9);
    }
}
