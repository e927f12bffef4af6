//! The search of the blobs and messages of a diff, each once: one by one through the object database, or along the
//! deltas of the packs if they are many.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::assess::{Occurrence, RatedEvidence};
use crate::detect::{Evidence, ScanResult, Skipped};
use crate::finding::Problem;
use crate::git::{Commit, ObjectDatabase, ObjectKind, Oid};
use crate::scan::archive_problems::skipped_problem;
use crate::scan::commit_texts::{commit_info, search_commit_texts};
use crate::scan::lfs_pointer::lfs_note;
use crate::scan::scanner::Scanner;
use crate::source::{ObjectView, ScanControl, read_problem};

/// Fewer blobs than this are read on the calling thread: starting other threads would take longer.
const MIN_PARALLEL: usize = 16;

/// The objects to search.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'w> {
    /// Blobs, sorted, each with one of its paths.
    pub(super) blobs: &'w [(Oid, &'w [u8])],
    /// Commits and tags.
    pub(super) texts: &'w [Oid],
}

/// The results of a search.
#[derive(Default)]
pub(super) struct Searched {
    /// The evidence by blob; blobs without evidence are not kept.
    pub(super) evidence: HashMap<Oid, Vec<RatedEvidence>>,
    /// The blobs whose evidence is not known as a whole.
    pub(super) incomplete: HashSet<Oid>,
    /// The occurrences in messages and headers, by commit or tag.
    pub(super) texts: HashMap<Oid, Vec<Occurrence>>,
    /// The number of bytes read.
    pub(super) bytes: u64,
    pub(super) problems: Vec<Problem>,
}

impl Searched {
    /// Adds the results of another search.
    pub(super) fn append(&mut self, other: Self) {
        self.evidence.extend(other.evidence);
        self.incomplete.extend(other.incomplete);
        self.texts.extend(other.texts);
        self.bytes += other.bytes;
        self.problems.extend(other.problems);
    }

    /// Adds the result of a blob.
    pub(super) fn add_blob(&mut self, scanner: &Scanner, oid: Oid, result: BlobResult) {
        self.bytes += result.bytes;
        self.problems.extend(result.problems);
        if result.is_complete {
            self.incomplete.remove(&oid);
        } else {
            self.incomplete.insert(oid);
        }
        if !result.found.is_empty() {
            self.evidence.insert(oid, scanner.assessor().rate_all(result.found));
        }
    }

    /// Searches a commit or tag, and adds the result.
    pub(super) fn add_text(&mut self, scanner: &Scanner, object: &ObjectView<'_>) {
        let ObjectView { oid, kind, bytes } = object;
        self.bytes += bytes.len() as u64;
        let commit = || (*kind == ObjectKind::Commit).then(|| Commit::parse(bytes)).flatten();
        let info = || commit().map(|commit| commit_info(scanner, oid, &commit.author));
        match search_commit_texts(scanner, oid, *kind, bytes, info) {
            Ok(found) if found.is_empty() => {}
            Ok(found) => drop(self.texts.insert(*oid, found)),
            Err(problem) => self.problems.push(problem),
        }
    }

    /// Searches objects one by one.
    pub(super) fn search_one_by_one(
        &mut self,
        scanner: &Scanner,
        objects: &ObjectDatabase,
        wanted: Wanted<'_>,
        control: &ScanControl,
    ) {
        for oid in wanted.texts {
            match objects.read(oid) {
                Ok(object) => {
                    let view = ObjectView { oid: *oid, kind: object.kind, bytes: &object.bytes };
                    self.add_text(scanner, &view);
                }
                Err(error) => self.problems.push(read_problem(&error, None)),
            }
        }
        let Wanted { blobs, .. } = wanted;
        let results: Vec<BlobResult> = if blobs.len() < MIN_PARALLEL {
            blobs.iter().map(|blob| BlobResult::read(scanner, objects, blob)).collect()
        } else {
            let first = Mutex::new(objects.for_thread());
            let open = || first.lock().unwrap_or_else(PoisonError::into_inner).for_thread();
            let search = |objects: &mut ObjectDatabase, blob: &(Oid, &[u8])| {
                if control.cancellation.is_requested() {
                    return BlobResult::default();
                }
                BlobResult::read(scanner, objects, blob)
            };
            blobs.par_iter().map_init(open, search).collect()
        };
        for ((oid, _), result) in blobs.iter().zip(results) {
            self.add_blob(scanner, *oid, result);
        }
    }
}

/// The result of one blob.
#[derive(Default)]
pub(super) struct BlobResult {
    found: Vec<Evidence>,
    bytes: u64,
    problems: Vec<Problem>,
    /// Whether `found` is all evidence of the blob.
    is_complete: bool,
}

impl BlobResult {
    /// Reads a blob and searches it.
    fn read(scanner: &Scanner, objects: &ObjectDatabase, (oid, path): &(Oid, &[u8])) -> Self {
        match objects.read_as(oid, ObjectKind::Blob) {
            Ok(content) => Self::search(scanner, &content, path, |shown| scanner.search(&content, shown)),
            Err(error) => {
                let problems = vec![read_problem(&error, Some(scanner.shown_path(path)))];
                Self { problems, ..Self::default() }
            }
        }
    }

    /// Searches a blob with a function, which gets the path that reports show.
    pub(super) fn search(
        scanner: &Scanner,
        content: &[u8],
        path: &[u8],
        search: impl FnOnce(&str) -> Result<ScanResult, Problem>,
    ) -> Self {
        let shown_path = scanner.shown_path(path);
        let bytes = content.len() as u64;
        match search(&shown_path) {
            Ok(result) => {
                let is_complete = !result.skipped.iter().any(Skipped::is_over_limit);
                let problems = result.skipped.iter().map(|skipped| skipped_problem(skipped, &shown_path));
                let problems = problems.chain(lfs_note(content, &shown_path)).collect();
                Self { found: result.evidence, bytes, problems, is_complete }
            }
            Err(problem) => Self { bytes, problems: vec![problem], ..Self::default() },
        }
    }
}
