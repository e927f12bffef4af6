//! Encodings in which a secret may be written: base64, hexadecimal digits, escapes, quoted-printable, UTF-16, lists of
//! bytes, characters that are not shown; and tokens that are split into fragments. The module finds encoded regions and
//! decodes them. It does not decide what a secret is, and it does not search the decoded text again: `detect::nested`
//! does.
//!
//! The bounds of a region depend only on the region and on a fixed margin around it ([`Encoding::margin`]), so the
//! regions of a part of a text are found without the rest. A new encoding has to keep to that: incremental scans copy
//! regions from one version of a text to the next. A property test below compares parts with whole texts.

mod base32;
mod base64;
mod base64_alphabet;
mod base64_text;
mod escape_scan;
mod escapes;
mod fragments;
pub(super) mod hex;
mod number_probe;
mod numbers;
mod quoted_printable;
mod readable;
mod region;
mod rendered;
mod searchable;
mod utf16;
mod wrapped_lines;

use std::ops::Range;

pub(crate) use crate::decode::source_map::Decoded;
pub(crate) use base64::may_be_one_region;
pub(crate) use fragments::Fragments;
pub(crate) use fragments::may_be_split;
pub use fragments::{Gaps, join_fragments};
use region::Visit;
pub(crate) use region::{EncodedRegion, Encoding};

/// Visits the encoded regions that touch a part of a text, or that may depend on it, with the decoded texts of each.
/// The regions of one encoding are in ascending order.
pub fn visit_regions(text: &[u8], within: &Range<usize>, visit: &mut Visit<'_>) {
    let widened = |encoding: Encoding| {
        within.start.saturating_sub(encoding.margin())..text.len().min(within.end + encoding.margin())
    };
    base64::visit_regions(text, &widened(Encoding::Base64), visit);
    let near = widened(Encoding::Escapes);
    escape_scan::visit_regions(text, &near, visit);
    utf16::visit_regions(text, &near, visit);
    numbers::visit_regions(text, &widened(Encoding::Numbers), visit);
}

/// Decodes the region of an encoding with a given span. Returns nothing if there is no such region.
#[must_use]
pub fn decode_region(text: &[u8], encoding: Encoding, span: &Range<usize>) -> Vec<Decoded> {
    let mut decoded = Vec::new();
    let mut keep = |region: EncodedRegion, texts: &mut dyn Iterator<Item = Decoded>| {
        if region.encoding == encoding && region.span == *span {
            decoded = texts.collect();
        }
    };
    match encoding {
        Encoding::Base64 | Encoding::Base32 | Encoding::Hex => base64::visit_regions(text, span, &mut keep),
        Encoding::Escapes | Encoding::QuotedPrintable | Encoding::Rendered => {
            escape_scan::visit_regions(text, span, &mut keep);
        }
        Encoding::Numbers => numbers::visit_regions(text, span, &mut keep),
        Encoding::Utf16 => utf16::visit_regions(text, span, &mut keep),
    }
    decoded
}

#[cfg(test)]
mod tests;
