//! Names that values are assigned to: which words they are made of, and whether they are names at all.

use crate::rules::Text;

/// The words of a name in lower case: `DB_PASSWORD2`, `dbPassword2` and `db.password-2` are `db password 2`.
pub(super) fn words(name: &[u8]) -> Vec<Vec<u8>> {
    let mut words: Vec<Vec<u8>> = Vec::new();
    for (at, byte) in name.iter().enumerate() {
        if !byte.is_ascii_alphanumeric() {
            continue;
        }
        let before = at.checked_sub(1).map(|before| name[before]);
        let goes_on = before.is_some_and(|before| {
            before.is_ascii_digit() && byte.is_ascii_digit()
                || before.is_ascii_alphabetic() && byte.is_ascii_lowercase()
                || before.is_ascii_uppercase()
                    && byte.is_ascii_uppercase()
                    && !name.get(at + 1).is_some_and(u8::is_ascii_lowercase)
        });
        let small = byte.to_ascii_lowercase();
        match words.last_mut() {
            Some(word) if goes_on => word.push(small),
            _ => words.push(vec![small]),
        }
    }
    words
}

/// Whether one of `entries` is a word of the name, or several of its words side by side (`pagetoken` is in
/// `next_page_token`). Never a part of a word: `account` counts nothing, and `security` is no URI.
pub(super) fn has_word(words: &[Vec<u8>], entries: &[Text]) -> bool {
    (0..words.len()).any(|from| {
        let mut joined = Vec::new();
        words[from..].iter().any(|word| {
            joined.extend_from_slice(word);
            entries.iter().any(|entry| entry.as_bytes() == joined)
        })
    })
}

/// The longest word of a name that is shown.
const MOST_WORD: usize = 15;

/// Whether something may be shown because it is a name: words of some length, few digits. A key that stands
/// where a name would (`USER_KEY:VALUE`) is made of short pieces of everything.
pub(super) fn is_plain(name: &[u8]) -> bool {
    let words = words(name);
    let letters = |word: &&Vec<u8>| word.first().is_some_and(u8::is_ascii_alphabetic);
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
        String::from_utf8(words(name.as_bytes()).join(&b' ')).unwrap()
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
