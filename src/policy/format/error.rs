//! The error of a settings file: what is wrong, where, and what to do.
//!
//! Nothing of a repository's own file is quoted, since its text may be meant for somebody else. A user's own file is
//! quoted with everything masked that may be a secret: `fingerprint-key` is one.

use std::fmt;
use std::ops::Range;

use miette::{
    Diagnostic, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents,
};
use thiserror::Error;

use crate::policy::FileOrigin;
use crate::policy::format::schema::SCHEMA;
use crate::secret::mask_line;
use crate::text::{LineCursor, Position, escape_terminal, line_around, most_similar};

/// What is wrong in a settings file, without the position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The code of the error, such as `skant::config::unknown_key`.
    code: &'static str,
    message: String,
    help: Option<String>,
}

impl Fault {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None }
    }

    pub(crate) fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// A settings file that cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("line {line}, column {column}: {}", fault.message)]
pub struct ConfigError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    fault: Fault,
    /// The line of a user's own file.
    excerpt: Option<Excerpt>,
}

/// The most bytes that are shown on each side of the position.
const MAX_SHOWN_BYTES: usize = 80;

impl ConfigError {
    pub(crate) fn new(text: &[u8], span: Range<usize>, fault: Fault, origin: FileOrigin) -> Self {
        let Position { line, column } = LineCursor::new(text).at(span.start);
        let excerpt = (origin == FileOrigin::User).then(|| Excerpt::new(text, &span, line)).flatten();
        Self { line, column, fault, excerpt }
    }

    pub(crate) fn from_toml(text: &[u8], error: &toml::de::Error, origin: FileOrigin) -> Self {
        Self::new(text, error.span().unwrap_or_default(), toml_fault(error.message()), origin)
    }

    /// Returns the code, such as `skant::config::unknown_key`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.fault.code
    }

    /// Returns what to do about this very error.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.fault.help.as_deref()
    }
}

impl Diagnostic for ConfigError {
    fn code(&self) -> Option<Box<dyn fmt::Display + '_>> {
        Some(Box::new(self.fault.code))
    }

    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.advice().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let excerpt = self.excerpt.as_ref()?;
        let span = (excerpt.span.start, excerpt.span.len());
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(Some("here".to_owned()), span))))
    }
}

/// One line of a user's own file, with everything masked that may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Excerpt {
    /// The number of the line, from 1.
    number: usize,
    /// The number of characters of the line before the excerpt.
    skipped: usize,
    text: String,
    /// The span of the error in `text`.
    span: Range<usize>,
}

impl Excerpt {
    /// Returns the line of a span; `None` if the line may hold the value of `fingerprint-key`.
    fn new(text: &[u8], span: &Range<usize>, number: usize) -> Option<Self> {
        let start = span.start.min(text.len());
        let line = line_around(text, &(start..start), MAX_SHOWN_BYTES);
        let line_start = text[..line.start].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        if let Some(key) = memchr::memmem::rfind(&text[..line.end], b"fingerprint-key")
            && (key >= line_start || !is_closed(&text[key..line.start]))
        {
            return None;
        }
        let end = span.end.clamp(start, line.end);
        let skipped = String::from_utf8_lossy(&text[line_start..line.start]).chars().count();
        let plain = String::from_utf8_lossy(&text[line.clone()]).into_owned();
        let masked = escape_terminal(&mask_line(&mask_words(&text[line.clone()]), None));
        // In a masked line the span would be elsewhere.
        let span = if masked == plain { start - line.start..end - line.start } else { 0..masked.len() };
        Some(Self { number, skipped, text: masked, span })
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let whole = (0, self.text.len()).into();
        let line = self.number.saturating_sub(1);
        Ok(Box::new(MietteSpanContents::new(self.text.as_bytes(), whole, line, self.skipped, 1)))
    }
}

/// The longest unknown word that is shown: a longer one may be a secret at the wrong position.
const MAX_WORD: usize = 7;

