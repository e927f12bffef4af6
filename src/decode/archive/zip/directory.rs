//! The central directory at the end of a zip.

use super::entry::{Entry, length};
use super::format::{CENTRAL, END, END_LENGTH, MAX_COMMENT};
use crate::decode::archive::little_endian::number;

/// The entries of a directory.
pub(super) struct Directory<'t> {
    pub(super) entries: Vec<Entry<'t>>,
    /// The fault, if the directory is not complete.
    pub(super) fault: Option<&'static str>,
}

/// Reads the directory of a text. If there are several ends, programs differ in the one that they use; members that
/// only another directory lists are found by their local headers.
pub(super) fn read(text: &[u8]) -> Directory<'_> {
    let from = text.len().saturating_sub(END_LENGTH + MAX_COMMENT);
    let ends = || {
        memchr::memmem::rfind_iter(&text[from..], END)
            .map(|at| from + at)
            .filter(|at| at + END_LENGTH <= text.len())
    };
    let reaches_end =
        |at: &usize| length(&text[*at..], 20).is_some_and(|comment| at + END_LENGTH + comment == text.len());
    let Some(end) = ends().find(reaches_end).or_else(|| ends().next()) else {
        return Directory { entries: Vec::new(), fault: Some("its directory is missing: it is cut short") };
    };
    let mut entries = Vec::new();
    let fault = read_entries(text, end, &mut entries).err();
    Directory { entries, fault }
}

/// Reads the entries of the directory with an end at an offset.
fn read_entries<'t>(text: &'t [u8], end: usize, entries: &mut Vec<Entry<'t>>) -> Result<(), &'static str> {
    const DAMAGED: &str = "its directory is damaged";
    let field = |at: usize| number::<4>(text, end + at).unwrap_or(0);
    let (mut count, mut size, mut offset) = (number::<2>(text, end + 10).unwrap_or(0), field(12), field(16));
    let mut stop = end;
    let mut is_zip64 = false;
    if let Some((at, fields)) = zip64_end(text, end) {
        ([count, size, offset], stop, is_zip64) = (fields, at, true);
    }
    let size = usize::try_from(size).map_err(|_| DAMAGED)?;
    let stated = usize::try_from(offset).map_err(|_| DAMAGED)?;
    // If bytes precede the archive, all offsets count from the start of the archive.
    let actual = stop.checked_sub(size).ok_or(DAMAGED)?;
    let is_entry = |at: usize| text.get(at..).is_some_and(|rest| rest.starts_with(CENTRAL));
    let (mut at, shift) = if actual >= stated && (is_entry(actual) || !is_entry(stated)) {
        (actual, actual - stated)
    } else {
        (stated, 0)
    };
    let mut read = 0_u64;
    while let Some((entry, next)) = Entry::central(text, at, shift) {
        entries.push(entry);
        (at, read) = (next, read + 1);
    }
    let is_complete = if is_zip64 { read == count } else { read & 0xffff == count };
    if is_complete { Ok(()) } else { Err(DAMAGED) }
}

/// Reads the end of a ZIP64 directory. Returns its offset; and the number of entries, the size and the offset of the
/// directory.
fn zip64_end(text: &[u8], end: usize) -> Option<(usize, [u64; 3])> {
    let locator =
        end.checked_sub(20).map(|at| &text[at..end]).filter(|found| found.starts_with(b"PK\x06\x07"))?;
    let stated = usize::try_from(number::<8>(locator, 8)?).ok();
    // If bytes precede the archive, the usual length of the structure gives its offset.
    let offsets = [stated, end.checked_sub(20 + 56)];
    let at = offsets
        .into_iter()
        .flatten()
        .find(|at| *at < end && text.get(*at..).is_some_and(|rest| rest.starts_with(b"PK\x06\x06")))?;
    Some((at, [number::<8>(text, at + 32)?, number::<8>(text, at + 40)?, number::<8>(text, at + 48)?]))
}
