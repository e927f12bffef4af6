//! A range whose objects are read one by one through the object database.

use super::thresholds::Thresholds;
use super::{
    CommitChanges, RangeChanges, RangeError, Revisions, add_named_objects, read_shallow_boundary,
    shallow_problem, tree_problems,
};
use crate::finding::Problem;
use crate::git::rev_walk;
use crate::git::tree_budget::TreeBudget;
use crate::git::tree_diff::{ChangeSet, TreeDiff};
use crate::git::{Commit, ObjectDatabase, ObjectKind, Oid, Repository, TreeLookup};
use crate::source::control::ScanControl;
use crate::source::read_problem::read_problem;

/// Reads the commits of a range and their changes; `None` if there are too many.
///
/// # Errors
/// Returns an error if the boundary of a shallow clone cannot be read.
pub(crate) fn read(
    repository: &Repository,
    objects: &ObjectDatabase,
    revisions: &Revisions,
    limits: &Thresholds,
    control: &ScanControl,
) -> Result<Option<RangeChanges>, RangeError> {
    let boundary = read_shallow_boundary(repository)?;
    let Revisions { included, excluded } = revisions;
    let walk = rev_walk::walk_range(objects, included, excluded, &boundary, limits.commits);
    let Some(walk) = walk else { return Ok(None) };
    let mut found = RangeChanges { tags: walk.tags, ..RangeChanges::default() };
    found.problems.extend(walk.unread.iter().map(|error| read_problem(error, None)));
    let mut reader = ChangeReader {
        repository,
        objects,
        budget: TreeBudget::for_commits(walk.commits.len()),
        entries: 0,
        problems: Vec::new(),
    };
    for (oid, commit) in walk.commits {
        if control.cancellation.is_requested() {
            break;
        }
        let is_boundary = boundary.contains(&oid);
        if is_boundary {
            found.problems.push(shallow_problem(&oid));
        }
        let changes = reader.read(&commit, is_boundary);
        if reader.entries > limits.entries {
            return Ok(None);
        }
        if !changes.is_empty() {
            found.changes.push(CommitChanges { commit: found.commits.len(), changes });
        }
        found.commits.add(oid, commit);
    }
    found.problems.append(&mut reader.problems);
    add_named_objects(&mut found, repository, objects, walk.other_objects, &mut reader.budget);
    Ok(Some(found))
}

struct ChangeReader<'r> {
    repository: &'r Repository,
    objects: &'r ObjectDatabase,
    budget: TreeBudget,
    /// The number of tree entries read.
    entries: usize,
    problems: Vec<Problem>,
}

impl ChangeReader<'_> {
    /// Returns the changes of a commit against its first parent, without those that another parent has at the same
    /// path. A boundary commit of a shallow clone is treated as a commit without parents.
    fn read(&mut self, commit: &Commit, is_boundary: bool) -> ChangeSet {
        let parents: &[Oid] = if is_boundary { &[] } else { &commit.parents };
        let mut trees = Vec::new();
        for parent in parents {
            let parsed = self.objects.read_as(parent, ObjectKind::Commit).map(|bytes| Commit::parse(&bytes));
            match parsed {
                Ok(Some(parent)) => trees.push(parent.tree),
                Ok(None) => {}
                Err(error) => self.problems.push(read_problem(&error, None)),
            }
        }
        let mut diff = TreeDiff::new(self.objects, self.repository.format, self.budget);
        diff.compare(trees.first().copied(), Some(commit.tree));
        self.budget = diff.budget;
        self.entries += diff.entries;
        self.problems.extend(tree_problems(&diff.unread));
        let mut found = diff.found;
        let mut lookup = TreeLookup::new(self.objects, self.repository.format);
        for tree in trees.iter().skip(1) {
            found.compare_with_other_parent(tree, &mut lookup);
        }
        found
    }
}
