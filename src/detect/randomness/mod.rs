//! Whether chance would draw such a value: limits that follow from its length and from the number of characters
//! to draw from, so that no rule needs numbers of its own.

pub(crate) mod statistics;

use crate::detect::randomness::statistics::{Statistics, repeats, walks};
use crate::rules::Alphabet;

/// How often chance may do what one of the tests calls a sign that it was not chance. There are five of them,
/// and together they may cost one true value in ten thousand.
const RARE: f64 = 1e-5;

/// What makes a body no random one, if anything does.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "tokens are far shorter than 2^52 bytes, and limits are small and positive"
)]
pub(crate) fn unlike(body: &[u8], alphabet: Alphabet) -> Option<&'static str> {
    let body: Vec<u8> = body.iter().copied().filter(|byte| alphabet.holds(*byte)).collect();
    if body.len() < 2 {
        return None;
    }
    // Hexadecimal digits are drawn from sixteen, whatever else the rule would let pass.
    let hex = body.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
        || body.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'A'..=b'F'));
    let characters = if hex { alphabet.size().min(16) } else { alphabet.size() };
    let (length, size) = (body.len() as f64, characters as f64);
    // The shortest run that comes in fewer than RARE of all values, where `places` chances each are 1 : `one`.
    let rare = |places: f64, one: f64| (places / RARE).log(one).ceil() as usize;
    let statistics = Statistics::of(&body);
    // In either case, so a letter of both cases has two chances.
    let folded = if body.iter().any(u8::is_ascii_lowercase) && body.iter().any(u8::is_ascii_uppercase) {
        size / 2.0
    } else {
        size
    };
    if statistics.run > rare(length, size) {
        Some("one character, again and again")
    } else if statistics.ascending > rare(2.0 * length, size) {
        Some("characters in sequence")
    } else if walks(&body, rare(length * WALKS, folded)) {
        Some("a walk over the alphabet or the keyboard")
    } else if repeats(&body, rare(length * length / 2.0, size)) {
        Some("a part that repeats")
    } else if is_few(statistics.distinct, length, characters) {
        Some("too few different characters for a random value")
    } else {
        None
    }
}

/// About how many stretches of some letters there are in the rows and columns of alphabet and keyboard, both ways.
const WALKS: f64 = 200.0;

/// So few different characters that chance draws no more of them in fewer than RARE of all values: there are
/// `size` over `few` choices of them, and each holds the whole value with (few : size)^length.
#[expect(clippy::cast_precision_loss, reason = "alphabets are small")]
fn is_few(few: usize, length: f64, size: usize) -> bool {
    if few >= size {
        return false;
    }
    let choices: f64 = (0..few).map(|taken| ((size - taken) as f64 / (few - taken) as f64).ln()).sum();
    choices + length * (few as f64 / size as f64).ln() < RARE.ln()
}

/// The bits that a random body of this length has.
#[expect(clippy::cast_precision_loss, reason = "tokens are far shorter than 2^52 bytes")]
pub(crate) fn bits(length: usize, alphabet: Alphabet) -> f64 {
    length as f64 * (alphabet.size() as f64).log2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::placeholder::has_words;

    /// A small generator of its own (splitmix64), so that the same values come on every machine.
    struct Chance(u64);

    impl Chance {
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
        // One case of hexadecimal digits; of what may hold signs, what size() counts.
        all.filter(|byte| alphabet != Alphabet::Hex || !byte.is_ascii_uppercase())
            .filter(|byte| alphabet != Alphabet::Bearer || byte.is_ascii_alphanumeric())
            .collect()
    }

    fn lost(alphabet: Alphabet, length: usize, samples: usize) -> usize {
        let characters = characters(alphabet);
        let mut chance = Chance(length as u64);
        let mut body = vec![0; length];
        (0..samples)
            .filter(|_| {
                for byte in &mut body {
                    *byte = characters[chance.below(characters.len())];
                }
                unlike(&body, alphabet).is_some() || has_words(&body)
            })
            .count()
    }

    const LENGTHS: [usize; 8] = [10, 16, 20, 24, 32, 40, 64, 86];

    #[test]
    fn what_has_no_length_is_like_anything() {
        for body in [&b""[..], b"a", b"aa", b"__"] {
            assert_eq!(unlike(body, Alphabet::Alphanumeric), None);
        }
    }

    #[test]
    fn of_a_hundred_thousand_random_bodies_fewer_than_ten_are_lost() {
        for (alphabet, length) in [(Alphabet::Hex, 32), (Alphabet::Base32, 16), (Alphabet::Alphanumeric, 36)]
        {
            let lost = lost(alphabet, length, 100_000);
            assert!(lost < 10, "{alphabet:?} {length}: {lost}");
        }
    }

    #[test]
    #[ignore = "minutes without optimisation: cargo test --release --lib chance -- --ignored"]
    fn of_all_alphabets_and_lengths_fewer_than_one_in_ten_thousand_is_lost() {
        for alphabet in Alphabet::ALL {
            for length in LENGTHS {
                let lost = lost(alphabet, length, 100_000);
                assert!(lost < 10, "{alphabet:?} {length}: {lost}");
            }
        }
    }

    #[test]
    fn what_people_type_is_unlike_chance() {
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
            assert!(unlike(body.as_bytes(), alphabet).is_some(), "{body}");
        }
    }

    #[test]
    fn bits_follow_from_length_and_alphabet() {
        assert!((bits(16, Alphabet::Base32) - 80.0).abs() < 1e-9);
        assert!((bits(20, Alphabet::Hex) - 80.0).abs() < 1e-9);
    }
}
