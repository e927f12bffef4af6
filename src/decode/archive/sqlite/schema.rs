//! What the table `sqlite_schema` says of the other tables and of the indexes: their names, columns and first pages.

use super::pages::big_endian_of;
use super::payload::{Payload, Value, ValueKind};
use crate::decode::archive::member::label;

/// The largest statement whose columns are read, in bytes.
const MAX_STATEMENT: usize = 64 << 10;

/// The part of a longer name that is shown, in bytes and in characters. Each value has the names of its table and column.
const MAX_NAME: usize = 128;

/// A table or an index.
pub(super) struct Object {
    pub(super) name: Vec<u8>,
    /// The names of the columns in the order of the records; empty if the order is not known.
    columns: Vec<String>,
    /// The number of its first page.
    pub(super) root: u32,
    /// Whether its records end with the key of a record of a table.
    ends_with_rowid: bool,
}

impl Object {
    pub(super) fn new(name: &str, root: u32) -> Self {
        Self { name: name.into(), columns: Vec::new(), root, ends_with_rowid: false }
    }

    /// Returns the table or index that a record describes, or `None` if it has no pages.
    pub(super) fn from_record(
        payload: &Payload,
        values: &[Value],
        text: &[u8],
        encoding: TextEncoding,
    ) -> Option<Self> {
        let [kind, name, _, root, statement] = values else { return None };
        let read = |value: &Value, most: usize| {
            let start = value.range.start;
            payload.gather(text, &(start..value.range.end.min(start + most))).0
        };
        let root = u32::try_from(big_endian_of(&read(root, 8))?).ok().filter(|root| *root > 1)?;
        let name = encoding.decode(&read(name, MAX_NAME));
        let statement = encoding.decode(&read(statement, MAX_STATEMENT));
        let ends_with_rowid = encoding.decode(&read(kind, 16)) == "index";
        Some(Self { name: name.into(), columns: columns(&statement), root, ends_with_rowid })
    }

    /// Returns the key at the end of a record of an index.
    pub(super) fn rowid_of(&self, payload: &Payload, values: &[Value], text: &[u8]) -> Option<i64> {
        let last = values.last().filter(|last| self.ends_with_rowid && last.kind == ValueKind::Integer)?;
        let bytes = payload.gather(text, &last.range).0;
        let is_negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
        let start = if is_negative { -1 } else { 0 };
        Some(bytes.iter().fold(start, |number, byte| number << 8 | i64::from(*byte)))
    }

    /// Returns the label of a value in a file of a format.
    pub(super) fn label_of(&self, format: &str, rowid: Option<i64>, column: usize) -> String {
        let mut name = self.name.clone();
        if let Some(rowid) = rowid {
            name.extend(format!("/{rowid}").into_bytes());
        }
        if let Some(column) = self.columns.get(column) {
            name.extend(format!("/{column}").into_bytes());
        }
        label(format, &name)
    }
}

/// The encoding of the texts of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextEncoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl TextEncoding {
    /// Returns the encoding with a number of the file's header.
    pub(super) const fn from_number(number: usize) -> Self {
        match number {
            2 => Self::Utf16Le,
            3 => Self::Utf16Be,
            _ => Self::Utf8,
        }
    }

    fn decode(self, text: &[u8]) -> String {
        let order = match self {
            Self::Utf8 => return String::from_utf8_lossy(text).into_owned(),
            Self::Utf16Le => u16::from_le_bytes,
            Self::Utf16Be => u16::from_be_bytes,
        };
        let units = text.chunks_exact(2).map(|unit| order([unit[0], unit[1]]));
        char::decode_utf16(units).map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    }
}

/// Returns the names of the columns that a `CREATE` statement defines, in the order of the records. Returns none if the
/// order may be another one: without a rowid the primary key is first, and generated columns may not be stored. Nor of a
/// statement with comments.
fn columns(statement: &str) -> Vec<String> {
    let upper = statement.to_ascii_uppercase();
    let is_other =
        ["WITHOUT", "GENERATED", " AS ", ")AS", " AS(", "--", "/*"].iter().any(|word| upper.contains(word));
    let Some(start) = statement.find('(').filter(|_| !is_other) else { return Vec::new() };
    let mut columns = Vec::new();
    let (mut depth, mut quote, mut name) = (0_usize, None, Some(String::new()));
    for character in statement[start + 1..].chars() {
        let is_first = name.as_ref().is_some_and(String::is_empty);
        match (quote, character) {
            (Some(end), _) if character == end => {
                quote = None;
                finish(&mut name, &mut columns);
            }
            (Some(_), _) => name.iter_mut().for_each(|name| name.push(character)),
            (None, '"' | '`' | '\'') => quote = Some(character),
            (None, '[') => quote = Some(']'),
            (None, '(') => {
                finish(&mut name, &mut columns);
                depth += 1;
            }
            (None, ')') if depth == 0 => break,
            (None, ')') => depth -= 1,
            (None, ',') if depth == 0 => {
                finish(&mut name, &mut columns);
                name = Some(String::new());
            }
            (None, _) if character.is_whitespace() && is_first => {}
            (None, _) if character.is_whitespace() => finish(&mut name, &mut columns),
            (None, _) => name.iter_mut().for_each(|name| name.push(character)),
        }
    }
    finish(&mut name, &mut columns);
    columns
}

/// Ends the first word of a definition. A constraint of the table is after all columns, so that it does no harm there.
fn finish(name: &mut Option<String>, columns: &mut Vec<String>) {
    let shown = name.take().map(|name| name.chars().take(MAX_NAME).collect::<String>());
    columns.extend(shown.filter(|name| !name.is_empty()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_the_first_words_of_the_definitions() {
        for (statement, expected) in [
            ("CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)", &["id", "body"][..]),
            (
                "create table \"a b\"(\"the id\" int,[of]text,`c` DEFAULT (max(1,2)), d)",
                &["the id", "of", "c", "d"],
            ),
            (
                "CREATE TABLE t(\n  a decimal(10,2) NOT NULL,\n\tb, PRIMARY KEY (a, b)\n)",
                &["a", "b", "PRIMARY"],
            ),
            ("CREATE INDEX i ON t(b, a DESC)", &["b", "a"]),
            ("CREATE TABLE t(b, a PRIMARY KEY) WITHOUT ROWID", &[]),
            ("CREATE TABLE t(a, b GENERATED ALWAYS AS (a || 1), c)", &[]),
            ("", &[]),
            ("CREATE TABLE t((((", &[]),
        ] {
            assert_eq!(columns(statement), expected, "{statement}");
        }
    }

    #[test]
    fn names_are_decoded_in_the_encoding_of_the_database() {
        let wide = |order: fn(u16) -> [u8; 2]| "näme".encode_utf16().flat_map(order).collect::<Vec<u8>>();
        assert_eq!(TextEncoding::Utf8.decode("näme".as_bytes()), "näme");
        assert_eq!(TextEncoding::from_number(2).decode(&wide(u16::to_le_bytes)), "näme");
        assert_eq!(TextEncoding::from_number(3).decode(&wide(u16::to_be_bytes)), "näme");
    }
}
