//! The search of all objects but trees: evidence in blobs and messages, and the commits for the graph.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::assess::{Occurrence, RatedEvidence, TextOrigin};
use crate::detect::{Detector, Evidence, ScanState, Skipped};
use crate::finding::{LocationKind, Problem};
use crate::git::{Commit, CommitList, ObjectKind, Oid, ReadError, Ref, Refs};
use crate::provenance::TrackedValues;
use crate::scan::archive_problems::skipped_problem;
use crate::scan::commit_texts::{commit_info, search_commit_texts};
use crate::scan::delta_search::ObjectSearch;
use crate::scan::history::trees::TreeFindings;
use crate::scan::scanner::Scanner;
use crate::secret::ValueId;
use crate::source::history::{NumberSet, ObjectSet};
use crate::source::{ObjectView, ScanControl, read_problem};

/// Collects evidence and commits while objects are read, on any number of threads.
pub(crate) struct EvidenceCollector<'c> {
    scanner: &'c Scanner,
    /// Whether the parts of a blob that are copied from another one are searched again.
    full_scan: bool,
    control: &'c ScanControl,
    found: Mutex<CollectedEvidence>,
}

/// The evidence of a repository, sorted by object.
#[derive(Default)]
pub(crate) struct CollectedEvidence {
    /// The different values in blobs that may be reported; their number is shown while objects are read.
    shown_values: HashSet<ValueId>,
    pub(crate) blobs: Vec<(Oid, Vec<RatedEvidence>)>,
    /// Blobs with evidence that were not read, because a report shows nothing of it.
    pub(crate) unreported: Vec<Oid>,
    /// Archives with parts that were not searched.
    pub(crate) skipped: Vec<(Oid, Vec<Skipped>)>,
    /// The messages and headers of commits and tags.
    pub(crate) texts: Vec<(Oid, ObjectKind, Vec<Occurrence>)>,
    pub(crate) ref_names: Vec<(Ref, RatedEvidence)>,
    pub(crate) commits: CommitList,
    pub(crate) trees: TreeFindings,
    pub(crate) problems: Vec<Problem>,
}

/// The values to trace.
pub(crate) struct Tracking {
    /// The values, by their index.
    pub(crate) values: Vec<ValueId>,
    pub(crate) objects: TrackedValues,
}

impl<'c> EvidenceCollector<'c> {
    pub(crate) fn new(scanner: &'c Scanner, full_scan: bool, control: &'c ScanControl) -> Self {
        Self { scanner, full_scan, control, found: Mutex::default() }
    }

    fn found(&self) -> MutexGuard<'_, CollectedEvidence> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn into_found(self) -> CollectedEvidence {
        let mut found = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.blobs.sort_by_key(|(oid, _)| *oid);
        found.skipped.sort_by_key(|(oid, _)| *oid);
        found.texts.sort_by_key(|(oid, ..)| *oid);
        found
    }

    /// Adds a commit to the graph.
    pub(crate) fn add_commit(&self, oid: &Oid, bytes: &[u8]) {
        let commit = Commit::parse(bytes);
        let mut found = self.found();
        if let Some(commit) = commit {
            found.commits.add(*oid, commit);
        } else {
            let error = ReadError::Corrupt(*oid, "the commit has no tree".into());
            found.problems.push(read_problem(&error, None));
        }
    }

    fn add_evidence(&self, blob: Oid, evidence: Vec<Evidence>) {
        let assessor = self.scanner.assessor();
        let rated = assessor.rate_all(evidence);
        let mut found = self.found();
        for RatedEvidence { evidence, .. } in rated.iter().filter(|rated| assessor.is_reported(rated)) {
            if found.shown_values.insert(evidence.value) {
                self.control.progress.add_value();
            }
        }
        found.blobs.push((blob, rated));
    }
}

impl ObjectSearch for EvidenceCollector<'_> {
    fn is_full(&self) -> bool {
        self.full_scan
    }

    fn search_blob(&self, blob: &ObjectView<'_>, scan: impl FnOnce(&Detector) -> ScanState) -> ScanState {
        match self.scanner.search_version(blob.bytes, || blob_description(&blob.oid), scan) {
            Ok((state, result)) => {
                if !result.evidence.is_empty() {
                    self.add_evidence(blob.oid, result.evidence);
                }
                if !result.skipped.is_empty() {
                    self.found().skipped.push((blob.oid, result.skipped));
                }
                state
            }
            Err(problem) => {
                self.found().problems.push(problem);
                ScanState::default()
            }
        }
    }

    /// Searches the message and the header of a commit or tag, and adds the commit to the graph.
    fn search_text(&self, object: &ObjectView<'_>) {
        let is_commit = object.kind == ObjectKind::Commit;
        let commit = || is_commit.then(|| Commit::parse(object.bytes)).flatten();
        let info = || commit().map(|commit| commit_info(self.scanner, &object.oid, &commit.author));
        let occurrences = search_commit_texts(self.scanner, &object.oid, object.kind, object.bytes, info);
        if is_commit {
            self.add_commit(&object.oid, object.bytes);
        }
        match occurrences {
            Ok(occurrences) if occurrences.is_empty() => {}
            Ok(occurrences) => self.found().texts.push((object.oid, object.kind, occurrences)),
            Err(problem) => self.found().problems.push(problem),
        }
    }
}

impl CollectedEvidence {
    /// Returns the blobs that may have to be traced. Names in trees decide, too: a value that is no finding in a blob may
    /// be one elsewhere.
    pub(crate) fn blobs_to_track(&self, objects: &ObjectSet) -> NumberSet {
        let set = NumberSet::with_bound(objects.number_bound());
        let oids = self.blobs.iter().map(|(oid, _)| oid).chain(self.skipped.iter().map(|(oid, _)| oid));
        let oids = oids.chain(&self.unreported);
        for number in oids.filter_map(|oid| objects.number(oid)) {
            set.insert(number);
        }
        set
    }

