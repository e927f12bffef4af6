//! The pass over all trees: evidence in file names, entries whose object is missing, and the shape by which values are
//! traced. A tree that is stored as a delta of another one reuses the facts of that one, so only its new entries are
//! evaluated.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::assess::RatedEvidence;
use crate::finding::{Problem, ProblemKind};
use crate::git::tree_delta::{EntryValues, map_entries};
use crate::git::{EntryCache, EntryKind, EntryNames, ObjectFormat, Oid, ReadError, TreeEntry, tree_entry_at};
use crate::provenance::{ShapeEntry, TreeShape};
use crate::scan::scanner::Scanner;
use crate::source::history::{NumberSet, ObjectSet};
use crate::source::{ObjectView, Visitor, read_problem};
use crate::text::CopiedRange;

/// The number of entries with a missing object that are kept; further ones are counted. A partial clone has millions.
const MAX_MISSING: usize = 100_000;

/// Collects the findings of trees while they are read, on any number of threads.
pub(crate) struct TreeCollector<'c> {
    scanner: &'c Scanner,
    format: ObjectFormat,
    objects: &'c ObjectSet,
    /// The blobs that may have to be traced.
    blobs: NumberSet,
    /// The objects that trees name as folders.
    folders: NumberSet,
    trees: NumberSet,
    shape: Mutex<TreeShape>,
    names: Mutex<EntryNames>,
    found: Mutex<TreeFindings>,
    /// One cache for each thread.
    caches: Vec<Mutex<EntryCache<EntryFacts>>>,
    /// For each tree of an earlier run the one that stands for it in the shape; empty without an earlier run.
    same_as: Vec<u32>,
}

/// What an earlier run knows about trees that this run does not read.
#[derive(Debug, Default)]
pub(crate) struct EarlierTrees {
    pub(crate) shape: TreeShape,
    /// The names in the shape.
    pub(crate) names: EntryNames,
    /// The trees that are not read.
    pub(crate) trees: NumberSet,
    /// For each of them the one that stands for it in the shape.
    same_as: Vec<u32>,
}

impl EarlierTrees {
    /// Creates an empty list for object numbers below `bound`.
    pub(crate) fn with_bound(bound: usize) -> Self {
        Self {
            trees: NumberSet::with_bound(bound),
            same_as: (0..bound).map(|number| u32::try_from(number).unwrap_or(u32::MAX)).collect(),
            ..Self::default()
        }
    }

    /// Adds a tree that leads to the same as another one, which has a row in the shape.
    pub(crate) fn add_alias(&mut self, tree: u32, same: u32) {
        self.shape.add_alias(tree, same);
        if let Some(known) = self.same_as.get_mut(tree as usize) {
            *known = same;
        }
    }
}

/// The findings of all trees, sorted.
#[derive(Default)]
pub(crate) struct TreeFindings {
    /// Evidence in names: the tree, the name, the evidence.
    pub(crate) names: Vec<(Oid, Vec<u8>, RatedEvidence)>,
    /// Entries whose object is missing: the tree, the name, the object.
    pub(crate) missing: Vec<(Oid, Vec<u8>, Oid)>,
    /// The number of further such entries.
    pub(crate) more_missing: usize,
    /// All trees, by number.
    pub(crate) all: NumberSet,
    pub(crate) shape: TreeShape,
    pub(crate) entry_names: EntryNames,
    pub(crate) problems: Vec<Problem>,
}

/// The facts about a tree entry that matter for the scan.
#[derive(Clone, Copy)]
pub(crate) struct EntryFacts {
    /// The object, if it is a folder or a blob that may have to be traced.
    object: u32,
    /// The number of the name, if the entry matters.
    name: u32,
}

impl EntryFacts {
    /// Stands for an object that does not matter.
    const OTHER: u32 = u32::MAX;
    /// Stands for an object that is missing.
    const MISSING: u32 = u32::MAX - 1;
    /// An entry that does not matter.
    const NONE: Self = Self { object: Self::OTHER, name: u32::MAX };
    /// Added to the number of a name that may contain a token. Two billion names would not fit into memory.
    const MAY_CONTAIN_TOKEN: u32 = 1 << 31;

    const fn is_none(self) -> bool {
        self.name == Self::NONE.name
    }

    const fn may_contain_token(self) -> bool {
        self.name & Self::MAY_CONTAIN_TOKEN != 0
    }

    const fn shape_entry(self) -> Option<ShapeEntry> {
        if self.object >= Self::MISSING {
            return None;
        }
        Some(ShapeEntry { name: self.name & !Self::MAY_CONTAIN_TOKEN, object: self.object })
    }
}

impl<'c> TreeCollector<'c> {
    /// Creates a collector for the trees of a repository. `blobs` are the blobs that may have to be traced.
    pub(crate) fn new(
        scanner: &'c Scanner,
        format: ObjectFormat,
        objects: &'c ObjectSet,
        blobs: NumberSet,
    ) -> Self {
        let [folders, trees] = [(); 2].map(|()| NumberSet::with_bound(objects.number_bound()));
        let caches = (0..=rayon::current_num_threads()).map(|_| Mutex::default()).collect();
        Self {
            scanner,
            format,
            objects,
            blobs,
            folders,
            trees,
            shape: Mutex::default(),
            names: Mutex::default(),
            found: Mutex::default(),
            caches,
            same_as: Vec::new(),
        }
    }

