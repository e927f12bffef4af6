//! A range whose commits and trees are read in bulk: each object of the packs once, along the deltas.

use super::listed_commits::ListedCommits;
use super::stored_diff::StoredDiff;
use super::tree_collector::TreeCollector;
use super::{
    CommitChanges, RangeChanges, RangeError, Revisions, add_named_objects, read_shallow_boundary,
    shallow_problem, tree_problems,
};
use crate::git::tree_budget::TreeBudget;
use crate::git::tree_diff::ChangeSet;
use crate::git::{ObjectDatabase, Repository};
use crate::source::control::ScanControl;
use crate::source::history::{ObjectSet, visit_packed_trees};
use crate::source::read_problem::read_problem;

/// Reads the commits of a range and their changes.
///
/// # Errors
/// Returns an error if the boundary of a shallow clone or the object database cannot be read.
pub(crate) fn read(
    repository: &Repository,
    objects: &ObjectDatabase,
    revisions: &Revisions,
    control: &ScanControl,
) -> Result<RangeChanges, RangeError> {
    let boundary = read_shallow_boundary(repository)?;
    let contents = ObjectSet::open(repository)?;
    let mut commits = ListedCommits::read(&contents, objects, &boundary, control);
    commits.find_range(&revisions.included, &revisions.excluded);
    let collector = TreeCollector::new(&contents, repository.format);
    visit_packed_trees(&contents, &collector, control);
    let mut trees = collector.into_trees();

    let mut found = RangeChanges { tags: std::mem::take(&mut commits.tags), ..RangeChanges::default() };
    let mut budget = TreeBudget::for_commits(commits.range.len());
    let mut range = std::mem::take(&mut commits.range);
    for (position, commit) in range.clone().into_iter().enumerate() {
        if control.cancellation.is_requested() {
            range.truncate(position);
            break;
        }
        let parents = commits.parent_trees(commit);
        let row = &commits.list.rows[commit as usize];
        if boundary.contains(&row.oid) {
            found.problems.push(shallow_problem(&row.oid));
        }
        let mut diff = StoredDiff {
            trees: &mut trees,
            database: objects,
            format: repository.format,
            found: ChangeSet::default(),
            unread: Vec::new(),
            budget: &mut budget,
        };
        diff.compare(&parents, row.tree);
        found.problems.extend(tree_problems(&diff.unread));
        let changes = diff.found;
        if !changes.is_empty() {
            found.changes.push(CommitChanges { commit: position, changes });
        }
    }
    drop(trees);
    found.problems.extend(commits.unread.iter().map(|error| read_problem(error, None)));
    add_named_objects(
        &mut found,
        repository,
        objects,
        std::mem::take(&mut commits.other_objects),
        &mut budget,
    );
    found.commits = commits.list;
    found.commits.select(&range);
    found.contents = Some(contents);
    Ok(found)
}
