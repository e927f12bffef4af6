//! The changes that the next commit would add: the index, compared with HEAD and, in a merge, with the other parents.
//!
//! Blobs are not read, and neither is the working tree. A folder is skipped if the cache tree of the index says that
//! it equals HEAD's.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use super::read_problem::{read_problem, tree_budget_problem};
use crate::finding::{Problem, ProblemKind};
use crate::git::tree_budget::TreeBudget;
use crate::git::tree_diff::{Change, ChangeSet, TreeDiff};
use crate::git::tree_reader::{NamedEntry, TreeLookup, find_entry, join_path, read_tree};
use crate::git::{
    CacheNode, Commit, EntryKind, Index, IndexEntry, IndexError, ObjectDatabase, ObjectKind, Oid, OpenError,
    ReadError, RefError, Refs, Repository, os_string,
};
use crate::text::escape_path;

/// Why the index could not be compared at all.
#[derive(Debug, Error, Diagnostic)]
pub enum StagedError {
    /// The index cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Index(#[from] IndexError),
    /// HEAD cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Refs(#[from] RefError),
    /// The object database cannot be opened.
    #[error(transparent)]
    #[diagnostic(transparent)]
    ObjectDatabase(#[from] OpenError),
    /// HEAD's commit or tree cannot be read.
    #[error("HEAD cannot be read: {0}")]
    #[diagnostic(code(skant::staged::head), help("`git fsck` says what is wrong"))]
    Head(#[from] ReadError),
}

/// The staged changes.
#[derive(Debug)]
pub(crate) struct StagedChanges {
    /// The paths with new content, and the paths that are gone.
    pub changes: ChangeSet,
    /// Every path whose entry differs from HEAD's, also where it equals another parent's.
    pub touched: BTreeSet<Vec<u8>>,
    /// Paths and trees that could not be compared.
    pub problems: Vec<Problem>,
    /// The index itself.
    pub index: Index,
    /// HEAD's tree; `None` on an unborn branch.
    head: Option<Oid>,
}

impl StagedChanges {
    /// Whether the index, HEAD or the working tree has something at a path or below it.
    #[must_use]
    pub(crate) fn has_path(&self, repository: &Repository, objects: &ObjectDatabase, path: &[u8]) -> bool {
        let is_in_index = !self.index.positions_of(path).is_empty()
            || !self.index.positions_under(path).is_empty()
            || self.index.entries().any(|entry| entry.is_sparse_folder() && path.starts_with(entry.path));
        // A tree that cannot be read counts as if it had the path: the comparison has reported it.
        let is_in_head = || {
            let found = self.head.map(|head| find_entry(objects, repository.format, &head, path));
            found.is_some_and(|found| !matches!(found, Ok(None)))
        };
        let is_on_disk = || {
            let top = repository.work_tree.as_ref();
            top.is_some_and(|top| std::fs::symlink_metadata(top.join(os_string(path))).is_ok())
        };
        path.is_empty() || is_in_index || is_in_head() || is_on_disk()
    }
}

/// Compares the index with HEAD and with the other parents of a merge: `merge_parents` and those in `MERGE_HEAD`.
///
/// # Errors
/// Returns an error if the index, HEAD or its commit cannot be read. A tree or a parent that cannot be read is a
/// problem of the result.
pub(crate) fn compare_index(
    repository: &Repository,
    objects: &ObjectDatabase,
    merge_parents: &[Oid],
) -> Result<StagedChanges, StagedError> {
    let index = Index::read(&repository.index_file, &repository.git_dir, repository.format)?;
    let head = Refs::read_head(repository)?.map(|oid| root_tree(objects, &oid)).transpose()?;
    let mut parents = merge_parents.to_vec();
    parents.extend(Refs::read_pseudo_ref(repository, "MERGE_HEAD")?);
    parents.sort_unstable();
    parents.dedup();
    let mut diff = IndexDiff {
        index: &index,
        objects,
        repository,
        found: ChangeSet::default(),
        problems: Vec::new(),
        unmerged: BTreeSet::new(),
        budget: TreeBudget::for_commits(index.len()),
    };
    diff.run(head);
    let touched = diff.found.changes.iter().map(|change| change.path.clone()).collect();
    diff.compare_with_other_parents(&parents);
    let (mut changes, mut problems) = (diff.found, diff.problems);
    changes.changes.sort_by(|one, other| one.path.cmp(&other.path));
    changes.removed.sort();
    problems.extend(diff.unmerged.into_iter().map(|path| Problem {
        kind: ProblemKind::Unmerged,
        path: Some(escape_path(&path)),
        message: "the index holds a conflict here, so it is unknown what will be committed; resolve it and `git add` the file".into(),
    }));
    Ok(StagedChanges { changes, touched, problems, index, head })
}

/// Returns the paths whose entry differs from HEAD's.
///
/// # Errors
/// Returns the errors of [`compare_index`].
pub(crate) fn touched_paths(
    repository: &Repository,
    merge_parents: &[Oid],
) -> Result<BTreeSet<Vec<u8>>, StagedError> {
    Ok(compare_index(repository, &ObjectDatabase::open(repository)?, merge_parents)?.touched)
}

fn root_tree(objects: &ObjectDatabase, commit: &Oid) -> Result<Oid, ReadError> {
    let bytes = objects.read_as(commit, ObjectKind::Commit)?;
    Commit::parse(&bytes)
        .map(|commit| commit.tree)
        .ok_or_else(|| ReadError::Corrupt(*commit, "the commit has no tree".into()))
}

/// A comparison of the index with HEAD's tree, folder by folder.
struct IndexDiff<'i> {
    index: &'i Index,
    objects: &'i ObjectDatabase,
    repository: &'i Repository,
    found: ChangeSet,
    problems: Vec<Problem>,
    unmerged: BTreeSet<Vec<u8>>,
    budget: TreeBudget,
}

/// A folder to compare.
struct Folder<'i> {
    path: Vec<u8>,
    /// HEAD's tree of the folder.
    tree: Option<Oid>,
    /// The folder in the cache tree of the index.
    node: Option<CacheNode<'i>>,
}

