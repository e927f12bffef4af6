//! The seed phrase of a wallet: words of a published list that encode random bits and their checksum (BIP-39).

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

use super::details::TokenDetails;

/// The English word list, in alphabetical order; its source and licence are beside it.
static WORDS: LazyLock<Vec<&str>> =
    LazyLock::new(|| include_str!("../../model/seed-words.txt").lines().collect());

/// The number of bits that a word encodes.
const BITS: usize = 11;

/// Checks a seed phrase: 12, 15, 18, 21 or 24 words, of which one bit in 33 is a checksum. Returns `None` if a text is no
/// seed phrase: another number of words, a word that is not in the list, or few different words, as published examples
/// have.
pub(crate) fn check_seed_phrase(value: &[u8]) -> Option<TokenDetails> {
    let words: Vec<&[u8]> = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
    if !matches!(words.len(), 12 | 15 | 18 | 21 | 24) {
        return None;
    }
    let mut bits = Vec::with_capacity(words.len() * BITS);
    let mut distinct = Vec::with_capacity(words.len());
    for word in words {
        let word = word.to_ascii_lowercase();
        let index = WORDS.binary_search_by(|entry| entry.as_bytes().cmp(&word)).ok()?;
        bits.extend((0..BITS).rev().map(|bit| index >> bit & 1 == 1));
        distinct.push(index);
    }
    let count = distinct.len();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() * 3 < count * 2 {
        return None;
    }
    let checksum = bits.len() / 33;
    let (entropy, expected) = bits.split_at(bits.len() - checksum);
    let byte = |bits: &[bool]| bits.iter().fold(0_u8, |byte, bit| byte << 1 | u8::from(*bit));
    let entropy: Vec<u8> = entropy.chunks(8).map(byte).collect();
    // The checksum has four to eight bits.
    let digest = Sha256::digest(&entropy);
    let first = digest.first().copied().unwrap_or_default();
    let fits = first >> (8 - checksum) == byte(expected);
    Some(TokenDetails { fits: Some(fits), ..TokenDetails::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(words: &str) -> Option<bool> {
        check_seed_phrase(words.as_bytes()).and_then(|details| details.fits)
    }

    #[test]
    fn the_word_list_is_the_published_one() {
        assert!(WORDS.len() == 2048 && WORDS.is_sorted());
        let published = "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda";
        let digest = Sha256::digest(include_bytes!("../../model/seed-words.txt"));
        let byte = |at: usize| u8::from_str_radix(&published[at..at + 2], 16).unwrap();
        assert_eq!(digest[..], (0..64).step_by(2).map(byte).collect::<Vec<_>>());
    }

    #[test]
    fn the_checksum_of_the_published_vectors_fits() {
        // The test vectors of BIP-39, in part.
        for words in [
            "legal winner thank year wave sausage worth useful legal winner thank yellow",
            "ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic",
            "gravity machine north sort system female filter attitude volume fold club stay feature office ecology stable narrow fog",
            "hamster diagram private dutch cause delay private meat slide toddler razor book happy fancy gospel tennis maple dilemma loan word shrug inflict delay length",
        ] {
            assert_eq!(fits(words), Some(true), "{words}");
        }
        assert_eq!(
            fits("ozone drill grab fiber curtain grace pudding thank cruise elder eight zebra"),
            Some(false)
        );
    }

    #[test]
    fn other_texts_are_no_seed_phrases() {
        for words in [
            "ozone drill grab fiber curtain grace pudding thank cruise elder eight",
            "the quick brown fox jumps over the lazy dog and runs home",
            "test test test test test test test test test test test junk",
            "",
        ] {
            assert_eq!(fits(words), None, "{words}");
        }
    }
}
