//! The central directory at the end of a zip.

use super::entry::{Entry, length};
use super::format::{CENTRAL, END, END_LENGTH, LOCAL, MAX_COMMENT};
use crate::decode::archive::little_endian::number;

/// The entries of a directory.
pub(super) struct Directory<'t> {
    pub(super) entries: Vec<Entry<'t>>,
    /// The fault, if the directory is not complete.
    pub(super) fault: Option<&'static str>,
}

/// The number of entries of which one has to have a header if bytes follow the end.
const CHECKED_ENTRIES: usize = 16;

/// Returns the offset of an end of a directory near the end of a text, if the directory is there. A comment may follow
/// it, or other bytes, such as a signature: then a member has to be where the directory says, too.
pub(super) fn find_end(text: &[u8]) -> Option<usize> {
    ends(text).find(|end| is_plausible(text, *end))
}

/// Returns whether a directory is before its end.
pub(super) fn is_plausible(text: &[u8], end: usize) -> bool {
    let Ok(place) = Place::find(text, end) else { return false };
    let mut at = place.start;
    let mut next_entry = || {
        let (entry, next) = Entry::central(text, at, place.shift)?;
        at = next;
        Some(entry)
    };
    if reaches_end(text, end) || place.is_cut() {
        return next_entry().is_some();
    }
    std::iter::from_fn(next_entry).take(CHECKED_ENTRIES).any(|entry| has_header(text, &entry))
}

fn has_header(text: &[u8], entry: &Entry<'_>) -> bool {
    text.get(entry.offset..).is_some_and(|rest| rest.starts_with(LOCAL))
}

/// Returns the offsets of the signatures of an end near the end of a text, the last one first.
fn ends(text: &[u8]) -> impl Iterator<Item = usize> {
    let from = text.len().saturating_sub(END_LENGTH + MAX_COMMENT);
    // Most texts have none, and the search forwards is the faster one.
    let tail = Some(&text[from..]).filter(|tail| memchr::memmem::find(tail, END).is_some());
    memchr::memmem::rfind_iter(tail.unwrap_or_default(), END)
        .map(move |at| from + at)
        .filter(|at| at + END_LENGTH <= text.len())
}

/// Returns whether the comment after an end reaches the end of the text.
fn reaches_end(text: &[u8], end: usize) -> bool {
    length(&text[end..], 20).is_some_and(|comment| end + END_LENGTH + comment == text.len())
}

/// Reads the directory of a text. If there are several ends, programs differ in the one that they use; members that
/// only another directory lists are found by their local headers.
pub(super) fn read(text: &[u8]) -> Directory<'_> {
    let reaching = || ends(text).filter(|end| reaches_end(text, *end));
    let Some(end) = reaching()
        .find(|end| is_plausible(text, *end))
        .or_else(|| find_end(text))
        .or_else(|| reaching().next())
        .or_else(|| ends(text).next())
    else {
        return Directory { entries: Vec::new(), fault: Some("its directory is missing: it is cut short") };
    };
    let mut entries = Vec::new();
    let fault = read_entries(text, end, &mut entries).err();
    Directory { entries, fault }
}

/// Reads the entries of the directory with an end at an offset.
fn read_entries<'t>(text: &'t [u8], end: usize, entries: &mut Vec<Entry<'t>>) -> Result<(), &'static str> {
    let place = Place::find(text, end)?;
    let (mut at, mut read) = (place.start, 0_u64);
    let mut is_missing = false;
    while let Some((entry, next)) = Entry::central(text, at, place.shift) {
        if place.is_cut() && !has_header(text, &entry) {
            is_missing = true;
        } else {
            entries.push(entry);
        }
        (at, read) = (next, read + 1);
    }
    if is_missing {
        return Err("its start is missing: it is cut short");
    }
    let is_complete = if place.is_zip64 { read == place.count } else { read & 0xffff == place.count };
    if is_complete { Ok(()) } else { Err(DAMAGED) }
}

const DAMAGED: &str = "its directory is damaged";

/// Where the entries of a directory are.
struct Place {
    start: usize,
    /// What is added to the offsets of members. It is below zero if the text is the end of a longer one.
    shift: isize,
    /// The number of entries that the end states.
    count: u64,
    is_zip64: bool,
}

impl Place {
    fn find(text: &[u8], end: usize) -> Result<Self, &'static str> {
        let field = |at: usize| number::<4>(text, end + at).unwrap_or(0);
        let (mut count, mut size, mut offset) =
            (number::<2>(text, end + 10).unwrap_or(0), field(12), field(16));
        let mut stop = end;
        let mut is_zip64 = false;
        if let Some((at, fields)) = zip64_end(text, end) {
            ([count, size, offset], stop, is_zip64) = (fields, at, true);
        }
        let size = usize::try_from(size).map_err(|_| DAMAGED)?;
        let stated = usize::try_from(offset).map_err(|_| DAMAGED)?;
        // If bytes precede the archive, all offsets count from the start of the archive. If the text is the end of a
        // longer one, they count from the start of that.
        let actual = stop.checked_sub(size).ok_or(DAMAGED)?;
        let is_entry = |at: usize| text.get(at..).is_some_and(|rest| rest.starts_with(CENTRAL));
        let is_shifted = match (is_entry(actual), is_entry(stated)) {
            (true, false) => true,
            (false, true) => false,
            _ => actual >= stated,
        };
        let start = if is_shifted { actual } else { stated };
        let shift = start.wrapping_sub(stated).cast_signed();
        Ok(Self { start, shift, count, is_zip64 })
    }

    /// Returns whether the start of the archive may be missing.
    const fn is_cut(&self) -> bool {
        self.shift < 0
    }
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
