//! The walks over trees: which lead to something of interest, and what of it they hold. A tree that is stored as
//! a difference to another takes over what that one was found to hold, so that only its new entries are looked up.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::holdings::{Held, Tree, What};
use super::{Interest, ValueIndex};
use crate::source::git::{EntryKind, ObjectFormat, Oid, OpenError, Repository, TreeEntry, tree_entries};
use crate::source::history::{Contents, Set, visit_trees};
use crate::source::trees::{Known, take_over};
use crate::source::{Blob, Copied, Stop, Visitor};

/// The trees, by number, that hold something of interest, directly or below.
pub(super) fn that_matter(
    repository: &Repository,
    contents: &Contents,
    trees: &Set,
    interest: &Interest,
    stop: &Stop,
) -> Result<Set, OpenError> {
    let shape = Shape {
        format: repository.format,
        contents,
        interest,
        blobs: Starts::of(interest),
        found: Mutex::default(),
    };
    visit_trees(repository, contents, trees, &shape, stop)?;
    let found = shape.found.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(found.upwards(contents.count()))
}

/// Blobs of interest by the first two bytes of their names: nearly all others are told apart by them.
struct Starts(Set);

impl Starts {
    fn of(interest: &Interest) -> Self {
        let starts = Set::below(1 << 16);
        for oid in interest.blobs.keys() {
            starts.add(start(oid));
        }
        Self(starts)
    }

    fn is_one(&self, oid: &Oid, interest: &Interest) -> bool {
        self.0.has(start(oid)) && interest.blobs.contains_key(oid)
    }
}

fn start(oid: &Oid) -> u32 {
    let bytes = oid.as_bytes();
    u32::from(bytes[0]) << 8 | u32::from(bytes[1])
}

/// Walks trees for which is in which.
struct Shape<'s> {
    format: ObjectFormat,
    contents: &'s Contents,
    interest: &'s Interest,
    blobs: Starts,
    found: Mutex<Edges>,
}

/// Which trees are in which, by number. In a large history they are tens of millions, so there are four bytes for
/// each, and no index: a pass over them takes a few hundredths of a second.
#[derive(Default)]
struct Edges {
    /// For each tree that holds others its number, how many they are, and theirs.
    lists: Vec<u32>,
    /// Trees that hold something of interest themselves.
    direct: Vec<u32>,
}

/// Stands for a blob of interest where a tree's number would stand.
const BLOB: u32 = u32::MAX;

/// Stands for everything else.
const NOTHING: u32 = u32::MAX - 1;

/// Folders are nested less deeply than this. Where they are not, an index is made after so many passes.
const MOST_PASSES: usize = 64;

impl Edges {
    /// The trees that hold something of interest, and all that lead to them.
    fn upwards(self, count: usize) -> Set {
        let matter = Set::below(count);
        for tree in &self.direct {
            matter.add(*tree);
        }
        for _ in 0..MOST_PASSES {
            let mut is_done = true;
            for (tree, children) in self.iter() {
                if children.iter().any(|child| matter.has(*child)) {
                    is_done &= !matter.add(tree);
                }
            }
            if is_done {
                return matter;
            }
        }
        self.follow(&matter, count);
        matter
    }

    /// The same by an index from each tree to those that it is in.
    fn follow(&self, matter: &Set, count: usize) {
        let pairs =
            || self.iter().flat_map(|(tree, children)| children.iter().map(move |child| (*child, tree)));
        let mut starts = vec![0_usize; count + 1];
        for (child, _) in pairs() {
            starts[child as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut parents = vec![0; starts[count]];
        for (child, parent) in pairs() {
            parents[next[child as usize]] = parent;
            next[child as usize] += 1;
        }
        let mut work: Vec<u32> = matter.numbers().collect();
        while let Some(tree) = work.pop() {
            let range = starts[tree as usize]..starts[tree as usize + 1];
            work.extend(parents[range].iter().filter(|parent| matter.add(**parent)));
        }
    }

    /// Each tree with those in it.
    fn iter(&self) -> impl Iterator<Item = (u32, &[u32])> {
        let mut rest = self.lists.as_slice();
        std::iter::from_fn(move || {
            let (&[tree, count], after) = rest.split_first_chunk()?;
            let (children, after) = after.split_at_checked(count as usize)?;
            rest = after;
            Some((tree, children))
        })
    }

    fn add(&mut self, tree: u32, children: impl Iterator<Item = u32>) {
        let start = self.lists.len();
        self.lists.extend([tree, 0]);
        self.lists.extend(children);
        let count = self.lists.len() - start - 2;
        match u32::try_from(count) {
            Ok(count) if count > 0 => self.lists[start + 1] = count,
            _ => self.lists.truncate(start),
        }
    }
}

impl Shape<'_> {
    fn what(&self, entry: &TreeEntry<'_>) -> u32 {
        match entry.kind {
            EntryKind::Tree => self.contents.number(&entry.oid).unwrap_or(NOTHING),
            EntryKind::Submodule => NOTHING,
            _ if self.blobs.is_one(&entry.oid, self.interest) => BLOB,
            _ => NOTHING,
        }
    }

    fn keep(&self, blob: &Blob<'_>, entries: &[(u32, u32)]) {
        let Some(own) = self.contents.number(&blob.oid) else { return };
        let is_direct =
            entries.iter().any(|(_, what)| *what == BLOB) || self.interest.names.contains_key(&blob.oid);
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.add(own, entries.iter().map(|(_, what)| *what).filter(|what| *what < NOTHING));
        if is_direct {
            found.direct.push(own);
        }
    }
}

impl Visitor for Shape<'_> {
    /// What each entry of a tree is: a folder by its number, a blob of interest, or nothing of interest.
    type State = Known<u32>;

