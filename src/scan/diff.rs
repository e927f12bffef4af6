//! Scans of added values: those of the next commit, or of each commit of a range. A value is new if no parent's version
//! of the same path, or of the path that it was renamed from, holds it.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use crate::assess::{Occurrence, RatedEvidence, TextOrigin};
use crate::detect::Evidence;
use crate::finding::{CommitInfo, LocationKind, Problem, ProblemKind, Report, Scope, ScopeKind};
use crate::git::tree_diff::{Change, ChangeSet};
use crate::git::{Commit, ObjectDatabase, ObjectKind, Oid, OpenError, ReadError, Repository};
use crate::scan::archive_problems::skipped_problem;
use crate::scan::commit_texts::{commit_info, search_commit_texts};
use crate::scan::error::ScanError;
use crate::scan::lfs_pointer::lfs_note;
use crate::scan::missing_paths::PathSources;
use crate::scan::path_filter::PathFilter;
use crate::scan::renames::{RemovedFiles, RenameBudget};
use crate::scan::report::{build_report, common_notes};
use crate::scan::scanner::Scanner;
use crate::secret::ValueId;
use crate::source::range::{Revisions, read_range};
use crate::source::staged::compare_index;
use crate::source::{ScanControl, read_problem};

/// The further parents of a merge in progress, if only the environment names them.
#[derive(Clone, Debug, Default)]
pub struct MergeParents(pub Vec<Oid>);

/// Fewer blobs than this are read on the calling thread: starting other threads would take longer.
const MIN_PARALLEL: usize = 16;

/// Scans the values that the next commit would add.
pub(crate) fn scan_staged(
    scanner: &Scanner,
    repository: &Repository,
    merge_parents: &MergeParents,
    paths: &PathFilter,
    control: &ScanControl,
) -> Result<Report, ScanError> {
    let objects = ObjectDatabase::open(repository)?;
    let mut staged = compare_index(repository, &objects, &merge_parents.0)?;
    staged.changes.changes.retain(|change| paths.includes(&change.path));
    let mut scan = DiffScan::new(scanner, repository, &objects);
    scan.problems.append(&mut staged.problems);
    let missing = paths.unknown(|path| staged.has_path(repository, &objects, path));
    scan.problems.extend(missing.map(|path| Problem {
        kind: ProblemKind::MissingPath,
        path: Some(scanner.shown_path(path)),
        message: "neither the index, HEAD nor the working tree has it; is it spelled right?".into(),
    }));
    scan.scan_changes(&[CommitChangeSet { commit: None, changes: &staged.changes }], control);
    scan.problems.extend(common_notes(Some(repository), control));
    let DiffScan { occurrences, problems, blobs, bytes, .. } = scan;
    let scope = Scope { kind: ScopeKind::Staged, blobs, bytes, ..Scope::default() };
    Ok(build_report(scanner, scope, occurrences, problems))
}

/// Scans the values that each commit of a range adds, and the messages of its commits and named tags.
pub(crate) fn scan_range(
    scanner: &Scanner,
    repository: &Repository,
    revisions: &Revisions,
    names: &[String],
    paths: &PathFilter,
    control: &ScanControl,
) -> Result<Report, ScanError> {
    let objects = ObjectDatabase::open(repository)?;
    let mut range = read_range(repository, &objects, revisions, control)?;
    let mut scan = DiffScan::new(scanner, repository, &objects);
    for commit in &mut range.commits {
        commit.changes.changes.retain(|change| paths.includes(&change.path));
        scan.scan_texts(&commit.oid, Some(&commit.commit));
    }
    for tag in &range.tags {
        scan.scan_texts(tag, None);
    }
    scan.problems.append(&mut range.problems);
    let trees: Vec<Oid> = range.commits.iter().rev().map(|commit| commit.commit.tree).collect();
    let removed = range.commits.iter().flat_map(|commit| &commit.changes.removed);
    let removed: Vec<&[u8]> = removed.map(|(path, _)| path.as_slice()).collect();
    let sources =
        PathSources { repository, objects: &objects, submodules: &[], trees: &trees, removed: &removed };
    scan.problems.extend(sources.missing_path_problems(scanner, paths));
    let mut sets: Vec<CommitChangeSet<'_>> = range
        .commits
        .iter()
        .map(|commit| CommitChangeSet {
            commit: Some(commit_info(scanner, &commit.oid, &commit.commit.author)),
            changes: &commit.changes,
        })
        .collect();
    sets.push(CommitChangeSet { commit: None, changes: &range.named_objects });
    scan.scan_changes(&sets, control);
    scan.problems.extend(common_notes(Some(repository), control));
    let DiffScan { occurrences, problems, blobs, bytes, .. } = scan;
    let commits = range.commits.len();
    let scope = Scope {
        kind: ScopeKind::Range,
        revisions: names.to_vec(),
        ci: None,
        commits,
        objects: commits + range.tags.len() + blobs,
        blobs,
        bytes,
    };
    Ok(build_report(scanner, scope, occurrences, problems))
}

