//! Recognizes tokens that are used once, and ids that addresses call a token or a key: they open nothing that lasts.

use crate::detect::assignment::parse::Assignment;
use crate::detect::identifier;

/// Words right before `key` that make it an id.
const WORDS_OF_KEYS: [&[u8]; 8] = [
    b"click",
    b"document",
    b"event",
    b"idempotency",
    b"shortlink",
    b"spreadsheet",
    b"tracking",
    b"worksheet",
];

/// The same before `token`, in the name or in the sentence before it: the token is used once.
const WORDS: [&[u8]; 18] = [
    b"activation",
    b"cancellation",
    b"challenge",
    b"confirm",
    b"confirmation",
    b"invitation",
    b"invite",
    b"magic",
    b"optin",
    b"optout",
    b"pagination",
    b"perishable",
    b"redir",
    b"redirect",
    b"reset",
    b"unlock",
    b"unsubscribe",
    b"verification",
];

/// Returns whether the word before the last `token` or `key` of a name says that the value is used once or is an id:
/// `redir_token`, `sessionEventKey`, `confirmation token "…"`.
pub(super) fn is_one_time(text: &[u8], assignment: &Assignment) -> bool {
    const MAX_LENGTH: usize = 24;
    let name = &assignment.name;
    if !assignment.has_name() || name.start > assignment.value.start {
        return false;
    }
    let words = identifier::split_words(&text[name.clone()]);
    let mut from_end = words.iter().rev();
    let listed = match from_end.next() {
        Some(b"token") => &WORDS[..],
        Some(b"key") => &WORDS_OF_KEYS[..],
        _ => return false,
    };
    if let Some(word) = from_end.next() {
        return listed.contains(&word);
    }
    let before = &text[name.start.saturating_sub(MAX_LENGTH)..name.start];
    let Some(before) = before.strip_suffix(b" ") else { return false };
    let length = before.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = before[before.len() - length..].to_ascii_lowercase();
    listed.contains(&&word[..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::assignment::parse::find_named_value;

    #[test]
    fn the_word_before_token_or_key_says_that_it_is_used_once() {
        let is_one = |text: &str| {
            let at = text.to_ascii_lowercase().find("token").or_else(|| text.find("Key")).unwrap();
            let length = if text[at..].starts_with("Key") { 3 } else { 5 };
            let assignment = find_named_value(text.as_bytes(), &(at..at + length)).unwrap();
            is_one_time(text.as_bytes(), &assignment)
        };
        for text in [
            "redir_token=kX9pQ2vR7tLm",
            "sessionEventKey=kX9pQ2vR7tLm",
            "the user with confirmation token \"kX9pQ2vR7tLm\" does not exist",
            "resetToken: 'kX9pQ2vR7tLm'",
        ] {
            assert!(is_one(text), "{text}");
        }
        for text in [
            "eventToken_secret=kX9pQ2vR7tLm",
            "access_token=kX9pQ2vR7tLm",
            "the token \"kX9pQ2vR7tLm\"",
            "resetAccessToken: 'kX9pQ2vR7tLm'",
            "eventhubKey=kX9pQ2vR7tLm",
            "activationKey=kX9pQ2vR7tLm",
        ] {
            assert!(!is_one(text), "{text}");
        }
    }
}