impl<'i> IndexDiff<'i> {
    fn run(&mut self, head: Option<Oid>) {
        let mut work = vec![Folder { path: Vec::new(), tree: head, node: self.index.cache_tree() }];
        while let Some(folder) = work.pop() {
            if folder.tree.is_some() && folder.node.and_then(|node| node.oid()) == folder.tree {
                continue;
            }
            if !self.budget.spend(&folder.path) {
                break;
            }
            self.compare(&folder, &mut work);
        }
        // Checked after the loop: a sparse folder spends, too, and may have been the last.
        if self.budget.is_spent() {
            self.problems.push(tree_budget_problem());
        }
    }

    fn compare(&mut self, folder: &Folder<'i>, work: &mut Vec<Folder<'i>>) {
        let before = self.read_tree(&folder.path, folder.tree);
        let mut is_staged = vec![false; before.len()];
        let positions = self.index.positions_under(&folder.path);
        let skip = if folder.path.is_empty() { 0 } else { folder.path.len() + 1 };
        let mut at = positions.start;
        while at < positions.end {
            let Some(entry) = self.index.get(at) else { break };
            let rest = &entry.path[skip.min(entry.path.len())..];
            let slash = memchr::memchr(b'/', rest);
            let name = &rest[..slash.unwrap_or(rest.len())];
            let known = before.binary_search_by(|known| known.name.as_slice().cmp(name)).ok();
            if let Some(known) = known {
                is_staged[known] = true;
            }
            let known = known.map(|known| &before[known]);
            if slash.is_none() {
                self.compare_file(&entry, known, work);
                at += 1;
                continue;
            }
            let path = join_path(&folder.path, name);
            let node = folder.node.and_then(|node| node.child(name));
            at = self.index.positions_under(&path).end.max(at + 1);
            let tree = known.filter(|known| known.kind == EntryKind::Tree).map(|known| known.oid);
            if entry.is_sparse_folder() {
                self.compare_sparse(path, tree, entry.oid);
            } else {
                self.add_removed(&path, known.filter(|known| known.kind != EntryKind::Tree));
                work.push(Folder { path, tree, node });
            }
        }
        for (known, _) in before.iter().zip(&is_staged).filter(|(_, is_staged)| !**is_staged) {
            let path = join_path(&folder.path, &known.name);
            if known.kind == EntryKind::Tree {
                work.push(Folder { path, tree: Some(known.oid), node: None });
            } else {
                self.add_removed(&path, Some(known));
            }
        }
    }

    fn compare_file(
        &mut self,
        entry: &IndexEntry<'_>,
        before: Option<&NamedEntry>,
        work: &mut Vec<Folder<'i>>,
    ) {
        let kind = EntryKind::from_mode(entry.mode);
        if entry.stage != 0 {
            self.unmerged.insert(entry.path.to_vec());
            return;
        }
        if let Some(tree) = before.filter(|before| before.kind == EntryKind::Tree) {
            work.push(Folder { path: entry.path.to_vec(), tree: Some(tree.oid), node: None });
        }
        // A path that is only announced (`git add -N`) is not committed.
        if entry.intent_to_add || !kind.is_blob() {
            return self.add_removed(entry.path, before);
        }
        let base = before.filter(|before| before.kind.is_blob());
        if base.is_some_and(|base| base.oid == entry.oid && base.kind == kind) {
            return;
        }
        let bases = base.map(|base| base.oid).into_iter().collect();
        self.found.changes.push(Change { path: entry.path.to_vec(), blob: entry.oid, kind, bases });
    }

    /// Compares a folder outside of a sparse checkout, which the index holds as one entry.
    fn compare_sparse(&mut self, path: Vec<u8>, before: Option<Oid>, now: Oid) {
        if before == Some(now) {
            return;
        }
        let mut diff = TreeDiff::new(self.objects, self.repository.format, self.budget);
        diff.compare_below(path, before, Some(now));
        self.budget = diff.budget;
        self.problems
            .extend(diff.unread.iter().map(|(path, error)| read_problem(error, Some(escape_path(path)))));
        self.found.changes.extend(diff.found.changes);
        self.found.removed.extend(diff.found.removed);
    }

    fn add_removed(&mut self, path: &[u8], before: Option<&NamedEntry>) {
        if let Some(before) = before.filter(|before| before.kind.is_blob()) {
            self.found.removed.push((path.to_vec(), before.oid));
        }
    }

    fn read_tree(&mut self, path: &[u8], tree: Option<Oid>) -> Vec<NamedEntry> {
        let Some(tree) = tree else { return Vec::new() };
        read_tree(self.objects, self.repository.format, &tree).unwrap_or_else(|error| {
            // Without HEAD's version all paths of the folder count as new, so nothing is missed.
            self.problems.push(read_problem(&error, Some(escape_path(path))));
            Vec::new()
        })
    }

    /// In a merge, removes the changes that another parent has at the same path. A version that differs from those of
    /// all parents has all of them as bases.
    fn compare_with_other_parents(&mut self, parents: &[Oid]) {
        let mut lookup = TreeLookup::new(self.objects, self.repository.format);
        for parent in parents {
            let Ok(root) = root_tree(self.objects, parent) else { continue };
            self.found.compare_with_other_parent(&root, &mut lookup);
        }
    }
}
