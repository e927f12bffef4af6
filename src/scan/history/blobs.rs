//! What a pass over all objects but trees brings together.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::detect::{Detector, Evidence, ScanState, Skipped};
use crate::finding::{LocationKind, Problem};
use crate::git::{Commit, ObjectKind, Oid, ReadError, Ref, Refs};
use crate::provenance::{Commits, Interest};
use crate::scan::group::{Occurrence, Place};
use crate::scan::history::trees::InTrees;
use crate::scan::{Scanner, archive_problems, caught};
use crate::secret::ValueId;
use crate::source::history::{NumberSet, ObjectSet};
use crate::source::{ObjectView, ScanControl, Visitor, read_problem};
use crate::text::CopiedRange;

/// Gathers evidence and the shape of the graph while objects are read, on any number of threads.
pub(crate) struct Collector<'c> {
    scanner: &'c Scanner,
    /// Whether what a blob takes over from another one is searched again.
    full_scan: bool,
    control: &'c ScanControl,
    found: Mutex<Found>,
}

/// What was gathered; sorted before anything is made of it.
#[derive(Default)]
pub(crate) struct Found {
    /// Different values in blobs that may be reported: how many they are is shown while it is read.
    values: HashSet<ValueId>,
    /// Evidence in blobs.
    pub(crate) blobs: Vec<(Oid, Vec<Evidence>)>,
    /// Archives of which something could not be searched.
    pub(crate) unread: Vec<(Oid, Vec<Skipped>)>,
    /// Evidence in commits and tags.
    pub(crate) texts: Vec<(Oid, ObjectKind, Vec<Occurrence>)>,
    /// Evidence in names of refs.
    pub(crate) refs: Vec<(Ref, Evidence)>,
    pub(crate) commits: Commits,
    pub(crate) trees: InTrees,
    pub(crate) problems: Vec<Problem>,
}

/// What is worth following through history.
pub(crate) struct Followed {
    /// The values, by their index.
    pub(crate) values: Vec<ValueId>,
    pub(crate) objects: Interest,
}

impl<'c> Collector<'c> {
    pub(crate) fn new(scanner: &'c Scanner, full_scan: bool, control: &'c ScanControl) -> Self {
        Self { scanner, full_scan, control, found: Mutex::default() }
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn into_found(self) -> Found {
        let mut found = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.blobs.sort_by_key(|(oid, _)| *oid);
        found.unread.sort_by_key(|(oid, _)| *oid);
        found.texts.sort_by_key(|(oid, ..)| *oid);
        found
    }

    fn blob(&self, blob: &ObjectView<'_>, look: impl FnOnce(&Detector) -> ScanState) -> ScanState {
        let looked = caught(
            || blob_name(&blob.oid),
            || {
                let trace = look(&self.scanner.detector());
                let looked = self.scanner.detector().scan_from_state(blob.bytes, &trace);
                (trace, looked)
            },
        );
        match looked {
            Ok((trace, looked)) => {
                if !looked.evidence.is_empty() {
                    self.evidence(blob.oid, looked.evidence);
                }
                if !looked.skipped.is_empty() {
                    self.found().unread.push((blob.oid, looked.skipped));
                }
                trace
            }
            Err(problem) => {
                self.found().problems.push(problem);
                ScanState::default()
            }
        }
    }

    fn evidence(&self, blob: Oid, evidence: Vec<Evidence>) {
        let mut found = self.found();
        for evidence in evidence.iter().filter(|evidence| may_be_reported(self.scanner, evidence)) {
            if found.values.insert(evidence.value) {
                self.control.progress.add_value();
            }
        }
        found.blobs.push((blob, evidence));
    }

    fn text(&self, blob: &ObjectView<'_>) {
        let commit = (blob.kind == ObjectKind::Commit).then(|| Commit::parse(blob.bytes)).flatten();
        let info = || commit.as_ref().map(|commit| self.scanner.commit_info(&blob.oid, &commit.author));
        let hits = self.scanner.texts(&blob.oid, blob.kind, blob.bytes, info);
        let mut found = self.found();
        match (commit, blob.kind) {
            (Some(commit), _) => found.commits.add(blob.oid, commit),
            (None, ObjectKind::Commit) => {
                let error = ReadError::Corrupt(blob.oid, "the commit has no tree".into());
                found.problems.push(read_problem(&error, None));
            }
            _ => {}
        }
        match hits {
            Ok(hits) if hits.is_empty() => {}
            Ok(hits) => found.texts.push((blob.oid, blob.kind, hits)),
            Err(problem) => found.problems.push(problem),
        }
    }
}

impl Visitor for Collector<'_> {
    /// Where anchors stand in a blob. Messages are searched whole.
    type State = Option<ScanState>;

