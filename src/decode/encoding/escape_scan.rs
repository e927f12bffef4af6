//! Escapes and quoted-printable, whose regions a special character shows: one pass over the text finds both.

use std::ops::Range;

use super::readable::MIN_SECRET;
use super::region::{EncodedRegion, Visit};
use super::source_map::Decoded;
use super::{escapes, quoted_printable};
use crate::bytescan::{ByteFilter, Matches};

/// A filter for the first three bytes of an escape. Escapes use the groups 0 to 5 and quoted-printable 6 and 7, so that
/// all eight groups of the filter are in use.
const ESCAPES: ByteFilter<1, 3> = quoted_printable::add_escapes(escapes::add_escapes(ByteFilter::empty()));

type DecodeAt = fn(&[u8], usize) -> Option<(EncodedRegion, Decoded)>;

/// Visits the regions of both encodings that touch a part of a text.
pub(super) fn visit_regions(text: &[u8], within: &Range<usize>, visit: &mut Visit<'_>) {
    let mut escaped = escapes::enclosing_runs(text, within);
    let mut quoted = quoted_printable::enclosing_runs(text, within);
    let mut at = escaped.start.min(quoted.start);
    let mut matches = Matches::new(&ESCAPES, text, escaped.end.max(quoted.end));
    while let Some(escape) = matches.next_from(at) {
        at = escape + 1;
        let is_quoted = text[escape] == b'=';
        let decode_at: DecodeAt = if is_quoted { quoted_printable::decode_at } else { escapes::decode_at };
        let unread = if is_quoted { &mut quoted } else { &mut escaped };
        // The region of an earlier escape covers this one, or it is outside of the part.
        if !unread.contains(&escape) {
            continue;
        }
        if let Some((region, decoded)) = decode_at(text, escape) {
            unread.start = region.span.end.max(at);
            if decoded.text.len() >= MIN_SECRET {
                visit(region, &mut std::iter::once(decoded));
            }
        }
    }
}
