//! The commits of a range, found in a list of all commits in packs.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use crate::git::rev_walk::peel;
use crate::git::{Commit, CommitList, ObjectDatabase, ObjectKind, Oid, ReadError};
use crate::source::control::ScanControl;
use crate::source::history::{ObjectSet, visit_packed_commits};
use crate::source::visitor::{ObjectView, Visitor};

/// Collects the commits of packs.
#[derive(Default)]
struct CommitCollector(Mutex<CommitList>);

impl Visitor for CommitCollector {
    type State = ();

    fn visit_full(&self, object: &ObjectView<'_>) {
        // A commit without a tree is read again when it is needed, and then gives an error.
        if let Some(commit) = Commit::parse(object.bytes) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).add(object.oid, commit);
        }
    }
}

/// The commits of a range among all commits of the list.
pub(super) struct ListedCommits<'o> {
    objects: &'o ObjectDatabase,
    /// The commits at which a shallow clone ends.
    boundary: HashSet<Oid>,
    pub(super) list: CommitList,
    indexes: HashMap<Oid, u32>,
    /// The commits that could not be read.
    missing: HashMap<Oid, ReadError>,
    /// The indexes of the commits of the range, by commit time, oldest first.
    pub(super) range: Vec<u32>,
    /// The annotated tags among the starting points.
    pub(super) tags: Vec<Oid>,
    /// The trees and blobs among the starting points.
    pub(super) other_objects: Vec<(Oid, ObjectKind)>,
    /// Objects that could not be read.
    pub(super) unread: Vec<ReadError>,
}

impl<'o> ListedCommits<'o> {
    /// Reads all commits in packs. Others are read when they are needed.
    pub(super) fn read(
        contents: &ObjectSet,
        objects: &'o ObjectDatabase,
        boundary: &[Oid],
        control: &ScanControl,
    ) -> Self {
        let collector = CommitCollector::default();
        visit_packed_commits(contents, &collector, control);
        let list = collector.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let indexes = (0..).zip(&list.rows).map(|(index, row)| (row.oid, index)).collect();
        Self {
            objects,
            boundary: boundary.iter().copied().collect(),
            list,
            indexes,
            missing: HashMap::new(),
            range: Vec::new(),
            tags: Vec::new(),
            other_objects: Vec::new(),
            unread: Vec::new(),
        }
    }

    /// Finds the commits that are reachable from `included` and not from `excluded`.
    pub(super) fn find_range(&mut self, included: &[Oid], excluded: &[Oid]) {
        let mut is_visited = HashSet::new();
        let excluded = self.commits_of(excluded, true);
        self.walk(excluded, &mut is_visited, true);
        let included = self.commits_of(included, false);
        let mut range = self.walk(included, &mut is_visited, false);
        range.sort_by_key(|index| {
            let row = &self.list.rows[*index as usize];
            (row.time, row.oid)
        });
        self.range = range;
    }

    /// Returns the commits that starting points lead to.
    fn commits_of(&mut self, oids: &[Oid], is_excluded: bool) -> Vec<Oid> {
        let mut commits = Vec::new();
        for oid in oids {
            if self.indexes.contains_key(oid) {
                commits.push(*oid);
                continue;
            }
            let tags = if is_excluded { None } else { Some(&mut self.tags) };
            match peel(self.objects, oid, tags) {
                Ok((oid, ObjectKind::Commit)) => commits.push(oid),
                Ok(other) if !is_excluded => self.other_objects.push(other),
                Ok(_) => {}
                Err(error) => self.unread.push(error),
            }
        }
        commits
    }

    /// Returns the unvisited commits among some commits and their ancestors.
    fn walk(&mut self, from: Vec<Oid>, is_visited: &mut HashSet<u32>, is_excluded: bool) -> Vec<u32> {
        let (mut work, mut found) = (from, Vec::new());
        while let Some(oid) = work.pop() {
            match self.index(&oid) {
                Ok(index) if is_visited.insert(index) => {
                    found.push(index);
                    if !self.boundary.contains(&oid) {
                        work.extend(self.list.parents_of(&self.list.rows[index as usize]));
                    }
                }
                // The history of an excluded commit is not part of the range.
                Ok(_) => {}
                Err(_) if is_excluded => {}
                Err(error) => self.unread.push(error),
            }
        }
        found
    }

    /// Returns the index of a commit, which is read if the list does not have it.
    fn index(&mut self, oid: &Oid) -> Result<u32, ReadError> {
        if let Some(known) = self.indexes.get(oid) {
            return Ok(*known);
        }
        if let Some(error) = self.missing.get(oid) {
            return Err(error.clone());
        }
        let read = self.objects.read_as(oid, ObjectKind::Commit);
        let parsed = read.and_then(|bytes| {
            Commit::parse(&bytes).ok_or_else(|| ReadError::Corrupt(*oid, "the commit has no tree".into()))
        });
        match parsed {
            Ok(commit) => {
                let index = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
                self.list.add(*oid, commit);
                self.indexes.insert(*oid, index);
                Ok(index)
            }
            Err(error) => {
                self.missing.insert(*oid, error.clone());
                Err(error)
            }
        }
    }

    /// Returns the root trees of a commit's parents, and adds an error for each that cannot be read. A commit at the
    /// boundary counts as one without parents.
    pub(super) fn parent_trees(&mut self, commit: u32) -> Vec<Oid> {
        let row = &self.list.rows[commit as usize];
        if self.boundary.contains(&row.oid) {
            return Vec::new();
        }
        let parents = self.list.parents_of(row).to_vec();
        let mut trees = Vec::with_capacity(parents.len());
        for parent in parents {
            match self.index(&parent) {
                Ok(index) => trees.push(self.list.rows[index as usize].tree),
                Err(error) => self.unread.push(error),
            }
        }
        trees
    }
}
