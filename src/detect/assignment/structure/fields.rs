//! The fields of one object, in the order of the text: `{key: value, key = value}`, the attributes of an element, the
//! lines of a mapping with the same indentation. Nested objects are skipped.

use std::ops::Range;

use crate::detect::assignment::parse::{Cursor, is_name};
use crate::detect::assignment::structure::steps::{
    before_spaces, indent, line_end, line_start, skip_spaces, value_end,
};
use crate::detect::identifier;
use crate::text::is_quote;

/// The most parts of an object that are read.
const MAX_PARTS: usize = 64;

/// The last word of the keys whose value is a name.
const NAMING: [&[u8]; 22] = [
    b"name",
    b"key",
    b"id",
    b"field",
    b"variable",
    b"var",
    b"env",
    b"envconfig",
    b"parameter",
    b"param",
    b"property",
    b"prop",
    b"option",
    b"setting",
    b"header",
    b"attribute",
    b"identifier",
    b"type",
    b"k",
    b"ref",
    b"arg",
    b"flag",
];

/// The last word of the keys whose value belongs to a name beside them or above them.
const HOLDING: [&[u8]; 7] = [b"value", b"val", b"v", b"content", b"contents", b"default", b"fallback"];

/// A key and the position of its value.
pub(super) struct Field {
    pub(super) key: Range<usize>,
    pub(super) value: usize,
}

/// The fields of an object from a position on.
pub(super) struct Fields<'t> {
    text: &'t [u8],
    at: usize,
    /// The column of the keys if lines with this indentation make up the object; `None` if brackets or separators do.
    column: Option<usize>,
}

impl<'t> Fields<'t> {
    pub(super) const fn in_brackets(text: &'t [u8], at: usize) -> Self {
        Self { text, at, column: None }
    }

    pub(super) const fn in_lines(text: &'t [u8], at: usize, column: usize) -> Self {
        Self { text, at, column: Some(column) }
    }

    /// Skips separators, comments and nested lines. Returns `None` at the end of the object.
    fn skip_between(&mut self) -> Option<()> {
        loop {
            match *self.text.get(self.at)? {
                b' ' | b'\t' | b'\r' | b',' | b';' => self.at += 1,
                b'\n' => self.begin_line()?,
                b'#' => self.at = line_end(self.text, self.at),
                b'/' if matches!(self.text.get(self.at + 1), Some(b'/' | b'*')) => {
                    self.at = line_end(self.text, self.at);
                }
                b'\\' if self.text.get(self.at + 1) == Some(&b'n') => self.at += 2,
                b'<' if self.text[self.at..].starts_with(b"<!--") => self.at = line_end(self.text, self.at),
                b'/' | b'<' | b'}' | b']' | b')' | b'>' => return None,
                _ => return Some(()),
            }
        }
    }

    /// Steps over a line end, and over the next line if it is nested deeper. Returns `None` if that line is not in the
    /// object.
    fn begin_line(&mut self) -> Option<()> {
        self.at += 1;
        let Some(column) = self.column else { return Some(()) };
        let indent = indent(self.text, self.at);
        let rest = &self.text[self.at + indent..];
        let is_blank = matches!(rest.first(), None | Some(b'\n' | b'\r' | b'#')) || rest.starts_with(b"//");
        let is_item = rest.starts_with(b"- ") || rest.starts_with(b"-\n");
        if is_blank || indent > column || is_item && indent == column {
            self.at = line_end(self.text, self.at);
            return Some(());
        }
        self.at += indent;
        (indent == column && rest[0] != b'[').then_some(())
    }
}

impl Iterator for Fields<'_> {
    type Item = Field;

    fn next(&mut self) -> Option<Field> {
        for _ in 0..MAX_PARTS {
            self.skip_between()?;
            let start = self.at;
            if let Some(field) = read_field(self.text, start) {
                self.at = value_end(self.text, field.value).max(start + 1);
                return Some(field);
            }
            let is_word = is_name(self.text[start]);
            let word = self.text[start..].iter().take_while(|byte| is_name(**byte)).count();
            self.at = if is_word { start + word } else { value_end(self.text, start).max(start + 1) };
        }
        None
    }
}

