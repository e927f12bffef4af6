//! The place of a value in a script of a POSIX shell, bash, ksh or zsh.

use std::ops::Range;

use super::refusal;
use super::refusal::Refusal;
use super::site::{NameStyle, Site, is_name, name_in_address};

/// How the text at a position is quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Mode {
    Plain,
    /// In single quotes; the range of the text between them.
    Single(Range<usize>),
    Double,
    Comment,
    /// A heredoc, a `$'…'` string or a backquoted command.
    Opaque,
}

/// A level of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Commands,
    /// Commands in `$(…)` or `(…)`.
    Parentheses,
    Quotes,
    /// `${…}`.
    Braces,
}

/// Reads a script and returns each part that is not plain; `None` if it ends inside of one.
fn parts(text: &[u8]) -> Option<Vec<(Range<usize>, Mode)>> {
    let mut reader = Reader {
        text,
        at: 0,
        found: Vec::new(),
        levels: vec![Level::Commands],
        quote_starts: Vec::new(),
        heredocs: Vec::new(),
    };
    while reader.at < text.len() {
        reader.step()?;
    }
    (reader.levels == [Level::Commands] && reader.heredocs.is_empty()).then_some(reader.found)
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    found: Vec<(Range<usize>, Mode)>,
    levels: Vec<Level>,
    /// The positions after the open double quotes.
    quote_starts: Vec<usize>,
    /// The names of the heredocs whose bodies begin on the next line.
    heredocs: Vec<Vec<u8>>,
}

impl Reader<'_> {
    fn find(&self, from: usize, byte: u8) -> Option<usize> {
        memchr::memchr(byte, self.text.get(from..)?).map(|length| from + length)
    }

    /// Whether the braces here are in double quotes, where a single quote is a character like others.
    fn is_in_quotes(&self) -> bool {
        self.levels.iter().rev().find(|level| **level != Level::Braces) == Some(&Level::Quotes)
    }

    /// Adds a part and goes on after it.
    fn add(&mut self, end: usize, mode: Mode) {
        self.found.push((self.at..end, mode));
        self.at = end;
    }

    /// Reads one byte, or a part; `None` if a part has no end.
    fn step(&mut self) -> Option<()> {
        let (at, level) = (self.at, *self.levels.last()?);
        let rest = self.text.get(at..)?;
        let in_commands = matches!(level, Level::Commands | Level::Parentheses);
        match *rest.first()? {
            b'\\' => self.at += 2,
            b'\'' if in_commands || level == Level::Braces && !self.is_in_quotes() => {
                let end = self.find(at + 1, b'\'')?;
                self.add(end + 1, Mode::Single(at + 1..end));
            }
            b'$' if rest.starts_with(b"$'") && level != Level::Quotes => {
                let mut end = at + 2;
                while *self.text.get(end)? != b'\'' {
                    end += if self.text[end] == b'\\' { 2 } else { 1 };
                }
                self.add(end + 1, Mode::Opaque);
            }
            b'`' => {
                let end = self.find(at + 1, b'`')?;
                self.add(end + 1, Mode::Opaque);
            }
            b'#' if in_commands && begins_word(self.text, at) => {
                let end = self.find(at, b'\n').unwrap_or(self.text.len());
                self.add(end, Mode::Comment);
            }
            b'<' if rest.starts_with(b"<<<") => self.at += 3,
            b'<' if rest.starts_with(b"<<") && level != Level::Quotes => {
                self.heredocs.extend(heredoc_name(&rest[2..]));
                self.at += 2;
            }
            b'\n' if !self.heredocs.is_empty() && level != Level::Quotes => self.skip_heredocs()?,
            _ => self.change_level(level)?,
        }
        Some(())
    }

    /// Reads a byte that may open or close a level.
    fn change_level(&mut self, level: Level) -> Option<()> {
        let (at, rest) = (self.at, self.text.get(self.at..)?);
        let in_quotes = level == Level::Quotes;
        self.at += 1;
        match *rest.first()? {
            b'"' if in_quotes => {
                self.levels.pop();
                self.found.push((self.quote_starts.pop()?..at, Mode::Double));
            }
            b'"' => {
                self.levels.push(Level::Quotes);
                self.quote_starts.push(at + 1);
            }
            b'$' if rest.starts_with(b"$(") => {
                self.levels.push(Level::Parentheses);
                self.at += 1;
            }
            b'$' if rest.starts_with(b"${") => {
                self.levels.push(Level::Braces);
                self.at += 1;
            }
            b'}' if level == Level::Braces => drop(self.levels.pop()),
            b'(' if !in_quotes && level != Level::Braces => self.levels.push(Level::Parentheses),
            // A pattern of `case` ends with an unpaired parenthesis.
            b')' if level == Level::Parentheses => drop(self.levels.pop()),
            _ => {}
        }
        Some(())
    }

    fn skip_heredocs(&mut self) -> Option<()> {
        self.at += 1;
        let mut line_start = self.at;
        for name in std::mem::take(&mut self.heredocs) {
            loop {
                let end = self.find(line_start, b'\n').unwrap_or(self.text.len());
                let line = self.text.get(line_start..end)?;
                line_start = end + 1;
                if line.iter().skip_while(|byte| **byte == b'\t').eq(name.iter()) {
                    break;
                }
                if end == self.text.len() {
                    return None;
                }
            }
        }
        self.add(line_start - 1, Mode::Opaque);
        Some(())
    }
}

