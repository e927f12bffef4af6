//! The compressed texts of PNG images: the chunks `zTXt` and `iTXt`. Pixels are not unpacked, and texts without
//! compression are read with the file.
//! Format: ISO/IEC 15948.

use std::borrow::Cow;

use super::inflate::{End, inflate};
use super::member::{
    FaultKind, Member, OVER_BUDGET, TOO_MANY_MEMBERS, Unpacked, Visit, WRONG_DATA, fault, label,
};
use super::unpack_budget::UnpackBudget;

/// The name of the format in reports.
const NAME: &str = "png";

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The length of a chunk without its data: length, type and checksum.
const CHUNK: usize = 12;

/// The length of the header of zlib.
const ZLIB_HEADER: usize = 2;

/// Returns whether a text is an image with a compressed text.
pub(super) fn has_text(text: &[u8]) -> bool {
    text.starts_with(SIGNATURE) && compressed_texts(text).next().is_some()
}

/// Unpacks each compressed text into a member with its keyword as the name.
pub(super) fn unpack(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    for (keyword, start, data) in compressed_texts(text) {
        if !budget.count_member() {
            let name = NAME.to_owned();
            return visit(fault(FaultKind::Budget, TOO_MANY_MEMBERS, name), budget);
        }
        let mut bytes = Vec::new();
        let inflated = inflate(data.get(ZLIB_HEADER..).unwrap_or_default(), budget, &mut bytes);
        let label = label(NAME, keyword);
        let span = start..start + data.len();
        visit(
            Unpacked::Member(Member { label: label.clone(), bytes: Cow::Owned(bytes), span, map: None }),
            budget,
        );
        match inflated.end {
            End::Complete => {}
            End::OverBudget => return visit(fault(FaultKind::Budget, OVER_BUDGET, label), budget),
            End::Cut | End::Corrupt => visit(fault(FaultKind::Corrupt, WRONG_DATA, label), budget),
        }
    }
}

/// Returns the compressed texts: the keyword, the offset of the data, and the data.
fn compressed_texts(text: &[u8]) -> impl Iterator<Item = (&[u8], usize, &[u8])> {
    let chunks = std::iter::successors(chunk_at(text, SIGNATURE.len()), |(start, _, data)| {
        chunk_at(text, start + data.len() + CHUNK)
    });
    chunks.filter_map(|(start, kind, data)| {
        let keyword_end = memchr::memchr(0, data).filter(|_| matches!(kind, b"zTXt" | b"iTXt"))?;
        let after = &data[keyword_end + 1..];
        let skipped = match (kind, after) {
            (b"zTXt", [0, ..]) => 1,
            (b"iTXt", [1, 0, languages @ ..]) => {
                let language = memchr::memchr(0, languages)? + 1;
                2 + language + memchr::memchr(0, &languages[language..])? + 1
            }
            _ => return None,
        };
        let from = keyword_end + 1 + skipped;
        Some((&data[..keyword_end], start + 8 + from, &data[from..]))
    })
}

/// Returns the chunk at an offset: the offset, the type and the data, which the end of the text may cut.
fn chunk_at(text: &[u8], at: usize) -> Option<(usize, &[u8], &[u8])> {
    let length = u32::from_be_bytes(*text.get(at..)?.first_chunk::<4>()?) as usize;
    let kind = text.get(at + 4..at + 8)?;
    let data = &text[at + 8..];
    Some((at, kind, &data[..length.min(data.len())]))
}
