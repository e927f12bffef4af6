//! Passphrases: several words of a dictionary, chosen at random, under the name of a password. The model has seen none of
//! them, so they have a confidence of their own. A sentence, a label of a user interface and a message are none.

use crate::detect::assignment::model::Model;
use crate::detect::assignment::parse::{Assignment, Operator};
use crate::detect::assignment::value_stats::ValueStats;
use crate::text::find_short;

/// The fewest words of a passphrase, and with a user or a host beside it.
const MIN_WORDS: usize = 4;
const MIN_WORDS_OF_LOGIN: usize = 3;
const MAX_WORDS: usize = 12;

/// Words of sentences, of labels and of messages about passwords. A passphrase has none of them.
const WORDS_OF_SENTENCES: [&[u8]; 170] = [
    b"a",
    b"about",
    b"account",
    b"after",
    b"again",
    b"all",
    b"already",
    b"also",
    b"an",
    b"and",
    b"any",
    b"are",
    b"as",
    b"at",
    b"be",
    b"been",
    b"before",
    b"between",
    b"but",
    b"by",
    b"can",
    b"cannot",
    b"change",
    b"changed",
    b"character",
    b"characters",
    b"check",
    b"choose",
    b"click",
    b"code",
    b"config",
    b"confirm",
    b"confirmation",
    b"contain",
    b"contains",
    b"could",
    b"create",
    b"credentials",
    b"current",
    b"database",
    b"default",
    b"did",
    b"do",
    b"does",
    b"dont",
    b"email",
    b"empty",
    b"enter",
    b"error",
    b"example",
    b"expired",
    b"failed",
    b"field",
    b"file",
    b"for",
    b"forgot",
    b"forgotten",
    b"from",
    b"get",
    b"had",
    b"has",
    b"hash",
    b"have",
    b"here",
    b"hidden",
    b"hide",
    b"how",
    b"if",
    b"in",
    b"incorrect",
    b"input",
    b"insert",
    b"into",
    b"invalid",
    b"is",
    b"it",
    b"its",
    b"key",
    b"least",
    b"leave",
    b"length",
    b"letters",
    b"link",
    b"log",
    b"login",
    b"long",
    b"make",
    b"manager",
    b"match",
    b"may",
    b"message",
    b"minimum",
    b"missing",
    b"must",
    b"my",
    b"name",
    b"need",
    b"new",
    b"no",
    b"not",
    b"of",
    b"old",
    b"on",
    b"only",
    b"or",
    b"our",
    b"out",
    b"passphrase",
    b"passphrases",
    b"password",
    b"passwords",
    b"please",
    b"policy",
    b"protected",
    b"read",
    b"remember",
    b"repeat",
    b"required",
    b"reset",
    b"same",
    b"sample",
    b"secret",
    b"secure",
    b"send",
    b"set",
    b"settings",
    b"should",
    b"show",
    b"sign",
    b"so",
    b"some",
    b"strong",
    b"test",
    b"than",
    b"that",
    b"the",
    b"their",
    b"them",
    b"then",
    b"there",
    b"this",
    b"to",
    b"token",
    b"too",
    b"type",
    b"use",
    b"used",
    b"user",
    b"username",
    b"using",
    b"valid",
    b"value",
    b"want",
    b"was",
    b"we",
    b"weak",
    b"were",
    b"what",
    b"when",
    b"where",
    b"which",
    b"who",
    b"will",
    b"with",
    b"without",
    b"would",
    b"wrong",
    b"you",
    b"your",
    b"yourself",
];

/// Names of what a password belongs to, when they are near it.
const LOGIN_WORDS: [&[u8]; 10] =
    [b"user", b"login", b"host", b"port", b"email", b"database", b"server", b"ssid", b"account", b"url"];

/// Returns whether a value is a passphrase under the name of a password. `stats` are those of the value.
pub(crate) fn is_passphrase(text: &[u8], assignment: &Assignment, stats: &ValueStats) -> bool {
    const MIN_COVERED: usize = 9;
    stats.covered >= MIN_COVERED && has_form(text, assignment)
}

/// Returns whether a value with spaces may be a passphrase, so that it is no sentence.
pub(crate) fn may_be_passphrase(text: &[u8], assignment: &Assignment) -> bool {
    let value = &text[assignment.value.clone()];
    has_form(text, assignment)
        && is_passphrase(text, assignment, &ValueStats::new(value, &Model::builtin().dictionary))
}

