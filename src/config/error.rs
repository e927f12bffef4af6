//! What is wrong with a configuration file, and where.

use thiserror::Error;

use crate::text::{LineCursor, Position};

/// A configuration file that cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("line {line}, column {column}: {said}")]
pub struct ConfigError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    said: String,
}

impl ConfigError {
    pub(super) fn at(text: &[u8], offset: usize, said: &str) -> Self {
        let Position { line, column } = LineCursor::new(text).at(offset);
        Self { line, column, said: said.to_owned() }
    }

    pub(super) fn of_toml(text: &[u8], error: &toml::de::Error) -> Self {
        let offset = error.span().map_or(0, |span| span.start);
        Self::at(text, offset, &without_quotes(error.message()))
    }
}

/// The parser's message without anything that stood in the file but the name of an unknown key: a value of the
/// user's own file may be a secret, too (`fingerprint-key` is one).
fn without_quotes(message: &str) -> String {
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let key = rest.split('`').next().unwrap_or_default();
        let plain =
            key.len() <= 32 && key.bytes().all(|byte| byte.is_ascii_lowercase() || b"-_".contains(&byte));
        let known = rest.split_once(", ").map_or("", |(_, known)| known);
        let key = if plain { format!(" `{key}`") } else { String::new() };
        return format!("unknown key{key}; {known}");
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
    "it is not valid TOML".to_owned()
}
