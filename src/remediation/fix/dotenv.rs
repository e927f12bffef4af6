//! The file `.env`: its names and values, and how a value is written so that all readers agree on it.
//!
//! Readers differ. A value of harmless characters needs no quotes. In single quotes a POSIX shell, Docker Compose and the
//! dotenv packages of Node, Ruby and Go take everything as it is; python-dotenv reads `\\` and `\'` as one character. In
//! double quotes all of them read a text without quotes, backslashes, `$` and line breaks as it is.

use std::collections::{BTreeMap, BTreeSet};

use super::refusal;
use super::refusal::Refusal;

/// Writes a value for `.env`.
///
/// # Errors
/// Readers disagree on every form of the value.
pub(super) fn quote(value: &str) -> Result<String, Refusal> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:@%+=,".contains(&byte);
    if !value.is_empty() && value.bytes().all(is_plain) {
        return Ok(value.to_owned());
    }
    let has_control = value.chars().any(|character| character.is_control() && character != '\n');
    if has_control {
        return Err(refusal::UNQUOTABLE);
    }
    if !value.contains('\'') && !value.contains("\\\\") && !value.ends_with('\\') {
        return Ok(format!("'{value}'"));
    }
    if !value.contains(['"', '\\', '$', '`', '\n', '!']) {
        return Ok(format!("\"{value}\""));
    }
    Err(refusal::UNQUOTABLE)
}

/// Why nothing is added to a file `.env`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotDotenv {
    /// It is no UTF-8: UTF-16, or bytes of another encoding.
    Encoding,
    /// The quote on this line, counted from 1, has no end.
    OpenQuote(usize),
}

/// A file `.env`, as it is and as it will be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EnvFile {
    /// The text as it was read.
    old: Vec<u8>,
    text: Vec<u8>,
    /// The values by name; `None` if a value cannot be read with certainty.
    values: BTreeMap<String, Option<String>>,
    /// The names of the values that moved here, whether they were new or not.
    pub(crate) used: BTreeSet<String>,
}

impl EnvFile {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// What is added to it might not be read as a line of its own: it is no UTF-8, or a quote has no end.
    pub(crate) fn parse(text: Vec<u8>) -> Result<Self, NotDotenv> {
        let valid = std::str::from_utf8(&text).ok().filter(|valid| !valid.contains('\0'));
        let values = parse(valid.ok_or(NotDotenv::Encoding)?)?;
        Ok(Self { old: text.clone(), text, values, used: BTreeSet::new() })
    }

    /// Returns the text as it was read.
    pub(super) fn old(&self) -> &[u8] {
        &self.old
    }

    /// Returns the text of the file.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Whether the file has a name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Adds a value under a name, or under the name with a number if it has another value; returns the name. A value that
    /// is there already keeps its name, if that begins as `name` does in its style. `is_free` says whether a new name means
    /// nothing else.
    ///
    /// # Errors
    /// The value cannot be written.
    pub(super) fn add(
        &mut self,
        name: &str,
        value: &str,
        prefix: &str,
        is_free: impl Fn(&str) -> bool,
    ) -> Result<String, Refusal> {
        let known = |(known, other): (&String, &Option<String>)| {
            (other.as_deref() == Some(value) && known.starts_with(prefix) && is_variable(known))
                .then(|| known.clone())
        };
        let has_prefix = |known: &String| prefix.is_empty() != known.starts_with("TF_VAR_");
        if let Some(known) = self.values.iter().find_map(known).filter(has_prefix) {
            self.used.insert(known.clone());
            return Ok(known);
        }
        let quoted = quote(value)?;
        let names =
            (1..).map(|number| if number == 1 { name.to_owned() } else { format!("{name}_{number}") });
        let is_new = |name: &String| !self.values.contains_key(name) && is_free(name);
        let name = names.take(10_000).find(is_new).ok_or(refusal::UNQUOTABLE)?;
        let ends_line = self.text.is_empty() || self.text.ends_with(b"\n");
        let line_break: &[u8] = if self.text.windows(2).any(|two| two == b"\r\n") { b"\r\n" } else { b"\n" };
        if !ends_line {
            self.text.extend(line_break);
        }
        self.text.extend(format!("{name}={quoted}").as_bytes());
        self.text.extend(line_break);
        self.values.insert(name.clone(), Some(value.to_owned()));
        self.used.insert(name.clone());
        Ok(name)
    }
}