/// Reads a key and its operator.
fn read_field(text: &[u8], start: usize) -> Option<Field> {
    let is_mark = |byte: &&u8| matches!(byte, b':' | b'.' | b'@' | b'$');
    let mark = text[start..].iter().take(1).find(is_mark).copied();
    let mut cursor = Cursor { text, at: start + usize::from(mark.is_some()) };
    let is_quoted = cursor.eat_quote().is_some();
    let length = cursor.rest().iter().take(64).take_while(|byte| is_name(**byte)).count();
    let key = cursor.at..cursor.at + length;
    cursor.at = key.end;
    if length == 0 || is_quoted && cursor.eat_quote().is_none() {
        return None;
    }
    let spaces = cursor.skip_spaces();
    let rest = cursor.rest();
    let operator = match rest.first()? {
        b'=' if rest.starts_with(b"==") => return None,
        b'=' if rest.starts_with(b"=>") => 2,
        b':' if rest.starts_with(b"::") => return None,
        b':' if rest.starts_with(b":=") => 2,
        b'=' | b':' => 1,
        // `:value "text"`
        byte if mark == Some(b':') && spaces > 0 && is_quote(*byte) => 0,
        _ => return None,
    };
    Some(Field { key, value: skip_spaces(text, cursor.at + operator) })
}

/// Returns whether the value of a key is the name of something.
pub(super) fn is_naming(key: &[u8]) -> bool {
    ends_in(key, &NAMING)
}

/// Returns whether a key holds the value of a name beside it or above it.
pub(super) fn is_holding(key: &[u8]) -> bool {
    ends_in(key, &HOLDING)
}

fn ends_in(key: &[u8], words: &[&[u8]]) -> bool {
    identifier::split_words(key).iter().next_back().is_some_and(|last| words.contains(&last))
}

/// Returns the start of the lines that make up a mapping with a key at `key`, and the column of its keys. Returns `None`
/// if the key is not the first of its line.
pub(super) fn mapping_start(text: &[u8], key: usize) -> Option<(usize, usize)> {
    let mut line = line_start(text, key);
    let column = key - line;
    let is_item = |line: usize, content: usize| {
        let first = line + indent(text, line);
        first + 1 < content && text[first] == b'-' && skip_spaces(text, first + 1) == content
    };
    if is_item(line, key) {
        return Some((key, column));
    }
    if skip_spaces(text, line) != key {
        return None;
    }
    let mut start = line;
    while line > 0 {
        line = line_start(text, line - 1);
        let first = line + indent(text, line);
        if line + column < text.len() && is_item(line, line + column) {
            return Some((line + column, column));
        }
        match text.get(first) {
            Some(b'\n' | b'\r' | b'#') => {}
            Some(b'[' | b'{' | b'}' | b'<') if first == line + column => break,
            _ if first < line + column => break,
            _ => start = line,
        }
    }
    Some((start + indent(text, start), column))
}

/// Returns the start of the brackets, or of the attributes of an element, that contain the field at `field`.
pub(super) fn brackets_start(text: &[u8], field: usize) -> Option<usize> {
    let (mut at, mut depth) = (field, 0_usize);
    while at > 0 {
        at -= 1;
        match text[at] {
            b'}' | b']' | b')' => depth += 1,
            b'{' | b'[' | b'(' if depth == 0 => return Some(at + 1),
            b'{' | b'[' | b'(' => depth -= 1,
            b'<' if depth == 0 && text.get(at + 1).is_some_and(u8::is_ascii_alphabetic) => {
                return Some(at + 1);
            }
            b'>' if depth == 0 && !text[..at].ends_with(b"=") && !text[..at].ends_with(b"-") => return None,
            quote if is_quote(quote) => {
                let line = line_start(text, at);
                at = memchr::memrchr(quote, &text[line..at]).map_or(at, |length| line + length);
            }
            _ => {}
        }
    }
    None
}

/// Returns the key whose value begins at `value`, and the start of the field.
pub(super) fn key_before(text: &[u8], value: usize) -> Option<(Range<usize>, usize)> {
    let mut at = before_spaces(text, value);
    let operator = match text[..at] {
        [.., b'=', b'>'] | [.., b':', b'='] => 2,
        [.., b':' | b'='] => 1,
        // `:name "text"`
        _ if at < value => 0,
        _ => return None,
    };
    at = before_spaces(text, at - operator);
    let is_quoted = at > 0 && is_quote(text[at - 1]);
    at -= usize::from(is_quoted);
    at -= text[..at].iter().rev().take(3).take_while(|byte| is_quoted && **byte == b'\\').count();
    let length = text[..at].iter().rev().take(64).take_while(|byte| is_name(**byte)).count();
    let key = at - length..at;
    if length == 0 || is_quoted && !text[..key.start].last().copied().is_some_and(is_quote) {
        return None;
    }
    let mut start = key.start - usize::from(is_quoted);
    let slashes = text[..start].iter().rev().take(3).take_while(|byte| is_quoted && **byte == b'\\').count();
    start -= slashes;
    let has_mark = start > 0 && matches!(text[start - 1], b':' | b'.' | b'@' | b'$');
    if operator == 0 && !has_mark {
        return None;
    }
    Some((key, start - usize::from(has_mark)))
}
