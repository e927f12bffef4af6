//! Write-ahead logs and rollback journals beside a database: files of whole pages in many versions, and not of all pages.
//! What is only in the database is not known here, so that a record may be cut and a table may have no name. Each record
//! is read once; older versions and pages that are left over from an earlier run of the log are read as well.

use super::frames::{Frame, JOURNAL_HEADER, JOURNAL_MAGIC, is_log, journal_frames, log_frames};
use super::pages::{Kind, Page, PageBytes, Pages, big_endian, usable_of};
use super::records::{RECORD_COST, Records};
use super::schema::{Object, TextEncoding};
use super::{DAMAGED_HEADER, DAMAGED_PAGE, DAMAGED_RECORD, MAGIC, SCHEMA};
use crate::decode::archive::member::{FaultKind, Visit, fault};
use crate::decode::archive::unpack_budget::UnpackBudget;

/// The names of the formats in reports.
const LOG: &str = "sqlite-wal";
const JOURNAL: &str = "sqlite-journal";

/// The largest number of pages from the root of a tree to a leaf.
const MAX_DEPTH: usize = 20;

/// The highest first byte of a page without a kind: the highest one of a page's number, or a kind of pointer.
const MAX_FIRST: u8 = 5;

pub(in crate::decode::archive) fn has_log_header(text: &[u8]) -> bool {
    is_log(text)
}

pub(in crate::decode::archive) fn has_journal_header(text: &[u8]) -> bool {
    text.len() >= JOURNAL_HEADER && text.starts_with(JOURNAL_MAGIC)
}

/// Unpacks the records of a write-ahead log.
pub(in crate::decode::archive) fn unpack_log(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    unpack(text, LOG, log_frames(text), budget, visit);
}

/// Unpacks the records of a rollback journal.
pub(in crate::decode::archive) fn unpack_journal(
    text: &[u8],
    budget: &mut UnpackBudget,
    visit: &mut Visit<'_>,
) {
    unpack(text, JOURNAL, journal_frames(text), budget, visit);
}

/// Replaces the pages of a database by those of the log after it, up to its last complete transaction.
pub(super) fn apply(text: &[u8], length: usize, pages: &mut Pages<'_>) {
    let log = &text[length..];
    let Some((size, frames)) = log_frames(log).filter(|_| is_log(log)) else { return };
    let is_applied = |frame: &&Frame| frame.is_current && frame.count > 0 && frames[frame.last].is_current;
    let Some(last) = frames.iter().rfind(is_applied).filter(|_| size == pages.size()) else { return };
    let applied = frames.iter().filter(is_applied).map(|frame| (frame.number, length + frame.start));
    pages.replace(applied, last.count);
}

fn unpack(
    text: &[u8],
    format: &'static str,
    frames: Option<(usize, Vec<Frame>)>,
    budget: &mut UnpackBudget,
    visit: &mut Visit<'_>,
) {
    let Some((size, frames)) = frames else {
        return visit(fault(FaultKind::Corrupt, DAMAGED_HEADER, format.to_owned()), budget);
    };
    // The header of the database, if its first page is in the log.
    let first = frames.iter().rfind(|frame| frame.number == 1).and_then(|frame| text.get(frame.start..));
    let header = first.filter(|page| page.starts_with(MAGIC)).unwrap_or_default();
    let stated = usable_of(header, size);
    let usable = stated.unwrap_or(size);
    let encoding = TextEncoding::from_number(big_endian::<4>(header, 56).unwrap_or_default());
    let mut records = Records::new(text, format, encoding, usable, budget, visit).of_log();
    let versions = Versions { has_header: stated.is_some(), ..Versions::new(text, usable, frames) };
    let names = Names::new(&versions, &mut records);
    for frame in &versions.frames {
        if records.is_over {
            return;
        }
        read_frame(frame, &versions, &names, &mut records);
    }
}

/// Reads a version of a page.
fn read_frame<'t>(frame: &Frame, versions: &Versions<'t>, names: &Names, records: &mut Records<'_, 't, '_>) {
    let unnamed = Object::new(&format!("(page {})", frame.number), 0);
    let object = names.object(frame).unwrap_or(&unnamed);
    let (is_whole, message) = match versions.page(frame) {
        Some(page) => {
            let chain = &mut |number| versions.newest(number, frame);
            let is_whole = records.read_page(&page, object, chain, &mut Vec::new(), &mut Vec::new());
            // A page of pointers to parents may look like one with records.
            (is_whole || !versions.has_header || versions.may_be_pointers(frame), DAMAGED_RECORD)
        }
        None => (versions.first_byte(frame) <= MAX_FIRST, DAMAGED_PAGE),
    };
    if !is_whole && frame.is_current {
        records.report(FaultKind::Corrupt, message, object);
    }
}

/// The versions of all pages.
struct Versions<'t> {
    text: &'t [u8],
    usable: usize,
    /// Whether the first page of the database is there. Otherwise the number of usable bytes is a guess.
    has_header: bool,
    frames: Vec<Frame>,
    /// The number of the page and the index of each frame, sorted.
    index: Vec<(u32, usize)>,
}