fn is_variable(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn parse(text: &str) -> Result<BTreeMap<String, Option<String>>, NotDotenv> {
    let mut values = BTreeMap::new();
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let trimmed = line.trim_start();
        let trimmed = trimmed.strip_prefix("export ").unwrap_or(trimmed);
        let Some((name, value)) = trimmed.split_once('=').filter(|_| !trimmed.starts_with('#')) else {
            rest = after;
            continue;
        };
        let (name, start) = (name.trim(), value.trim_start());
        let from = rest.len() - after.len() - usize::from(line.len() < rest.len()) - start.len();
        let quoted = parse_quoted(&rest[from..]);
        if quoted.is_none() && start.starts_with(['"', '\'']) {
            let before = text.len() - rest.len();
            return Err(NotDotenv::OpenQuote(text[..before].matches('\n').count() + 1));
        }
        let (value, next) = quoted.unwrap_or_else(|| {
            let plain = start.split(" #").next().unwrap_or_default().trim_end();
            let is_certain = !plain.contains(['\\', '$', '\'', '"', '#']);
            (is_certain.then(|| plain.to_owned()), after)
        });
        if is_variable(name) {
            values.insert(name.to_owned(), value);
        }
        rest = next;
    }
    Ok(values)
}

/// Parses a quoted value, which may have several lines. Returns the value, if it is certain, and the text after its line.
fn parse_quoted(text: &str) -> Option<(Option<String>, &str)> {
    let quote = text.chars().next().filter(|first| matches!(first, '\'' | '"'))?;
    let (inner, tail) = text[1..].split_at_checked(quoted_end(&text[1..], quote)?)?;
    let is_certain = !inner.contains('\\') && (quote == '\'' || !inner.contains('$'));
    Some((is_certain.then(|| inner.to_owned()), tail.split_once('\n').map_or("", |(_, next)| next)))
}

/// Returns the length of a quoted text up to its closing quote.
fn quoted_end(text: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    for (at, character) in text.char_indices() {
        if character == quote && !(is_escaped && quote == '"') {
            return Some(at);
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_known_value_keeps_its_name_and_a_taken_name_gets_a_number() {
        let text = b"# head\nexport A='x y'\nB=\"two\nlines\"\nC=$other\nD=1 # note";
        let mut file = EnvFile::parse(text.to_vec()).unwrap();
        assert_eq!(file.add("NEW", "x y", "", |_| true).unwrap(), "A");
        assert_eq!(file.add("NEW", "two\nlines", "", |_| true).unwrap(), "B");
        assert_eq!(file.add("C", "x", "", |_| true).unwrap(), "C_2");
        assert_eq!(file.add("D", "1", "", |_| true).unwrap(), "D");
        assert_eq!(file.add("D", "2", "", |_| true).unwrap(), "D_2");
        assert_eq!(file.used.iter().collect::<Vec<_>>(), ["A", "B", "C_2", "D", "D_2"]);
        assert!(file.text().ends_with(b"D=1 # note\nC_2=x\nD_2=2\n"));
    }

    #[test]
    fn a_file_to_which_no_line_can_be_added_is_an_error() {
        for (text, expected) in [
            (&b"A=1\nB='x\nC=2\n"[..], Err(NotDotenv::OpenQuote(2))),
            (b"\n\nB=\"x\\\"\n", Err(NotDotenv::OpenQuote(3))),
            (b"A\0=\0", Err(NotDotenv::Encoding)),
            (b"\xff\xfeA\0=\x001\0", Err(NotDotenv::Encoding)),
            (b"A=\xe9", Err(NotDotenv::Encoding)),
            (b"# it's\nA=it's\n", Ok(())),
        ] {
            assert_eq!(EnvFile::parse(text.to_vec()).map(|_| ()), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_written_value_is_read_back(values in prop::collection::vec("[ -~\n]{1,20}", 1..5)) {
            let mut file = EnvFile::default();
            for value in &values {
                if let Ok(name) = file.add("NAME", value, "", |_| true) {
                    let again = EnvFile::parse(file.text().to_vec()).unwrap();
                    let is_certain = !value.contains('\\');
                    prop_assert!(!is_certain || again.values[&name].as_deref() == Some(value), "{value:?}");
                    prop_assert_eq!(again.values.len(), file.values.len());
                }
            }
        }
    }
}
