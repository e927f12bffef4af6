//! Decoded text, and where each byte of it comes from.

use std::ops::Range;

/// A text that was decoded from a part of another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    /// What was decoded.
    pub text: Vec<u8>,
    /// Where the stretch of the original ends that it was decoded from.
    end: usize,
    segments: Vec<Segment>,
}

/// A stretch of decoded bytes that all take up the same room in the original.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Segment {
    decoded: usize,
    original: usize,
    /// So many bytes of the original stand for so many decoded ones.
    scale: (usize, usize),
}

impl Decoded {
    /// Nothing yet, of a stretch that ends at a place.
    pub(crate) fn new(end: usize) -> Self {
        Self { end, ..Self::default() }
    }

    /// Says that what is appended from now on comes from the original at `original`, `scale.0` bytes of it for
    /// each `scale.1` decoded ones.
    pub(crate) fn start_segment(&mut self, original: usize, scale: (usize, usize)) {
        self.segments.push(Segment { decoded: self.text.len(), original, scale });
    }

    /// Appends bytes that stand in the original as they are.
    pub(crate) fn push_plain(&mut self, original: usize, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.start_segment(original, (1, 1));
            self.text.extend_from_slice(bytes);
        }
    }

    /// Appends what one escape of `width` bytes stands for.
    pub(crate) fn push_escape(&mut self, original: usize, width: usize, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.start_segment(original, (width, bytes.len()));
            self.text.extend_from_slice(bytes);
        }
    }

    /// What of the original a range of the decoded text stands for; rounded outwards.
    #[must_use]
    pub fn original_span(&self, span: &Range<usize>) -> Range<usize> {
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
    fn ranges_lead_back_to_where_they_come_from() {
        let mut layer = Decoded::new(38);
        layer.push_plain(10, b"abc");
        layer.push_escape(13, 6, b"-");
        layer.push_plain(19, b"de");
        layer.start_segment(30, (4, 3));
        layer.text.extend_from_slice(b"xyzXYZ");
        assert_eq!(layer.text, b"abc-dexyzXYZ");
        for (span, expected) in
            [(0..3, 10..13), (2..4, 12..19), (3..4, 13..19), (4..6, 19..21), (6..9, 30..34), (7..8, 31..33)]
        {
            assert_eq!(layer.original_span(&span), expected, "{span:?}");
        }
    }
}
