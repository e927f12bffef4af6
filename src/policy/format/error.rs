//! What is wrong with a configuration file, and where.

use std::ops::Range;

use thiserror::Error;

use crate::policy::{FileOrigin, SCHEMA};
use crate::secret::mask_line;
use crate::text::{LineCursor, Position, escape_terminal, line_around};

/// A configuration file that cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("line {line}, column {column}: {said}")]
pub struct ConfigError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    said: String,
    /// The line and what is underlined in it, of a file of the user's own.
    shown: Option<(String, Range<usize>)>,
}

/// No longer line is shown, in bytes to either side of the place.
const MOST_SHOWN: usize = 80;

impl ConfigError {
    pub(crate) fn at(text: &[u8], span: Range<usize>, said: &str, origin: FileOrigin) -> Self {
        let Position { line, column } = LineCursor::new(text).at(span.start);
        let shown = (origin == FileOrigin::User).then(|| shown(text, &span)).flatten();
        Self { line, column, said: said.to_owned(), shown }
    }

    pub(crate) fn of_toml(text: &[u8], error: &toml::de::Error, origin: FileOrigin) -> Self {
        Self::at(text, error.span().unwrap_or_default(), &without_quotes(error.message()), origin)
    }

    /// The line, and signs below it under the place; nothing of a repository's own file.
    #[must_use]
    pub fn underlined(&self) -> Option<String> {
        let (line, place) = self.shown.as_ref()?;
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        let before = " ".repeat(line.get(..place.start)?.chars().count());
        let signs = "^".repeat(line.get(place.clone())?.chars().count().max(1));
        Some(format!("{margin} |\n{number} | {line}\n{margin} | {before}{signs}"))
    }
}

/// The line of a place with what could be a secret masked. The value of `fingerprint-key` is one.
fn shown(text: &[u8], span: &Range<usize>) -> Option<(String, Range<usize>)> {
    let start = span.start.min(text.len());
    let line = line_around(text, &(start..start), MOST_SHOWN);
    let first = text[..line.start].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    if let Some(key) = memchr::memmem::rfind(&text[..line.end], b"fingerprint-key")
        && (key >= first || !is_closed(&text[key..line.start]))
    {
        return None;
    }
    let end = span.end.clamp(start, line.end);
    let plain = String::from_utf8_lossy(&text[line.clone()]).into_owned();
    let safe = escape_terminal(&mask_line(&without_words(&text[line.clone()]), None));
    if safe == plain {
        return Some((plain, start - line.start..end - line.start));
    }
    let length = safe.len();
    Some((safe, 0..length))
}

/// So long may a word be that is no key or choice of ours: a longer one may be a secret in the wrong place.
const MOST_WORD: usize = 7;

/// A line whose words are our own, or short.
fn without_words(line: &[u8]) -> Vec<u8> {
    let is_word = |byte: u8| !byte.is_ascii_whitespace() && !b"\"'`=[]{},#".contains(&byte);
    let is_ours = |word: &[u8]| std::str::from_utf8(word).is_ok_and(|word| SCHEMA.contains(word));
    line.chunk_by(|one, other| is_word(*one) == is_word(*other))
        .flat_map(|part| {
            let shown = part.len() <= MOST_WORD || !is_word(part[0]) || is_ours(part);
            if shown { part } else { b"********" }.to_vec()
        })
        .collect()
}

/// Whether the value of a key ends on the key's own line: a short string, with both its quotes.
fn is_closed(text: &[u8]) -> bool {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let value = line.iter().position(|byte| *byte == b'=').map_or(&b""[..], |at| line[at + 1..].trim_ascii());
    match value {
        [quote @ (b'"' | b'\''), rest @ ..] => {
            let end = rest.iter().position(|byte| byte == quote);
            // Three quotes begin a string of several lines.
            end.is_some_and(|end| end > 0 || rest.get(1) != Some(quote))
        }
        _ => false,
    }
}

/// So many characters of a file are quoted at most. What is wrong with an expression is said at the end.
const MOST_QUOTED: usize = 300;

/// What may be quoted of a file of the user's own, on one line and in short.
pub(crate) fn quotable(text: &str) -> String {
    let plain = text.replace(char::is_control, " ");
    let count = plain.chars().count();
    if count <= MOST_QUOTED {
        return plain;
    }
    let part = MOST_QUOTED / 2;
    let (first, last) = (plain.chars().take(part), plain.chars().skip(count - part));
    first.chain(" … ".chars()).chain(last).collect()
}

/// The parser's message without anything that stood in the file but the name of an unknown key: a value of the
/// user's own file may be a secret, too (`fingerprint-key` is one).
fn without_quotes(message: &str) -> String {
    // What was found stands before, and may hold anything.
    let known = || message.rsplit_once("`, expected ").map_or("", |(_, known)| known);
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let key = rest.split('`').next().unwrap_or_default();
        let plain =
            key.len() <= 32 && key.bytes().all(|byte| byte.is_ascii_lowercase() || b"-_".contains(&byte));
        let key = if plain { format!(" `{key}`") } else { String::new() };
        return format!("unknown key{key}; expected {}", known());
    }
    if message.starts_with("unknown variant `") {
        return format!("an unknown word; expected {}", known());
    }
    if message.starts_with("missing field `") {
        return message.to_owned();
    }
    if message.starts_with("invalid type") || message.starts_with("invalid value") {
        // What was expected are words of ours; what was found is the file's.
        let expected =
            message.rsplit_once(", expected ").map(|(_, expected)| format!("; expected {expected}"));
        return format!("a value of the wrong type{}", expected.unwrap_or_default());
    }
    if message.starts_with("data did not match any variant of untagged enum OneOrMore") {
        return "a value of the wrong type; expected a string or a sequence of strings".to_owned();
    }
    "it is not valid TOML".to_owned()
}
