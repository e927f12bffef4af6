//! Hash keys of features: a feature is looked up by the hash of its name, such as `name:password` or `form:tag|bare`.
//!
//! A scan looks up some fifty features for each value, so no name is built: the key is computed from the kind and the
//! words. The kinds and their words are in `feature_kind` and `vocabulary`.

/// A word of a feature, with its hash.
#[derive(Clone, Copy)]
pub struct Word<'w> {
    pub text: &'w [u8],
    pub hash: u64,
}

impl<'w> Word<'w> {
    pub const fn new(text: &'w [u8]) -> Self {
        let (mut hash, mut at) = (0, 0);
        while at < text.len() {
            hash = hash_byte(hash, text[at]);
            at += 1;
        }
        Self { text, hash }
    }
}

/// Returns the hash of a word that is one byte longer than the word with the hash `state`.
#[inline]
pub const fn hash_byte(state: u64, byte: u8) -> u64 {
    state.rotate_left(5) ^ byte as u64
}

/// Returns the key of a feature with one more word.
#[inline]
const fn add_word(key: u64, hash: u64) -> u64 {
    (key.rotate_left(23) ^ hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Returns the key of a kind, before any words are added.
pub(crate) const fn key_of_kind(name: &str) -> u64 {
    add_word(0, Word::new(name.as_bytes()).hash)
}

/// Returns the key of a feature from the key of its kind.
#[inline]
pub(crate) fn add_words(key_of_kind: u64, words: &[Word<'_>]) -> u64 {
    words.iter().fold(key_of_kind, |key, word| add_word(key, word.hash))
}

/// Returns the key of a feature from its name in the table of weights.
pub fn key_of_name(name: &str) -> u64 {
    let (kind, words) = name.split_once(':').unwrap_or((name, ""));
    split_words(&unescape(words.as_bytes()))
        .fold(key_of_kind(kind), |key, word| add_word(key, Word::new(word).hash))
}

/// Splits the words of a feature at `|`. A word has at least one byte, so a `|` at the start of a word belongs to it:
/// `bare||` has the words `bare` and `|`.
pub(crate) fn split_words(words: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = words;
    std::iter::from_fn(move || {
        let (_, after_first) = rest.split_first()?;
        let end = after_first.iter().position(|byte| *byte == b'|').map_or(rest.len(), |at| at + 1);
        let word = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        Some(word)
    })
}

/// Resolves the escapes that `<[u8]>::escape_ascii` writes.
fn unescape(mut rest: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(rest.len());
    while let Some((&first, after)) = rest.split_first() {
        let (byte, length) = if first == b'\\' { unescape_one(after) } else { (first, 0) };
        plain.push(byte);
        rest = &after[length..];
    }
    plain
}

/// Returns the byte that a backslash and the bytes after it stand for, and how many bytes after it were used.
fn unescape_one(after: &[u8]) -> (u8, usize) {
    let digit = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16)).unwrap_or(0);
    match after.first() {
        Some(b'n') => (b'\n', 1),
        Some(b'r') => (b'\r', 1),
        Some(b't') => (b'\t', 1),
        Some(b'x') => (u8::try_from(digit(1) * 16 + digit(2)).unwrap_or(0), after.len().min(3)),
        Some(punctuation) => (*punctuation, 1),
        None => (b'\\', 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature_kind::FeatureKind::{After, Before};

    #[test]
    fn a_feature_has_the_same_key_by_its_name_and_by_its_words() {
        let all_bytes: Vec<u8> = (0..=u8::MAX).filter(|byte| *byte != b'|').collect();
        for texts in [
            &[&b"double"[..], b"\n"][..],
            &[b"password"],
            &[b"|"],
            &[b"bare", b"|"],
            &[&all_bytes, b"x", b"|"],
        ] {
            let words: Vec<Word<'_>> = texts.iter().map(|text| Word::new(text)).collect();
            assert_eq!(key_of_name(&After.feature_name(&words)), After.key(&words));
        }
    }

    #[test]
    fn the_key_depends_on_the_kind_and_on_the_order_of_the_words() {
        let words = [Word::new(b"a"), Word::new(b"b")];
        assert_ne!(After.key(&words), Before.key(&words));
        assert_ne!(After.key(&words), After.key(&[words[1], words[0]]));
    }
}
