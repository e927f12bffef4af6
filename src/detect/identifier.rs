//! Names that values are assigned to: which words they are made of, and whether they are names at all.

use crate::rules::Text;

/// The words of a name in lower case, side by side in one buffer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    letters: Vec<u8>,
    ends: Vec<usize>,
}

impl Words {
    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.ends.len()
    }

    /// The words from one up to another, as if they were one.
    fn joined(&self, from: usize, to: usize) -> &[u8] {
        let start = from.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.letters[start..self.ends[to]]
    }

    /// Each word.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &[u8]> + Clone {
        (0..self.len()).map(|at| self.joined(at, at))
    }
}

/// The words of a name in lower case: `DB_PASSWORD2`, `dbPassword2` and `db.password-2` are `db password 2`.
pub(crate) fn words(name: &[u8]) -> Words {
    let mut words = Words { letters: Vec::with_capacity(name.len()), ends: Vec::with_capacity(8) };
    let mut before = 0_u8;
    for (at, &byte) in name.iter().enumerate() {
        let last = std::mem::replace(&mut before, byte);
        if !byte.is_ascii_alphanumeric() {
            continue;
        }
        let goes_on = last.is_ascii_digit() && byte.is_ascii_digit()
            || last.is_ascii_alphabetic() && byte.is_ascii_lowercase()
            || last.is_ascii_uppercase()
                && byte.is_ascii_uppercase()
                && !name.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        words.letters.push(byte.to_ascii_lowercase());
        match words.ends.last_mut() {
            Some(end) if goes_on => *end += 1,
            _ => words.ends.push(words.letters.len()),
        }
    }
    words
}

/// Whether one of `entries` is a word of the name, or several of its words side by side (`pagetoken` is in
/// `next_page_token`). Never a part of a word: `account` counts nothing, and `security` is no URI.
pub(crate) fn has_word(words: &Words, entries: &[Text]) -> bool {
    let mut spans = (0..words.len()).flat_map(|from| (from..words.len()).map(move |to| (from, to)));
    spans.any(|(from, to)| {
        let joined = words.joined(from, to);
        entries.iter().any(|entry| entry.as_bytes() == joined)
    })
}

/// The longest word of a name that is shown.
const MOST_WORD: usize = 15;

/// Whether something may be shown because it is a name: words of some length, few digits. A key that stands
/// where a name would (`USER_KEY:VALUE`) is made of short pieces of everything.
pub(crate) fn is_plain(name: &[u8]) -> bool {
    let words = words(name);
    let letters = |word: &&[u8]| word[0].is_ascii_alphabetic();
    let (count, length) =
        words.iter().filter(letters).fold((0, 0), |(count, length), word| (count + 1, length + word.len()));
    let digits = name.iter().filter(|byte| byte.is_ascii_digit()).count();
    let inside =
        name.windows(2).filter(|two| two[0].is_ascii_digit() && two[1].is_ascii_alphabetic()).count();
    count > 0
        && length >= count * 3
        && digits <= 4
        && inside <= 1
        && words.iter().all(|word| word.len() <= MOST_WORD)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(name: &str) -> String {
        let words = words(name.as_bytes());
        String::from_utf8(words.iter().collect::<Vec<_>>().join(&b' ')).unwrap()
    }

    #[test]
    fn names_fall_into_words() {
        for (name, expected) in [
            ("DB_PASSWORD2", "db password 2"),
            ("dbPassword", "db password"),
            ("next-page.token", "next page token"),
            ("AWSSecretAccessKey", "aws secret access key"),
            ("__RequestVerificationToken", "request verification token"),
            ("", ""),
        ] {
            assert_eq!(split(name), expected, "{name}");
        }
    }

    #[test]
    fn words_count_whole_or_side_by_side() {
        let stops: Vec<Text> = ["count", "uri", "pagetoken"].map(Text::from).into();
        for name in ["token_count", "tokenURI", "next_page_token", "pageToken", "pagetoken"] {
            assert!(has_word(&words(name.as_bytes()), &stops), "{name}");
        }
        for name in ["account_token", "security_token", "page_access_token", "token"] {
            assert!(!has_word(&words(name.as_bytes()), &stops), "{name}");
        }
    }

    #[test]
    fn a_key_is_no_name() {
        for name in
            ["ANTHROPIC_API_KEY_PROD", "clientSecret", "spring.datasource.password", "s3_secret_key", "key"]
        {
            assert!(is_plain(name.as_bytes()), "{name}");
        }
        for name in
            ["Xk8fQzPwLmNbVcRtYuIo", "AKqZRtWpLmNvBxCyDsFg", "q9w8e7r6t5", "abcdefghijklmnopqrst", "", "_"]
        {
            assert!(!is_plain(name.as_bytes()), "{name}");
        }
    }
}
