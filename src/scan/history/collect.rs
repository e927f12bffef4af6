//! What a pass over all objects brings together.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::findings::{Hit, Place};
use super::super::{Engine, archives, caught};
use crate::attribute::{Commits, Interest};
use crate::detect::{Detector, Evidence, Trace, Unread};
use crate::finding::{PlaceKind, Problem, ProblemKind};
use crate::judge::judge;
use crate::secret::ValueId;
use crate::source::git::{Commit, EntryKind, ObjectKind, Oid, ReadError, Ref, Refs, Repository, entry_at};
use crate::source::history::{Contents, Set};
use crate::source::trees::{Known, take_over};
use crate::source::{Blob, Copied, Stop, Visitor, read_problem};

/// So many entries without an object are kept, to be told one by one; a partial clone has millions.
const MOST_ABSENT: usize = 100_000;

/// Gathers evidence and the shape of the graph while objects are read, on any number of threads.
pub(super) struct Collector<'c> {
    engine: &'c Engine,
    repository: &'c Repository,
    contents: &'c Contents,
    /// Whether what a blob takes over from another one is searched again.
    full_scan: bool,
    stop: &'c Stop,
    found: Mutex<Found>,
    trees: Set,
    /// What trees name as folders.
    folders: Set,
}

/// What is carried from an object to those that derive from it.
pub(super) enum Carried {
    /// What is known of a tree's entries.
    Tree(Known<Seen>),
    /// Where anchors stand in a blob.
    Blob(Trace),
    /// Nothing: messages are searched whole.
    Nothing,
}

/// What was gathered; sorted before anything is made of it.
#[derive(Default)]
pub(super) struct Found {
    /// Different values in blobs that may be reported: how many they are is shown while it is read.
    values: HashSet<ValueId>,
    /// Evidence in blobs.
    pub(super) blobs: Vec<(Oid, Vec<Evidence>)>,
    /// Archives of which something could not be searched.
    pub(super) unread: Vec<(Oid, Vec<Unread>)>,
    /// Evidence in commits and tags.
    pub(super) texts: Vec<(Oid, ObjectKind, Vec<Hit>)>,
    /// Evidence in the names that a tree holds.
    pub(super) names: Vec<(Oid, Vec<u8>, Evidence)>,
    /// Evidence in names of refs.
    pub(super) refs: Vec<(Ref, Evidence)>,
    pub(super) commits: Commits,
    pub(super) trees: Set,
    /// Entries of trees whose object is not there: the tree, the name, the object.
    pub(super) absent: Vec<(Oid, Vec<u8>, Oid)>,
    /// How many more such entries there are than were kept.
    pub(super) more_absent: usize,
    pub(super) problems: Vec<Problem>,
}

/// What is worth following through history.
pub(super) struct Followed {
    /// The values, by their index.
    pub(super) values: Vec<ValueId>,
    pub(super) objects: Interest,
}

/// What is known of a tree's entry; most are neither.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    /// Whether its object is not there.
    is_absent: bool,
    /// Whether its name may hold a token.
    is_telling: bool,
}

