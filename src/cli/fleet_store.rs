//! Reads a store for `skant fleet status`, `skant report` and `skant diff`: the rows in the order of the inventory, and the
//! reports as one view.

use std::collections::BTreeSet;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::error::CliError;
use crate::finding::Report;
use crate::fleet::store::{CoverageRow, RowState, Store};
use crate::fleet::{Inventory, Unit};
use crate::report::fleet::{Coverage, Merged, Reading, repositories};
use crate::report::{saved, words};
use crate::secret::to_hex;

/// A unit of a store, and its row if a run has come to it.
pub(crate) struct StoredUnit {
    pub(crate) repository: String,
    pub(crate) unit: String,
    pub(crate) row: Option<CoverageRow>,
}

/// What the rows of a store say beyond their units.
#[derive(Debug, Default)]
pub(crate) struct StoreNotes {
    rules: BTreeSet<String>,
    earlier: usize,
    others: usize,
}

impl StoreNotes {
    /// Returns the notes in words.
    pub(crate) fn texts(&self) -> Vec<String> {
        let several = (self.rules.len() > 1).then(|| {
            format!(
                "the reports are of {} sets of rules; the next `skant fleet scan` makes them one",
                self.rules.len()
            )
        });
        let earlier = (self.earlier > 0).then(|| {
            format!("{} failed; their findings are those of an earlier run", repositories(self.earlier))
        });
        let others = (self.others > 0).then(|| {
            format!("{} of the store are not in its inventory and not shown", repositories(self.others))
        });
        [several, earlier, others].into_iter().flatten().collect()
    }
}

/// Visits the units of a store in the order of their addresses. Returns what there is to note.
///
/// # Errors
/// The inventory of the store is damaged, the folder cannot be read, or the visit fails.
pub(crate) fn visit_units(
    store: &Store,
    visit: &mut dyn FnMut(StoredUnit) -> Result<(), CliError>,
) -> Result<StoreNotes, CliError> {
    let mut notes = StoreNotes::default();
    let mut see = |unit: StoredUnit| {
        if let Some(row) = &unit.row {
            notes.rules.insert(row.rules.clone());
            notes.earlier += usize::from(row.state == RowState::Failed && row.report.is_some());
        }
        visit(unit)
    };
    let all = store.units()?;
    let Some(file) = store.inventory()? else {
        let mut rows: Vec<CoverageRow> = all.iter().filter_map(|unit| store.row(unit)).collect();
        rows.sort_by(|one, other| one.repository.cmp(&other.repository));
        for row in rows {
            see(StoredUnit { repository: row.repository.clone(), unit: row.unit.clone(), row: Some(row) })?;
        }
        return Ok(notes);
    };
    let mut inventory = Inventory::open(file)?;
    let mut others = all.len();
    while let Some((_, unit)) = inventory.next()? {
        let unit = stored(store, &unit);
        others -= usize::from(unit.row.is_some()).min(others);
        see(unit)?;
    }
    notes.others = others;
    Ok(notes)
}

fn stored(store: &Store, unit: &Unit) -> StoredUnit {
    let name = unit.name();
    StoredUnit { repository: unit.address.canonical(), row: store.row(&name), unit: name }
}

/// Reads all reports of a store as one view. `change` is called for each report before it is added.
///
/// # Errors
/// The store cannot be read. A report that cannot be read is a failed repository of the view.
pub(crate) fn read_merged(path: &Path, change: &dyn Fn(&mut Report)) -> Result<Merged, CliError> {
    let store = Store::open(path)?;
    let mut merged = Merged::default();
    let notes = visit_units(&store, &mut |unit| {
        let (coverage, report) = read_unit(&store, unit);
        merged.add(
            coverage,
            report.map(|mut report| {
                change(&mut report);
                report
            }),
        );
        Ok(())
    })?;
    merged.notes = notes.texts();
    Ok(merged)
}

fn read_unit(store: &Store, StoredUnit { repository, row, .. }: StoredUnit) -> (Coverage, Option<Report>) {
    let Some(row) = row else {
        return (Coverage { repository, reading: Reading::Missing, at: None, error: None }, None);
    };
    let reading = match row.state {
        RowState::Complete => Reading::Complete,
        RowState::Incomplete => Reading::Incomplete,
        RowState::Failed => Reading::Failed,
    };
    let error = row.error.as_ref().map(|error| error.message.clone());
    let coverage = Coverage { repository, reading, at: Some(row.at.clone()), error };
    if row.report.is_none() {
        return (coverage, None);
    }
    if let Some(report) = read_report(store, &row) {
        // The reason of an incomplete report is in it.
        let error = coverage.error.or_else(|| report.problems.first().map(words::problem));
        return (Coverage { error, ..coverage }, Some(report));
    }
    let error = Some("its report is missing or damaged; `skant fleet scan` makes it again".to_owned());
    (Coverage { reading: Reading::Failed, error, ..coverage }, None)
}

/// Reads the report of a row, if it is the one that the row names.
fn read_report(store: &Store, row: &CoverageRow) -> Option<Report> {
    let path = store.report_path(row)?;
    let expected = row.report.as_ref()?;
    if expected.bytes > saved::MAX_BYTES as u64 {
        return None;
    }
    let text = std::fs::read(path).ok()?;
    if to_hex(&Sha256::digest(&text)) != expected.sha256 {
        return None;
    }
    saved::read(&text).ok()
}