impl<'t> Versions<'t> {
    fn new(text: &'t [u8], usable: usize, frames: Vec<Frame>) -> Self {
        let mut index: Vec<_> = frames.iter().enumerate().map(|(at, frame)| (frame.number, at)).collect();
        index.sort_unstable();
        Self { text, usable, has_header: false, frames, index }
    }

    fn bytes(&self, frame: &Frame) -> Option<PageBytes<'t>> {
        PageBytes::new(self.text, frame.start, self.usable, frame.number)
    }

    fn first_byte(&self, frame: &Frame) -> u8 {
        self.text.get(frame.start).copied().unwrap_or_default()
    }

    /// Returns the page of a table or an index in a frame.
    fn page(&self, frame: &Frame) -> Option<Page<'t>> {
        let bytes = self.bytes(frame)?;
        // Its first page has the header of the file, unless it is encrypted.
        let is_first = frame.number == 1 && !bytes.first_bytes().starts_with(MAGIC);
        Page::parse(bytes).filter(|_| !is_first)
    }

    /// Returns the version of a page that was in force after the transaction of a frame.
    fn newest(&self, number: u32, frame: &Frame) -> Option<PageBytes<'t>> {
        let after = self.index.partition_point(|known| *known <= (number, frame.last));
        let (found, at) = *self.index.get(after.checked_sub(1)?)?;
        let version = self.frames.get(at).filter(|_| found == number && at >= frame.first)?;
        self.bytes(version)
    }

    /// Returns whether a page has pointers to parents if the database is one that shrinks by itself.
    fn may_be_pointers(&self, frame: &Frame) -> bool {
        let every = u32::try_from(self.usable / 5 + 1).unwrap_or(u32::MAX);
        frame.number >= 2 && (frame.number - 2).is_multiple_of(every)
    }
}

/// The names of tables and indexes, as far as the log has the pages that describe them.
struct Names {
    /// The number of a page, the frame that says so, and the page above it or what it is the first page of. Sorted.
    parents: Vec<(u32, usize, u32)>,
    roots: Vec<(u32, usize, Object)>,
}

impl Names {
    fn new<'t>(versions: &Versions<'t>, records: &mut Records<'_, 't, '_>) -> Self {
        let schema = || Object::new(SCHEMA.1, SCHEMA.0);
        let mut names = Self { parents: Vec::new(), roots: vec![(SCHEMA.0, 0, schema())] };
        for (at, frame) in versions.frames.iter().enumerate() {
            let inner =
                versions.page(frame).filter(|page| matches!(page.kind, Kind::InnerTable | Kind::InnerIndex));
            let Some(page) = inner.filter(|_| !records.is_over) else { continue };
            for cell in page.cells().filter_map(|cell| page.cell(cell, versions.usable)) {
                records.charge(RECORD_COST, &names.roots[0].2);
                names.parents.extend(cell.child.map(|child| (child, at, frame.number)));
            }
            names.parents.extend(page.right_most.map(|child| (child, at, frame.number)));
        }
        names.parents.sort_unstable();
        let mut roots = Vec::new();
        for (at, frame) in versions.frames.iter().enumerate() {
            let is_schema = names.object(frame).is_some_and(|object| object.root == SCHEMA.0);
            let leaf = versions.page(frame).filter(|page| page.kind == Kind::Table && is_schema);
            let Some(page) = leaf.filter(|_| !records.is_over) else { continue };
            for cell in page.cells().filter_map(|cell| page.cell(cell, versions.usable)) {
                let chain = &mut |number| versions.newest(number, frame);
                let Some(payload) = records.read_payload(&cell, &names.roots[0].2, chain) else { continue };
                let values = payload.values(versions.text).0;
                let object = Object::from_record(&payload, &values, versions.text, records.encoding);
                roots.extend(object.map(|object| (object.root, at, object)));
            }
        }
        names.roots.extend(roots);
        names.roots.sort_by_key(|(number, at, _)| (*number, *at));
        names
    }

    /// Returns the table or index that a page belonged to after the transaction of a frame.
    fn object(&self, frame: &Frame) -> Option<&Object> {
        let mut number = frame.number;
        for _ in 0..MAX_DEPTH {
            let root = in_force(&self.roots, |(root, at, _)| (*root, *at), number, frame.last);
            if let Some((.., object)) = root {
                return Some(object);
            }
            let (.., parent) = in_force(&self.parents, |(child, at, _)| (*child, *at), number, frame.last)?;
            number = *parent;
        }
        None
    }
}

/// Returns the last entry for a page up to a frame, or else the first one after it. Entries are sorted by their keys.
fn in_force<T>(entries: &[T], key: impl Fn(&T) -> (u32, usize), number: u32, last: usize) -> Option<&T> {
    let after = entries.partition_point(|entry| key(entry) <= (number, last));
    let before = after.checked_sub(1).and_then(|before| entries.get(before));
    before
        .filter(|entry| key(entry).0 == number)
        .or_else(|| entries.get(after).filter(|entry| key(entry).0 == number))
}
