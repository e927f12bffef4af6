//! The search of many blobs and messages along the deltas of the packs: only what a version adds to its base is
//! searched.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::detect::{Detector, ScanState};
use crate::git::{ObjectDatabase, ObjectKind, Oid};
use crate::scan::delta_search::{AlongDeltas, ObjectSearch};
use crate::scan::diff::search::{BlobResult, Searched, Wanted};
use crate::scan::panics::catch_panic;
use crate::scan::scanner::Scanner;
use crate::source::history::{NumberSet, ObjectSet, over_budget_problem, visit_selected};
use crate::source::{ObjectView, ScanControl};

/// Searches objects along the deltas of the packs, and those that no pack provides one by one.
pub(super) fn search_packs(
    scanner: &Scanner,
    (objects, contents): (&ObjectDatabase, &ObjectSet),
    wanted: Wanted<'_>,
    control: &ScanControl,
) -> Searched {
    let [selected, done] = [(); 2].map(|()| NumberSet::with_bound(contents.number_bound()));
    let oids = wanted.blobs.iter().map(|(oid, _)| oid).chain(wanted.texts);
    for number in oids.filter_map(|oid| contents.number(oid)) {
        selected.insert(number);
    }
    let search = PackSearch { scanner, contents, selected, done, wanted, found: Mutex::default() };
    let (totals, undecoded) = visit_selected(contents, &search.selected, &AlongDeltas(&search), control);
    let PackSearch { done, found, .. } = search;
    let mut searched = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    let is_done = |oid: &Oid| contents.number(oid).is_some_and(|number| done.contains(number));
    searched.incomplete.extend(wanted.blobs.iter().map(|(oid, _)| *oid).filter(|oid| !is_done(oid)));
    if control.cancellation.is_requested() {
        return searched;
    }
    searched.problems.extend(over_budget_problem(&totals));
    // What was skipped would take as long when it is read alone.
    let undecoded: HashSet<Oid> = undecoded.into_iter().collect();
    let is_skipped = |oid: &Oid| {
        let is_packed = contents.number(oid).is_some_and(|number| contents.is_packed(number));
        totals.skipped_over_budget > 0 && is_packed && !undecoded.contains(oid)
    };
    let is_left = |oid: &Oid| !is_done(oid) && !is_skipped(oid);
    let blobs: Vec<(Oid, &[u8])> = wanted.blobs.iter().filter(|(oid, _)| is_left(oid)).copied().collect();
    let texts: Vec<Oid> = wanted.texts.iter().filter(|oid| is_left(oid)).copied().collect();
    let rest = Wanted { blobs: &blobs, texts: &texts };
    searched.search_one_by_one(scanner, objects, rest, control);
    searched
}

struct PackSearch<'s> {
    scanner: &'s Scanner,
    contents: &'s ObjectSet,
    /// The wanted objects.
    selected: NumberSet,
    /// The wanted objects that have been searched.
    done: NumberSet,
    wanted: Wanted<'s>,
    found: Mutex<Searched>,
}

impl PackSearch<'_> {
    fn with_found(&self, add: impl FnOnce(&mut Searched)) {
        add(&mut self.found.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl ObjectSearch for PackSearch<'_> {
    fn is_full(&self) -> bool {
        false
    }

    fn search_blob(&self, blob: &ObjectView<'_>, scan: impl FnOnce(&Detector) -> ScanState) -> ScanState {
        let number = self.contents.number(&blob.oid).filter(|number| self.selected.contains(*number));
        let wanted = self.wanted.blobs.binary_search_by_key(&blob.oid, |(oid, _)| *oid);
        let (Some(number), Ok(at)) = (number, wanted) else {
            // A version that wanted ones derive from. If the search panics, they are searched whole, and report it.
            return catch_panic(String::new, || scan(self.scanner.detector())).unwrap_or_default();
        };
        let mut kept = ScanState::default();
        let result = BlobResult::search(self.scanner, blob.bytes, self.wanted.blobs[at].1, |shown| {
            let (state, result) = self.scanner.search_version(blob.bytes, || shown.to_owned(), scan)?;
            kept = state;
            Ok(result)
        });
        self.done.insert(number);
        self.with_found(|found| found.add_blob(self.scanner, blob.oid, result));
        kept
    }

    fn search_text(&self, object: &ObjectView<'_>) {
        let number = self.contents.number(&object.oid).filter(|number| self.selected.contains(*number));
        if let Some(number) = number.filter(|_| object.kind != ObjectKind::Tree) {
            let mut own = Searched::default();
            own.add_text(self.scanner, object);
            self.done.insert(number);
            self.with_found(|found| found.append(own));
        }
    }
}
