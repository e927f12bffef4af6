//! Masks passwords in names that are not scanned like texts: of files, members of archives, refs and people. A name is
//! masked where its form says that a password follows. Values that rules find are masked elsewhere.

use std::borrow::Cow;
use std::ops::Range;

const STARS: &str = "********";

/// The last words of names whose value is masked.
const SECRET_WORDS: [&str; 11] = [
    "credential",
    "credentials",
    "pass",
    "passphrase",
    "passwd",
    "password",
    "passwort",
    "pw",
    "pwd",
    "secret",
    "token",
];

/// The words before `key` that make a name one of a secret.
const KEY_KINDS: [&str; 5] = ["access", "api", "auth", "private", "secret"];

/// Where an assigned value ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueEnd {
    /// At the end of a component of a path.
    Component,
    /// At white space, a quote or a separator, too.
    Word,
}

/// Masks the values of `password=VALUE` and the passwords of `user:PASSWORD@host`, also if the characters between them
/// are percent-escaped.
pub(crate) fn mask_values(text: &str, end: ValueEnd) -> Cow<'_, str> {
    if !text.contains(['=', ':', '%']) {
        return text.into();
    }
    let characters = unescape(text);
    let mut spans = assigned_values(&characters, end);
    spans.extend(passwords_of_addresses(&characters));
    let spans = spans.into_iter().map(|span| characters[span.start].1.start..characters[span.end - 1].1.end);
    replace(text, spans.collect())
}

/// Masks the words of a person's name and address that look random.
pub(crate) fn mask_person(identity: &str) -> Cow<'_, str> {
    let is_boundary = |character: char| character.is_whitespace() || "<>@+()[]\"',;:=".contains(character);
    let mut spans = Vec::new();
    let mut start = 0;
    for (at, character) in identity.char_indices().chain([(identity.len(), ' ')]) {
        if is_boundary(character) {
            let is_in_address = identity[..start].contains('<');
            if looks_random(&identity[start..at], is_in_address) {
                spans.push(start..at);
            }
            start = at + character.len_utf8();
        }
    }
    replace(identity, spans)
}

/// Returns whether a word of a name is no name: digits among its letters, punctuation, no vowels, or only digits.
fn looks_random(word: &str, is_in_address: bool) -> bool {
    const MIN_LENGTH: usize = 8;
    let bytes = word.as_bytes();
    let has = |kind: fn(&u8) -> bool| bytes.iter().any(kind);
    let digits_before_letters =
        bytes.windows(2).filter(|pair| pair[0].is_ascii_digit() && pair[1].is_ascii_alphabetic()).count();
    let is_mixed = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit);
    let has_no_vowel =
        bytes.iter().all(u8::is_ascii_alphabetic) && !has(|byte| b"aeiouyAEIOUY".contains(byte));
    let is_number = !is_in_address && bytes.iter().all(u8::is_ascii_digit);
    bytes.len() >= MIN_LENGTH
        && word.is_ascii()
        && (digits_before_letters >= 2
            || is_mixed && digits_before_letters >= 1
            || has(|byte| b"!#$%^&*?~".contains(byte))
            || has_no_vowel
            || is_number)
}

/// Returns the characters of a text with their spans. An escape such as `%3A`, or `%253A`, is one character.
fn unescape(text: &str) -> Vec<(char, Range<usize>)> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        let (character, length) = escape_at(&text[at..]).unwrap_or((character, character.len_utf8()));
        out.push((character, at..at + length));
        at += length;
    }
    out
}

/// Reads `%XX`, in which further escapes may stand for the percent sign.
fn escape_at(text: &str) -> Option<(char, usize)> {
    let mut digits = text.strip_prefix('%')?;
    while let Some(rest) = digits.strip_prefix("25") {
        digits = rest;
    }
    let byte = u8::from_str_radix(digits.get(..2)?, 16).ok().filter(u8::is_ascii_graphic)?;
    Some((char::from(byte), text.len() - digits.len() + 2))
}

type Characters = [(char, Range<usize>)];

/// Returns the spans, in characters, of the values that are assigned to the name of a secret.
fn assigned_values(characters: &Characters, end: ValueEnd) -> Vec<Range<usize>> {
    let ends = |character: char| match end {
        ValueEnd::Component => character == '/',
        ValueEnd::Word => character.is_whitespace() || "/\"'`,;&)".contains(character),
    };
    let mut spans = Vec::new();
    let mut start_of_name = 0;
    let mut at = 0;
    while at < characters.len() {
        let character = characters[at].0;
        at += 1;
        if character.is_ascii_alphanumeric() || "_-.".contains(character) {
            continue;
        }
        let name: String =
            characters[start_of_name..at - 1].iter().map(|(character, _)| *character).collect();
        start_of_name = at;
        if matches!(character, '=' | ':') && is_secret_name(&name, character == ':') {
            let rest = &characters[at..];
            let length = rest.iter().position(|(character, _)| ends(*character)).unwrap_or(rest.len());
            if length > 0 {
                spans.push(at..at + length);
            }
            at += length;
            start_of_name = at;
        }
    }
    spans
}

