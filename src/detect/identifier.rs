//! Splits the names that values are assigned to into words, and decides whether a name may appear in a report.
//! Whether a name belongs to a secret is not decided here: rules hold those words.

use crate::rules::Text;

/// The words of a name in lower case, stored one after the other in a single buffer.
#[derive(Clone, Debug, Default)]
pub(crate) struct IdentifierWords {
    letters: Vec<u8>,
    /// The end of each word in `letters`.
    ends: Vec<usize>,
}

impl IdentifierWords {
    pub(crate) const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns the words with the indices `first..=last`, concatenated.
    fn concatenated(&self, first: usize, last: usize) -> &[u8] {
        let start = first.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.letters[start..self.ends[last]]
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &[u8]> + Clone {
        (0..self.len()).map(|index| self.concatenated(index, index))
    }
}

/// Splits a name into words in lower case: `DB_PASSWORD2`, `dbPassword2` and `db.password-2` give `db password 2`.
pub(crate) fn split_words(name: &[u8]) -> IdentifierWords {
    let mut words = IdentifierWords { letters: Vec::with_capacity(name.len()), ends: Vec::with_capacity(8) };
    let mut previous = 0_u8;
    for (at, &byte) in name.iter().enumerate() {
        let last = std::mem::replace(&mut previous, byte);
        if !byte.is_ascii_alphanumeric() {
            continue;
        }
        let continues_word = last.is_ascii_digit() && byte.is_ascii_digit()
            || last.is_ascii_alphabetic() && byte.is_ascii_lowercase()
            || last.is_ascii_uppercase()
                && byte.is_ascii_uppercase()
                && !name.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        words.letters.push(byte.to_ascii_lowercase());
        match words.ends.last_mut() {
            Some(end) if continues_word => *end += 1,
            _ => words.ends.push(words.letters.len()),
        }
    }
    words
}

/// Returns whether one of `entries` is a word of the name or a sequence of its words (`pagetoken` matches
/// `next_page_token`). An entry never matches a part of a word: `count` does not match `account`, and `uri` does not
/// match `security`.
pub(crate) fn contains_any(words: &IdentifierWords, entries: &[Text]) -> bool {
    let mut ranges = (0..words.len()).flat_map(|first| (first..words.len()).map(move |last| (first, last)));
    ranges.any(|(first, last)| {
        let concatenated = words.concatenated(first, last);
        entries.iter().any(|entry| entry.as_bytes() == concatenated)
    })
}

/// The longest word of a name that may be shown, in characters.
const MAX_SHOWN_WORD: usize = 15;

/// Returns whether a text may appear in a report because it is a name: it has words of some length and few digits.
/// A key in the position of a name (`USER_KEY:VALUE`) has short runs of letters and digits, and is not shown.
pub(crate) fn may_be_shown(name: &[u8]) -> bool {
    let words = split_words(name);
    let is_letters = |word: &&[u8]| word[0].is_ascii_alphabetic();
    let (count, letters) =
        words.iter().filter(is_letters).fold((0, 0), |(count, sum), word| (count + 1, sum + word.len()));
    let digits = name.iter().filter(|byte| byte.is_ascii_digit()).count();
    let digits_before_letters =
        name.windows(2).filter(|pair| pair[0].is_ascii_digit() && pair[1].is_ascii_alphabetic()).count();
    count > 0
        && letters >= count * 3
        && digits <= 4
        && digits_before_letters <= 1
        && words.iter().all(|word| word.len() <= MAX_SHOWN_WORD)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(name: &str) -> String {
        let words = split_words(name.as_bytes());
        String::from_utf8(words.iter().collect::<Vec<_>>().join(&b' ')).unwrap()
    }

    #[test]
    fn names_are_split_at_case_digits_and_punctuation() {
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
    fn entries_match_whole_words_and_sequences_of_words() {
        let entries: Vec<Text> = ["count", "uri", "pagetoken"].map(Text::from).into();
        for name in ["token_count", "tokenURI", "next_page_token", "pageToken", "pagetoken"] {
            assert!(contains_any(&split_words(name.as_bytes()), &entries), "{name}");
        }
        for name in ["account_token", "security_token", "page_access_token", "token"] {
            assert!(!contains_any(&split_words(name.as_bytes()), &entries), "{name}");
        }
    }

    #[test]
    fn names_may_be_shown_and_keys_may_not() {
        for name in
            ["ANTHROPIC_API_KEY_PROD", "clientSecret", "spring.datasource.password", "s3_secret_key", "key"]
        {
            assert!(may_be_shown(name.as_bytes()), "{name}");
        }
        for name in
            ["Xk8fQzPwLmNbVcRtYuIo", "AKqZRtWpLmNvBxCyDsFg", "q9w8e7r6t5", "abcdefghijklmnopqrst", "", "_"]
        {
            assert!(!may_be_shown(name.as_bytes()), "{name}");
        }
    }
}
