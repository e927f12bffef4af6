//! Scans of what is added: by the next commit, or by each commit of a range. New is what no parent's version
//! of the same path, or of the path it was renamed from, holds by value.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use crate::detect::Evidence;
use crate::finding::{CommitInfo, LocationKind, Problem, ProblemKind, Report, Scope};
use crate::git::tree_diff::{Change, ChangeSet};
use crate::git::{Commit, ObjectDatabase, ObjectKind, Oid, Repository, Signature, message_start};
use crate::scan::group::{Occurrence, Place};
use crate::scan::missing_paths::Known;
use crate::scan::renames::{Effort, Removed};
use crate::scan::worktree::lfs_note;
use crate::scan::{PathFilter, ScanError, Scanner, archive_problems};
use crate::secret::ValueId;
use crate::source::range as range_source;
use crate::source::range::Revisions;
use crate::source::{ScanControl, read_problem, staged as staged_source};

/// The other parents of a merge that is being committed, where only the environment names them.
#[derive(Clone, Debug, Default)]
pub struct MergeParents(pub Vec<Oid>);

/// Fewer blobs than this are read on the calling thread: starting others would take longer.
const FEW: usize = 16;

/// Scans what the next commit would add.
///
/// # Errors
/// The index, HEAD or the object database cannot be read.
pub(crate) fn scan_staged(
    scanner: &Scanner,
    repository: &Repository,
    merge: &MergeParents,
    asked: &PathFilter,
    control: &ScanControl,
) -> Result<Report, ScanError> {
    let objects = ObjectDatabase::open(repository)?;
    let mut staged = staged_source::compare_index(repository, &objects, &merge.0)?;
    staged.changes.changes.retain(|change| asked.holds(&change.path));
    let mut search = Search::new(scanner, repository);
    search.problems.append(&mut staged.problems);
    let missing = asked.unknown(|path| staged.has_path(repository, &objects, path));
    search.problems.extend(missing.map(|path| Problem {
        kind: ProblemKind::MissingPath,
        path: Some(scanner.shown_path(path)),
        message: "neither the index, HEAD nor the working tree has it; is it spelled right?".into(),
    }));
    let sets = [Set { commit: None, changes: &staged.changes }];
    search.run(&sets, &objects, control);
    search.problems.extend(Scanner::common_notes(Some(repository), control));
    let scope = Scope { kind: "staged", blobs: search.read, bytes: search.bytes, ..Scope::default() };
    Ok(scanner.report(scope, search.hits, search.problems))
}

/// Scans what each commit of a range adds, and the messages of commits and named tags.
///
/// # Errors
/// The range or the object database cannot be read.
pub(crate) fn scan_range(
    scanner: &Scanner,
    repository: &Repository,
    revisions: &Revisions,
    names: &[String],
    asked: &PathFilter,
    control: &ScanControl,
) -> Result<Report, ScanError> {
    let objects = ObjectDatabase::open(repository)?;
    let mut found = range_source::read_range(repository, &objects, revisions, control)?;
    let mut search = Search::new(scanner, repository);
    for commit in &mut found.commits {
        commit.changes.changes.retain(|change| asked.holds(&change.path));
        search.texts(&objects, &commit.oid, Some(&commit.commit));
    }
    for tag in &found.tags {
        search.texts(&objects, tag, None);
    }
    search.problems.append(&mut found.problems);
    let trees: Vec<Oid> = found.commits.iter().rev().map(|commit| commit.commit.tree).collect();
    let removed = found.commits.iter().flat_map(|commit| &commit.changes.removed);
    let gone: Vec<&[u8]> = removed.map(|(path, _)| path.as_slice()).collect();
    let known = Known { scanner, repository, objects: &objects, stores: &[], trees: &trees, gone: &gone };
    search.problems.extend(known.problems(asked));
    let mut sets: Vec<Set<'_>> = found
        .commits
        .iter()
        .map(|commit| Set {
            commit: Some(scanner.commit_info(&commit.oid, &commit.commit.author)),
            changes: &commit.changes,
        })
        .collect();
    sets.push(Set { commit: None, changes: &found.named_objects });
    search.run(&sets, &objects, control);
    search.problems.extend(Scanner::common_notes(Some(repository), control));
    let scope = Scope {
        kind: "range",
        revisions: names.to_vec(),
        ci: None,
        commits: found.commits.len(),
        objects: found.commits.len() + found.tags.len() + search.read,
        blobs: search.read,
        bytes: search.bytes,
    };
    Ok(scanner.report(scope, search.hits, search.problems))
}