    fn root(&self, blob: &Blob<'_>) -> Self::State {
        self.derived(blob, &Vec::new(), &[])
    }

    fn derived(&self, blob: &Blob<'_>, base: &Self::State, copies: &[Copied]) -> Self::State {
        let mut entries = Vec::with_capacity(base.len() + 1);
        // A broken tree is told where all objects are read; here its whole entries count.
        let _ = take_over(blob.bytes, self.format, base, copies, &mut entries, |entry| self.what(entry));
        self.keep(blob, &entries);
        entries
    }
}

/// Walks trees again and keeps what those that matter hold.
pub(super) struct Reader<'r> {
    format: ObjectFormat,
    contents: &'r Contents,
    interest: &'r Interest,
    starts: Starts,
    /// The blobs of interest, sorted.
    blobs: &'r [(Oid, Vec<ValueIndex>)],
    matter: &'r Set,
    found: Mutex<(Kept, HashMap<Vec<u8>, u32>)>,
}

/// What trees hold, folders by their numbers as objects.
#[derive(Default)]
pub(super) struct Kept {
    /// The number of each tree, and where its entries stand.
    pub(super) trees: Vec<(u32, Tree)>,
    pub(super) entries: Vec<Held>,
    pub(super) names: Vec<Vec<u8>>,
}

/// An entry that does not matter. No value has this index.
const NO_MATTER: What = What::Name(ValueIndex::MAX);

impl<'r> Reader<'r> {
    pub(super) fn new(
        format: ObjectFormat,
        contents: &'r Contents,
        interest: &'r Interest,
        blobs: &'r [(Oid, Vec<ValueIndex>)],
        matter: &'r Set,
    ) -> Self {
        let starts = Starts::of(interest);
        Self { format, contents, interest, starts, blobs, matter, found: Mutex::default() }
    }

    pub(super) fn into_kept(self) -> Kept {
        self.found.into_inner().unwrap_or_else(PoisonError::into_inner).0
    }

    fn what(&self, entry: &TreeEntry<'_>) -> What {
        let known = match entry.kind {
            EntryKind::Tree => self.matters(&entry.oid).map(What::Tree),
            EntryKind::File | EntryKind::Link if self.starts.is_one(&entry.oid, self.interest) => {
                let at = self.blobs.binary_search_by_key(&entry.oid, |(oid, _)| *oid).ok();
                at.and_then(|at| u32::try_from(at).ok()).map(What::Blob)
            }
            _ => None,
        };
        known.unwrap_or(NO_MATTER)
    }

    /// The number of a tree that matters.
    fn matters(&self, tree: &Oid) -> Option<u32> {
        self.contents.number(tree).filter(|number| self.matter.has(*number))
    }

    fn keep(&self, number: u32, blob: &Blob<'_>, known: &[(u32, What)]) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let (kept, places) = &mut *found;
        let start = kept.entries.len();
        let mut add = |name: &[u8], what: What| {
            let name = places.get(name).copied().unwrap_or_else(|| {
                let next = u32::try_from(kept.names.len()).unwrap_or(u32::MAX);
                kept.names.push(name.to_vec());
                places.insert(name.to_vec(), next);
                next
            });
            kept.entries.push(Held { name, what });
        };
        for (place, what) in known.iter().filter(|(_, what)| *what != NO_MATTER) {
            let rest = blob.bytes.get(*place as usize..).unwrap_or_default();
            if let Some(Ok(entry)) = tree_entries(rest, self.format).next() {
                add(entry.name, *what);
            }
        }
        for (name, value) in self.interest.names.get(&blob.oid).into_iter().flatten() {
            add(name, What::Name(*value));
        }
        // Four billion entries would not fit into memory.
        let [start, end] = [start, kept.entries.len()].map(|at| u32::try_from(at).unwrap_or(u32::MAX));
        kept.trees.push((number, Tree { start, end, list: 0 }));
    }
}

impl Visitor for Reader<'_> {
    /// What each entry of a tree is.
    type State = Known<What>;

    fn root(&self, blob: &Blob<'_>) -> Self::State {
        self.derived(blob, &Vec::new(), &[])
    }

    fn derived(&self, blob: &Blob<'_>, base: &Self::State, copies: &[Copied]) -> Self::State {
        let mut known = Vec::with_capacity(base.len() + 1);
        // As above.
        let _ = take_over(blob.bytes, self.format, base, copies, &mut known, |entry| self.what(entry));
        if let Some(number) = self.matters(&blob.oid) {
            self.keep(number, blob, &known);
        }
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_to_something_is_found_at_any_depth() {
        for depth in [1, 10, 200] {
            let mut edges = Edges { direct: vec![0], ..Edges::default() };
            // The hardest order: a pass finds one more level.
            for tree in (1..=depth).rev() {
                edges.add(tree, [tree - 1, 300].into_iter());
            }
            edges.add(301, [300].into_iter());
            edges.add(302, std::iter::empty());
            let numbers: Vec<u32> = edges.upwards(400).numbers().collect();
            assert_eq!(numbers, (0..=depth).collect::<Vec<_>>());
        }
    }
}
