//! Which commits a range holds, by the parents that the objects themselves name: neither `replace` refs nor
//! grafts nor a stale commit-graph can hide one.

use std::collections::{BinaryHeap, HashMap, HashSet};

use crate::git::{Commit, ObjectDatabase, ObjectKind, Oid, ReadError, tag_target};

/// What a walk came across.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// The commits of the range, parents before children where their clocks allow, oldest first.
    pub(crate) commits: Vec<(Oid, Commit)>,
    /// Annotated tags that were named.
    pub(crate) tags: Vec<Oid>,
    /// Trees and blobs that were named instead of commits.
    pub(crate) others: Vec<(Oid, ObjectKind)>,
    /// What could not be read.
    pub(crate) unread: Vec<ReadError>,
}

/// After the last interesting commit this many more are looked at, since clocks may be skewed (git's own
/// number is 5).
const SLOP: usize = 16;

struct Seen {
    commit: Commit,
    excluded: bool,
    queued: bool,
}

/// Commits reachable from `wanted` and not from `unwanted`.
pub(crate) fn range(objects: &ObjectDatabase, wanted: &[Oid], unwanted: &[Oid], borders: &[Oid]) -> Walk {
    let mut walk = Walk::default();
    let mut walker = Walker {
        objects,
        borders: borders.iter().copied().collect(),
        seen: HashMap::new(),
        queue: BinaryHeap::new(),
        open: 0,
        unread: Vec::new(),
    };
    for (oids, excluded) in [(unwanted, true), (wanted, false)] {
        for oid in oids {
            match peel(objects, oid, if excluded { None } else { Some(&mut walk.tags) }) {
                Ok((oid, ObjectKind::Commit)) => walker.add(&oid, excluded),
                Ok(other) if !excluded => walk.others.push(other),
                Ok(_) => {}
                Err(error) => walker.unread.push(error),
            }
        }
    }
    walker.run();
    let commits = walker.seen.into_iter().filter(|(_, seen)| !seen.excluded);
    walk.commits = commits.map(|(oid, seen)| (oid, seen.commit)).collect();
    walk.commits.sort_by_key(|(oid, commit)| (commit.time, *oid));
    walk.unread = walker.unread;
    walk
}

/// Follows annotated tags to what they name; collects the tags.
pub(crate) fn peel(
    objects: &ObjectDatabase,
    oid: &Oid,
    mut tags: Option<&mut Vec<Oid>>,
) -> Result<(Oid, ObjectKind), ReadError> {
    let mut oid = *oid;
    for _ in 0..64 {
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
    /// Where a shallow clone ends.
    borders: HashSet<Oid>,
    seen: HashMap<Oid, Seen>,
    queue: BinaryHeap<(i64, Oid)>,
    /// How many in the queue are not excluded: counted, since to look each time would be quadratic.
    open: usize,
    unread: Vec<ReadError>,
}

impl Walker<'_> {
    fn add(&mut self, oid: &Oid, excluded: bool) {
        match self.seen.get_mut(oid) {
            Some(seen) if !seen.excluded && excluded => {
                seen.excluded = true;
                self.open -= usize::from(seen.queued);
                self.exclude_ancestors(oid);
            }
            Some(_) => {}
            None => match self.read(oid) {
                Ok(commit) => {
                    self.queue.push((commit.time, *oid));
                    self.open += usize::from(!excluded);
                    self.seen.insert(*oid, Seen { commit, excluded, queued: true });
                }
                // What lies behind an excluded commit is not asked for.
                Err(_) if excluded => {}
                Err(error) => self.unread.push(error),
            },
        }
    }

    fn read(&self, oid: &Oid) -> Result<Commit, ReadError> {
        let bytes = self.objects.read_as(oid, ObjectKind::Commit)?;
        Commit::parse(&bytes).ok_or_else(|| ReadError::Corrupt(*oid, "the commit has no tree".into()))
    }

    /// Marks what was reached before it was known to be excluded.
    fn exclude_ancestors(&mut self, oid: &Oid) {
        let mut work = vec![*oid];
        while let Some(oid) = work.pop() {
            let parents = self.seen.get(&oid).map(|seen| seen.commit.parents.clone()).unwrap_or_default();
            for parent in parents {
                if let Some(seen) = self.seen.get_mut(&parent).filter(|seen| !seen.excluded) {
                    seen.excluded = true;
                    self.open -= usize::from(seen.queued);
                    work.push(parent);
                }
            }
        }
    }

    fn run(&mut self) {
        let mut slop = SLOP;
        while let Some((_, oid)) = self.queue.pop() {
            let Some(seen) = self.seen.get_mut(&oid) else { continue };
            seen.queued = false;
            let (excluded, parents) = (seen.excluded, seen.commit.parents.clone());
            self.open -= usize::from(!excluded);
            if !self.borders.contains(&oid) {
                for parent in &parents {
                    self.add(parent, excluded);
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
    }
}
