//! Comparison of a commit with its parents over stored trees. The result is that of
//! [`TreeDiff`](crate::git::tree_diff::TreeDiff) and of its comparison with other parents.

use super::edit_script::EditScript;
use super::entry_table::Entry;
use super::tree_collector::StoredTrees;
use super::tree_store::StoredTree;
use crate::git::tree_budget::TreeBudget;
use crate::git::tree_diff::{Change, ChangeSet};
use crate::git::{EntryKind, ObjectDatabase, ObjectFormat, Oid, ReadError, join_path};

/// The comparison of one commit.
pub(super) struct StoredDiff<'d, 'o> {
    pub(super) trees: &'d mut StoredTrees<'o>,
    pub(super) database: &'d ObjectDatabase,
    pub(super) format: ObjectFormat,
    /// The differences so far.
    pub(super) found: ChangeSet,
    /// Trees that could not be read, with their paths.
    pub(super) unread: Vec<(Vec<u8>, ReadError)>,
    /// The steps that are left.
    pub(super) budget: &'d mut TreeBudget,
}

/// A folder to compare.
struct Folder {
    path: Vec<u8>,
    old: Option<Oid>,
    new: Option<Oid>,
    others: Vec<OtherParent>,
}

/// The folder of a further parent of a merge.
#[derive(Clone, Copy)]
enum OtherParent {
    /// It has no such folder, or one that cannot be read.
    Absent,
    /// It has the folder of the commit.
    Same,
    Tree(Oid),
}

/// The entries in which two folders differ, each list sorted by name and object.
struct Difference {
    removed: Vec<Entry>,
    added: Vec<Entry>,
}

impl StoredDiff<'_, '_> {
    /// Compares the root tree of a commit with those of its parents. Changes against the first parent that another
    /// parent has at the same path are left out.
    pub(super) fn compare(&mut self, parents: &[Oid], root: Oid) {
        let others = parents.iter().skip(1).map(|tree| OtherParent::Tree(*tree)).collect();
        let old = parents.first().copied();
        let mut work = vec![Folder { path: Vec::new(), old, new: Some(root), others }];
        while let Some(folder) = work.pop() {
            if folder.old == folder.new {
                continue;
            }
            if !self.budget.spend(&folder.path) {
                break;
            }
            self.compare_folder(&folder, &mut work);
        }
        self.found.changes.sort_by(|one, other| one.path.cmp(&other.path));
        self.found.removed.sort();
    }

    fn compare_folder(&mut self, folder: &Folder, work: &mut Vec<Folder>) {
        let old = self.stored(&folder.path, folder.old);
        let new = self.stored(&folder.path, folder.new);
        let difference = self.difference(old, new);
        let others = self.other_differences(folder, new, &difference);
        for entry in &difference.added {
            let path = join_path(&folder.path, self.trees.table.name(entry));
            if !self.budget.spend(&path) {
                return;
            }
            let before = self.find_name(&difference.removed, entry);
            let was_tree = before.filter(|before| before.kind == EntryKind::Tree);
            let was_tree = was_tree.and_then(|before| self.trees.table.oid(before.object));
            let Some(oid) = self.trees.table.oid(entry.object) else { continue };
            match entry.kind {
                EntryKind::Tree => {
                    self.remove(&path, before.filter(|before| before.kind != EntryKind::Tree));
                    let others = others.iter().map(|other| self.other_folder(other, entry)).collect();
                    work.push(Folder { path, old: was_tree, new: Some(oid), others });
                }
                EntryKind::Submodule => self.remove(&path, before),
                EntryKind::File | EntryKind::Link => {
                    if was_tree.is_some() {
                        work.push(Folder {
                            path: path.clone(),
                            old: was_tree,
                            new: None,
                            others: Vec::new(),
                        });
                    }
                    let base = before.filter(|before| before.kind.is_blob());
                    let first = base.and_then(|base| self.trees.table.oid(base.object));
                    let bases = self.bases_in_others(&others, entry, first.into_iter().collect());
                    let kind = entry.kind;
                    self.found.changes.extend(bases.map(|bases| Change { path, blob: oid, kind, bases }));
                }
            }
        }
        for entry in &difference.removed {
            if self.find_name(&difference.added, entry).is_some() {
                continue;
            }
            let path = join_path(&folder.path, self.trees.table.name(entry));
            if !self.budget.spend(&path) {
                return;
            }
            match entry.kind {
                EntryKind::Tree => {
                    let old = self.trees.table.oid(entry.object);
                    work.push(Folder { path, old, new: None, others: Vec::new() });
                }
                _ => self.remove(&path, Some(entry)),
            }
        }
    }

