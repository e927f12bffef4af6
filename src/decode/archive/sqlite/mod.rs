//! `SQLite` databases, and the logs beside them: each text and each blob of a record is a member, also if it continues
//! on overflow pages. Deleted records are read as far as their page was freed as a whole. Short values, numbers and the
//! unused bytes of pages are left to the search of the file's own bytes.
//! Format: sqlite.org, "Database File Format".

mod frames;
mod log;
mod pages;
mod payload;
mod records;
mod schema;

use super::member::{CUT, FaultKind, TOO_MANY_MEMBERS, Unpacked, Visit, fault};
use super::unpack_budget::UnpackBudget;
pub(super) use log::{has_journal_header, has_log_header, unpack_journal, unpack_log};
use pages::{Kind, Page, Pages, big_endian};
use records::Records;
use schema::{Object, TextEncoding};

/// The name of the format in reports.
const NAME: &str = "sqlite";

pub(crate) const MAGIC: &[u8] = b"SQLite format 3\0";

/// The length of the header of the file, in bytes.
const HEADER: usize = 100;

/// The page of the table that describes the others, and its name.
const SCHEMA: (u32, &str) = (1, "sqlite_schema");

const DAMAGED_HEADER: &str = "its header is damaged";
const DAMAGED_PAGE: &str = "a page is damaged or encrypted";
const DAMAGED_RECORD: &str = "a record is damaged";
const SHARED_PAGE: &str = "a page is used twice";

/// Returns whether a text begins with the header of a database.
pub(super) fn has_header(text: &[u8]) -> bool {
    text.len() >= HEADER && text.starts_with(MAGIC)
}

/// Unpacks all values.
pub(super) fn unpack(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    unpack_with_log(text, text.len(), budget, visit);
}

/// Returns the values of a database, and whether all of them were read. The database has a length in bytes; the
/// write-ahead log beside it follows in the text.
pub(crate) fn values(text: &[u8], length: usize) -> (Vec<Vec<u8>>, bool) {
    let (mut values, mut is_whole) = (Vec::new(), true);
    let mut budget = UnpackBudget::for_memory(text.len());
    unpack_with_log(text, length, &mut budget, &mut |part, _| match part {
        Unpacked::Member(member) => values.push(member.bytes.into_owned()),
        Unpacked::Fault(_) => is_whole = false,
        Unpacked::Copy { .. } => {}
    });
    (values, is_whole)
}

/// Unpacks all values of a database of a length in bytes, as they are with the log after it.
fn unpack_with_log(text: &[u8], length: usize, budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    let Some(mut pages) = Pages::new(text, length) else {
        let label = NAME.to_owned();
        return visit(fault(FaultKind::Corrupt, DAMAGED_HEADER, label), budget);
    };
    if length < text.len() {
        log::apply(text, length, &mut pages);
    }
    let is_cut = pages.is_cut();
    let encoding = TextEncoding::from_number(big_endian::<4>(text, 56).unwrap_or_default());
    let records = Records::new(text, NAME, encoding, pages.usable(), budget, visit);
    let mut reader = Reader { pages, records };
    let mut schema = Object::new(SCHEMA.1, SCHEMA.0);
    if is_cut {
        reader.records.report(FaultKind::Corrupt, CUT, &schema);
    }
    for object in reader.read_tree(&schema) {
        reader.read_tree(&object);
    }
    (schema.name, schema.root) = (b"(free pages)".to_vec(), 0);
    reader.read_free_pages(&schema);
}

/// A reader of one database.
struct Reader<'r, 't, 'v> {
    pages: Pages<'t>,
    records: Records<'r, 't, 'v>,
}

impl Reader<'_, '_, '_> {
    /// Reads the pages of a table or an index. Returns the tables and indexes that its records describe.
    fn read_tree(&mut self, object: &Object) -> Vec<Object> {
        let Self { pages, records } = self;
        let mut described = Vec::new();
        if !records.is_over && !records.budget.count_member() {
            records.is_over = true;
            records.report(FaultKind::Budget, TOO_MANY_MEMBERS, object);
        }
        let mut next = vec![object.root];
        while let Some(number) = next.pop().filter(|_| !records.is_over) {
            match pages.take(number).and_then(|page| Page::parse(page).ok_or(DAMAGED_PAGE)) {
                Ok(page) => {
                    next.extend(page.right_most);
                    // A page that is in use elsewhere ends a chain: no page is read twice.
                    let chain = &mut |number| pages.take(number).ok();
                    if !records.read_page(&page, object, chain, &mut next, &mut described) {
                        records.report(FaultKind::Corrupt, DAMAGED_RECORD, object);
                    }
                }
                Err(message) => records.report(FaultKind::Corrupt, message, object),
            }
        }
        described
    }

    /// Reads the pages that are not in use and look like pages with records. What does not fit is no damage there.
    fn read_free_pages(&mut self, object: &Object) {
        let Self { pages, records } = self;
        for number in 1..=pages.count() {
            if records.is_over {
                return;
            }
            let page = pages.take(number).ok().and_then(Page::parse);
            if let Some(page) = page.filter(|page| matches!(page.kind, Kind::Table | Kind::Index)) {
                let chain = &mut |number| pages.take(number).ok();
                records.read_page(&page, object, chain, &mut Vec::new(), &mut Vec::new());
            }
        }
    }
}
