//! What a commit, or the next commit, adds: each changed path with its blob and the versions that the parents
//! have of it. Trees are compared by name, so that the cost follows the change and not the repository.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, BuildHasherDefault, Hasher};
use std::sync::LazyLock;

use crate::git::tree_budget::TreeBudget;
use crate::git::{EntryKind, ObjectDatabase, ObjectFormat, ObjectKind, Oid, ReadError, tree_entries};

/// A path whose content no parent has in the same place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The path from the root, with `/`.
    pub path: Vec<u8>,
    /// The new content.
    pub blob: Oid,
    /// What it is.
    pub kind: EntryKind,
    /// The parents' versions of this path; empty if it is new everywhere.
    pub bases: Vec<Oid>,
}

/// What one commit changes.
#[derive(Clone, Debug, Default)]
pub struct ChangeSet {
    /// The changed paths, in order of path.
    pub changes: Vec<Change>,
    /// What the first parent held and this commit does not: where a new path may have been renamed from.
    pub removed: Vec<(Vec<u8>, Oid)>,
}

/// A tree's entry, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: Vec<u8>,
    pub(crate) kind: EntryKind,
    pub(crate) oid: Oid,
}

/// Reads a tree's entries, sorted by name.
pub(crate) fn read_tree(
    objects: &ObjectDatabase,
    format: ObjectFormat,
    oid: &Oid,
) -> Result<Vec<Entry>, ReadError> {
    let bytes = objects.read_as(oid, ObjectKind::Tree)?;
    let mut entries = Vec::new();
    for entry in tree_entries(&bytes, format) {
        let entry = entry.map_err(|_| ReadError::Corrupt(*oid, "the tree is broken".into()))?;
        entries.push(Entry { name: entry.name.to_vec(), kind: entry.kind, oid: entry.oid });
    }
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(entries)
}

/// What `new` holds that `old` does not hold in the same place, and what is gone.
pub(crate) struct TreeDiff<'o> {
    pub(crate) objects: &'o ObjectDatabase,
    pub(crate) format: ObjectFormat,
    pub(crate) found: ChangeSet,
    /// Trees that could not be read.
    pub(crate) unread: Vec<(Vec<u8>, ReadError)>,
    /// What may still be looked at.
    pub(crate) budget: TreeBudget,
}

impl<'o> TreeDiff<'o> {
    pub(crate) fn new(objects: &'o ObjectDatabase, format: ObjectFormat, budget: TreeBudget) -> Self {
        Self { objects, format, found: ChangeSet::default(), unread: Vec::new(), budget }
    }

    /// Compares two trees; `None` is an empty one. Iterative, so that no depth of folders is too deep.
    pub(crate) fn compare(&mut self, old: Option<Oid>, new: Option<Oid>) {
        self.compare_below(Vec::new(), old, new);
    }

    /// The same for the trees of one folder.
    pub(crate) fn compare_below(&mut self, folder: Vec<u8>, old: Option<Oid>, new: Option<Oid>) {
        let mut work = vec![(folder, old, new)];
        while let Some((prefix, old, new)) = work.pop() {
            if old == new {
                continue;
            }
            if !self.budget.spend(&prefix) {
                break;
            }
            let old = self.entries(&prefix, old);
            let new = self.entries(&prefix, new);
            self.compare_entries(&prefix, &old, &new, &mut work);
        }
        self.found.changes.sort_by(|one, other| one.path.cmp(&other.path));
        self.found.removed.sort();
    }

    fn entries(&mut self, prefix: &[u8], tree: Option<Oid>) -> Vec<Entry> {
        let Some(tree) = tree else { return Vec::new() };
        read_tree(self.objects, self.format, &tree).unwrap_or_else(|error| {
            self.unread.push((prefix.to_vec(), error));
            Vec::new()
        })
    }

    fn compare_entries(
        &mut self,
        prefix: &[u8],
        old: &[Entry],
        new: &[Entry],
        work: &mut Vec<(Vec<u8>, Option<Oid>, Option<Oid>)>,
    ) {
        let find = |entries: &[Entry], name: &[u8]| {
            entries
                .binary_search_by(|entry| entry.name.as_slice().cmp(name))
                .ok()
                .map(|at| entries[at].clone())
        };
        for entry in new {
            let before = find(old, &entry.name);
            if before.as_ref().is_some_and(|before| before.oid == entry.oid && before.kind == entry.kind) {
                continue;
            }
            let path = join_path(prefix, &entry.name);
            if !self.budget.spend(&path) {
                return;
            }
            let was_tree =
                before.as_ref().filter(|before| before.kind == EntryKind::Tree).map(|before| before.oid);
            match entry.kind {
                EntryKind::Tree => {
                    self.remove(&path, before.filter(|before| before.kind != EntryKind::Tree));
                    work.push((path, was_tree, Some(entry.oid)));
                }
                EntryKind::Submodule => self.remove(&path, before),
                EntryKind::File | EntryKind::Link => {
                    let base = before.filter(|before| is_blob(before.kind)).map(|before| before.oid);
                    if let Some(tree) = was_tree {
                        work.push((path.clone(), Some(tree), None));
                    }
                    let bases = base.into_iter().collect();
                    self.found.changes.push(Change { path, blob: entry.oid, kind: entry.kind, bases });
                }
            }
        }
        for entry in old.iter().filter(|entry| find(new, &entry.name).is_none()) {
            let path = join_path(prefix, &entry.name);
            if !self.budget.spend(&path) {
                return;
            }
            if entry.kind == EntryKind::Tree {
                work.push((path, Some(entry.oid), None));
            } else {
                self.remove(&path, Some(entry.clone()));
            }
        }
    }

