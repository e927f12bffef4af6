//! The commits of a range, found through the parents that the commit objects name. `replace` refs, grafts and a stale
//! commit-graph cannot hide a commit.
//!
//! Trees and messages are not read here.

use std::collections::{BinaryHeap, HashMap, HashSet};

use super::object::{Commit, tag_target};
use super::object_types::{ObjectKind, ReadError};
use super::odb::ObjectDatabase;
use super::oid::Oid;

/// The result of a walk.
#[derive(Debug, Default)]
pub(crate) struct RevWalk {
    /// The commits of the range, by commit time, oldest first. Parents come before children if their clocks allow it.
    pub(crate) commits: Vec<(Oid, Commit)>,
    /// The annotated tags among the starting points.
    pub(crate) tags: Vec<Oid>,
    /// The trees and blobs among the starting points.
    pub(crate) other_objects: Vec<(Oid, ObjectKind)>,
    /// Objects that could not be read.
    pub(crate) unread: Vec<ReadError>,
}

/// Number of commits that are visited after the last included one, because clocks may be skewed. Git uses 5.
const SLOP: usize = 16;

/// Length limit of a chain of annotated tags.
const MAX_TAGS: usize = 64;

struct Visited {
    commit: Commit,
    is_excluded: bool,
    is_queued: bool,
}

/// Finds the commits that are reachable from `included` and not from `excluded`; `None` if more than `limit` commits
/// have to be read. `boundary` are the commits at which a shallow clone ends.
pub(crate) fn walk_range(
    objects: &ObjectDatabase,
    included: &[Oid],
    excluded: &[Oid],
    boundary: &[Oid],
    limit: usize,
) -> Option<RevWalk> {
    let mut walk = RevWalk::default();
    let mut walker = Walker {
        objects,
        boundary: boundary.iter().copied().collect(),
        visited: HashMap::new(),
        queue: BinaryHeap::new(),
        open: 0,
        unread: Vec::new(),
    };
    for (oids, is_excluded) in [(excluded, true), (included, false)] {
        for oid in oids {
            match peel(objects, oid, if is_excluded { None } else { Some(&mut walk.tags) }) {
                Ok((oid, ObjectKind::Commit)) => walker.add(&oid, is_excluded),
                Ok(other) if !is_excluded => walk.other_objects.push(other),
                Ok(_) => {}
                Err(error) => walker.unread.push(error),
            }
        }
    }
    if !walker.run(limit) {
        return None;
    }
    let commits = walker.visited.into_iter().filter(|(_, visited)| !visited.is_excluded);
    walk.commits = commits.map(|(oid, visited)| (oid, visited.commit)).collect();
    walk.commits.sort_by_key(|(oid, commit)| (commit.time, *oid));
    walk.unread = walker.unread;
    Some(walk)
}

/// Follows annotated tags to an object that is not a tag, and adds the tags to `tags`.
pub(crate) fn peel(
    objects: &ObjectDatabase,
    oid: &Oid,
    mut tags: Option<&mut Vec<Oid>>,
) -> Result<(Oid, ObjectKind), ReadError> {
    let mut oid = *oid;
    for _ in 0..MAX_TAGS {
        let object = objects.read(&oid)?;
        if object.kind != ObjectKind::Tag {
            return Ok((oid, object.kind));
        }
        if let Some(tags) = tags.as_deref_mut() {
            tags.push(oid);
        }
        oid = tag_target(&object.bytes)
            .ok_or_else(|| ReadError::Corrupt(oid, "the tag names no object".into()))?;
    }
    Err(ReadError::Corrupt(oid, "tags of tags without an end".into()))
}

struct Walker<'o> {
    objects: &'o ObjectDatabase,
    boundary: HashSet<Oid>,
    visited: HashMap<Oid, Visited>,
    /// Commits whose parents are not visited yet; the youngest comes first.
    queue: BinaryHeap<(i64, Oid)>,
    /// Number of queued commits that are not excluded. Searching the queue at each step would be quadratic.
    open: usize,
    unread: Vec<ReadError>,
}

impl Walker<'_> {
    fn add(&mut self, oid: &Oid, is_excluded: bool) {
        match self.visited.get_mut(oid) {
            Some(visited) if !visited.is_excluded && is_excluded => {
                visited.is_excluded = true;
                self.open -= usize::from(visited.is_queued);
                self.exclude_ancestors(oid);
            }
            Some(_) => {}
            None => match self.read(oid) {
                Ok(commit) => {
                    self.queue.push((commit.time, *oid));
                    self.open += usize::from(!is_excluded);
                    self.visited.insert(*oid, Visited { commit, is_excluded, is_queued: true });
                }
                // The history of an excluded commit is not part of the range.
                Err(_) if is_excluded => {}
                Err(error) => self.unread.push(error),
            },
        }
    }

    fn read(&self, oid: &Oid) -> Result<Commit, ReadError> {
        let bytes = self.objects.read_as(oid, ObjectKind::Commit)?;
        Commit::parse(&bytes).ok_or_else(|| ReadError::Corrupt(*oid, "the commit has no tree".into()))
    }

    /// Excludes the visited ancestors of a commit that turned out to be excluded.
    fn exclude_ancestors(&mut self, oid: &Oid) {
        let mut work = vec![*oid];
        while let Some(oid) = work.pop() {
            let parents =
                self.visited.get(&oid).map(|visited| visited.commit.parents.clone()).unwrap_or_default();
            for parent in parents {
                if let Some(visited) = self.visited.get_mut(&parent).filter(|visited| !visited.is_excluded) {
                    visited.is_excluded = true;
                    self.open -= usize::from(visited.is_queued);
                    work.push(parent);
                }
            }
        }
    }

    /// Visits the commits. Returns `false` if there are more than `limit`.
    fn run(&mut self, limit: usize) -> bool {
        let mut slop = SLOP;
        while let Some((_, oid)) = self.queue.pop() {
            if self.visited.len() > limit {
                return false;
            }
            let Some(visited) = self.visited.get_mut(&oid) else { continue };
            visited.is_queued = false;
            let (is_excluded, parents) = (visited.is_excluded, visited.commit.parents.clone());
            self.open -= usize::from(!is_excluded);
            if !self.boundary.contains(&oid) {
                for parent in &parents {
                    self.add(parent, is_excluded);
                }
            }
            if self.open > 0 {
                slop = SLOP;
            } else if slop == 0 {
                break;
            } else {
                slop -= 1;
            }
        }
        true
    }
}