/// Returns whether a name is that of a secret. Before a colon, only that of a password: messages have colons.
fn is_secret_name(name: &str, is_before_colon: bool) -> bool {
    let lower = name.to_ascii_lowercase();
    let mut words = lower.rsplit(|character: char| !character.is_ascii_alphanumeric());
    let last =
        words.next().unwrap_or_default().trim_end_matches(|character: char| character.is_ascii_digit());
    let is_key = last == "key" && words.next().is_some_and(|kind| KEY_KINDS.contains(&kind))
        || last.strip_suffix("key").is_some_and(|kind| KEY_KINDS.contains(&kind));
    let is_camel_case =
        name.strip_suffix("Password").or(name.strip_suffix("Secret")).or(name.strip_suffix("Token"));
    if is_before_colon {
        last.starts_with("pass") && SECRET_WORDS.contains(&last) || last == "pwd"
    } else {
        is_key || is_camel_case.is_some() || SECRET_WORDS.contains(&last)
    }
}

/// Returns the spans, in characters, of the passwords in `user:PASSWORD@host`.
fn passwords_of_addresses(characters: &Characters) -> Vec<Range<usize>> {
    let is_boundary = |character: char| character.is_whitespace() || "/\"'`<>()".contains(character);
    let mut spans = Vec::new();
    let mut colon = None;
    for (at, (character, _)) in characters.iter().enumerate() {
        let next = characters.get(at + 1).map(|(next, _)| *next);
        match character {
            '@' => {
                let is_digest = characters[at + 1..].iter().map(|(next, _)| *next).take(4).eq("sha2".chars());
                // A later `@` of the same address belongs to the password, too.
                spans.extend(colon.filter(|colon| colon + 1 < at && !is_digest).map(|colon| colon + 1..at));
            }
            // The colon of a scheme: `https:__user` is an address as the name of a file.
            ':' if colon.is_none()
                && at > 0
                && next.is_some_and(|next| next != '_' && !is_boundary(next)) =>
            {
                colon = Some(at);
            }
            _ if is_boundary(*character) => colon = None,
            _ => {}
        }
    }
    spans
}

/// Replaces spans by stars. Spans may overlap.
fn replace(text: &str, mut spans: Vec<Range<usize>>) -> Cow<'_, str> {
    if spans.is_empty() {
        return text.into();
    }
    spans.sort_by_key(|span| (span.start, span.end));
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for span in spans {
        if span.start >= end {
            out.push_str(&text[end..span.start]);
            out.push_str(STARS);
        }
        end = end.max(span.end);
    }
    out.push_str(&text[end..]);
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_in_paths_are_masked_to_the_end_of_the_component() {
        for (path, expected) in [
            ("password=correct horse/x", "password=********/x"),
            ("a/dump DB_PASSWORD=hunter2.sql", "a/dump DB_PASSWORD=********"),
            ("x/apiKey=abc/y?token=d", "x/apiKey=********/y?token=********"),
            ("dbPassword=a b/c", "dbPassword=********/c"),
            ("password:hunter/x", "password:********/x"),
            ("password%3Dhunter/x", "password%3D********/x"),
            ("secret=", "secret="),
            ("data/key=12/day=3/token.rs", "data/key=12/day=3/token.rs"),
            ("passwords/a=b:c", "passwords/a=b:c"),
        ] {
            assert_eq!(mask_values(path, ValueEnd::Component), expected);
            assert_eq!(mask_values(expected, ValueEnd::Component), expected);
        }
    }

    #[test]
    fn passwords_of_addresses_are_masked() {
        for (text, expected) in [
            ("https://u:correct@h/r", "https://u:********@h/r"),
            ("https:/u:a:b@c@h/x", "https:/u:********@h/x"),
            ("https:__u:hunter@h", "https:__u:********@h"),
            ("https%253A%252F%252Fu%253Ahunter%2540h", "https%253A%252F%252Fu%253A********%2540h"),
            ("zip:u:hunter@h/x", "zip:********@h/x"),
            ("git@example.org:a/b@2", "git@example.org:a/b@2"),
            ("image:1.2@sha256:00ff", "image:1.2@sha256:00ff"),
            ("https://h:80/a@b", "https://h:80/a@b"),
            ("refs/heads/a@{1}", "refs/heads/a@{1}"),
        ] {
            assert_eq!(mask_values(text, ValueEnd::Word), expected);
            assert_eq!(mask_values(expected, ValueEnd::Word), expected);
        }
    }

    #[test]
    fn values_in_a_message_end_at_white_space() {
        let masked = mask_values("cannot read password=hunter now: token: x", ValueEnd::Word);
        assert_eq!(masked, "cannot read password=******** now: token: x");
    }

    #[test]
    fn random_words_of_people_are_masked_and_names_are_not() {
        for identity in [
            "Ada Lovelace <ada@example.org>",
            "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>",
            "Grzegorz Brzęczyszczykiewicz <grzegorz99@example.org>",
            "李雷 <lilei2020@example.org>",
            "x <>",
        ] {
            assert_eq!(mask_person(identity), identity);
        }
        for (identity, expected) in [
            ("k3jd9fka2mx <a@b>", "******** <a@b>"),
            ("Tr0ubXk9mZ2q <a@b>", "******** <a@b>"),
            ("Ada bcdfghjklm <a@b>", "Ada ******** <a@b>"),
            ("0123456789 <9q8w7e6r5t@b>", "******** <********@b>"),
            ("pa$$word!x <a@b>", "******** <a@b>"),
        ] {
            assert_eq!(mask_person(identity), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn masking_is_total_and_happens_once(text in "[a-z=:@/%253A \u{e9}]{0,40}") {
            for end in [ValueEnd::Component, ValueEnd::Word] {
                let masked = mask_values(&text, end).into_owned();
                proptest::prop_assert_eq!(mask_values(&masked, end), masked.as_str());
            }
            let person = mask_person(&text).into_owned();
            proptest::prop_assert_eq!(mask_person(&person), person.as_str());
        }
    }
}
