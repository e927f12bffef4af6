//! A running scan of changes: searches their blobs, and keeps the values that no base of a change holds.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use crate::assess::{Occurrence, TextOrigin};
use crate::detect::Evidence;
use crate::finding::{CommitInfo, LocationKind, Problem};
use crate::git::tree_diff::{Change, ChangeSet};
use crate::git::{CommitList, ObjectDatabase, ObjectKind, Oid, OpenError, Repository};
use crate::scan::commit_texts::commit_info;
use crate::scan::diff::pack_search::search_packs;
use crate::scan::diff::search::{Searched, Wanted};
use crate::scan::renames::{RemovedFiles, RenameBudget};
use crate::scan::scanner::Scanner;
use crate::secret::ValueId;
use crate::source::history::ObjectSet;
use crate::source::{ScanControl, read_problem};

/// The changes of one commit, or of the next one.
pub(super) struct CommitChangeSet<'s> {
    pub(super) commit: Option<CommitOfRange<'s>>,
    pub(super) changes: &'s ChangeSet,
}

/// A commit of a range.
#[derive(Clone, Copy)]
pub(super) struct CommitOfRange<'s> {
    pub(super) commits: &'s CommitList,
    pub(super) index: usize,
}

impl CommitOfRange<'_> {
    fn info(&self, scanner: &Scanner) -> Option<CommitInfo> {
        let row = self.commits.rows.get(self.index)?;
        Some(commit_info(scanner, &row.oid, &self.commits.author_of(row)))
    }
}

/// How the objects of a scan are read.
#[derive(Clone, Copy)]
pub(super) struct PackChoice<'c> {
    /// The object database, if it is open already.
    pub(super) contents: Option<&'c ObjectSet>,
    /// The number of blobs and messages up to which they are read one by one.
    pub(super) max_one_by_one: usize,
}

impl PackChoice<'_> {
    /// Everything is read one by one.
    pub(super) const NEVER: Self = Self { contents: None, max_one_by_one: usize::MAX };
}

/// A running scan, with its results so far.
pub(super) struct DiffScan<'e> {
    scanner: &'e Scanner,
    repository: &'e Repository,
    objects: &'e ObjectDatabase,
    pub(super) occurrences: Vec<Occurrence>,
    pub(super) problems: Vec<Problem>,
    rename_budget: RenameBudget,
    /// The number of blobs read.
    pub(super) blobs: usize,
    pub(super) bytes: u64,
}

/// The results of a search, and what was learnt from them.
struct Results<'s> {
    searched: Searched,
    /// The blobs that were searched, sorted.
    blobs: Vec<(Oid, &'s [u8])>,
    /// The values in blobs that belong to no change, or why they are not known.
    base_values: HashMap<Oid, Result<HashSet<ValueId>, Problem>>,
    /// The new paths without evidence in them.
    clean_paths: HashSet<&'s [u8]>,
}

impl<'e> DiffScan<'e> {
    pub(super) fn new(scanner: &'e Scanner, repository: &'e Repository, objects: &'e ObjectDatabase) -> Self {
        Self {
            scanner,
            repository,
            objects,
            occurrences: Vec::new(),
            problems: Vec::new(),
            rename_budget: RenameBudget::default(),
            blobs: 0,
            bytes: 0,
        }
    }

