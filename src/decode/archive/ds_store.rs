//! `.DS_Store` of macOS: the names of files and other texts in its records, in UTF-16. The length of a text is before it,
//! and may be a letter or a digit. Records are recognised by their form, so those of freed blocks are read as well.
//! Format: as the Python package `ds_store` documents it; Apple has published none.

use std::borrow::Cow;
use std::ops::Range;

use super::member::{CUT, FaultKind, Member, OVER_BUDGET, Unpacked, Visit, fault};
use super::unpack_budget::UnpackBudget;

const MAGIC: &[u8] = b"\0\0\0\x01Bud1";

/// The name of the format in reports.
const NAME: &str = "ds-store";

/// The offset from which the file counts.
const ORIGIN: usize = 4;

/// The longest name of a file, in units of UTF-16.
const MAX_NAME: usize = 255;

/// The kinds of the data of a record.
const KINDS: [&[u8; 4]; 8] = [b"blob", b"bool", b"comp", b"dutc", b"long", b"shor", b"type", b"ustr"];

/// Returns whether a text begins with the header of the file.
pub(super) fn has_header(text: &[u8]) -> bool {
    text.starts_with(MAGIC)
}

/// Unpacks the names and texts.
pub(super) fn unpack(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    let number = |at: usize| text.get(at..)?.first_chunk().map(|number| u32::from_be_bytes(*number) as usize);
    // The block that describes the others.
    let end = number(8).zip(number(12)).and_then(|(at, length)| ORIGIN.checked_add(at)?.checked_add(length));
    if end.is_none_or(|end| end > text.len()) {
        visit(fault(FaultKind::Corrupt, CUT, NAME.to_owned()), budget);
    }
    let mut at = MAGIC.len();
    while at < text.len() {
        let Some((name, kind)) = record_at(text, at) else {
            at += 1;
            continue;
        };
        at = name.end + 8;
        let length = number(at).unwrap_or_default().min(1 << 31);
        let data = match kind {
            b"blob" => 4 + length,
            b"ustr" => 4 + 2 * length,
            b"comp" | b"dutc" => 8,
            b"bool" => 1,
            _ => 4,
        };
        let end = (at + data).min(text.len());
        let comment = (kind == b"ustr" && at + 4 < end).then(|| at + 4..end);
        at = end;
        for span in [Some(name), comment].into_iter().flatten() {
            if span.len() > budget.bytes_left() {
                let label = NAME.to_owned();
                return visit(fault(FaultKind::Budget, OVER_BUDGET, label), budget);
            }
            budget.spend(span.len());
            // The label has no name: the name is the content.
            let label = NAME.to_owned();
            let bytes = Cow::Borrowed(&text[span.clone()]);
            visit(Unpacked::Member(Member { label, bytes, span, map: None }), budget);
        }
    }
}

/// Returns the name and the kind of the record at an offset: a length, a name, the name of a property, a kind.
fn record_at(text: &[u8], at: usize) -> Option<(Range<usize>, &[u8])> {
    let length = u32::from_be_bytes(*text.get(at..)?.first_chunk()?) as usize;
    let name = at + 4..at + 4 + 2 * (1..=MAX_NAME).contains(&length).then_some(length)?;
    let property = text.get(name.end..name.end + 4)?;
    let kind = text.get(name.end + 4..name.end + 8)?;
    let is_record =
        property.iter().all(u8::is_ascii_alphanumeric) && KINDS.iter().any(|known| *known == kind);
    is_record.then_some((name, kind))
}
