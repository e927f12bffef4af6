//! The coats that a sign in the text shows, escapes and quoted-printable: one look at the text for both.

use std::ops::Range;

use crate::bytescan::{ByteFilter, Matches};
use crate::decode::encoding::{Decoded, EncodedRegion, SHORTEST, Visit, escapes, quoted_printable};

/// How the signs of both begin.
const BEGINNINGS: ByteFilter<1, 3> = quoted_printable::beginnings(escapes::beginnings(ByteFilter::empty()));

type Look = fn(&[u8], usize) -> Option<(EncodedRegion, Decoded)>;

pub(crate) fn regions(text: &[u8], within: &Range<usize>, visit: &mut Visit<'_>) {
    let mut escaped = escapes::stretches(text, within);
    let mut quoted = quoted_printable::stretches(text, within);
    let mut at = escaped.start.min(quoted.start);
    let mut marks = Matches::new(&BEGINNINGS, text, escaped.end.max(quoted.end));
    while let Some(mark) = marks.next_from(at) {
        at = mark + 1;
        let is_quoted = text[mark] == b'=';
        let look: Look = if is_quoted { quoted_printable::region } else { escapes::region };
        let left = if is_quoted { &mut quoted } else { &mut escaped };
        // What lies before was looked at with the region there.
        if !left.contains(&mark) {
            continue;
        }
        if let Some((region, layer)) = look(text, mark) {
            left.start = region.span.end.max(at);
            if layer.text.len() >= SHORTEST {
                visit(region, &mut std::iter::once(layer));
            }
        }
    }
}