/// What one commit (or the next one) changes.
struct Set<'s> {
    commit: Option<CommitInfo>,
    changes: &'s ChangeSet,
}

struct Search<'e> {
    scanner: &'e Scanner,
    repository: &'e Repository,
    /// Evidence by blob; blobs without any are not kept.
    evidence: HashMap<Oid, Vec<Evidence>>,
    hits: Vec<Occurrence>,
    problems: Vec<Problem>,
    /// What may still be spent on looking for renames.
    effort: Effort,
    read: usize,
    bytes: u64,
}

impl<'e> Search<'e> {
    fn new(scanner: &'e Scanner, repository: &'e Repository) -> Self {
        Self {
            scanner,
            repository,
            evidence: HashMap::new(),
            hits: Vec::new(),
            problems: Vec::new(),
            effort: Effort::default(),
            read: 0,
            bytes: 0,
        }
    }

    fn run(&mut self, sets: &[Set<'_>], objects: &ObjectDatabase, control: &ScanControl) {
        let excluded = |path: &[u8]| self.scanner.policy().settings.exclude.matches(path);
        let mut blobs: Vec<(Oid, &[u8])> = sets
            .iter()
            .flat_map(|set| &set.changes.changes)
            .filter(|change| !excluded(&change.path))
            .map(|change| (change.blob, change.path.as_slice()))
            .collect();
        blobs.sort_unstable();
        blobs.dedup_by_key(|(oid, _)| *oid);
        self.read_all(&blobs, objects, control);
        for set in sets {
            let mut removed = Removed::new(&set.changes.removed);
            for change in set.changes.changes.iter().filter(|change| !excluded(&change.path)) {
                self.new_in(change, set, &mut removed, objects);
            }
        }
    }

    /// Searches each blob once.
    fn read_all(&mut self, blobs: &[(Oid, &[u8])], objects: &ObjectDatabase, control: &ScanControl) {
        let scanner = self.scanner;
        let look = |objects: &ObjectDatabase, (oid, path): &(Oid, &[u8])| -> SearchedVersion {
            let shown = scanner.shown_path(path);
            let content = match objects.read_as(oid, ObjectKind::Blob) {
                Ok(content) => content,
                Err(error) => {
                    return SearchedVersion {
                        problems: vec![read_problem(&error, Some(shown))],
                        ..SearchedVersion::default()
                    };
                }
            };
            let bytes = content.len() as u64;
            match scanner.search(&content, &shown) {
                Ok(looked) => {
                    let unread =
                        looked.skipped.iter().map(|unread| archive_problems::problem(unread, &shown));
                    let problems = unread.chain(lfs_note(&content, &shown)).collect();
                    SearchedVersion { found: looked.evidence, bytes, problems }
                }
                Err(problem) => {
                    SearchedVersion { bytes, problems: vec![problem], ..SearchedVersion::default() }
                }
            }
        };
        let looked: Vec<SearchedVersion> = if blobs.len() < FEW {
            blobs.iter().map(|blob| look(objects, blob)).collect()
        } else {
            let open = || ObjectDatabase::open(self.repository);
            let each = |database: &mut Result<ObjectDatabase, _>, blob: &(Oid, &[u8])| match database {
                _ if control.cancellation.is_requested() => SearchedVersion::default(),
                Ok(database) => look(database, blob),
                Err(_) => look_failed(scanner, blob),
            };
            blobs.par_iter().map_init(open, each).collect()
        };
        self.read += blobs.len();
        for ((oid, _), looked) in blobs.iter().zip(looked) {
            self.bytes += looked.bytes;
            self.problems.extend(looked.problems);
            if !looked.found.is_empty() {
                self.evidence.insert(*oid, looked.found);
            }
        }
    }

    fn new_in(
        &mut self,
        change: &Change,
        set: &Set<'_>,
        removed: &mut Removed<'_>,
        objects: &ObjectDatabase,
    ) {
        let place = |kind| Place {
            kind,
            path: change.path.clone(),
            shown: self.scanner.shown_path(&change.path),
            blob: Some(change.blob),
            commit: set.commit.clone(),
            current: true,
        };
        if change.bases.is_empty() {
            let shown = self.scanner.shown_path(&change.path);
            match self.scanner.search_name(&change.path, || shown.clone()) {
                Ok(found) => {
                    let place = Place { blob: None, ..place(LocationKind::Path) };
                    self.hits.extend(
                        found.into_iter().map(|evidence| Occurrence { evidence, place: place.clone() }),
                    );
                }
                Err(problem) => self.problems.push(problem),
            }
        }
        let Some(found) = self.evidence.get(&change.blob).cloned() else { return };
        let place = place(LocationKind::File);
        let known = self.known(change, removed, objects);
        let new = found.into_iter().filter(|evidence| !known.contains(&evidence.value));
        self.hits.extend(new.map(|evidence| Occurrence { evidence, place: place.clone() }));
    }

    /// The values that the parents' versions of a path hold; of a new path, those of the file that it was
    /// renamed from.
    fn known(
        &mut self,
        change: &Change,
        removed: &mut Removed<'_>,
        objects: &ObjectDatabase,
    ) -> HashSet<ValueId> {
        let shown = self.scanner.shown_path(&change.path);
        let mut bases = Vec::new();
        for oid in &change.bases {
            match objects.read_as(oid, ObjectKind::Blob) {
                Ok(base) => bases.push(base),
                // Everything in the file then counts as new: nothing is missed, and it is said why.
                Err(error) => self.problems.push(read_problem(&error, Some(shown.clone()))),
            }
        }
        if change.bases.is_empty() {
            bases.extend(removed.origin(change, objects, &mut self.effort));
        }
        let mut known = HashSet::new();
        for base in bases {
            match self.scanner.search_name(&base, || shown.clone()) {
                Ok(found) => known.extend(found.iter().flat_map(Evidence::values)),
                Err(problem) => self.problems.push(problem),
            }
        }
        known
    }

    /// The message and the names of a commit or tag.
    fn texts(&mut self, objects: &ObjectDatabase, oid: &Oid, commit: Option<&Commit>) {
        match objects.read(oid) {
            Ok(object) => {
                self.bytes += object.bytes.len() as u64;
                let info = || commit.map(|commit| self.scanner.commit_info(oid, &commit.author));
                let hits = self.scanner.texts(oid, object.kind, &object.bytes, info);
                match hits {
                    Ok(hits) => self.hits.extend(hits),
                    Err(problem) => self.problems.push(problem),
                }
            }
            Err(error) => self.problems.push(read_problem(&error, None)),
        }
    }
}

#[derive(Default)]
struct SearchedVersion {
    found: Vec<Evidence>,
    bytes: u64,
    problems: Vec<Problem>,
}

fn look_failed(scanner: &Scanner, (oid, path): &(Oid, &[u8])) -> SearchedVersion {
    let error = crate::git::ReadError::Corrupt(*oid, "the object database cannot be opened".into());
    SearchedVersion {
        problems: vec![read_problem(&error, Some(scanner.shown_path(path)))],
        ..SearchedVersion::default()
    }
}

impl Scanner {
    /// Evidence in the message and the names of a commit or tag, told apart and counted from the message's
    /// first line.
    pub(crate) fn texts(
        &self,
        oid: &Oid,
        kind: ObjectKind,
        bytes: &[u8],
        commit: impl Fn() -> Option<CommitInfo>,
    ) -> Result<Vec<Occurrence>, Problem> {
        let what = if kind == ObjectKind::Tag { "tag" } else { "commit" };
        let shown = || format!("{what} {:.12}", oid.to_string());
        let start = message_start(bytes);
        let mut hits = Vec::new();
        for (kind, text) in
            [(LocationKind::Identity, &bytes[..start]), (LocationKind::Message, &bytes[start..])]
        {
            // A random-looking value beside a name is of no meaning in headers: signatures are full of them.
            let headers = kind == LocationKind::Identity;
            let found = self.search_name(text, shown)?;
            let found = found
                .into_iter()
                .filter(|evidence| !headers || self.detector().rules()[evidence.rule].is_provider());
            hits.extend(found.map(|evidence| Occurrence {
                evidence,
                place: Place {
                    kind,
                    path: Vec::new(),
                    shown: shown(),
                    blob: None,
                    commit: commit(),
                    current: false,
                },
            }));
        }
        Ok(hits)
    }

    /// A commit as reports name it.
    pub(crate) fn commit_info(&self, oid: &Oid, author: &Signature) -> CommitInfo {
        let date = jiff::Timestamp::from_second(author.time).ok().map(|time| time.to_string());
        CommitInfo { id: oid.to_string(), author: self.shown_text(&author.identity), date }
    }
}
