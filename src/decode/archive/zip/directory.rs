//! What a zip tells of its members.

use crate::decode::archive::number;
use crate::decode::archive::zip::{CENTRAL, DESCRIPTOR, END, LOCAL, LOCAL_LENGTH, Way};

/// The length of the end without a comment.
pub(crate) const END_LENGTH: usize = 22;

/// The longest comment behind it.
const MOST_COMMENT: usize = 65_535;

/// The length of a directory's entry without its name.
const CENTRAL_LENGTH: usize = 46;

/// What a member's header or the directory says of it.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'t> {
    pub(crate) name: &'t [u8],
    /// Where the member's header stands.
    pub(crate) offset: usize,
    /// Where the member's bytes begin; only its own header says so.
    pub(crate) data: usize,
    /// The size of the member's bytes in the archive.
    pub(crate) packed: usize,
    pub(crate) sum: u64,
    /// Whether the header was written before the sizes were known: they stand behind the member.
    pub(crate) is_streamed: bool,
    method: u64,
    is_encrypted: bool,
    is_local: bool,
}

impl<'t> Entry<'t> {
    /// Reads a member's own header.
    pub(crate) fn local(text: &'t [u8], start: usize) -> Option<Self> {
        let header = text.get(start..start.checked_add(LOCAL_LENGTH)?)?;
        let data = start + LOCAL_LENGTH + length(header, 26)? + length(header, 28)?;
        let name = text.get(start + LOCAL_LENGTH..start + LOCAL_LENGTH + length(header, 26)?)?;
        let extra = text.get(start + LOCAL_LENGTH + name.len()..data)?;
        let [_, packed] = sizes(header, 22, 18, extra);
        Some(Self { data, is_local: true, ..Self::of(header, 6, name, start, packed)? })
    }

    /// Reads an entry of the directory; gives also where the next one stands.
    fn central(text: &'t [u8], at: usize, shift: usize) -> Option<(Self, usize)> {
        let header =
            text.get(at..at.checked_add(CENTRAL_LENGTH)?).filter(|header| header.starts_with(CENTRAL))?;
        let (name, extra, comment) = (length(header, 28)?, length(header, 30)?, length(header, 32)?);
        let name = text.get(at + CENTRAL_LENGTH..at + CENTRAL_LENGTH + name)?;
        let start = at + CENTRAL_LENGTH + name.len();
        let extra = text.get(start..start + extra)?;
        let [_, packed] = sizes(header, 24, 20, extra);
        let offset = usize::try_from(number::<4>(header, 42)?).ok()?;
        let before = [24, 20].iter().filter(|at| number::<4>(header, **at) == Some(LARGE)).count();
        let offset = if offset as u64 == LARGE { large(extra, before).unwrap_or(offset) } else { offset };
        let entry = Self::of(header, 8, name, offset.saturating_add(shift), packed)?;
        Some((entry, start + extra.len() + comment))
    }

    /// The fields that both have, from the flags on.
    fn of(header: &[u8], flags: usize, name: &'t [u8], offset: usize, packed: usize) -> Option<Self> {
        let bits = number::<2>(header, flags)?;
        Some(Self {
            name,
            offset,
            data: 0,
            packed,
            sum: number::<4>(header, flags + 8)?,
            is_streamed: bits & 8 != 0,
            method: number::<2>(header, flags + 2)?,
            is_encrypted: bits & 1 != 0,
            is_local: false,
        })
    }

    /// Whether a size was not known when this was written.
    pub(crate) const fn is_unsure(&self) -> bool {
        self.is_local && self.is_streamed && self.packed == 0
    }

    /// The way to read a member that this tells of.
    pub(crate) fn way(&self, text: &[u8], data: usize) -> Way {
        let stored = match self.method {
            0 if self.is_unsure() => streamed(text, data),
            0 => Some(self.packed),
            _ => None,
        };
        Way { method: self.method, is_encrypted: self.is_encrypted, stored }
    }
}

/// Of a member that is stored as it is, and whose size was not known before: the length up to what may stand behind
/// it.
fn streamed(text: &[u8], data: usize) -> Option<usize> {
    let rest = text.get(data..)?;
    [DESCRIPTOR, LOCAL, CENTRAL].iter().filter_map(|mark| memchr::memmem::find(rest, mark)).min()
}

fn length(header: &[u8], at: usize) -> Option<usize> {
    usize::try_from(number::<2>(header, at)?).ok()
}