    fn remove(&mut self, path: &[u8], entry: Option<Entry>) {
        if let Some(entry) = entry.filter(|entry| is_blob(entry.kind)) {
            self.found.removed.push((path.to_vec(), entry.oid));
        }
    }
}

/// The entry at a path of a tree, if there is one.
pub(crate) fn find_entry(
    objects: &ObjectDatabase,
    format: ObjectFormat,
    root: &Oid,
    path: &[u8],
) -> Result<Option<(EntryKind, Oid)>, ReadError> {
    let (mut kind, mut oid) = (EntryKind::Tree, *root);
    for name in path.split(|byte| *byte == b'/') {
        if kind != EntryKind::Tree {
            return Ok(None);
        }
        let bytes = objects.read_as(&oid, ObjectKind::Tree)?;
        let found = tree_entries(&bytes, format).filter_map(Result::ok).find(|entry| entry.name == name);
        match found {
            Some(entry) => (kind, oid) = (entry.kind, entry.oid),
            None => return Ok(None),
        }
    }
    Ok(Some((kind, oid)))
}

/// Looks paths up in trees, and reads each tree once: a merge may change many paths of one folder.
pub struct TreeLookup<'o> {
    objects: &'o ObjectDatabase,
    format: ObjectFormat,
    trees: HashMap<Oid, Vec<Entry>>,
    /// Entries of all of them.
    held: usize,
}

/// With more entries than this it begins anew.
const MOST_HELD: usize = 1 << 20;

impl<'o> TreeLookup<'o> {
    /// Nothing is read yet.
    #[must_use]
    pub fn new(objects: &'o ObjectDatabase, format: ObjectFormat) -> Self {
        Self { objects, format, trees: HashMap::new(), held: 0 }
    }

    /// The entry at a path of a tree, if there is one.
    ///
    /// # Errors
    /// A tree on the way cannot be read.
    pub fn find(&mut self, root: &Oid, path: &[u8]) -> Result<Option<(EntryKind, Oid)>, ReadError> {
        let (mut kind, mut oid) = (EntryKind::Tree, *root);
        for name in path.split(|byte| *byte == b'/') {
            if kind != EntryKind::Tree {
                return Ok(None);
            }
            let entries = self.entries(&oid)?;
            let Ok(at) = entries.binary_search_by(|entry| entry.name.as_slice().cmp(name)) else {
                return Ok(None);
            };
            (kind, oid) = (entries[at].kind, entries[at].oid);
        }
        Ok(Some((kind, oid)))
    }

    fn entries(&mut self, tree: &Oid) -> Result<&[Entry], ReadError> {
        if self.held > MOST_HELD {
            self.trees.clear();
            self.held = 0;
        }
        if !self.trees.contains_key(tree) {
            let entries = read_tree(self.objects, self.format, tree)?;
            self.held += entries.len();
            self.trees.insert(*tree, entries);
        }
        Ok(self.trees.get(tree).map_or(&[], Vec::as_slice))
    }
}

pub(crate) const fn is_blob(kind: EntryKind) -> bool {
    matches!(kind, EntryKind::File | EntryKind::Link)
}

pub(crate) fn join_path(prefix: &[u8], name: &[u8]) -> Vec<u8> {
    if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
}

/// The lines of a version, for telling whether another one looks like it renamed: if half of the larger one's
/// lines, by bytes, stand in both. The measure is git's; lines are compared instead of 64-byte chunks.
#[derive(Clone, Debug, Default)]
pub struct LineCounts {
    /// How long the version is.
    length: usize,
    /// How long the line of each hash is, and how often it stands there.
    counts: HashMap<u64, (usize, usize), BuildHasherDefault<Plain>>,
}

impl LineCounts {
    /// The lines of a version.
    #[must_use]
    pub fn new(version: &[u8]) -> Self {
        // Keys of its own for each process: which lines share a hash must not be for the repository to choose.
        static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        let mut lines = Self { length: version.len(), ..Self::default() };
        for line in version.split_inclusive(|byte| *byte == b'\n') {
            lines.counts.entry(KEYS.hash_one(line)).or_insert((line.len(), 0)).1 += 1;
        }
        lines
    }

    /// How many different lines there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.counts.len()
    }

    /// Whether the lengths alone leave it open.
    #[must_use]
    pub fn may_be_similar(&self, other: &Self) -> bool {
        self.length.min(other.length) * 2 >= self.length.max(other.length)
    }

    /// Whether one version looks like the other renamed.
    #[must_use]
    pub fn is_similar(&self, other: &Self) -> bool {
        let (few, many) = if self.count() < other.count() { (self, other) } else { (other, self) };
        let shared: usize = few
            .counts
            .iter()
            .map(|(hash, (length, count))| {
                length * many.counts.get(hash).map_or(0, |known| known.1.min(*count))
            })
            .sum();
        self.may_be_similar(other) && shared * 2 >= self.length.max(other.length)
    }
}

/// Hashes stand for themselves.
#[derive(Clone, Copy, Debug, Default)]
struct Plain(u64);

impl Hasher for Plain {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0 << 8 | u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_similar(one: &[u8], other: &[u8]) -> bool {
        let (one, other) = (LineCounts::new(one), LineCounts::new(other));
        assert_eq!(one.is_similar(&other), other.is_similar(&one));
        one.is_similar(&other)
    }

    #[test]
    fn similar_is_half_of_the_lines() {
        assert!(is_similar(b"a\nb\nc\nd\n", b"a\nb\nx\ny\n"));
        assert!(!is_similar(b"a\nb\nc\nd\n", b"a\nw\nx\ny\n"));
        assert!(!is_similar(b"a\n", b"a\nb\nc\nd\n"));
        assert!(is_similar(b"a\na\n", b"a\nb\n"));
        assert!(is_similar(b"same", b"same"));
    }
}
