//! Zip, and what is one under another name. What it holds is told twice: by a directory at its end, and by a
//! header before each member. Programs differ in which of them they believe, so both are: a member that only one
//! of them tells of is read, and one of which they tell different things is read in both ways.
//! Format: PKWARE, APPNOTE.TXT 6.3.10.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::decode::archive::inflate::{End, checksum, inflate};
use crate::decode::archive::{
    FaultKind, Format, Member, UnpackBudget, Unpacked, Visit, fault, label, number,
};

mod directory;

use directory::Entry;

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
/// What may stand behind a member whose sizes were not known before.
const DESCRIPTOR: &[u8] = b"PK\x07\x08";

/// The length of a member's header without its name.
const LOCAL_LENGTH: usize = 30;

pub(crate) const FULL: &str = "it unpacks to more than is read";

const CUT: &str = "it is cut short";

/// Whether a text begins with a member, or is a zip without any; archives in several parts begin with a mark.
pub(crate) fn begins(text: &[u8]) -> bool {
    let rest = [DESCRIPTOR, b"PK00"].iter().find_map(|mark| text.strip_prefix(*mark)).unwrap_or(text);
    rest.starts_with(LOCAL) || rest.starts_with(END)
}

/// Whether a text ends with a directory: programs that unpack themselves begin in their own way. One with a
/// comment behind it is not seen.
pub(crate) fn ends(text: &[u8]) -> bool {
    let end = text.len().checked_sub(directory::END_LENGTH).map(|at| &text[at..]);
    end.is_some_and(|end| end.starts_with(END) && end.ends_with(&[0, 0]))
}

pub(crate) fn open(text: &[u8], room: &mut UnpackBudget, visit: &mut Visit<'_>) {
    let directory = directory::read(text);
    if let Some(what) = directory.fault {
        visit(fault(FaultKind::Corrupt, what, Format::Zip.name().to_owned()), room);
    }
    let is_whole = directory.fault.is_none();
    let mut told: BTreeMap<usize, Vec<Entry<'_>>> = BTreeMap::new();
    for entry in directory.entries {
        told.entry(entry.offset).or_default().push(entry);
    }
    let mut at = 0;
    for (start, entries) in told {
        at = between(text, at, start.min(text.len()), is_whole, room, visit);
        if !room.count() {
            return visit(too_many(), room);
        }
        at = at.max(member(text, start, &entries, false, room, visit));
    }
    between(text, at, text.len(), is_whole, room, visit);
}

fn too_many() -> Unpacked<'static> {
    fault(FaultKind::Budget, "it has more members than are looked at", Format::Zip.name().to_owned())
}

/// Reads members that no directory tells of, between one that it does tell of and the next. Where the directory is
/// whole, what is none is no damage: programs that unpack themselves hold the same four letters.
fn between(
    text: &[u8],
    mut at: usize,
    end: usize,
    is_whole: bool,
    room: &mut UnpackBudget,
    visit: &mut Visit<'_>,
) -> usize {
    while at < end {
        let Some(start) = memchr::memmem::find(&text[at..end], LOCAL).map(|found| at + found) else { break };
        if !room.count() {
            visit(too_many(), room);
            return end;
        }
        at = member(text, start, &[], is_whole, room, visit).max(start + LOCAL.len());
    }
    at
}

/// A way to read a member.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Way {
    method: u64,
    is_encrypted: bool,
    /// The size of what is stored as it is; of other methods the bytes say where they end.
    stored: Option<usize>,
}