    /// Whether a value is reported that no report of the `known` objects has shown.
    pub(crate) fn shows_more_than(&self, scanner: &Scanner, objects: &ObjectSet, known: &NumberSet) -> bool {
        let assessor = scanner.assessor();
        let in_blobs = self.blobs.iter().flat_map(|(oid, found)| found.iter().map(move |rated| (oid, rated)));
        let in_names = self.trees.names.iter().map(|(tree, _, rated)| (tree, rated));
        let reported = in_blobs.chain(in_names).filter(|(_, rated)| assessor.is_reported(rated));
        let (of_known, of_new): (Vec<_>, Vec<_>) =
            reported.partition(|(oid, _)| objects.number(oid).is_some_and(|number| known.contains(number)));
        let shown: HashSet<ValueId> = of_known.iter().map(|(_, rated)| rated.evidence.value).collect();
        of_new.iter().any(|(_, rated)| !shown.contains(&rated.evidence.value))
    }

    /// Adds the evidence of blobs that were read later.
    pub(crate) fn add_later(&mut self, later: Self) {
        self.unreported.clear();
        self.blobs.extend(later.blobs);
        self.blobs.sort_by_key(|(oid, _)| *oid);
        self.skipped.extend(later.skipped);
        self.skipped.sort_by_key(|(oid, _)| *oid);
        self.problems.extend(later.problems);
    }

    pub(crate) fn search_ref_names(&mut self, scanner: &Scanner, refs: &Refs) {
        let assessor = scanner.assessor();
        for name in &refs.all {
            match scanner.search_name(&name.name, || scanner.shown_path(&name.name)) {
                Ok(found) => {
                    let rated = found.into_iter().map(|evidence| assessor.rate(evidence));
                    self.ref_names.extend(rated.map(|rated| (name.clone(), rated)));
                }
                Err(problem) => self.problems.push(problem),
            }
        }
    }

    /// Returns the values in blobs and file names that may be reported, with the objects that hold them.
    pub(crate) fn values_to_track(&self, scanner: &Scanner) -> Tracking {
        let assessor = scanner.assessor();
        let in_blobs = self.blobs.iter().flat_map(|(_, found)| found);
        let mut values: Vec<ValueId> = in_blobs
            .chain(self.trees.names.iter().map(|(.., rated)| rated))
            .filter(|rated| assessor.is_reported(rated))
            .map(|rated| rated.evidence.value)
            .collect();
        values.sort_unstable();
        values.dedup();
        let index =
            |value: &ValueId| values.binary_search(value).ok().and_then(|index| u32::try_from(index).ok());
        let in_names = self.trees.names.iter().map(|(.., rated)| rated);
        let weak = self.blobs.iter().flat_map(|(_, found)| found).chain(in_names);
        let weak = weak.filter(|rated| !rated.evidence.strong && assessor.is_reported(rated));
        let by_path = weak.filter_map(|rated| index(&rated.evidence.value)).collect();
        let mut objects = TrackedValues { by_path, ..TrackedValues::default() };
        for (oid, found) in &self.blobs {
            // A companion may be a tracked value of its own elsewhere; then this blob holds that value, too.
            let mut held: Vec<u32> = found
                .iter()
                .flat_map(|rated| rated.evidence.values())
                .filter_map(|value| index(&value))
                .collect();
            held.sort_unstable();
            held.dedup();
            let reported = found.iter().filter(|rated| assessor.is_reported(rated));
            let reported: HashSet<ValueId> = reported.flat_map(|rated| rated.evidence.values()).collect();
            let is_weak = |value: &u32| !reported.contains(&values[*value as usize]);
            objects.weak.extend(held.iter().copied().filter(is_weak).map(|value| (*oid, value)));
            if !held.is_empty() {
                objects.blobs.insert(*oid, held);
            }
        }
        for (tree, name, rated) in &self.trees.names {
            if let Some(value) = index(&rated.evidence.value) {
                objects.names.entry(*tree).or_default().push((name.clone(), value));
            }
        }
        Tracking { values, objects }
    }

    /// Returns the occurrences without provenance, and adds problems for the archives that were not searched.
    pub(crate) fn into_occurrences(self, scanner: &Scanner, problems: &mut Vec<Problem>) -> Vec<Occurrence> {
        for (oid, skipped) in &self.skipped {
            let shown = blob_description(oid);
            problems.extend(skipped.iter().map(|skipped| skipped_problem(skipped, &shown)));
        }
        let mut occurrences: Vec<Occurrence> =
            self.texts.into_iter().flat_map(|(.., occurrences)| occurrences).collect();
        for (oid, found) in self.blobs {
            let origin = unnamed_blob(scanner, &oid);
            occurrences.extend(Occurrence::in_text(found, &origin));
        }
        occurrences
    }

    /// Returns the evidence by blob.
    pub(crate) fn by_blob(&self) -> HashMap<Oid, &[RatedEvidence]> {
        self.blobs.iter().map(|(oid, found)| (*oid, found.as_slice())).collect()
    }
}

/// The origin of evidence in a blob that no path leads to.
pub(crate) fn unnamed_blob(scanner: &Scanner, oid: &Oid) -> TextOrigin {
    TextOrigin {
        kind: LocationKind::File,
        path: Vec::new(),
        shown: scanner.shown_path(blob_description(oid).as_bytes()),
        blob: Some(*oid),
        commit: None,
        is_current: false,
    }
}

/// Returns the description of a blob in reports, such as `blob 95d09f2b1015`.
pub(crate) fn blob_description(oid: &Oid) -> String {
    format!("blob {:.12}", oid.to_string())
}