/// A size that says that the size stands elsewhere.
const LARGE: u64 = 0xffff_ffff;

/// The unpacked and the packed size, which stand in the extra fields if they are large.
fn sizes(header: &[u8], unpacked: usize, packed: usize, extra: &[u8]) -> [usize; 2] {
    let mut place = 0;
    [unpacked, packed].map(|at| {
        let stated = number::<4>(header, at).unwrap_or(0);
        if stated != LARGE {
            return usize::try_from(stated).unwrap_or(usize::MAX);
        }
        let found = large(extra, place);
        place += 1;
        found.unwrap_or(usize::MAX)
    })
}

/// One of the numbers in the extra field for large archives.
fn large(mut extra: &[u8], place: usize) -> Option<usize> {
    loop {
        let (id, size) = (number::<2>(extra, 0)?, length(extra, 2)?);
        let field = extra.get(4..4 + size)?;
        if id == 1 {
            return usize::try_from(number::<8>(field, 8 * place)?).ok();
        }
        extra = &extra[4 + size..];
    }
}

/// All that a directory tells.
pub(crate) struct Directory<'t> {
    pub(crate) entries: Vec<Entry<'t>>,
    /// Why it is not whole, if it is not.
    pub(crate) fault: Option<&'static str>,
}

/// Reads the directory of a text. Programs differ in which end is the end where there are several; members that
/// only another directory tells of are found by their own headers.
pub(crate) fn read(text: &[u8]) -> Directory<'_> {
    let from = text.len().saturating_sub(END_LENGTH + MOST_COMMENT);
    let ends = || {
        memchr::memmem::rfind_iter(&text[from..], END)
            .map(|at| from + at)
            .filter(|at| at + END_LENGTH <= text.len())
    };
    let fits =
        |at: &usize| length(&text[*at..], 20).is_some_and(|comment| at + END_LENGTH + comment == text.len());
    let Some(end) = ends().find(fits).or_else(|| ends().next()) else {
        return Directory { entries: Vec::new(), fault: Some("its directory is missing: it is cut short") };
    };
    let mut entries = Vec::new();
    let fault = one(text, end, &mut entries).err();
    Directory { entries, fault }
}

/// Reads one directory by its end.
fn one<'t>(text: &'t [u8], end: usize, entries: &mut Vec<Entry<'t>>) -> Result<(), &'static str> {
    const DAMAGED: &str = "its directory is damaged";
    let small = |at: usize| number::<4>(text, end + at).unwrap_or(0);
    let (mut count, mut size, mut offset) = (number::<2>(text, end + 10).unwrap_or(0), small(12), small(16));
    let mut stop = end;
    let mut is_large = false;
    if let Some((at, fields)) = large_end(text, end) {
        ([count, size, offset], stop, is_large) = (fields, at, true);
    }
    let size = usize::try_from(size).map_err(|_| DAMAGED)?;
    let stated = usize::try_from(offset).map_err(|_| DAMAGED)?;
    // Where something stands before the archive, all places are told from its own beginning.
    let real = stop.checked_sub(size).ok_or(DAMAGED)?;
    let is_there = |at: usize| text.get(at..).is_some_and(|rest| rest.starts_with(CENTRAL));
    let (mut at, shift) = if real >= stated && (is_there(real) || !is_there(stated)) {
        (real, real - stated)
    } else {
        (stated, 0)
    };
    let mut found = 0_u64;
    while let Some((entry, next)) = Entry::central(text, at, shift) {
        entries.push(entry);
        (at, found) = (next, found + 1);
    }
    let fits = if is_large { found == count } else { found & 0xffff == count };
    if fits { Ok(()) } else { Err(DAMAGED) }
}

/// The end of a large archive: where it stands, and the number of entries, the directory's size and its place.
fn large_end(text: &[u8], end: usize) -> Option<(usize, [u64; 3])> {
    let locator =
        end.checked_sub(20).map(|at| &text[at..end]).filter(|found| found.starts_with(b"PK\x06\x07"))?;
    let stated = usize::try_from(number::<8>(locator, 8)?).ok();
    // With something before the archive it stands where its usual length puts it.
    let places = [stated, end.checked_sub(20 + 56)];
    let at = places
        .into_iter()
        .flatten()
        .find(|at| *at < end && text.get(*at..).is_some_and(|rest| rest.starts_with(b"PK\x06\x06")))?;
    Some((at, [number::<8>(text, at + 32)?, number::<8>(text, at + 40)?, number::<8>(text, at + 48)?]))
}