/// Returns a line with every word masked that is long and not a key or choice of skant.
fn mask_words(line: &[u8]) -> Vec<u8> {
    let is_word = |byte: u8| !byte.is_ascii_whitespace() && !b"\"'`=[]{},#".contains(&byte);
    let is_known = |word: &[u8]| std::str::from_utf8(word).is_ok_and(|word| SCHEMA.contains(word));
    line.chunk_by(|one, other| is_word(*one) == is_word(*other))
        .flat_map(|part| {
            let is_shown = part.len() <= MAX_WORD || !is_word(part[0]) || is_known(part);
            if is_shown { part } else { b"********" }.to_vec()
        })
        .collect()
}

/// Whether the value of a key ends on the key's own line: a short string with both its quotes.
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

/// The most characters of a file that a message quotes.
const MAX_QUOTED: usize = 300;

/// Returns a text of a user's own file for a message: one line, and shortened in the middle, because the parser of
/// regular expressions says at the end what is wrong.
pub(crate) fn quotable(text: &str) -> String {
    let plain = text.replace(char::is_control, " ");
    let count = plain.chars().count();
    if count <= MAX_QUOTED {
        return plain;
    }
    let part = MAX_QUOTED / 2;
    let (first, last) = (plain.chars().take(part), plain.chars().skip(count - part));
    first.chain(" … ".chars()).chain(last).collect()
}

/// Translates a message of the TOML parser. Of the file's own text only the name of an unknown key is taken over: a
/// value may be a secret.
fn toml_fault(message: &str) -> Fault {
    // The text of the file comes first in the message and may contain anything.
    let expected = |start: &str| message.rsplit_once(start).map(|(_, expected)| expected);
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let key = rest.split('`').next().unwrap_or_default();
        let is_plain =
            key.len() <= 32 && key.bytes().all(|byte| byte.is_ascii_lowercase() || b"-_".contains(&byte));
        let shown = if is_plain { format!(" `{key}`") } else { String::new() };
        let fault = Fault::new("skant::config::unknown_key", format!("unknown key{shown}"));
        return match expected("`, expected ") {
            Some(known) => {
                // The known keys are between backquotes.
                let near = most_similar(key, known.split('`').skip(1).step_by(2)).filter(|_| is_plain);
                let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
                fault.with_help(format!("{near}the key has to be {known}"))
            }
            None => fault,
        };
    }
    if message.starts_with("unknown variant `") {
        let known = expected("`, expected ").unwrap_or_default();
        return Fault::new("skant::config::unknown_word", format!("unknown word, expected {known}"));
    }
    if message.starts_with("missing field `") {
        return Fault::new("skant::config::missing_key", message.replacen("field", "key", 1));
    }
    if message.starts_with("invalid type") || message.starts_with("invalid value") {
        // The parser's words for the expected type quote nothing.
        let expected = expected(", expected ").map(|expected| format!(", expected {expected}"));
        let message = format!("a value of the wrong type{}", expected.unwrap_or_default());
        return Fault::new("skant::config::wrong_type", message);
    }
    if message.starts_with("data did not match any variant of untagged enum OneOrMore") {
        let message = "a value of the wrong type, expected a string or a sequence of strings";
        return Fault::new("skant::config::wrong_type", message);
    }
    Fault::new("skant::config::invalid_toml", "it is not valid TOML")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_has_a_similar_one_if_its_name_is_quoted() {
        let help = |key: &str| {
            let known = "one of `exclude`, `fail-on`, `rule`";
            let fault = toml_fault(&format!("unknown field `{key}`, expected {known}\n"));
            fault.help.unwrap()
        };
        assert!(help("rules").starts_with("did you mean `rule`? the key has to be one of `exclude`"));
        assert!(help("fail_on").starts_with("did you mean `fail-on`? "));
        assert!(help("allowlist").starts_with("the key has to be"));
        assert!(
            help("RULE").starts_with("the key has to be"),
            "a name that is not quoted is not told by the help"
        );
    }
}
