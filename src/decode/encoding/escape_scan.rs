//! Escapes, quoted-printable and text as it is shown, whose regions a special character shows: one pass over the text
//! finds all.

use std::ops::Range;

use super::readable::MIN_SECRET;
use super::region::{EncodedRegion, Encoding, Visit};
use super::{escapes, quoted_printable, rendered};
use crate::decode::source_map::Decoded;
use skant_bytescan::{ByteFilter, Matches};

/// A filter for the first three bytes of an escape. All eight groups of the filter are in use: 0, 1, 3 and 4 for
/// escapes, 2 and 5 for text as it is shown, 6 and 7 for quoted-printable.
const ESCAPES: ByteFilter<1, 3> =
    rendered::add_characters(quoted_printable::add_escapes(escapes::add_escapes(ByteFilter::empty())));

/// The parts of a text that were not visited yet, for each encoding.
struct Unread {
    escaped: Range<usize>,
    quoted: Range<usize>,
    rendered: Range<usize>,
}

/// Visits the regions of the three encodings that touch a part of a text.
pub(super) fn visit_regions(text: &[u8], within: &Range<usize>, visit: &mut Visit<'_>) {
    let shown =
        within.start.saturating_sub(Encoding::Rendered.margin())..within.end + Encoding::Rendered.margin();
    let mut unread = Unread {
        escaped: escapes::enclosing_runs(text, within),
        quoted: quoted_printable::enclosing_runs(text, within),
        rendered: rendered::enclosing_runs(text, &shown),
    };
    let mut at = unread.escaped.start.min(unread.quoted.start).min(unread.rendered.start);
    let end = unread.escaped.end.max(unread.quoted.end).max(unread.rendered.end);
    let mut matches = Matches::new(&ESCAPES, text, end);
    while let Some(escape) = matches.next_from(at) {
        at = escape + 1;
        match text[escape] {
            b'=' => visit_quoted(text, escape, &mut unread, visit),
            b'%' | b'\\' | b'&' | b'[' => visit_escaped(text, escape, &mut unread, visit),
            byte if rendered::may_be_marked(byte) => visit_rendered(text, escape, &mut unread, visit),
            _ => {}
        }
        if text.get(at) == Some(&b'`') {
            visit_escaped(text, at, &mut unread, visit);
        }
    }
}

/// Visits the region of an escape, unless the region of an earlier escape covers it, or it is outside of the part.
fn visit_escaped(text: &[u8], escape: usize, unread: &mut Unread, visit: &mut Visit<'_>) {
    if !unread.escaped.contains(&escape) {
        return;
    }
    if let Some((region, decoded)) = escapes::decode_at(text, escape) {
        unread.escaped.start = region.span.end.max(escape + 1);
        if decoded.text.len() >= MIN_SECRET {
            let as_rtf = escapes::decode_as_rtf(text, &region.span);
            visit(region, &mut std::iter::once(decoded).chain(as_rtf));
        }
    }
}

fn visit_quoted(text: &[u8], escape: usize, unread: &mut Unread, visit: &mut Visit<'_>) {
    if !unread.quoted.contains(&escape) {
        return;
    }
    if let Some((region, decoded)) = quoted_printable::decode_at(text, escape) {
        unread.quoted.start = region.span.end.max(escape + 1);
        visit_if_long(region, decoded, visit);
    }
}

fn visit_rendered(text: &[u8], marked: usize, unread: &mut Unread, visit: &mut Visit<'_>) {
    let Some(replaced) =
        rendered::replaced_at(text, marked).filter(|replaced| unread.rendered.contains(replaced))
    else {
        return;
    };
    let (region, decoded) = rendered::decode_around(text, replaced);
    unread.rendered.start = region.span.end.max(replaced + 1);
    if let Some(decoded) = decoded {
        visit_if_long(region, decoded, visit);
    }
}

fn visit_if_long(region: EncodedRegion, decoded: Decoded, visit: &mut Visit<'_>) {
    if decoded.text.len() >= MIN_SECRET {
        visit(region, &mut std::iter::once(decoded));
    }
}
