//! What a run keeps about one repository: the objects that it has read, those that the next run reads again, and the
//! reduced trees.

use super::bytes::{Reader, Writer};
use super::commits::{CommitMemory, NodeNumbers};
use super::file::{read_packed, write_packed};
use super::known::{GONE, KnownObjects, Matched, Named, sorted_objects};
use super::trees::TreeMemory;
use crate::git::{CommitList, ObjectKind, Oid};
use crate::provenance::{CommitGraph, TrackedValues};
use crate::scan::history::blobs::CollectedEvidence;
use crate::scan::history::read_plan::{ObjectTotals, ReadPlan};
use crate::scan::history::trees::EarlierTrees;
use crate::scan::scanner::Scanner;
use crate::source::history::{NumberSet, ObjectSet};
use crate::text::escape_path;

/// What a run keeps about one repository.
#[derive(Debug, Default)]
pub(crate) struct RepositoryState {
    known: KnownObjects,
    /// The positions of the objects that are read again: those with evidence, with parts that could not be searched, and
    /// trees with missing objects.
    again: Vec<u32>,
    /// The positions of blobs in `again` that hold no value of the report. They are read only if the next one has a new
    /// value.
    unreported: Vec<u32>,
    /// `None` if the next run has to read all trees.
    trees: Option<TreeMemory>,
    /// `None` if the next run has to read all commits.
    commits: Option<CommitMemory>,
}

/// What a run gets from an earlier one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Earlier<'s> {
    /// Nobody keeps anything.
    Unused,
    /// There was no run, and the next one is to get something.
    Nothing,
    State(&'s KeptState),
}

/// The state of a repository as its file has it.
#[derive(Debug)]
pub(crate) struct KeptState {
    pub(super) bytes: Vec<u8>,
    /// Whether the same evidence is reported as in the run that kept it.
    pub(super) reports_the_same: bool,
}

impl KeptState {
    /// Reads the state. One that contradicts itself, which the checksum of the file hardly allows, is `None`: then
    /// everything is read.
    pub(crate) fn read(&self) -> Option<RepositoryState> {
        let mut state = RepositoryState::from_bytes(&self.bytes)?;
        if !self.reports_the_same {
            state.unreported.clear();
        }
        Some(state)
    }
}

/// What a run takes from the state of a repository.
#[derive(Debug)]
pub(crate) struct Reuse<'s> {
    pub(crate) plan: ReadPlan,
    /// The totals of the objects that the earlier runs have read and the repository still holds.
    pub(crate) totals: ObjectTotals,
    /// The trees that are not read again; taken by the run.
    pub(crate) trees: Option<EarlierTrees>,
    /// The commits that are not read again, without their authors; taken by the run.
    pub(crate) commits: CommitList,
    named: Vec<Named>,
    earlier: Option<(&'s KnownObjects, Matched)>,
}

impl<'s> Reuse<'s> {
    /// Plans a run that reads everything, and keeps what it has read.
    pub(crate) fn nothing(objects: &ObjectSet) -> Self {
        Self {
            plan: ReadPlan::everything(objects),
            totals: ObjectTotals::default(),
            trees: None,
            commits: CommitList::default(),
            named: sorted_objects(objects),
            earlier: None,
        }
    }

    /// Plans a run that reads what the state does not have. `needs_root_trees` is whether the run needs the root tree of
    /// each commit, and not only one that leads to the same values.
    pub(crate) fn of(state: &'s RepositoryState, objects: &ObjectSet, needs_root_trees: bool) -> Self {
        let named = sorted_objects(objects);
        if state.known.is_outgrown_by(named.len()) {
            return Self { named, ..Self::nothing(objects) };
        }
        let matched = state.known.find_in(&named);
        let bound = objects.number_bound();
        let [known, again, only_graph, unreported] = [(); 4].map(|()| NumberSet::with_bound(bound));
        for (positions, set) in [(&state.again, &again), (&state.unreported, &unreported)] {
            for position in positions {
                set.insert(matched.numbers[*position as usize]);
            }
        }
        // A tree may name an object that is gone. Which one that is, nobody knows.
        let trees = state.trees.as_ref().filter(|_| matched.is_everything());
        let trees = trees.and_then(|trees| trees.expand(&state.known, &matched.numbers, &again, bound));
        let is_usable = trees.is_some() && !needs_root_trees;
        let commits = is_usable.then(|| state.commits(objects, &matched, &again, &only_graph)).flatten();
        for (position, number) in matched.numbers.iter().enumerate().filter(|(_, number)| **number != GONE) {
            known.insert(*number);
            match state.known.kind(position) {
                Some(ObjectKind::Tree) if trees.is_none() => {
                    again.insert(*number);
                }
                Some(ObjectKind::Commit) if commits.is_none() && !again.contains(*number) => {
                    only_graph.insert(*number);
                }
                _ => {}
            }
        }
        let plan = ReadPlan::except(objects, known, &again, (only_graph, unreported));
        let commits = commits.unwrap_or_default();
        Self { plan, totals: matched.totals, trees, commits, named, earlier: Some((&state.known, matched)) }
    }