    /// Scans the messages of commits and tags, and the values that changes add.
    ///
    /// # Errors
    /// Returns an error if the object database cannot be opened.
    pub(super) fn scan<'s>(
        &mut self,
        texts: &[Oid],
        sets: &'s [CommitChangeSet<'s>],
        packs: PackChoice<'_>,
        control: &ScanControl,
    ) -> Result<(), OpenError> {
        let scanner = self.scanner;
        let mut blobs: Vec<(Oid, &[u8])> = sets
            .iter()
            .flat_map(|set| &set.changes.changes)
            .filter(|change| !scanner.is_excluded(&change.path))
            .map(|change| (change.blob, change.path.as_slice()))
            .collect();
        blobs.sort_unstable();
        blobs.dedup_by_key(|(oid, _)| *oid);
        let wanted = Wanted { blobs: &blobs, texts };
        let mut searched = self.search(wanted, packs, control)?;
        self.blobs += blobs.len();
        self.bytes += searched.bytes;
        self.problems.append(&mut searched.problems);
        for oid in texts {
            self.occurrences.extend(searched.texts.remove(oid).unwrap_or_default());
        }
        let mut results =
            Results { searched, blobs, base_values: HashMap::new(), clean_paths: HashSet::new() };
        for set in sets {
            let mut removed = RemovedFiles::new(&set.changes.removed);
            let info = OnceCell::new();
            let commit = || info.get_or_init(|| set.commit.and_then(|commit| commit.info(scanner))).clone();
            for change in set.changes.changes.iter().filter(|change| !scanner.is_excluded(&change.path)) {
                self.add_new_values(change, &commit, &mut removed, &mut results);
            }
        }
        Ok(())
    }

    fn search(
        &self,
        wanted: Wanted<'_>,
        packs: PackChoice<'_>,
        control: &ScanControl,
    ) -> Result<Searched, OpenError> {
        let Self { scanner, repository, objects, .. } = self;
        if wanted.blobs.len() + wanted.texts.len() > packs.max_one_by_one {
            let opened = packs.contents.is_none().then(|| ObjectSet::open(repository)).transpose()?;
            if let Some(contents) = packs.contents.or(opened.as_ref()) {
                return Ok(search_packs(scanner, (objects, contents), wanted, control));
            }
        }
        let mut searched = Searched::default();
        searched.search_one_by_one(scanner, objects, wanted, control);
        Ok(searched)
    }

    /// Adds the values that a change adds to a path, and those in a new path itself.
    fn add_new_values<'s>(
        &mut self,
        change: &'s Change,
        commit: &dyn Fn() -> Option<CommitInfo>,
        removed: &mut RemovedFiles<'_>,
        results: &mut Results<'s>,
    ) {
        let scanner = self.scanner;
        let shown_path = || scanner.shown_path(&change.path);
        let origin = |kind, blob| TextOrigin {
            kind,
            path: change.path.clone(),
            shown: shown_path(),
            blob,
            commit: commit(),
            is_current: true,
        };
        if change.bases.is_empty() && !results.clean_paths.contains(change.path.as_slice()) {
            match scanner.search_name(&change.path, shown_path) {
                Ok(found) if found.is_empty() => drop(results.clean_paths.insert(&change.path)),
                Ok(found) => {
                    let rated = scanner.assessor().rate_all(found);
                    let in_path = origin(LocationKind::Path, None);
                    self.occurrences.extend(Occurrence::in_text(rated, &in_path));
                }
                Err(problem) => self.problems.push(problem),
            }
        }
        if !results.searched.evidence.contains_key(&change.blob) {
            return;
        }
        let known = self.known_values(change, removed, results);
        let found = results.searched.evidence.get(&change.blob).into_iter().flatten();
        let new: Vec<_> = found.filter(|rated| !known.contains(&rated.evidence.value)).cloned().collect();
        if !new.is_empty() {
            let in_file = origin(LocationKind::File, Some(change.blob));
            self.occurrences.extend(Occurrence::in_text(new, &in_file));
        }
    }

    /// Returns the values in the parents' versions of a path; for a new path, those in the file that it was renamed
    /// from.
    fn known_values(
        &mut self,
        change: &Change,
        removed: &mut RemovedFiles<'_>,
        results: &mut Results<'_>,
    ) -> HashSet<ValueId> {
        let mut known = HashSet::new();
        for base in &change.bases {
            if let Some(values) = results.values_of(base) {
                known.extend(values);
                continue;
            }
            let values = results.base_values.entry(*base).or_insert_with(|| {
                let content = self
                    .objects
                    .read_as(base, ObjectKind::Blob)
                    // Everything in the file then counts as new: no value is missed, and the problem says why.
                    .map_err(|error| read_problem(&error, None))?;
                values_in(self.scanner, &content)
            });
            match values {
                Ok(values) => known.extend(values.iter().copied()),
                Err(problem) => {
                    let path = Some(self.scanner.shown_path(&change.path));
                    self.problems.push(Problem { path, ..problem.clone() });
                }
            }
        }
        if change.bases.is_empty()
            && let Some(origin) = removed.find_origin(change, self.objects, &mut self.rename_budget)
        {
            match values_in(self.scanner, &origin) {
                Ok(values) => known.extend(values),
                Err(problem) => {
                    let path = Some(self.scanner.shown_path(&change.path));
                    self.problems.push(Problem { path, ..problem });
                }
            }
        }
        known
    }
}

/// Returns the values in a text. A problem has no path.
fn values_in(scanner: &Scanner, text: &[u8]) -> Result<HashSet<ValueId>, Problem> {
    let found = scanner.search_name(text, String::new)?;
    Ok(found.iter().flat_map(Evidence::values).collect())
}

impl Results<'_> {
    /// Returns the values of a blob that was searched; `None` if it was not, or not completely.
    fn values_of(&self, blob: &Oid) -> Option<impl Iterator<Item = ValueId> + '_> {
        let is_searched = self.blobs.binary_search_by_key(blob, |(oid, _)| *oid).is_ok();
        if !is_searched || self.searched.incomplete.contains(blob) {
            return None;
        }
        let found = self.searched.evidence.get(blob).into_iter().flatten();
        Some(found.flat_map(|rated| rated.evidence.values()))
    }
}
