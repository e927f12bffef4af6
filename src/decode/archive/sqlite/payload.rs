//! The payload of a record: its parts in the file, and its values.

use std::borrow::Cow;
use std::ops::Range;

use super::pages::varint;

/// The shortest value that is searched by itself, in bytes. Shorter ones are found with the bytes of the file, as
/// nothing continues on another page.
const MIN_LENGTH: usize = 12;

/// The largest number of columns (`SQLITE_MAX_COLUMN`), and the longest number of the header.
const MAX_COLUMNS: usize = 32767;
const MAX_NUMBER: usize = 9;

/// The length below which a blob is not searched by itself if it is no text: hashes and ids. There are millions of them,
/// and a few would look like the beginning of an archive.
const MAX_ID: usize = 128;

/// Returns whether a blob is a hash or an id.
pub(super) fn is_id(blob: &[u8]) -> bool {
    let is_text = |byte: &&u8| matches!(byte, 0 | b' '..=b'~' | b'\t' | b'\n' | b'\r');
    blob.len() < MAX_ID
        && !blob.starts_with(&[0x1f, 0x8b, 8])
        && 2 * blob.iter().filter(is_text).count() < blob.len()
}

/// The kind of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueKind {
    Integer,
    Other,
    Text,
    Blob,
}

/// A value of a record.
pub(super) struct Value {
    pub(super) kind: ValueKind,
    /// The number of the column.
    pub(super) column: usize,
    /// The range in the payload.
    pub(super) range: Range<usize>,
}

impl Value {
    pub(super) fn is_worth_a_search(&self) -> bool {
        matches!(self.kind, ValueKind::Text | ValueKind::Blob) && self.range.len() >= MIN_LENGTH
    }
}

/// The payload of a record, in one or more parts of the file.
pub(super) struct Payload {
    /// The offset in the payload of each part, and its range in the file.
    parts: Vec<(usize, Range<usize>)>,
    /// The length of the parts, and that of the payload, in bytes.
    read: usize,
    length: usize,
}

impl Payload {
    pub(super) fn new(local: Range<usize>, length: usize) -> Self {
        let read = local.len();
        Self { parts: vec![(0, local)], read, length }
    }

    pub(super) fn push(&mut self, part: Range<usize>) {
        let length = part.len();
        self.parts.push((self.read, part));
        self.read += length;
    }

    /// Returns the range of the part with the cell, and those of the parts on other pages.
    pub(super) fn parts(&self) -> (Range<usize>, Vec<Range<usize>>) {
        let mut parts = self.parts.iter().map(|(_, part)| part.clone());
        (parts.next().unwrap_or_default(), parts.collect())
    }

    /// The number of bytes that were not read yet.
    pub(super) const fn missing(&self) -> usize {
        self.length - self.read
    }

    pub(super) const fn is_cut(&self) -> bool {
        self.read < self.length
    }

    /// Returns the bytes of a range, as far as they were read, and their range in the file. If they are in several
    /// parts, this begins with the first and ends with the last of them in the file.
    pub(super) fn gather<'t>(&self, text: &'t [u8], range: &Range<usize>) -> (Cow<'t, [u8]>, Range<usize>) {
        let first = self.parts.partition_point(|(offset, _)| *offset <= range.start).saturating_sub(1);
        let mut pieces =
            self.parts[first..].iter().take_while(|(offset, _)| *offset < range.end).map(|(offset, part)| {
                let from = part.start + range.start.saturating_sub(*offset).min(part.len());
                from..part.end.min(part.start + (range.end - offset)).max(from)
            });
        let Some(piece) = pieces.next() else { return (Cow::Borrowed(&[]), 0..0) };
        let mut span = piece.clone();
        let mut bytes = Cow::Borrowed(&text[piece]);
        for piece in pieces {
            bytes.to_mut().extend_from_slice(&text[piece.clone()]);
            span = span.start.min(piece.start)..span.end.max(piece.end);
        }
        (bytes, span)
    }

    /// Returns the values, and whether all of them fit.
    pub(super) fn values(&self, text: &[u8]) -> (Vec<Value>, bool) {
        let mut values = Vec::new();
        let is_whole = self.collect_values(text, &mut values).is_some();
        (values, is_whole)
    }

    /// Collects the values up to the first one that does not fit.
    fn collect_values(&self, text: &[u8], values: &mut Vec<Value>) -> Option<()> {
        let (start, _) = self.gather(text, &(0..9.min(self.length)));
        let (header, read) = varint(&start)?;
        let header = usize::try_from(header)
            .ok()
            .filter(|header| (read..=self.length.min(MAX_NUMBER * MAX_COLUMNS)).contains(header))?;
        let (types, _) = self.gather(text, &(read..header));
        let (mut rest, mut at) = (&types[..], header);
        while !rest.is_empty() {
            let (number, read) = varint(rest)?;
            rest = &rest[read..];
            let (kind, length) = match number {
                0 | 7 => (ValueKind::Other, number / 7 * 8),
                1..=4 => (ValueKind::Integer, number),
                5 | 6 => (ValueKind::Integer, 2 * number - 4),
                8 | 9 => (ValueKind::Integer, 0),
                10 | 11 => return None,
                _ if number % 2 == 0 => (ValueKind::Blob, (number - 12) / 2),
                _ => (ValueKind::Text, (number - 13) / 2),
            };
            let end = at.checked_add(usize::try_from(length).ok()?).filter(|end| *end <= self.length)?;
            values.push(Value { kind, column: values.len(), range: at..end });
            at = end;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_blob_that_is_no_text_is_an_id() {
        let random: Vec<u8> = (0..64_u8).map(|number| number.wrapping_mul(151) | 0x80).collect();
        assert!(is_id(&random) && !is_id(&random.repeat(2)));
        assert!(!is_id(b"a text with a few words") && !is_id(b"\0a\0 \0w\0o\0r\0d"));
        assert!(!is_id(&[&[0x1f, 0x8b, 8][..], &random].concat()));
    }
}