/// Returns whether name and value have the form of a passphrase, whatever the words are.
fn has_form(text: &[u8], assignment: &Assignment) -> bool {
    const MAX_LENGTH: usize = 120;
    let value = &text[assignment.value.clone()];
    let is_other = matches!(
        assignment.operator,
        Operator::Scheme | Operator::Url | Operator::Login | Operator::Sql | Operator::Compare
    );
    if is_other || value.len() > MAX_LENGTH || !names_password(&text[assignment.name.clone()]) {
        return false;
    }
    let Some(separator) = value.iter().copied().find(|byte| !byte.is_ascii_alphanumeric()) else {
        return false;
    };
    if !matches!(separator, b' ' | b'-' | b'_' | b'.') {
        return false;
    }
    let words: Vec<&[u8]> = value.split(|byte| *byte == separator).collect();
    let min_words = if is_in_login(text, assignment) { MIN_WORDS_OF_LOGIN } else { MIN_WORDS };
    let are_capitalized = words.iter().all(|word| word.first().is_some_and(u8::is_ascii_uppercase));
    (min_words..=MAX_WORDS).contains(&words.len())
        && words.iter().all(|word| is_word(word, are_capitalized))
        && words.iter().enumerate().filter(|(at, word)| words[..*at].contains(word)).count() < 2
}

/// Returns whether a part is a word of a passphrase: lowercase letters after the first one, perhaps with digits at its end.
fn is_word(part: &[u8], is_capitalized: bool) -> bool {
    let digits = part.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let word = part[..part.len() - digits].to_ascii_lowercase();
    let rest = if is_capitalized { &part[1..] } else { part };
    digits <= 4
        && (3..=12).contains(&word.len())
        && rest[..rest.len() - digits].iter().all(u8::is_ascii_lowercase)
        && !WORDS_OF_SENTENCES.contains(&&word[..])
}

/// Returns whether a name ends with a word for a password.
fn names_password(name: &[u8]) -> bool {
    const ENDS: [&[u8]; 6] = [b"password", b"passphrase", b"passwd", b"pass", b"pwd", b"pw"];
    let name = name.to_ascii_lowercase();
    ENDS.iter().any(|end| name.ends_with(end))
}

/// Returns whether a name on the lines beside a value says what it opens.
fn is_in_login(text: &[u8], assignment: &Assignment) -> bool {
    const NEAR: usize = 160;
    let before = &text[assignment.name.start.saturating_sub(NEAR)..assignment.name.start];
    let after = &text[assignment.value.end..text.len().min(assignment.value.end + NEAR)];
    let names_login = |line: &[u8]| {
        let end = line.iter().position(|byte| matches!(byte, b'=' | b':'));
        let name = line[..end.unwrap_or(0)].to_ascii_lowercase();
        LOGIN_WORDS.iter().any(|word| find_short(&name, word).is_some())
    };
    before.split(|byte| *byte == b'\n').chain(after.split(|byte| *byte == b'\n')).any(names_login)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::assignment::parse::find_named_value;

    fn is_one(before: &str, value: &str) -> bool {
        let text = format!("{before}password: '{value}'\n");
        let start = before.len();
        let assignment = find_named_value(text.as_bytes(), &(start..start + 8)).unwrap();
        may_be_passphrase(text.as_bytes(), &assignment)
    }

    #[test]
    fn words_at_random_are_a_passphrase() {
        for value in
            ["copper lantern walrus meadow", "walrus-meadow-copper-lantern", "Copper.Lantern.Walrus7.Meadow"]
        {
            assert!(is_one("", value), "{value}");
        }
        assert!(is_one("user: deploy\n", "copper lantern walrus") && !is_one("", "copper lantern walrus"));
    }

    #[test]
    fn sentences_labels_and_other_languages_are_none() {
        for value in [
            "Please enter your password",
            "please enter your password",
            "your password must contain letters",
            "password reset email sent",
            "Copper lantern walrus meadow",
            "mot de passe oublié",
            "bitte neues passwort eingeben",
            "copper lantern copper lantern",
            "copper, lantern, walrus, meadow",
            "copper",
        ] {
            assert!(!is_one("user: deploy\n", value), "{value}");
        }
    }
}