    fn visit_full(&self, blob: &ObjectView<'_>) -> Option<ScanState> {
        if blob.kind == ObjectKind::Blob {
            return Some(self.blob(blob, |detector| detector.scan_state(blob.bytes)));
        }
        self.text(blob);
        None
    }

    fn visit_delta(
        &self,
        blob: &ObjectView<'_>,
        base: &Option<ScanState>,
        copies: &[CopiedRange],
    ) -> Option<ScanState> {
        match base {
            Some(trace) if !self.full_scan => {
                Some(self.blob(blob, |detector| detector.update_state(blob.bytes, trace, copies)))
            }
            _ => self.visit_full(blob),
        }
    }
}

impl Found {
    /// Blobs of which something may have to be followed. Which it is hangs on names in trees, too: a value that is
    /// no finding in a blob may be one elsewhere.
    pub(crate) fn blobs_to_follow(&self, contents: &ObjectSet) -> NumberSet {
        let set = NumberSet::with_bound(contents.number_bound());
        let oids = self.blobs.iter().map(|(oid, _)| oid).chain(self.unread.iter().map(|(oid, _)| oid));
        for number in oids.filter_map(|oid| contents.number(oid)) {
            set.insert(number);
        }
        set
    }

    pub(crate) fn search_refs(&mut self, scanner: &Scanner, refs: &Refs) {
        for name in &refs.refs {
            match scanner.search_name(&name.name, || scanner.shown_path(&name.name)) {
                Ok(found) => self.refs.extend(found.into_iter().map(|evidence| (name.clone(), evidence))),
                Err(problem) => self.problems.push(problem),
            }
        }
    }

    /// Values in blobs and names that may be reported.
    pub(crate) fn interest(&self, scanner: &Scanner) -> Followed {
        let in_blobs = self.blobs.iter().flat_map(|(_, found)| found);
        let mut values: Vec<ValueId> = in_blobs
            .chain(self.trees.names.iter().map(|(.., evidence)| evidence))
            .filter(|evidence| may_be_reported(scanner, evidence))
            .map(|evidence| evidence.value)
            .collect();
        values.sort_unstable();
        values.dedup();
        let index = |value: &ValueId| values.binary_search(value).ok().and_then(|at| u32::try_from(at).ok());
        let mut objects = Interest::default();
        for (oid, found) in &self.blobs {
            // A half that is a value of its own elsewhere still stands here.
            let mut held: Vec<u32> =
                found.iter().flat_map(Evidence::values).filter_map(|value| index(&value)).collect();
            held.sort_unstable();
            held.dedup();
            let told = found.iter().filter(|evidence| may_be_reported(scanner, evidence));
            let told: HashSet<ValueId> = told.flat_map(Evidence::values).collect();
            let is_weak = |value: &u32| !told.contains(&values[*value as usize]);
            objects.weak.extend(held.iter().copied().filter(is_weak).map(|value| (*oid, value)));
            if !held.is_empty() {
                objects.blobs.insert(*oid, held);
            }
        }
        for (tree, name, evidence) in &self.trees.names {
            if let Some(value) = index(&evidence.value) {
                objects.names.entry(*tree).or_default().push((name.clone(), value));
            }
        }
        Followed { values, objects }
    }

    /// Hits without a story, and what could not be searched.
    pub(crate) fn untold(self, scanner: &Scanner, problems: &mut Vec<Problem>) -> Vec<Occurrence> {
        for (oid, unread) in &self.unread {
            let shown = blob_name(oid);
            problems.extend(unread.iter().map(|unread| archive_problems::problem(unread, &shown)));
        }
        let mut hits: Vec<Occurrence> = self.texts.into_iter().flat_map(|(.., hits)| hits).collect();
        for (oid, found) in self.blobs {
            hits.extend(
                found.into_iter().map(|evidence| Occurrence { evidence, place: blob_place(scanner, &oid) }),
            );
        }
        hits
    }

    /// Evidence by blob.
    pub(crate) fn by_blob(&self) -> HashMap<Oid, &[Evidence]> {
        self.blobs.iter().map(|(oid, found)| (*oid, found.as_slice())).collect()
    }
}

/// Whether a value may be reported.
fn may_be_reported(scanner: &Scanner, evidence: &Evidence) -> bool {
    scanner.confidence(evidence) >= Some(scanner.policy().min_confidence)
}

/// The place of a blob that no path leads to.
pub(crate) fn blob_place(scanner: &Scanner, oid: &Oid) -> Place {
    Place {
        kind: LocationKind::File,
        path: Vec::new(),
        shown: scanner.shown_path(blob_name(oid).as_bytes()),
        blob: Some(*oid),
        commit: None,
        current: false,
    }
}

pub(crate) fn blob_name(oid: &Oid) -> String {
    format!("blob {:.12}", oid.to_string())
}