/// Reads the member whose header stands at a place, in each way that is told of it. Gives where it ends.
fn member(
    text: &[u8],
    start: usize,
    entries: &[Entry<'_>],
    is_quiet: bool,
    room: &mut UnpackBudget,
    visit: &mut Visit<'_>,
) -> usize {
    let local = Entry::local(text, start);
    let name = entries.first().or(local.as_ref()).map(|entry| entry.name).unwrap_or_default();
    let label = label(Format::Zip, name);
    let header = text.get(start..).filter(|rest| rest.starts_with(LOCAL)).and(local);
    let Some(local) = header else {
        // Of what no directory tells of, that it is missing is said already.
        if !entries.is_empty() {
            let is_cut = start + LOCAL_LENGTH > text.len();
            let what = if is_cut { CUT } else { "there is no header where it should stand" };
            visit(fault(FaultKind::Corrupt, what, label), room);
        }
        return start;
    };
    let data = local.data;
    let all: Vec<&Entry<'_>> = entries.iter().chain([&local]).collect();
    // A header that was written before the size was known says nothing where a directory does.
    let told = all.iter().filter(|entry| entries.is_empty() || !entry.is_unsure());
    let mut ways: Vec<Way> = told.map(|entry| entry.way(text, data)).collect();
    // Where it is told twice how long a member is, the longer one may hide another member.
    let mut end = usize::MAX;
    while let Some(way) = ways.pop() {
        if ways.contains(&way) {
            continue;
        }
        let mut read = Reading { text, data, all: &all, label: &label, is_quiet, room: &mut *room };
        end = end.min(read.by(way, visit));
    }
    end
}

struct Reading<'r, 't> {
    text: &'t [u8],
    /// Where the member's bytes begin.
    data: usize,
    all: &'r [&'r Entry<'t>],
    label: &'r str,
    is_quiet: bool,
    room: &'r mut UnpackBudget,
}

impl Reading<'_, '_> {
    /// Reads the member in one way. Gives where it ends.
    fn by(&mut self, way: Way, visit: &mut Visit<'_>) -> usize {
        let stated = self.data.saturating_add(self.stated_size());
        if way.is_encrypted {
            self.fault(FaultKind::Unsupported, "it is encrypted", visit);
            return stated;
        }
        match way.method {
            0 => self.stored(way.stored, visit),
            8 => self.deflated(stated, visit),
            method => {
                let said = METHODS.iter().find(|(number, _)| *number == method);
                let what = said.map_or("it is compressed in a way that is not known", |(_, what)| what);
                self.fault(FaultKind::Unsupported, what, visit);
                stated
            }
        }
    }

    fn stored(&mut self, size: Option<usize>, visit: &mut Visit<'_>) -> usize {
        let end = size.map_or(self.text.len(), |size| self.data.saturating_add(size));
        let span = self.data.min(self.text.len())..end.min(self.text.len());
        let bytes = &self.text[span.clone()];
        // Members may overlap, so that all of them together are more than the archive.
        if bytes.len() > self.room.bytes() {
            visit(fault(FaultKind::Budget, FULL, self.label.to_owned()), self.room);
            return span.end;
        }
        self.room.spend(bytes.len());
        let fits = self.fits(bytes, span.end);
        if self.is_quiet && !fits {
            return self.data;
        }
        if !bytes.is_empty() {
            let label = self.label.to_owned();
            visit(
                Unpacked::Member(Member { label, bytes: Cow::Borrowed(bytes), span: span.clone() }),
                self.room,
            );
        }
        if end > self.text.len() || size.is_none() {
            self.fault(FaultKind::Corrupt, CUT, visit);
        } else if !fits {
            self.fault(FaultKind::Corrupt, MISFIT, visit);
        }
        span.end
    }

    fn deflated(&mut self, stated: usize, visit: &mut Visit<'_>) -> usize {
        let mut bytes = Vec::new();
        let inflated = inflate(&self.text[self.data..], self.room, &mut bytes);
        let end = self.data + inflated.consumed;
        let fits = self.fits(&bytes, end);
        // Where the four letters stand by chance, so may anything behind them.
        if self.is_quiet && !fits {
            return self.data;
        }
        if !bytes.is_empty() {
            let label = self.label.to_owned();
            visit(
                Unpacked::Member(Member { label, bytes: Cow::Owned(bytes), span: self.data..end }),
                self.room,
            );
        }
        match inflated.end {
            End::Whole if fits => {}
            End::Whole => self.fault(FaultKind::Corrupt, MISFIT, visit),
            End::Cut => self.fault(FaultKind::Corrupt, CUT, visit),
            End::Broken => self.fault(FaultKind::Corrupt, "its bytes cannot be inflated", visit),
            End::Full => visit(fault(FaultKind::Budget, FULL, self.label.to_owned()), self.room),
        }
        if inflated.end == End::Whole { end } else { stated.min(end) }
    }

    /// The largest size that is told, in the archive.
    fn stated_size(&self) -> usize {
        self.all.iter().map(|entry| entry.packed).max().unwrap_or(0)
    }

    /// Whether a checksum fits: one of those in the headers, or the one behind the member.
    fn fits(&self, bytes: &[u8], end: usize) -> bool {
        let sum = u64::from(checksum(bytes));
        let behind = self.text.get(end..).unwrap_or_default();
        let behind = behind.strip_prefix(DESCRIPTOR).unwrap_or(behind);
        let is_streamed = self.all.iter().any(|entry| entry.is_streamed);
        self.all.iter().any(|entry| entry.sum == sum) || is_streamed && number::<4>(behind, 0) == Some(sum)
    }

    fn fault(&mut self, kind: FaultKind, what: &'static str, visit: &mut Visit<'_>) {
        if !self.is_quiet {
            visit(fault(kind, what, self.label.to_owned()), self.room);
        }
    }
}

const MISFIT: &str = "its checksum does not fit";

/// Methods that are not read.
const METHODS: [(u64, &str); 8] = [
    (9, "it is compressed by deflate64, which is not read"),
    (12, "it is compressed by bzip2, which is not read"),
    (14, "it is compressed by LZMA, which is not read"),
    (20, "it is compressed by zstd, which is not read"),
    (93, "it is compressed by zstd, which is not read"),
    (95, "it is compressed by xz, which is not read"),
    (98, "it is compressed by PPMd, which is not read"),
    (99, "it is encrypted"),
];