/// The changes of one commit, or of the next one.
struct CommitChangeSet<'s> {
    commit: Option<CommitInfo>,
    changes: &'s ChangeSet,
}

/// A running scan, with its results so far.
struct DiffScan<'e> {
    scanner: &'e Scanner,
    repository: &'e Repository,
    objects: &'e ObjectDatabase,
    /// The evidence by blob; blobs without evidence are not kept.
    evidence: HashMap<Oid, Vec<RatedEvidence>>,
    occurrences: Vec<Occurrence>,
    problems: Vec<Problem>,
    rename_budget: RenameBudget,
    /// The number of blobs read.
    blobs: usize,
    bytes: u64,
}

impl<'e> DiffScan<'e> {
    fn new(scanner: &'e Scanner, repository: &'e Repository, objects: &'e ObjectDatabase) -> Self {
        Self {
            scanner,
            repository,
            objects,
            evidence: HashMap::new(),
            occurrences: Vec::new(),
            problems: Vec::new(),
            rename_budget: RenameBudget::default(),
            blobs: 0,
            bytes: 0,
        }
    }

    fn scan_changes(&mut self, sets: &[CommitChangeSet<'_>], control: &ScanControl) {
        let scanner = self.scanner;
        let mut blobs: Vec<(Oid, &[u8])> = sets
            .iter()
            .flat_map(|set| &set.changes.changes)
            .filter(|change| !scanner.is_excluded(&change.path))
            .map(|change| (change.blob, change.path.as_slice()))
            .collect();
        blobs.sort_unstable();
        blobs.dedup_by_key(|(oid, _)| *oid);
        self.search_blobs(&blobs, control);
        for set in sets {
            let mut removed = RemovedFiles::new(&set.changes.removed);
            for change in set.changes.changes.iter().filter(|change| !scanner.is_excluded(&change.path)) {
                self.add_new_values(change, set.commit.as_ref(), &mut removed);
            }
        }
    }

    /// Searches each blob once.
    fn search_blobs(&mut self, blobs: &[(Oid, &[u8])], control: &ScanControl) {
        let scanner = self.scanner;
        let results: Vec<BlobResult> = if blobs.len() < MIN_PARALLEL {
            blobs.iter().map(|blob| BlobResult::search(scanner, self.objects, blob)).collect()
        } else {
            let open = || ObjectDatabase::open(self.repository);
            let search = |objects: &mut Result<ObjectDatabase, OpenError>, blob: &(Oid, &[u8])| match objects
            {
                _ if control.cancellation.is_requested() => BlobResult::default(),
                Ok(objects) => BlobResult::search(scanner, objects, blob),
                Err(_) => BlobResult::without_database(scanner, blob),
            };
            blobs.par_iter().map_init(open, search).collect()
        };
        self.blobs += blobs.len();
        for ((oid, _), result) in blobs.iter().zip(results) {
            self.bytes += result.bytes;
            self.problems.extend(result.problems);
            if !result.found.is_empty() {
                self.evidence.insert(*oid, scanner.assessor().rate_all(result.found));
            }
        }
    }

    /// Adds the values that a change adds to a path, and those in a new path itself.
    fn add_new_values(
        &mut self,
        change: &Change,
        commit: Option<&CommitInfo>,
        removed: &mut RemovedFiles<'_>,
    ) {
        let shown_path = self.scanner.shown_path(&change.path);
        let in_file = TextOrigin {
            kind: LocationKind::File,
            path: change.path.clone(),
            shown: shown_path.clone(),
            blob: Some(change.blob),
            commit: commit.cloned(),
            is_current: true,
        };
        if change.bases.is_empty() {
            match self.scanner.search_name(&change.path, || shown_path.clone()) {
                Ok(found) => {
                    let in_path = TextOrigin { kind: LocationKind::Path, blob: None, ..in_file.clone() };
                    let rated = self.scanner.assessor().rate_all(found);
                    self.occurrences.extend(Occurrence::in_text(rated, &in_path));
                }
                Err(problem) => self.problems.push(problem),
            }
        }
        let Some(found) = self.evidence.get(&change.blob).cloned() else { return };
        let known = self.known_values(change, removed, &shown_path);
        let new = found.into_iter().filter(|rated| !known.contains(&rated.evidence.value));
        self.occurrences.extend(Occurrence::in_text(new, &in_file));
    }

    /// Returns the values in the parents' versions of a path; for a new path, those in the file that it was renamed
    /// from.
    fn known_values(
        &mut self,
        change: &Change,
        removed: &mut RemovedFiles<'_>,
        shown_path: &str,
    ) -> HashSet<ValueId> {
        let mut bases = Vec::new();
        for oid in &change.bases {
            match self.objects.read_as(oid, ObjectKind::Blob) {
                Ok(base) => bases.push(base),
                // Everything in the file then counts as new: no value is missed, and the problem says why.
                Err(error) => self.problems.push(read_problem(&error, Some(shown_path.to_owned()))),
            }
        }
        if change.bases.is_empty() {
            bases.extend(removed.find_origin(change, self.objects, &mut self.rename_budget));
        }
        let mut known = HashSet::new();
        for base in bases {
            match self.scanner.search_name(&base, || shown_path.to_owned()) {
                Ok(found) => known.extend(found.iter().flat_map(Evidence::values)),
                Err(problem) => self.problems.push(problem),
            }
        }
        known
    }

    /// Scans the message and the header of a commit or tag.
    fn scan_texts(&mut self, oid: &Oid, commit: Option<&Commit>) {
        match self.objects.read(oid) {
            Ok(object) => {
                self.bytes += object.bytes.len() as u64;
                let info = || commit.map(|commit| commit_info(self.scanner, oid, &commit.author));
                match search_commit_texts(self.scanner, oid, object.kind, &object.bytes, info) {
                    Ok(found) => self.occurrences.extend(found),
                    Err(problem) => self.problems.push(problem),
                }
            }
            Err(error) => self.problems.push(read_problem(&error, None)),
        }
    }
}

/// The result of one blob.
#[derive(Default)]
struct BlobResult {
    found: Vec<Evidence>,
    bytes: u64,
    problems: Vec<Problem>,
}

impl BlobResult {
    fn search(scanner: &Scanner, objects: &ObjectDatabase, (oid, path): &(Oid, &[u8])) -> Self {
        let shown_path = scanner.shown_path(path);
        let content = match objects.read_as(oid, ObjectKind::Blob) {
            Ok(content) => content,
            Err(error) => {
                return Self { problems: vec![read_problem(&error, Some(shown_path))], ..Self::default() };
            }
        };
        let bytes = content.len() as u64;
        match scanner.search(&content, &shown_path) {
            Ok(result) => {
                let problems = result.skipped.iter().map(|skipped| skipped_problem(skipped, &shown_path));
                let problems = problems.chain(lfs_note(&content, &shown_path)).collect();
                Self { found: result.evidence, bytes, problems }
            }
            Err(problem) => Self { bytes, problems: vec![problem], ..Self::default() },
        }
    }

    /// The result if a thread cannot open the object database.
    fn without_database(scanner: &Scanner, (oid, path): &(Oid, &[u8])) -> Self {
        let error = ReadError::Corrupt(*oid, "the object database cannot be opened".into());
        let problem = read_problem(&error, Some(scanner.shown_path(path)));
        Self { problems: vec![problem], ..Self::default() }
    }
}
