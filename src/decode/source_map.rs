//! Decoded text and its source map: the mapping from decoded bytes to the original bytes. Encodings and the parts of
//! e-mails have it.

use std::ops::Range;

/// A text that was decoded from a part of another text, with the source map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    /// The decoded bytes.
    pub text: Vec<u8>,
    /// The map to the original bytes; `None` if it is not kept.
    pub map: Option<SourceMap>,
}

/// The mapping from decoded bytes to the original bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    /// The end of the original part.
    end: usize,
    segments: Vec<Segment>,
}

/// A sequence of decoded bytes, each of which was encoded with the same number of original bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Segment {
    /// The offset of the first decoded byte.
    decoded: usize,
    /// The offset of the first original byte.
    original: usize,
    /// `scale.0` original bytes encode `scale.1` decoded bytes.
    scale: (usize, usize),
}

impl Decoded {
    /// Creates an empty text of a part that ends at an offset of the original.
    pub(crate) fn new(end: usize) -> Self {
        Self { text: Vec::new(), map: Some(SourceMap { end, segments: Vec::new() }) }
    }

    /// Starts a segment: the bytes that are appended next begin at the original offset, and `scale.0` original bytes
    /// encode `scale.1` of them.
    pub(crate) fn start_segment(&mut self, original: usize, scale: (usize, usize)) {
        let Some(map) = &mut self.map else { return };
        let decoded = self.text.len();
        let continues = |last: &Segment| {
            let length = decoded - last.decoded;
            let is_whole = length.is_multiple_of(scale.1);
            last.scale == scale && is_whole && last.original + length / scale.1 * scale.0 == original
        };
        if !map.segments.last().is_some_and(continues) {
            map.segments.push(Segment { decoded, original, scale });
        }
    }

    /// Appends bytes that are the same in the original.
    pub(crate) fn push_plain(&mut self, original: usize, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.start_segment(original, (1, 1));
            self.text.extend_from_slice(bytes);
        }
    }

    /// Appends the bytes that one escape of `width` bytes encodes.
    pub(crate) fn push_escape(&mut self, original: usize, width: usize, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.start_segment(original, (width, bytes.len()));
            self.text.extend_from_slice(bytes);
        }
    }

    /// Returns the original bytes of a span of the decoded text, rounded outwards.
    #[must_use]
    pub fn original_span(&self, span: &Range<usize>) -> Range<usize> {
        self.map.as_ref().map_or(0..0, |map| map.original_span(span))
    }
}

impl SourceMap {
    /// Returns the original bytes of a span of the decoded text, rounded outwards.
    pub(crate) fn original_span(&self, span: &Range<usize>) -> Range<usize> {
        let segment = |at: usize| {
            let after = self.segments.partition_point(|segment| segment.decoded <= at);
            after.checked_sub(1).map(|index| &self.segments[index])
        };
        let start = segment(span.start)
            .map_or(0, |from| from.original + (span.start - from.decoded) * from.scale.0 / from.scale.1);
        let last = span.end.saturating_sub(1).max(span.start);
        let end = segment(last).map_or(start, |from| {
            from.original + ((last + 1 - from.decoded) * from.scale.0).div_ceil(from.scale.1)
        });
        start..end.min(self.end).max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_map_back_to_the_original() {
        let mut decoded = Decoded::new(38);
        decoded.push_plain(10, b"abc");
        decoded.push_escape(13, 6, b"-");
        decoded.push_plain(19, b"de");
        decoded.start_segment(30, (4, 3));
        decoded.text.extend_from_slice(b"xyzXYZ");
        assert_eq!(decoded.text, b"abc-dexyzXYZ");
        for (span, expected) in
            [(0..3, 10..13), (2..4, 12..19), (3..4, 13..19), (4..6, 19..21), (6..9, 30..34), (7..8, 31..33)]
        {
            assert_eq!(decoded.original_span(&span), expected, "{span:?}");
        }
    }
}
