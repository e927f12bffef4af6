//! What a pass over all trees brings together: evidence in names, entries whose object is not there, and the shape
//! along which findings are followed. A tree that is stored as a difference to another takes over what that one
//! was found to hold, so only its new entries are looked at.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::detect::Evidence;
use crate::finding::{Problem, ProblemKind};
use crate::git::tree_delta::{EntryValues, map_entries};
use crate::git::{EntryKind, ObjectFormat, Oid, ReadError, TreeEntry, tree_entry_at};
use crate::provenance::{Entry, Names, TreeShape};
use crate::scan::Scanner;
use crate::scan::history::tree_cache::Recent;
use crate::source::history::{NumberSet, ObjectSet};
use crate::source::{ObjectView, Visitor, read_problem};
use crate::text::CopiedRange;

/// So many entries without an object are kept, to be told one by one; a partial clone has millions.
const MOST_ABSENT: usize = 100_000;

/// Gathers it while trees are read, on any number of threads.
pub(crate) struct TreeCollector<'c> {
    scanner: &'c Scanner,
    format: ObjectFormat,
    contents: &'c ObjectSet,
    /// Blobs that are followed.
    blobs: NumberSet,
    /// What trees name as folders.
    folders: NumberSet,
    trees: NumberSet,
    shape: Mutex<TreeShape>,
    names: Mutex<Names>,
    found: Mutex<InTrees>,
    /// For each thread.
    recent: Vec<Mutex<Recent<SeenNames>>>,
}

/// What was gathered.
#[derive(Default)]
pub(crate) struct InTrees {
    /// Evidence in names: the tree, the name.
    pub(crate) names: Vec<(Oid, Vec<u8>, Evidence)>,
    /// Entries whose object is not there: the tree, the name, the object.
    pub(crate) absent: Vec<(Oid, Vec<u8>, Oid)>,
    /// How many more such entries there are than were kept.
    pub(crate) more_absent: usize,
    /// All trees, by number.
    pub(crate) all: NumberSet,
    pub(crate) shape: TreeShape,
    pub(crate) entry_names: Names,
    pub(crate) problems: Vec<Problem>,
}

/// What is known of a tree's entry.
#[derive(Clone, Copy)]
pub(crate) struct SeenNames {
    /// The object, where it is a folder or a blob that is followed.
    object: u32,
    /// The name, where anything is to be done about the entry.
    name: u32,
}

impl SeenNames {
    /// An object that is of no interest.
    const OTHER: u32 = u32::MAX;
    /// An object that is not there.
    const ABSENT: u32 = u32::MAX - 1;
    /// An entry that nothing is to be done about.
    const NOTHING: Self = Self { object: Self::OTHER, name: u32::MAX };
    /// Added to the name's number where the name may hold a token. Two billion names would not fit into memory.
    const TELLING: u32 = 1 << 31;

    const fn is_nothing(self) -> bool {
        self.name == Self::NOTHING.name
    }

    const fn entry(self) -> Option<Entry> {
        if self.object >= Self::ABSENT {
            return None;
        }
        Some(Entry { name: self.name & !Self::TELLING, object: self.object })
    }
}

impl<'c> TreeCollector<'c> {
    /// For a repository's trees, once it is known which blobs are followed.
    pub(crate) fn new(
        scanner: &'c Scanner,
        format: ObjectFormat,
        contents: &'c ObjectSet,
        blobs: NumberSet,
    ) -> Self {
        let [folders, trees] = [(); 2].map(|()| NumberSet::with_bound(contents.number_bound()));
        let recent = (0..=rayon::current_num_threads()).map(|_| Mutex::default()).collect();
        Self {
            scanner,
            format,
            contents,
            blobs,
            folders,
            trees,
            shape: Mutex::default(),
            names: Mutex::default(),
            found: Mutex::default(),
            recent,
        }
    }

    /// What was gathered, sorted; `is_whole` if all trees were read.
    pub(crate) fn into_found(self, is_whole: bool) -> InTrees {
        let mut found = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.shape = self.shape.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.entry_names = self.names.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.all = self.trees;
        found.names.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        found.absent.sort();
        // What was not read any more is no damage.
        if is_whole {
            found.check_folders(&self.folders);
        }
        found
    }