    /// Adds the trees of an earlier run, which are not read.
    pub(crate) fn with_earlier(self, earlier: EarlierTrees) -> Self {
        let EarlierTrees { shape, names, trees, same_as } = earlier;
        Self { shape: Mutex::new(shape), names: Mutex::new(names), trees, same_as, ..self }
    }

    /// Returns the sorted findings. `is_whole` says whether all trees were read.
    pub(crate) fn into_found(self, is_whole: bool) -> TreeFindings {
        let mut found = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.shape = self.shape.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.entry_names = self.names.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.all = self.trees;
        found.names.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        found.missing.sort();
        // A tree that was not read is no damage.
        if is_whole {
            found.check_folders(&self.folders);
        }
        found
    }

    /// Evaluates an entry.
    fn evaluate(&self, entry: &TreeEntry<'_>) -> EntryFacts {
        let number = self.objects.number(&entry.oid);
        let object = match (entry.kind, number) {
            (EntryKind::Submodule, _) => EntryFacts::OTHER,
            (_, None) => EntryFacts::MISSING,
            (EntryKind::Tree, Some(number)) => {
                self.folders.insert(number);
                self.same_as.get(number as usize).copied().unwrap_or(number)
            }
            (_, Some(number)) if self.blobs.contains(number) => number,
            _ => EntryFacts::OTHER,
        };
        let may_contain_token = self.scanner.detector().may_contain_token(entry.name);
        if object == EntryFacts::OTHER && !may_contain_token {
            return EntryFacts::NONE;
        }
        let name = lock(&self.names).insert(entry.name);
        let flag = if may_contain_token { EntryFacts::MAY_CONTAIN_TOKEN } else { 0 };
        EntryFacts { object, name: name | flag }
    }

    /// Evaluates the entries of a tree, except those that it copies from its delta base.
    fn visit_tree(
        &self,
        tree: &ObjectView<'_>,
        base: &[(u32, EntryFacts)],
        copies: &[CopiedRange],
    ) -> EntryValues<EntryFacts> {
        let mut entries = Vec::with_capacity(base.len() + 1);
        let thread = rayon::current_thread_index().map_or(0, |thread| thread + 1);
        let mut cache = lock(&self.caches[thread % self.caches.len()]);
        let result = map_entries(tree.bytes, self.format, base, copies, &mut entries, |entry| {
            cache.get_or_compute(entry, || self.evaluate(entry))
        });
        drop(cache);
        let relevant = entries.iter().filter(|(_, facts)| !facts.is_none());
        let relevant: Vec<(u32, EntryFacts)> = relevant.copied().collect();
        if let Some(number) = self.objects.number(&tree.oid) {
            self.trees.insert(number);
            lock(&self.shape).add(number, relevant.iter().filter_map(|(_, facts)| facts.shape_entry()));
        }
        if result.is_err() {
            let error = ReadError::Corrupt(tree.oid, "the tree is damaged".into());
            lock(&self.found).problems.push(read_problem(&error, None));
        }
        for (offset, facts) in &relevant {
            if (facts.object == EntryFacts::MISSING || facts.may_contain_token())
                && let Ok(entry) = tree_entry_at(tree.bytes, *offset as usize, self.format)
            {
                self.add_entry(tree.oid, &entry, *facts);
            }
        }
        entries
    }

    /// Adds an entry whose object is missing, or whose name may contain a token.
    fn add_entry(&self, tree: Oid, entry: &TreeEntry<'_>, facts: EntryFacts) {
        let searched = if facts.may_contain_token() {
            self.scanner.search_name(entry.name, || self.scanner.shown_path(entry.name))
        } else {
            Ok(Vec::new())
        };
        let searched = searched.map(|found| self.scanner.assessor().rate_all(found));
        let mut found = lock(&self.found);
        if facts.object == EntryFacts::MISSING {
            if found.missing.len() < MAX_MISSING {
                found.missing.push((tree, entry.name.to_vec(), entry.oid));
            } else {
                found.more_missing += 1;
            }
        }
        match searched {
            Ok(rated) => {
                found.names.extend(rated.into_iter().map(|rated| (tree, entry.name.to_vec(), rated)));
            }
            Err(problem) => found.problems.push(problem),
        }
    }
}

/// Locks a mutex and ignores poisoning: the data stays valid if another thread panics.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Visitor for TreeCollector<'_> {
    type State = EntryValues<EntryFacts>;

    fn visit_full(&self, tree: &ObjectView<'_>) -> EntryValues<EntryFacts> {
        self.visit_tree(tree, &[], &[])
    }

    fn visit_delta(
        &self,
        tree: &ObjectView<'_>,
        base: &EntryValues<EntryFacts>,
        copies: &[CopiedRange],
    ) -> EntryValues<EntryFacts> {
        self.visit_tree(tree, base, copies)
    }
}

impl TreeFindings {
    /// Adds a problem if an object that a tree names as a folder is no tree. A damaged pack may store it as a file, and
    /// then nothing below it would be found.
    fn check_folders(&mut self, folders: &NumberSet) {
        let wrong = folders.iter().filter(|folder| !self.all.contains(*folder)).count();
        if wrong > 0 {
            self.problems.push(Problem {
                kind: ProblemKind::CorruptObject,
                path: None,
                message: format!(
                    "{wrong} of the objects that trees name as folders are no trees; `git fsck` names them"
                ),
            });
        }
    }
}