    /// Returns the totals of all objects that the repository holds.
    pub(crate) fn all_totals(&self) -> ObjectTotals {
        let mut totals = self.totals;
        totals.add(self.plan.new_totals());
        totals
    }

    /// Returns the state for the next run. The caller knows that everything was read.
    pub(crate) fn learn(
        &self,
        scanner: &Scanner,
        objects: &ObjectSet,
        found: &CollectedEvidence,
        tracked: &TrackedValues,
        graph: &CommitGraph,
    ) -> RepositoryState {
        let bound = objects.number_bound();
        let kind_now = |number: u32| self.plan.read(number);
        let earlier = self.earlier.as_ref().map(|(known, matched)| (*known, matched, self.plan.known()));
        let kinds = self.known_kinds(bound);
        let info =
            |number: u32| kind_now(number).or_else(|| Some((*kinds.get(number as usize)?.as_ref()?, 0)));
        let ((known, positions), numbers) = rayon::join(
            || KnownObjects::build(&self.named, bound, earlier, info),
            || NodeNumbers::of(graph, objects),
        );
        let set_of = |oids: &mut dyn Iterator<Item = &Oid>| {
            let set = NumberSet::with_bound(bound);
            for number in oids.filter_map(|oid| objects.number(oid)) {
                set.insert(number);
            }
            set
        };
        let blobs = found.blobs_to_track(objects);
        let untracked =
            found.blobs.iter().map(|(oid, _)| oid).filter(|oid| !tracked.blobs.contains_key(*oid));
        let unreported = set_of(&mut untracked.chain(&found.unreported));
        let texts = set_of(&mut found.texts.iter().map(|(oid, ..)| oid));
        let names = found.trees.names.iter().map(|(tree, ..)| tree);
        let trees = set_of(&mut names.chain(found.trees.missing.iter().map(|(tree, ..)| tree)));
        // Of the entries with a missing object that are not listed nobody knows the tree.
        let is_listed = found.trees.more_missing == 0;
        // A name that reports mask may be a secret.
        let may_keep = |name: &[u8]| scanner.shown_path(name) == escape_path(name);
        let build =
            || TreeMemory::build(&found.trees, (&blobs, &trees), (&positions, known.len()), &may_keep);
        let memory = is_listed.then(build).flatten();
        let mut again = blobs.iter().chain(texts.iter()).chain(trees.iter());
        let positions_of = |numbers: &mut dyn Iterator<Item = u32>| {
            let all = numbers.map(|number| positions.get(number as usize).copied().unwrap_or(GONE));
            let mut all: Vec<u32> = all.filter(|position| *position != GONE).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let again = positions_of(&mut again);
        let unreported = positions_of(&mut unreported.iter());
        let commits =
            memory.as_ref().and_then(|trees| CommitMemory::build(graph, &numbers, &positions, trees));
        RepositoryState { known, again, unreported, trees: memory, commits }
    }

    /// Returns the kinds of the known objects, by number.
    fn known_kinds(&self, bound: usize) -> Vec<Option<ObjectKind>> {
        let Some((known, matched)) = &self.earlier else { return Vec::new() };
        let mut kinds = vec![None; bound];
        for (position, number) in matched.numbers.iter().enumerate() {
            if let Some(kind) = kinds.get_mut(*number as usize) {
                *kind = known.kind(position);
            }
        }
        kinds
    }
}

impl RepositoryState {
    /// Returns the commits that are not read again, and adds the others to `only_graph`. `None` if all have to be read.
    fn commits(
        &self,
        objects: &ObjectSet,
        matched: &Matched,
        again: &NumberSet,
        only_graph: &NumberSet,
    ) -> Option<CommitList> {
        let (trees, commits) = (self.trees.as_ref()?, self.commits.as_ref()?);
        let stand_ins = trees.stand_ins(&self.known, &matched.numbers);
        let stand_ins: Vec<Option<Oid>> = stand_ins.into_iter().map(|number| objects.oid(number?)).collect();
        let stand_in = |form: u32| *stand_ins.get(form as usize)?;
        commits.expand(objects, &matched.numbers, again, stand_in, |number| {
            only_graph.insert(number);
        })
    }

    /// The number of objects.
    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::default();
        self.known.write(&mut out);
        out.ascending(&self.again);
        out.ascending(&self.unreported);
        out.count(usize::from(self.trees.is_some()));
        let mut trees = Writer::default();
        if let Some(memory) = &self.trees {
            memory.write(&mut trees);
        }
        write_packed(&mut out, &trees.0);
        out.count(usize::from(self.commits.is_some()));
        if let Some(memory) = &self.commits {
            memory.write(&mut out);
        }
        out.0
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut from = Reader(bytes);
        let known = KnownObjects::read(&mut from)?;
        let again = from.ascending(known.len())?;
        let unreported = from.ascending(known.len())?;
        let has_trees = from.number()? == 1;
        let packed = read_packed(&mut from)?;
        let trees = if has_trees { Some(TreeMemory::read(&mut Reader(&packed), &known)?) } else { None };
        let has_commits = from.number()? == 1;
        let commits = if has_commits { Some(CommitMemory::read(&mut from)?) } else { None };
        Some(Self { known, again, unreported, trees, commits })
    }
}
