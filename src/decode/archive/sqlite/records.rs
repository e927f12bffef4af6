//! Reads the records of a page, with what continues on other pages, and visits their values.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::SCHEMA;
use super::pages::{Cell, Page, PageBytes};
use super::payload::{Payload, Value, ValueKind, is_id};
use super::schema::{Object, TextEncoding};
use crate::decode::archive::member::{FaultKind, Member, OVER_BUDGET, Unpacked, Visit, fault, label};
use crate::decode::archive::unpack_budget::UnpackBudget;

/// What a record costs in addition to its bytes: cells may overlap, so that there are more of them than bytes.
pub(super) const RECORD_COST: usize = 16;

/// A function that returns the page with a number as the next one of a chain.
pub(super) type Chain<'c, 't> = &'c mut dyn FnMut(u32) -> Option<PageBytes<'t>>;

/// A reader of records.
pub(super) struct Records<'r, 't, 'v> {
    text: &'t [u8],
    /// The name of the format in labels.
    format: &'static str,
    pub(super) encoding: TextEncoding,
    usable: usize,
    pub(super) budget: &'r mut UnpackBudget,
    visit: &'r mut Visit<'v>,
    /// Whether the budget is used up.
    pub(super) is_over: bool,
    /// The records of a log that were read, each with the offsets of its parts: a log has many versions of a page, and not
    /// each page.
    seen: Option<HashMap<[u8; 32], Vec<usize>>>,
}

impl<'r, 't, 'v> Records<'r, 't, 'v> {
    pub(super) fn new(
        text: &'t [u8],
        format: &'static str,
        encoding: TextEncoding,
        usable: usize,
        budget: &'r mut UnpackBudget,
        visit: &'r mut Visit<'v>,
    ) -> Self {
        Self { text, format, encoding, usable, budget, visit, is_over: false, seen: None }
    }

    /// Visits each record once, and calls no record damaged whose end is on a page that is absent.
    pub(super) fn of_log(mut self) -> Self {
        self.seen = Some(HashMap::new());
        self
    }

    /// Reads the records of a page. Adds its children to `next`, and what its records describe to `described`. Returns
    /// whether everything in it fits.
    pub(super) fn read_page(
        &mut self,
        page: &Page<'t>,
        object: &Object,
        chain: Chain<'_, 't>,
        next: &mut Vec<u32>,
        described: &mut Vec<Object>,
    ) -> bool {
        let mut is_whole = !page.is_damaged;
        for at in page.cells() {
            self.charge(RECORD_COST, object);
            let cell = page.cell(at, self.usable);
            is_whole &= cell.is_some();
            let Some(cell) = cell.filter(|_| !self.is_over) else { continue };
            next.extend(cell.child);
            let Some(payload) = self.read_payload(&cell, object, chain) else { continue };
            let (values, has_whole_values) = payload.values(self.text);
            is_whole &= has_whole_values && !payload.is_cut() || self.is_absent(&payload);
            if object.root == SCHEMA.0 {
                described.extend(Object::from_record(&payload, &values, self.text, self.encoding));
            }
            let rowid = cell.rowid.or_else(|| object.rowid_of(&payload, &values, self.text));
            if values.iter().any(Value::is_worth_a_search) && !self.is_repeated(&payload, cell.rowid, object)
            {
                self.visit_values(&payload, &values, rowid, object);
            }
        }
        is_whole || self.is_over
    }

    /// Returns whether the rest of a payload is in another file.
    fn is_absent(&self, payload: &Payload) -> bool {
        self.seen.is_some() && payload.is_cut()
    }

    /// Collects the parts of a cell's payload, as far as they can be read.
    pub(super) fn read_payload(
        &mut self,
        cell: &Cell,
        object: &Object,
        chain: Chain<'_, 't>,
    ) -> Option<Payload> {
        let local = cell.local.clone()?;
        self.charge(local.len(), object);
        let mut payload = Payload::new(local, cell.length);
        let mut next = cell.overflow;
        while let Some(number) = next.filter(|_| payload.is_cut() && !self.is_over) {
            let Some((after, content)) = chain(number).and_then(|page| page.overflow()) else { break };
            let end = content.end.min(content.start.saturating_add(payload.missing()));
            // What many versions of a page share is charged when it is read for the first time.
            self.charge(if self.seen.is_some() { RECORD_COST } else { content.len() }, object);
            payload.push(content.start..end);
            next = Some(after);
        }
        Some(payload)
    }

    /// Returns whether a record of a log was read before, with the same key and content. Only a record on pages that are
    /// new is charged for what it has on other pages than that of its cell.
    fn is_repeated(&mut self, payload: &Payload, rowid: Option<i64>, object: &Object) -> bool {
        let Some(seen) = &self.seen else { return false };
        let text = self.text;
        let (local, others) = payload.parts();
        let others = &others;
        let starts: Vec<usize> = std::iter::once(&local).chain(others).map(|part| part.start).collect();
        let places: Vec<u8> = starts[1..].iter().flat_map(|start| start.to_be_bytes()).collect();
        let by_place = identity(object, rowid, &mut [&text[local.clone()], &places].into_iter());
        let mut keys = vec![by_place];
        if !others.is_empty() && !seen.contains_key(&by_place) {
            self.charge(others.iter().map(Range::len).sum(), object);
            if self.is_over {
                return false;
            }
            // The same content may be on other pages than before.
            let parts = others.iter().map(|part| &text[part.clone()]);
            let parts = &mut [&b"whole"[..], &text[local.clone()]].into_iter().chain(parts);
            keys.push(identity(object, rowid, parts));
        }
        let Some(seen) = &mut self.seen else { return false };
        let first = keys.iter().find_map(|key| seen.get(key));
        for (part, first) in std::iter::once(&local).chain(others).zip(first.into_iter().flatten()) {
            if part.start != *first {
                (self.visit)(Unpacked::Copy { span: part.clone(), first: *first }, self.budget);
            }
        }
        let is_new = first.is_none();
        if is_new || keys.len() > 1 {
            // The members are those of the first one.
            let starts = first.cloned().unwrap_or(starts);
            seen.extend(keys.into_iter().map(|key| (key, starts.clone())));
        }
        !is_new
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
            let label = object.label_of(self.format, rowid, value.column);
            (self.visit)(Unpacked::Member(Member { label, bytes, span, map: None }), self.budget);
        }
    }

    /// Counts bytes, and reports once that there are too many.
    pub(super) fn charge(&mut self, bytes: usize, object: &Object) {
        if bytes > self.budget.bytes_left() && !self.is_over {
            self.is_over = true;
            self.report(FaultKind::Budget, OVER_BUDGET, object);
        }
        self.budget.spend(bytes);
    }

    pub(super) fn report(&mut self, kind: FaultKind, message: &'static str, object: &Object) {
        (self.visit)(fault(kind, message, label(self.format, &object.name)), self.budget);
    }
}

/// Returns a hash of what tells records apart. A page without a table has the root zero: records move between pages.
fn identity(object: &Object, rowid: Option<i64>, parts: &mut dyn Iterator<Item = &[u8]>) -> [u8; 32] {
    let name: &[u8] = if object.root == 0 { &[] } else { &object.name };
    let mut hash = Sha256::new_with_prefix(name.len().to_be_bytes());
    hash.update(name);
    hash.update([u8::from(rowid.is_some())]);
    hash.update(rowid.unwrap_or_default().to_be_bytes());
    parts.for_each(|part| hash.update(part));
    hash.finalize().into()
}
