//! The header of an e-mail or of one of its parts: fields, which may continue on further lines, and their parameters.
//! Format: RFC 5322, RFC 2045, RFC 2231.

use std::ops::Range;

use super::transfer::{decode_words, escaped};
use crate::decode::source_map::Decoded;

/// A field of a header.
pub(super) struct Field<'t> {
    pub(super) name: &'t [u8],
    /// The range of the whole field, with the name and without the last line break.
    pub(super) span: Range<usize>,
    pub(super) value: &'t [u8],
}

impl Field<'_> {
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }
}

/// The fields of a header. After the last one, `at` is the offset of the body.
pub(super) struct Fields<'t> {
    text: &'t [u8],
    pub(super) at: usize,
    end: usize,
}

impl<'t> Fields<'t> {
    pub(super) const fn new(text: &'t [u8], span: Range<usize>) -> Self {
        Self { text, at: span.start, end: span.end }
    }
}

impl<'t> Iterator for Fields<'t> {
    type Item = Field<'t>;

    fn next(&mut self) -> Option<Field<'t>> {
        let rest = &self.text[self.at..self.end];
        let Some(name) = field_name(rest) else {
            // A line that is no field is the first one of the body.
            self.at += line_end(rest).filter(|end| rest[..*end].trim_ascii().is_empty()).unwrap_or(0);
            self.end = self.at;
            return None;
        };
        let mut end = 0;
        while end == 0 || matches!(rest.get(end), Some(b' ' | b'\t')) {
            end += line_end(&rest[end..]).unwrap_or(rest.len() - end);
        }
        let start = self.at;
        self.at += end;
        let length = rest[..end].trim_ascii_end().len();
        let value = &rest[(name.len() + 1).min(length)..length];
        Some(Field { name: name.trim_ascii_end(), span: start..start + length, value })
    }
}

/// Returns the offset after the first line break.
fn line_end(text: &[u8]) -> Option<usize> {
    memchr::memchr(b'\n', text).map(|at| at + 1)
}

/// The longest name of a field, in bytes.
const MAX_FIELD_NAME: usize = 76;

/// Returns the name that a line begins with, with the spaces before its colon.
pub(super) fn field_name(line: &[u8]) -> Option<&[u8]> {
    let name = &line[..memchr::memchr(b':', &line[..line.len().min(MAX_FIELD_NAME)])?];
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let trimmed = name.trim_ascii_end();
    (trimmed.first().is_some_and(u8::is_ascii_alphanumeric) && trimmed.iter().all(is_name)).then_some(name)
}

/// Returns the value of a field before its parameters, in lower case.
pub(super) fn main_value(value: &[u8]) -> Vec<u8> {
    let end = memchr::memchr(b';', value).unwrap_or(value.len());
    let end = memchr::memchr(b'(', &value[..end]).unwrap_or(end);
    value[..end].trim_ascii().to_ascii_lowercase()
}

/// Returns the value of a parameter of a field, also if it is in several pieces.
pub(super) fn parameter(value: &[u8], wanted: &str) -> Option<Vec<u8>> {
    let (mut plain, mut pieces) = (None, Vec::new());
    let mut at = after_semicolon(value, 0);
    while at < value.len() {
        let length = value[at..].iter().take_while(|byte| !matches!(byte, b'=' | b';')).count();
        let name = value[at..at + length].trim_ascii();
        at += length;
        let (content, end) = match value.get(at) {
            Some(b'=') => parameter_value(value, at + 1),
            _ => (Vec::new(), at),
        };
        at = after_semicolon(value, end);
        let (stem, suffix) = name.split_at(wanted.len().min(name.len()));
        if !stem.eq_ignore_ascii_case(wanted.as_bytes()) {
            continue;
        }
        match suffix {
            b"" => plain = plain.or(Some(content)),
            [b'*', number @ ..] => {
                let (number, is_extended) =
                    number.strip_suffix(b"*").map_or((number, number.is_empty()), |number| (number, true));
                let number = std::str::from_utf8(number).ok().and_then(|number| number.parse().ok());
                pieces.push((number.unwrap_or(0_u32), is_extended, content));
            }
            _ => {}
        }
    }
    pieces.sort_by_key(|(number, ..)| *number);
    let pieces = pieces.into_iter().map(
        |(number, is_extended, piece)| {
            if is_extended { unescape(&piece, number == 0) } else { piece }
        },
    );
    Some(pieces.collect::<Vec<_>>().concat()).filter(|whole| !whole.is_empty()).or(plain)
}

/// Returns the offset after the next semicolon that is not in quotes.
fn after_semicolon(value: &[u8], from: usize) -> usize {
    let (mut at, mut is_quoted) = (from, false);
    while at < value.len() {
        match value[at] {
            b';' if !is_quoted => return at + 1,
            b'"' => is_quoted = !is_quoted,
            b'\\' if is_quoted => at += 1,
            _ => {}
        }
        at += 1;
    }
    value.len()
}

/// Reads the value of a parameter at an offset. Returns it without quotes, line breaks and escapes, and its end.
fn parameter_value(value: &[u8], from: usize) -> (Vec<u8>, usize) {
    let start = from + value[from..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let mut content = Vec::new();
    if value.get(start) != Some(&b'"') {
        let ends = |byte: &&u8| !byte.is_ascii_whitespace() && **byte != b';';
        content.extend(value[start..].iter().take_while(ends));
        let end = start + content.len();
        return (content, end);
    }
    let mut at = start + 1;
    while at < value.len() && value[at] != b'"' {
        at += usize::from(value[at] == b'\\');
        content.extend(value.get(at).filter(|byte| !matches!(byte, b'\r' | b'\n')));
        at += 1;
    }
    (content, (at + 1).min(value.len()))
}

/// Decodes the escapes of a piece. The first one begins with the names of a character set and a language.
fn unescape(piece: &[u8], is_first: bool) -> Vec<u8> {
    let quotes = memchr::memchr_iter(b'\'', piece).nth(1).filter(|_| is_first);
    let mut rest = &piece[quotes.map_or(0, |at| at + 1)..];
    let mut content = Vec::new();
    while let [first, after @ ..] = rest {
        let byte = escaped(after).filter(|_| *first == b'%');
        content.push(byte.unwrap_or(*first));
        rest = &after[if byte.is_some() { 2 } else { 0 }..];
    }
    content
}

/// Returns a name with its encoded words decoded.
pub(super) fn decoded_name(name: Vec<u8>) -> Vec<u8> {
    let mut decoded = Decoded::default();
    if decode_words(&name, &(0..name.len()), &mut decoded) { decoded.text } else { name }
}