/// Whether a word may begin at a position.
fn begins_word(text: &[u8], at: usize) -> bool {
    at.checked_sub(1)
        .is_none_or(|before| text[before].is_ascii_whitespace() || b";|&()".contains(&text[before]))
}

/// Returns the delimiter of a heredoc after `<<`; `None` if it is a shift.
fn heredoc_name(rest: &[u8]) -> Option<Vec<u8>> {
    let rest = rest.strip_prefix(b"-").unwrap_or(rest).trim_ascii_start();
    let rest = rest.strip_prefix(b"\\").unwrap_or(rest);
    let quote = rest.first().filter(|byte| matches!(byte, b'\'' | b'"'));
    let name = &rest[usize::from(quote.is_some())..];
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let length = name.iter().take_while(is_part).count();
    let is_name =
        quote.is_some() || name.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    (is_name && length > 0).then(|| name[..length].to_vec())
}

/// Whether the quotes of a script match.
pub(super) fn is_valid(text: &[u8]) -> bool {
    parts(text).is_some()
}

/// Whether a position is in double quotes.
pub(super) fn is_quoted(text: &[u8], at: usize) -> bool {
    let parts = parts(text).unwrap_or_default();
    let holding = parts.iter().filter(|(range, _)| range.contains(&at)).min_by_key(|(range, _)| range.len());
    matches!(holding, Some((_, Mode::Double)))
}

/// Finds the place of the value at `span`.
pub(super) fn find(text: &[u8], span: Range<usize>) -> Result<Site, Refusal> {
    let parts = parts(text).ok_or(refusal::NOT_LEXED)?;
    let overlaps = |range: &Range<usize>| range.start < span.end && span.start < range.end;
    let holds = |range: &Range<usize>| range.start <= span.start && span.end <= range.end;
    // Of nested parts the inner one is the shorter one.
    let part = parts.iter().filter(|(range, _)| overlaps(range)).min_by_key(|(range, _)| range.len());
    let raw = &text[span.clone()];
    let value = std::str::from_utf8(raw).map_err(|_| refusal::ENCODED)?.to_owned();
    let mode = match part {
        Some((range, _)) if !holds(range) => return Err(refusal::NOT_LEXED),
        Some((_, mode)) => mode.clone(),
        None => Mode::Plain,
    };
    if matches!(mode, Mode::Double) && raw.iter().any(|byte| b"\\$`\"".contains(byte)) {
        return Err(refusal::ESCAPES);
    }
    let (range, template) = match mode {
        Mode::Comment => return Err(refusal::IN_COMMENT),
        Mode::Opaque => return Err(refusal::NOT_PLAIN),
        Mode::Double => (span.clone(), "${@:?}"),
        Mode::Single(inner) if inner == span => (inner.start - 1..inner.end + 1, "\"${@:?}\""),
        Mode::Single(inner) if inner.start == span.start => (inner.start - 1..span.end, "\"${@:?}\"'"),
        Mode::Single(inner) if inner.end == span.end => (span.start..inner.end + 1, "'\"${@:?}\""),
        Mode::Single(_) => (span.clone(), "'\"${@:?}\"'"),
        Mode::Plain => {
            let special = |byte: &u8| byte.is_ascii_whitespace() || b"\\$`\"'()<>|&;*?[]{}#!".contains(byte);
            if raw.iter().any(special) {
                return Err(refusal::ESCAPES);
            }
            (span.clone(), "\"${@:?}\"")
        }
    };
    Ok(Site {
        range,
        template: template.to_owned(),
        before: Vec::new(),
        after: Vec::new(),
        value,
        assigned: assigned(&text[..span.start]),
        style: NameStyle::Variable,
    })
}

/// Returns the name in `NAME=`, `NAME="` or `NAME=scheme://user:` at the end of a text.
fn assigned(before: &[u8]) -> Option<String> {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b';' | b'(' | b'&');
    let start = before.iter().rposition(is_end).map_or(0, |at| at + 1);
    let word = String::from_utf8_lossy(&before[start..]).into_owned();
    let (name, value) = word.split_once('=').unwrap_or(("", &word));
    let is_value = value.trim_start_matches(['"', '\'']).is_empty() || value.contains("://");
    let name = Some(name.to_owned()).filter(|name| is_name(name.as_bytes()) && is_value);
    name_in_address(name, value)
}