impl<'c> Collector<'c> {
    pub(super) fn new(
        engine: &'c Engine,
        repository: &'c Repository,
        contents: &'c Contents,
        full_scan: bool,
        stop: &'c Stop,
    ) -> Self {
        let [trees, folders] = [(); 2].map(|()| Set::below(contents.count()));
        Self { engine, repository, contents, full_scan, stop, found: Mutex::default(), trees, folders }
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn into_found(self) -> Found {
        let mut found = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.blobs.sort_by_key(|(oid, _)| *oid);
        found.unread.sort_by_key(|(oid, _)| *oid);
        found.texts.sort_by_key(|(oid, ..)| *oid);
        found.names.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        found.absent.sort();
        found.trees = self.trees;
        // What was not read any more is no damage.
        if !self.stop.is_set() {
            found.check_folders(&self.folders);
        }
        found.problems.sort();
        found
    }

    /// Looks at a tree's entries, but for those that it takes over from a tree that was looked at.
    fn tree(&self, blob: &Blob<'_>, base: &[(u32, Seen)], copies: &[Copied]) -> Known<Seen> {
        let format = self.repository.format;
        let mut known = Vec::with_capacity(base.len() + 1);
        let whole = take_over(blob.bytes, format, base, copies, &mut known, |entry| {
            let number = self.contents.number(&entry.oid);
            if let Some(number) = number.filter(|_| entry.kind == EntryKind::Tree) {
                self.folders.add(number);
            }
            let is_absent = entry.kind != EntryKind::Submodule && number.is_none();
            Seen { is_absent, is_telling: self.engine.detector.has_anchor(entry.name) }
        });
        let (mut absent, mut names, mut problems) = (Vec::new(), Vec::new(), Vec::new());
        for (place, seen) in known.iter().filter(|(_, seen)| seen.is_absent || seen.is_telling) {
            let Ok(entry) = entry_at(blob.bytes, *place as usize, format) else { continue };
            if seen.is_absent {
                absent.push((blob.oid, entry.name.to_vec(), entry.oid));
            }
            if seen.is_telling {
                match self.engine.detect(entry.name, &self.engine.shown_path(entry.name)) {
                    Ok(found) => {
                        let found = found.into_iter();
                        names.extend(found.map(|evidence| (blob.oid, entry.name.to_vec(), evidence)));
                    }
                    Err(problem) => problems.push(problem),
                }
            }
        }
        if let Some(number) = self.contents.number(&blob.oid) {
            self.trees.add(number);
        }
        if whole.is_ok() && absent.is_empty() && names.is_empty() && problems.is_empty() {
            return known;
        }
        let mut found = self.found();
        found.problems.extend(problems);
        if whole.is_err() {
            let error = ReadError::Corrupt(blob.oid, "the tree is broken".into());
            found.problems.push(read_problem(&error, None));
        }
        let room = MOST_ABSENT.saturating_sub(found.absent.len());
        found.more_absent += absent.len().saturating_sub(room);
        found.absent.extend(absent.into_iter().take(room));
        found.names.extend(names);
        known
    }

    fn blob(&self, blob: &Blob<'_>, look: impl FnOnce(&Detector) -> Trace) -> Carried {
        let looked = caught(&blob_name(&blob.oid), || {
            let trace = look(&self.engine.detector);
            let looked = self.engine.detector.look_again(blob.bytes, &trace);
            (trace, looked)
        });
        match looked {
            Ok((trace, looked)) => {
                if !looked.evidence.is_empty() {
                    self.evidence(blob.oid, looked.evidence);
                }
                if !looked.unread.is_empty() {
                    self.found().unread.push((blob.oid, looked.unread));
                }
                Carried::Blob(trace)
            }
            Err(problem) => {
                self.found().problems.push(problem);
                Carried::Blob(Trace::default())
            }
        }
    }

    fn evidence(&self, blob: Oid, evidence: Vec<Evidence>) {
        let mut found = self.found();
        for evidence in evidence.iter().filter(|evidence| may_be_reported(self.engine, evidence)) {
            if found.values.insert(evidence.value) {
                self.stop.progress.found();
            }
        }
        found.blobs.push((blob, evidence));
    }

    fn text(&self, blob: &Blob<'_>) {
        let commit = (blob.kind == ObjectKind::Commit).then(|| Commit::parse(blob.bytes)).flatten();
        let info = commit.as_ref().map(|commit| self.engine.commit_info(&blob.oid, &commit.author));
        let hits = self.engine.texts(&blob.oid, blob.kind, blob.bytes, info.as_ref());
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
    type State = Carried;

    fn root(&self, blob: &Blob<'_>) -> Carried {
        match blob.kind {
            ObjectKind::Tree => Carried::Tree(self.tree(blob, &[], &[])),
            ObjectKind::Blob => self.blob(blob, |detector| detector.trace(blob.bytes)),
            ObjectKind::Commit | ObjectKind::Tag => {
                self.text(blob);
                Carried::Nothing
            }
        }
    }

    fn derived(&self, blob: &Blob<'_>, base: &Carried, copies: &[Copied]) -> Carried {
        match base {
            Carried::Tree(known) => Carried::Tree(self.tree(blob, known, copies)),
            Carried::Blob(trace) if !self.full_scan => {
                self.blob(blob, |detector| detector.retrace(blob.bytes, trace, copies))
            }
            Carried::Blob(_) | Carried::Nothing => self.root(blob),
        }
    }
}

impl Found {
    /// What is named as a folder has to be a tree: a damaged pack may make a file of it, and then nothing would
    /// be known of what it holds.
    fn check_folders(&mut self, folders: &Set) {
        let no_trees = folders.numbers().filter(|folder| !self.trees.has(*folder)).count();
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

    pub(super) fn search_refs(&mut self, engine: &Engine, refs: &Refs) {
        for name in &refs.refs {
            match engine.detect(&name.name, &engine.shown_path(&name.name)) {
                Ok(found) => self.refs.extend(found.into_iter().map(|evidence| (name.clone(), evidence))),
                Err(problem) => self.problems.push(problem),
            }
        }
    }

    /// Values in blobs and names that may be reported.
    pub(super) fn interest(&self, engine: &Engine) -> Followed {
        let in_blobs = self.blobs.iter().flat_map(|(_, found)| found);
        let mut values: Vec<ValueId> = in_blobs
            .chain(self.names.iter().map(|(.., evidence)| evidence))
            .filter(|evidence| may_be_reported(engine, evidence))
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
            if !held.is_empty() {
                objects.blobs.insert(*oid, held);
            }
        }
        for (tree, name, evidence) in &self.names {
            if let Some(value) = index(&evidence.value) {
                objects.names.entry(*tree).or_default().push((name.clone(), value));
            }
        }
        Followed { values, objects }
    }

    /// Hits without a story, and what could not be searched.
    pub(super) fn untold(self, engine: &Engine, problems: &mut Vec<Problem>) -> Vec<Hit> {
        for (oid, unread) in &self.unread {
            let shown = blob_name(oid);
            problems.extend(unread.iter().map(|unread| archives::problem(unread, &shown)));
        }
        let mut hits: Vec<Hit> = self.texts.into_iter().flat_map(|(.., hits)| hits).collect();
        for (oid, found) in self.blobs {
            hits.extend(found.into_iter().map(|evidence| Hit { evidence, place: blob_place(engine, &oid) }));
        }
        hits
    }

    /// Evidence by blob.
    pub(super) fn by_blob(&self) -> HashMap<Oid, &[Evidence]> {
        self.blobs.iter().map(|(oid, found)| (*oid, found.as_slice())).collect()
    }
}

/// Whether a value may be reported: a path can only lower a confidence.
fn may_be_reported(engine: &Engine, evidence: &Evidence) -> bool {
    judge(evidence, None, engine.policy.now).confidence >= Some(engine.policy.min_confidence)
}

/// The place of a blob that no path leads to.
pub(super) fn blob_place(engine: &Engine, oid: &Oid) -> Place {
    Place {
        kind: PlaceKind::File,
        path: Vec::new(),
        shown: engine.shown_path(blob_name(oid).as_bytes()),
        blob: Some(*oid),
        commit: None,
        current: false,
    }
}

pub(super) fn blob_name(oid: &Oid) -> String {
    format!("blob {:.12}", oid.to_string())
}
