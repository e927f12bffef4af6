//! What features are about, and how one is found in the table: by a hash of its name, which is made of a kind and some
//! words, such as `name:password`. Some fifty are looked up for each value, so what can be known of them when the
//! program is built is.

/// What a feature is about: the first part of its name.
pub struct Kind {
    pub name: &'static str,
    /// The hash of the name so far, up to the words.
    seed: u64,
}

pub const FORM: Kind = Kind::of("form");
pub const BEFORE: Kind = Kind::of("before");
pub const AFTER: Kind = Kind::of("after");
pub const WRAPPER: Kind = Kind::of("wrapper");
pub const SCHEME: Kind = Kind::of("scheme");
pub const HOST: Kind = Kind::of("host");
pub const LINE: Kind = Kind::of("line");
pub const NAME: Kind = Kind::of("name");
pub const NAME_END: Kind = Kind::of("name-end");
pub const NAME_ALONE: Kind = Kind::of("name-alone");
pub const STEM: Kind = Kind::of("stem");
pub const CLASS: Kind = Kind::of("class");
pub const LENGTH: Kind = Kind::of("length");
pub const COVERED: Kind = Kind::of("covered");
pub const WORDS: Kind = Kind::of("words");
pub const LIKENESS: Kind = Kind::of("likeness");
pub const LIKENESS_OF: Kind = Kind::of("likeness-of");
pub const CHANGES: Kind = Kind::of("changes");
pub const DIGITS: Kind = Kind::of("digits");
pub const DISTINCT: Kind = Kind::of("distinct");
pub const CASE: Kind = Kind::of("case");
pub const DIGITS_AT: Kind = Kind::of("digits-at");
pub const SIGN: Kind = Kind::of("sign");
pub const HEX: Kind = Kind::of("hex");
pub const PADDING: Kind = Kind::of("padding");
pub const ENDS_LIKE: Kind = Kind::of("ends-like");
pub const VALUE: Kind = Kind::of("value");
pub const CLASS_FOR: Kind = Kind::of("class-for");
pub const CLASS_IN: Kind = Kind::of("class-in");
pub const COVERED_FOR: Kind = Kind::of("covered-for");
pub const CASE_FOR: Kind = Kind::of("case-for");
pub const SHARED: Kind = Kind::of("shared");
pub const DECODES: Kind = Kind::of("decodes");
pub const LINE_BEFORE: Kind = Kind::of("line-before");
pub const ABOVE: Kind = Kind::of("above");
pub const LINE_AFTER: Kind = Kind::of("line-after");
pub const BELOW: Kind = Kind::of("below");

/// A word of a feature, and its hash.
#[derive(Clone, Copy)]
pub struct Word<'w> {
    pub text: &'w [u8],
    pub hash: u64,
}

impl<'w> Word<'w> {
    pub const fn of(text: &'w [u8]) -> Self {
        let (mut hash, mut at) = (0, 0);
        while at < text.len() {
            hash = step(hash, text[at]);
            at += 1;
        }
        Self { text, hash }
    }
}

/// The next state of a word's hash.
pub const fn step(state: u64, byte: u8) -> u64 {
    state.rotate_left(5) ^ byte as u64
}

/// The next state of a key.
const fn with(state: u64, hash: u64) -> u64 {
    (state.rotate_left(23) ^ hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Kind {
    const fn of(name: &'static str) -> Self {
        Self { name, seed: with(0, Word::of(name.as_bytes()).hash) }
    }

    /// The name of a feature as it stands in the table.
    pub fn feature(&self, words: &[Word<'_>]) -> String {
        let words: Vec<String> = words.iter().map(|word| word.text.escape_ascii().to_string()).collect();
        format!("{}:{}", self.name, words.join("|"))
    }

    /// The key of a feature.
    pub fn key(&self, words: &[Word<'_>]) -> u64 {
        words.iter().fold(self.seed, |state, word| with(state, word.hash))
    }
}

/// The key of a feature by its name in the table.
pub fn key_of(name: &str) -> u64 {
    let (kind, words) = name.split_once(':').unwrap_or((name, ""));
    let seed = with(0, Word::of(kind.as_bytes()).hash);
    let words = unescaped(words.as_bytes());
    let mut state = seed;
    let mut rest = &words[..];
    // A word may be the sign that stands between words, and is that alone.
    while !rest.is_empty() {
        let end = rest[1..].iter().position(|byte| *byte == b'|').map_or(rest.len(), |at| at + 1);
        state = with(state, Word::of(&rest[..end]).hash);
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    state
}

/// A text without its escapes.
fn unescaped(mut rest: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(rest.len());
    while let Some((&first, behind)) = rest.split_first() {
        let (byte, length) = if first == b'\\' { escaped(behind) } else { (first, 0) };
        plain.push(byte);
        rest = &behind[length..];
    }
    plain
}

/// What a backslash and what follows it stand for, and how long that is.
fn escaped(behind: &[u8]) -> (u8, usize) {
    let digit = |at: usize| behind.get(at).and_then(|byte| char::from(*byte).to_digit(16)).unwrap_or(0);
    match behind.first() {
        Some(b'n') => (b'\n', 1),
        Some(b'r') => (b'\r', 1),
        Some(b't') => (b'\t', 1),
        Some(b'x') => (u8::try_from(digit(1) * 16 + digit(2)).unwrap_or(0), behind.len().min(3)),
        Some(sign) => (*sign, 1),
        None => (b'\\', 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_has_one_key_by_name_and_by_parts() {
        let other: Vec<u8> = (0..=u8::MAX).filter(|byte| *byte != b'|').collect();
        for texts in
            [&[&b"double"[..], b"\n"][..], &[b"password"], &[b"|"], &[b"bare", b"|"], &[&other, b"x", b"|"]]
        {
            let words: Vec<Word<'_>> = texts.iter().map(|text| Word::of(text)).collect();
            assert_eq!(key_of(&AFTER.feature(&words)), AFTER.key(&words));
        }
        let words = [Word::of(b"a"), Word::of(b"b")];
        assert!(
            AFTER.key(&words) != BEFORE.key(&words) && AFTER.key(&words) != AFTER.key(&[words[1], words[0]])
        );
    }
}
