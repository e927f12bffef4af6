//! `SQLite` databases: each text and each blob of a record is a member, also if it continues on overflow pages. Deleted
//! records are read as far as their page was freed as a whole. Short values, numbers and the unused bytes of pages are
//! left to the search of the file's own bytes.
//! Format: sqlite.org, "Database File Format".

mod pages;
mod payload;
mod schema;

use std::borrow::Cow;
use std::ops::Range;

use super::member::{CUT, FaultKind, Member, OVER_BUDGET, TOO_MANY_MEMBERS, Unpacked, Visit, fault, label};
use super::unpack_budget::UnpackBudget;
use pages::{Cell, Kind, Page, Pages, big_endian};
use payload::{Payload, Value, ValueKind, is_id};
use schema::{Object, TextEncoding};

/// The name of the format in reports.
const NAME: &str = "sqlite";

const MAGIC: &[u8] = b"SQLite format 3\0";

/// The length of the header of the file, in bytes.
const HEADER: usize = 100;

/// The page of the table that describes the others, and its name.
const SCHEMA: (u32, &str) = (1, "sqlite_schema");

/// What a record costs in addition to its bytes: cells may overlap, so that there are more of them than bytes.
const RECORD_COST: usize = 16;

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
    let Some(pages) = Pages::new(text) else {
        let label = NAME.to_owned();
        return visit(fault(FaultKind::Corrupt, DAMAGED_HEADER, label), budget);
    };
    let is_cut = pages.is_cut();
    let encoding = TextEncoding::from_number(big_endian::<4>(text, 56).unwrap_or_default());
    let mut reader = Reader { text, encoding, pages, budget, visit, is_over: false };
    let mut schema = Object::new(SCHEMA.1, SCHEMA.0);
    if is_cut {
        reader.report(FaultKind::Corrupt, CUT, &schema);
    }
    for object in reader.read_tree(&schema) {
        reader.read_tree(&object);
    }
    (schema.name, schema.root) = (b"(free pages)".to_vec(), 0);
    reader.read_free_pages(&schema);
}

/// A reader of one database.
struct Reader<'r, 't, 'v> {
    text: &'t [u8],
    encoding: TextEncoding,
    pages: Pages<'t>,
    budget: &'r mut UnpackBudget,
    visit: &'r mut Visit<'v>,
    /// Whether the budget is used up.
    is_over: bool,
}

impl Reader<'_, '_, '_> {
    /// Reads the pages of a table or an index. Returns the tables and indexes that its records describe.
    fn read_tree(&mut self, object: &Object) -> Vec<Object> {
        let mut described = Vec::new();
        if !self.is_over && !self.budget.count_member() {
            self.is_over = true;
            self.report(FaultKind::Budget, TOO_MANY_MEMBERS, object);
        }
        let mut next = vec![object.root];
        while let Some(number) = next.pop().filter(|_| !self.is_over) {
            match self.pages.take(number).and_then(|page| Page::parse(page).ok_or(DAMAGED_PAGE)) {
                Ok(page) => {
                    next.extend(page.right_most);
                    let is_whole = self.read_page(&page, object, &mut next, &mut described);
                    if !is_whole {
                        self.report(FaultKind::Corrupt, DAMAGED_RECORD, object);
                    }
                }
                Err(message) => self.report(FaultKind::Corrupt, message, object),
            }
        }
        described
    }

    /// Reads the pages that are not in use and look like pages with records. What does not fit is no damage there.
    fn read_free_pages(&mut self, object: &Object) {
        for number in 1..=self.pages.count() {
            if self.is_over {
                return;
            }
            let page = self.pages.take(number).ok().and_then(Page::parse);
            if let Some(page) = page.filter(|page| matches!(page.kind, Kind::Table | Kind::Index)) {
                self.read_page(&page, object, &mut Vec::new(), &mut Vec::new());
            }
        }
    }

    /// Reads the records of a page. Adds its children to `next`, and what its records describe to `described`. Returns
    /// whether everything in it fits.
    fn read_page(
        &mut self,
        page: &Page<'_>,
        object: &Object,
        next: &mut Vec<u32>,
        described: &mut Vec<Object>,
    ) -> bool {
        let mut is_whole = !page.is_damaged;
        for at in page.cells() {
            self.charge(RECORD_COST, object);
            let cell = page.cell(at, self.pages.usable());
            is_whole &= cell.is_some();
            let Some(cell) = cell.filter(|_| !self.is_over) else { continue };
            next.extend(cell.child);
            let Some(payload) = cell.local.clone().map(|local| self.read_payload(local, &cell, object))
            else {
                continue;
            };
            let (values, has_whole_values) = payload.values(self.text);
            is_whole &= has_whole_values && !payload.is_cut();
            if object.root == SCHEMA.0 {
                described.extend(Object::from_record(&payload, &values, self.text, self.encoding));
            }
            let rowid = cell.rowid.or_else(|| object.rowid_of(&payload, &values, self.text));
            self.visit_values(&payload, &values, rowid, object);
        }
        is_whole || self.is_over
    }

    /// Collects the parts of a payload, as far as they can be read.
    fn read_payload(&mut self, local: Range<usize>, cell: &Cell, object: &Object) -> Payload {
        self.charge(local.len(), object);
        let mut payload = Payload::new(local, cell.length);
        let mut next = cell.overflow;
        while let Some(number) = next.filter(|_| payload.is_cut() && !self.is_over) {
            // A page that is in use elsewhere ends the chain: no page is read twice.
            let Some((after, content)) = self.pages.take(number).ok().and_then(|page| page.overflow()) else {
                break;
            };
            let end = content.end.min(content.start.saturating_add(payload.missing()));
            self.charge(content.len(), object);
            payload.push(content.start..end);
            next = Some(after);
        }
        payload
    }

    /// Visits the texts and blobs of a record.
    fn visit_values(&mut self, payload: &Payload, values: &[Value], rowid: Option<i64>, object: &Object) {
        for value in values.iter().filter(|value| value.is_worth_a_search()) {
            let (bytes, span) = payload.gather(self.text, &value.range);
            if matches!(bytes, Cow::Owned(_)) {
                self.charge(bytes.len(), object);
            }
            if self.is_over {
                return;
            }
            if value.kind == ValueKind::Blob && is_id(&bytes) {
                continue;
            }
            let label = object.label_of(rowid, value.column);
            (self.visit)(Unpacked::Member(Member { label, bytes, span, map: None }), self.budget);
        }
    }

    /// Counts bytes, and reports once that there are too many.
    fn charge(&mut self, bytes: usize, object: &Object) {
        if bytes > self.budget.bytes_left() && !self.is_over {
            self.is_over = true;
            self.report(FaultKind::Budget, OVER_BUDGET, object);
        }
        self.budget.spend(bytes);
    }

    fn report(&mut self, kind: FaultKind, message: &'static str, object: &Object) {
        (self.visit)(fault(kind, message, label(NAME, &object.name)), self.budget);
    }
}