    /// Returns the stored tree of a folder; an unreadable one counts as empty.
    fn stored(&mut self, path: &[u8], tree: Option<Oid>) -> Option<StoredTree> {
        match self.trees.get(self.database, self.format, &tree?) {
            Ok(stored) => Some(stored),
            Err(error) => {
                self.unread.push((path.to_vec(), error));
                None
            }
        }
    }

    fn difference(&self, old: Option<StoredTree>, new: Option<StoredTree>) -> Difference {
        let EditScript { removed, added } = self.trees.store.difference(old, new);
        let table = &self.trees.table;
        let entries = |numbers: Vec<u32>| {
            let mut entries: Vec<Entry> =
                numbers.into_iter().filter_map(|number| table.get(number)).collect();
            entries.sort_by(|one, other| table.key(one).cmp(&table.key(other)));
            entries.dedup();
            entries
        };
        Difference { removed: entries(removed), added: entries(added) }
    }

    /// Returns the differences of the commit's folder from those of the further parents.
    fn other_differences(
        &mut self,
        folder: &Folder,
        new: Option<StoredTree>,
        first: &Difference,
    ) -> Vec<OtherDifference> {
        let mut differences = Vec::with_capacity(folder.others.len());
        for other in &folder.others {
            differences.push(match other {
                OtherParent::Same => OtherDifference::Same,
                OtherParent::Tree(_) if first.added.is_empty() => OtherDifference::Same,
                OtherParent::Absent => OtherDifference::Absent,
                OtherParent::Tree(tree) => match self.trees.get(self.database, self.format, tree) {
                    Ok(tree) => OtherDifference::Different(self.difference(Some(tree), new)),
                    // The reader of that parent's own changes reports the tree, if it belongs to the range.
                    Err(_) => OtherDifference::Absent,
                },
            });
        }
        differences
    }

    /// Returns the folder of an entry in a further parent.
    fn other_folder(&self, other: &OtherDifference, entry: &Entry) -> OtherParent {
        match other {
            OtherDifference::Same => OtherParent::Same,
            OtherDifference::Absent => OtherParent::Absent,
            OtherDifference::Different(difference) => {
                if !self.contains(&difference.added, entry) {
                    return OtherParent::Same;
                }
                let before = self.find_name(&difference.removed, entry);
                let before = before.filter(|before| before.kind == EntryKind::Tree);
                let oid = before.and_then(|before| self.trees.table.oid(before.object));
                oid.map_or(OtherParent::Absent, OtherParent::Tree)
            }
        }
    }

    /// Adds the blobs that further parents have at the path of an entry to its bases; `None` if one of them has the
    /// blob of the entry.
    fn bases_in_others(
        &self,
        others: &[OtherDifference],
        entry: &Entry,
        mut bases: Vec<Oid>,
    ) -> Option<Vec<Oid>> {
        for other in others {
            match other {
                OtherDifference::Same => return None,
                OtherDifference::Absent => {}
                OtherDifference::Different(difference) if !self.contains(&difference.added, entry) => {
                    return None;
                }
                OtherDifference::Different(difference) => {
                    let before = self.find_name(&difference.removed, entry);
                    let Some(before) = before.filter(|before| before.kind.is_blob()) else { continue };
                    if before.object == entry.object {
                        return None;
                    }
                    bases.extend(self.trees.table.oid(before.object));
                }
            }
        }
        Some(bases)
    }

    /// Finds the first entry of the same name in a sorted list.
    fn find_name<'e>(&self, entries: &'e [Entry], entry: &Entry) -> Option<&'e Entry> {
        let name = self.trees.table.name(entry);
        let at = entries.partition_point(|one| self.trees.table.name(one) < name);
        entries.get(at).filter(|one| one.name == entry.name)
    }

    /// Whether a sorted list has an entry.
    fn contains(&self, entries: &[Entry], entry: &Entry) -> bool {
        let key = self.trees.table.key(entry);
        let at = entries.partition_point(|one| self.trees.table.key(one) < key);
        // Entries with the same key have one of four kinds.
        entries[at..].iter().take_while(|one| self.trees.table.key(one) == key).any(|one| one == entry)
    }

    fn remove(&mut self, path: &[u8], entry: Option<&Entry>) {
        let blob = entry.filter(|entry| entry.kind.is_blob());
        if let Some(oid) = blob.and_then(|entry| self.trees.table.oid(entry.object)) {
            self.found.removed.push((path.to_vec(), oid));
        }
    }
}

/// How the folder of a further parent differs from that of the commit.
enum OtherDifference {
    Absent,
    Same,
    Different(Difference),
}
