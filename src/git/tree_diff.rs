//! Comparison of two trees: which paths have a new content, and which are gone.
//!
//! Trees are compared by name and object, and equal trees are not read, so the cost follows the change and not the
//! repository. Contents are not compared, and renames are not detected here.

use super::object::EntryKind;
use super::object_types::ReadError;
use super::odb::ObjectDatabase;
use super::oid::{ObjectFormat, Oid};
use super::tree_budget::TreeBudget;
use super::tree_reader::{NamedEntry, TreeLookup, find_name, join_path, read_tree};

/// A path with new content: no parent has this blob at this path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// The path from the root, with `/`.
    pub path: Vec<u8>,
    /// The new content.
    pub blob: Oid,
    /// Whether the path is a file or a link.
    pub kind: EntryKind,
    /// The blobs that the parents have at this path; empty if the path is new.
    pub bases: Vec<Oid>,
}

/// The changes of one commit.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChangeSet {
    /// The changed paths, in order of path.
    pub changes: Vec<Change>,
    /// The paths and blobs that the first parent has and this commit has not: a new path may be a renamed one.
    pub removed: Vec<(Vec<u8>, Oid)>,
}

impl ChangeSet {
    /// Whether no path is changed or removed.
    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.removed.is_empty()
    }

    /// Compares the changes with another parent of a merge, given by its root tree. Changes that it has at the same
    /// path are removed; for the others, its version of the path becomes one more base. A path at which the lookup
    /// fails keeps its change.
    pub(crate) fn compare_with_other_parent(&mut self, root: &Oid, lookup: &mut TreeLookup<'_>) {
        self.changes.retain_mut(|change| match lookup.find(root, &change.path) {
            Ok(Some((kind, oid))) if kind.is_blob() => {
                change.bases.push(oid);
                oid != change.blob
            }
            _ => true,
        });
    }
}

/// A comparison of trees, with its results.
pub(crate) struct TreeDiff<'o> {
    objects: &'o ObjectDatabase,
    format: ObjectFormat,
    /// The differences so far.
    pub(crate) found: ChangeSet,
    /// Trees that could not be read, with their paths.
    pub(crate) unread: Vec<(Vec<u8>, ReadError)>,
    /// The steps that are left.
    pub(crate) budget: TreeBudget,
    /// The number of entries read.
    pub(crate) entries: usize,
}

impl<'o> TreeDiff<'o> {
    pub(crate) fn new(objects: &'o ObjectDatabase, format: ObjectFormat, budget: TreeBudget) -> Self {
        Self { objects, format, found: ChangeSet::default(), unread: Vec::new(), budget, entries: 0 }
    }

    /// Compares two trees; `None` is an empty tree. Folders are kept in a list instead of on the stack, so that no
    /// depth is too deep.
    pub(crate) fn compare(&mut self, old: Option<Oid>, new: Option<Oid>) {
        self.compare_below(Vec::new(), old, new);
    }

    /// Compares the trees of one folder.
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

    fn entries(&mut self, prefix: &[u8], tree: Option<Oid>) -> Vec<NamedEntry> {
        let Some(tree) = tree else { return Vec::new() };
        let entries = read_tree(self.objects, self.format, &tree).unwrap_or_else(|error| {
            self.unread.push((prefix.to_vec(), error));
            Vec::new()
        });
        self.entries += entries.len();
        entries
    }

    fn compare_entries(
        &mut self,
        prefix: &[u8],
        old: &[NamedEntry],
        new: &[NamedEntry],
        work: &mut Vec<(Vec<u8>, Option<Oid>, Option<Oid>)>,
    ) {
        for entry in new {
            let before = find_name(old, &entry.name);
            if before.is_some_and(|before| before.oid == entry.oid && before.kind == entry.kind) {
                continue;
            }
            let path = join_path(prefix, &entry.name);
            if !self.budget.spend(&path) {
                return;
            }
            let was_tree = before.filter(|before| before.kind == EntryKind::Tree).map(|before| before.oid);
            match entry.kind {
                EntryKind::Tree => {
                    self.remove(&path, before.filter(|before| before.kind != EntryKind::Tree));
                    work.push((path, was_tree, Some(entry.oid)));
                }
                EntryKind::Submodule => self.remove(&path, before),
                EntryKind::File | EntryKind::Link => {
                    let base = before.filter(|before| before.kind.is_blob()).map(|before| before.oid);
                    if let Some(tree) = was_tree {
                        work.push((path.clone(), Some(tree), None));
                    }
                    let bases = base.into_iter().collect();
                    self.found.changes.push(Change { path, blob: entry.oid, kind: entry.kind, bases });
                }
            }
        }
        for entry in old.iter().filter(|entry| find_name(new, &entry.name).is_none()) {
            let path = join_path(prefix, &entry.name);
            if !self.budget.spend(&path) {
                return;
            }
            if entry.kind == EntryKind::Tree {
                work.push((path, Some(entry.oid), None));
            } else {
                self.remove(&path, Some(entry));
            }
        }
    }

    fn remove(&mut self, path: &[u8], entry: Option<&NamedEntry>) {
        if let Some(entry) = entry.filter(|entry| entry.kind.is_blob()) {
            self.found.removed.push((path.to_vec(), entry.oid));
        }
    }
}