    /// Looks at an entry that was not taken over.
    fn look(&self, entry: &TreeEntry<'_>) -> SeenNames {
        let number = self.contents.number(&entry.oid);
        let object = match (entry.kind, number) {
            (EntryKind::Submodule, _) => SeenNames::OTHER,
            (_, None) => SeenNames::ABSENT,
            (EntryKind::Tree, Some(number)) => {
                self.folders.insert(number);
                number
            }
            (_, Some(number)) if self.blobs.contains(number) => number,
            _ => SeenNames::OTHER,
        };
        let is_telling = self.scanner.detector().may_contain_token(entry.name);
        if object == SeenNames::OTHER && !is_telling {
            return SeenNames::NOTHING;
        }
        let name = locked(&self.names).number(entry.name);
        SeenNames { object, name: if is_telling { name | SeenNames::TELLING } else { name } }
    }

    /// Looks at a tree's entries, but for those that it takes over.
    fn tree(
        &self,
        blob: &ObjectView<'_>,
        base: &[(u32, SeenNames)],
        copies: &[CopiedRange],
    ) -> EntryValues<SeenNames> {
        let mut known = Vec::with_capacity(base.len() + 1);
        let thread = rayon::current_thread_index().map_or(0, |thread| thread + 1);
        let mut recent = locked(&self.recent[thread % self.recent.len()]);
        let whole = map_entries(blob.bytes, self.format, base, copies, &mut known, |entry| {
            recent.of(entry, || self.look(entry))
        });
        drop(recent);
        let told = known.iter().filter(|(_, seen)| !seen.is_nothing());
        let told: Vec<(u32, SeenNames)> = told.copied().collect();
        if let Some(own) = self.contents.number(&blob.oid) {
            self.trees.insert(own);
            locked(&self.shape).add(own, told.iter().filter_map(|(_, seen)| seen.entry()));
        }
        if whole.is_err() {
            let error = ReadError::Corrupt(blob.oid, "the tree is broken".into());
            locked(&self.found).problems.push(read_problem(&error, None));
        }
        for (place, seen) in &told {
            if (seen.object == SeenNames::ABSENT || seen.name & SeenNames::TELLING != 0)
                && let Ok(entry) = tree_entry_at(blob.bytes, *place as usize, self.format)
            {
                self.tell(blob.oid, &entry, *seen);
            }
        }
        known
    }

    fn tell(&self, tree: Oid, entry: &TreeEntry<'_>, seen: SeenNames) {
        let evidence = if seen.name & SeenNames::TELLING == 0 {
            Ok(Vec::new())
        } else {
            self.scanner.search_name(entry.name, || self.scanner.shown_path(entry.name))
        };
        let mut found = locked(&self.found);
        if seen.object == SeenNames::ABSENT {
            if found.absent.len() < MOST_ABSENT {
                found.absent.push((tree, entry.name.to_vec(), entry.oid));
            } else {
                found.more_absent += 1;
            }
        }
        match evidence {
            Ok(evidence) => {
                let evidence = evidence.into_iter();
                found.names.extend(evidence.map(|evidence| (tree, entry.name.to_vec(), evidence)));
            }
            Err(problem) => found.problems.push(problem),
        }
    }
}

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Visitor for TreeCollector<'_> {
    type State = EntryValues<SeenNames>;

    fn visit_full(&self, blob: &ObjectView<'_>) -> EntryValues<SeenNames> {
        self.tree(blob, &[], &[])
    }

    fn visit_delta(
        &self,
        blob: &ObjectView<'_>,
        base: &EntryValues<SeenNames>,
        copies: &[CopiedRange],
    ) -> EntryValues<SeenNames> {
        self.tree(blob, base, copies)
    }
}

impl InTrees {
    /// What is named as a folder has to be a tree: a damaged pack may make a file of it, and then nothing would
    /// be known of what it holds.
    fn check_folders(&mut self, folders: &NumberSet) {
        let no_trees = folders.iter().filter(|folder| !self.all.contains(*folder)).count();
        if no_trees > 0 {
            self.problems.push(Problem {
                kind: ProblemKind::CorruptObject,
                path: None,
                message: format!(
                    "{no_trees} of the objects that trees name as folders are none; `git fsck` names them"
                ),
            });
        }
    }
}
