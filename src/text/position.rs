//! Converts byte offsets to lines and columns.

use std::ops::Range;

/// A line and a column; both count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line. `\n` ends a line.
    pub line: usize,
    /// The column, in Unicode scalar values. A byte that is not UTF-8 counts as one.
    pub column: usize,
}

/// A cursor that moves forwards through a text, so that many ascending offsets cost one pass, however long the lines
/// are.
#[derive(Debug)]
pub(crate) struct LineCursor<'t> {
    text: &'t [u8],
    offset: usize,
    position: Position,
}

impl<'t> LineCursor<'t> {
    /// Starts at the first line of `text`.
    #[must_use]
    pub(crate) fn new(text: &'t [u8]) -> Self {
        Self { text, offset: 0, position: Position { line: 1, column: 1 } }
    }

    /// Returns the position of a byte offset, which is clamped to the text. A smaller offset than the last one starts
    /// over.
    pub(crate) fn at(&mut self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        if offset < self.offset {
            *self = Self::new(self.text);
        }
        let passed = &self.text[self.offset..offset];
        match memchr::memrchr(b'\n', passed) {
            Some(last) => {
                self.position.line += memchr::memchr_iter(b'\n', &passed[..=last]).count();
                self.position.column = 1 + columns(&passed[last + 1..]);
            }
            None => self.position.column += columns(passed),
        }
        self.offset = offset;
        self.position
    }
}

fn columns(bytes: &[u8]) -> usize {
    bytes.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum()
}

/// Returns the span of the line that contains `span`, without its line break, and with at most `reach` bytes on each
/// side.
#[must_use]
pub(crate) fn line_around(text: &[u8], span: &Range<usize>, reach: usize) -> Range<usize> {
    let floor = span.start.saturating_sub(reach);
    let ceiling = (span.end + reach).min(text.len());
    let start = memchr::memrchr(b'\n', &text[floor..span.start]).map_or(floor, |at| floor + at + 1);
    let end = memchr::memchr(b'\n', &text[span.end..ceiling]).map_or(ceiling, |at| span.end + at);
    let end = if end > span.end && text[end - 1] == b'\r' { end - 1 } else { end };
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one() {
        let text = "ab\ncö-d\r\n\nz".as_bytes();
        let mut cursor = LineCursor::new(text);
        let at = |cursor: &mut LineCursor<'_>, offset| {
            let Position { line, column } = cursor.at(offset);
            (line, column)
        };
        assert_eq!(at(&mut cursor, 0), (1, 1));
        assert_eq!(at(&mut cursor, 3), (2, 1));
        assert_eq!(at(&mut cursor, 6), (2, 3));
        assert_eq!(at(&mut cursor, text.len() - 1), (4, 1));
        assert_eq!(at(&mut cursor, 1), (1, 2));
        assert_eq!(at(&mut cursor, 999), (4, 2));
    }

    #[test]
    fn a_line_ends_at_its_break_or_at_the_reach() {
        let text = b"one\ntwo key three\r\nfour";
        assert_eq!(&text[line_around(text, &(8..11), 100)], b"two key three");
        assert_eq!(&text[line_around(text, &(8..11), 2)], b"o key t");
    }

    proptest::proptest! {
        #[test]
        fn the_cursor_agrees_with_counting_from_the_start(text in "[a\nö]{0,60}", offsets in proptest::collection::vec(0usize..80, 0..6)) {
            let mut cursor = LineCursor::new(text.as_bytes());
            for offset in offsets {
                let boundary = (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
                let before = &text[..boundary];
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
                proptest::prop_assert_eq!(cursor.at(boundary), Position { line, column });
            }
        }
    }
}
