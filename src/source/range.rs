//! A range of commits: for each commit, the paths whose content no parent has.
//!
//! Revisions are resolved by git, since only git knows its whole syntax. The commits and trees are read here.

use miette::Diagnostic;
use thiserror::Error;

use super::control::ScanControl;
use super::read_problem::{read_problem, tree_budget_problem};
use crate::finding::{Problem, ProblemKind};
use crate::git::rev_walk;
use crate::git::tree_budget::TreeBudget;
use crate::git::tree_diff::{Change, ChangeSet, TreeDiff};
use crate::git::{
    Commit, EntryKind, GitCommandError, ObjectDatabase, ObjectKind, Oid, OpenError, RefError, Refs,
    Repository, TreeLookup, run_git,
};
use crate::text::{escape_path, escape_terminal};

/// Why a range could not be read at all.
#[derive(Debug, Error, Diagnostic)]
pub enum RangeError {
    /// A name is an option, or git does not read it as a revision.
    #[error("`{0}` is not a revision")]
    #[diagnostic(
        code(skant::range::not_a_revision),
        help("name commits as for `git rev-list`, for instance `main..HEAD`, and paths after `--`")
    )]
    NotARevision(String),
    /// git cannot resolve a revision.
    #[error("{0}")]
    #[diagnostic(
        code(skant::range::unresolved),
        help("is it spelled right, and is it fetched (in CI: `fetch-depth: 0`)?")
    )]
    Unresolved(GitCommandError),
    /// git cannot be started, or does not end.
    #[error(transparent)]
    #[diagnostic(transparent)]
    NoGit(GitCommandError),
    /// The refs cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Refs(#[from] RefError),
    /// The object database cannot be opened.
    #[error(transparent)]
    #[diagnostic(transparent)]
    ObjectDatabase(#[from] OpenError),
}

/// The starting points of a range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revisions {
    /// Commits and tags that are included with their ancestors, or single trees and blobs.
    pub included: Vec<Oid>,
    /// Commits that are excluded with their ancestors.
    pub excluded: Vec<Oid>,
}

impl RangeError {
    fn from_git(error: GitCommandError) -> Self {
        match error {
            GitCommandError::Failed { .. } => Self::Unresolved(error),
            _ => Self::NoGit(error),
        }
    }
}

impl Revisions {
    /// Resolves names in git's own syntax: `a..b`, `^a`, `a...b`, `v1.2`, `--all`.
    ///
    /// # Errors
    /// Returns an error if a name is not a revision, or if git cannot resolve it.
    pub fn resolve(repository: &Repository, names: &[String]) -> Result<Self, RangeError> {
        for name in names {
            let is_option = name.starts_with('-')
                && !["--all", "--branches", "--tags", "--remotes"].contains(&name.as_str());
            if is_option || name.is_empty() {
                return Err(RangeError::NotARevision(escape_terminal(name.as_bytes())));
            }
        }
        // The refs are read here first, because git would wait for a pipe that has the path of a ref.
        Refs::read(repository)?;
        read_shallow_boundary(repository)?;
        let mut arguments = vec!["rev-parse", "--revs-only"];
        arguments.extend(names.iter().map(String::as_str));
        let out = run_git(repository, &arguments).map_err(RangeError::from_git)?;
        let mut revisions = Self::default();
        for line in out.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match line.strip_prefix(b"^") {
                Some(name) => revisions.excluded.extend(Oid::from_hex(name)),
                None => revisions.included.extend(Oid::from_hex(line)),
            }
        }
        // `--revs-only` silently drops names that are not revisions.
        for name in names.iter().filter(|name| !name.starts_with("--")) {
            let out =
                run_git(repository, &["rev-parse", "--revs-only", name]).map_err(RangeError::from_git)?;
            if out.is_empty() {
                return Err(RangeError::NotARevision(escape_terminal(name.as_bytes())));
            }
        }
        Ok(revisions)
    }
}

/// A commit of the range with its changes.
#[derive(Debug)]
pub(crate) struct CommitChanges {
    /// Its name.
    pub oid: Oid,
    /// Its header.
    pub commit: Commit,
    /// The differences from its parents.
    pub changes: ChangeSet,
}

/// The content of a range.
#[derive(Debug, Default)]
pub(crate) struct RangeChanges {
    /// The commits, oldest first.
    pub commits: Vec<CommitChanges>,
    /// Annotated tags among the starting points. Their messages belong to the range.
    pub tags: Vec<Oid>,
    /// Blobs among the starting points, and blobs of the trees among them.
    pub named_objects: ChangeSet,
    /// Objects that could not be read, and the ends of a shallow clone.
    pub problems: Vec<Problem>,
}

/// Returns the commits at which a shallow clone ends; an empty list in a complete clone.
///
/// # Errors
/// Returns an error if the file `shallow` cannot be read.
pub(crate) fn read_shallow_boundary(repository: &Repository) -> Result<Vec<Oid>, RefError> {
    let common = Repository { git_dir: repository.common_dir.clone(), ..repository.clone() };
    Refs::read_pseudo_ref(&common, "shallow")
}

/// Reads the commits of a range and their changes.
///
/// # Errors
/// Returns an error if the boundary of a shallow clone cannot be read.
pub(crate) fn read_range(
    repository: &Repository,
    objects: &ObjectDatabase,
    revisions: &Revisions,
    control: &ScanControl,
) -> Result<RangeChanges, RangeError> {
    let boundary = read_shallow_boundary(repository)?;
    let walk = rev_walk::walk_range(objects, &revisions.included, &revisions.excluded, &boundary);
    let mut found = RangeChanges { tags: walk.tags, ..RangeChanges::default() };
    found.problems.extend(walk.unread.iter().map(|error| read_problem(error, None)));
    let mut budget = TreeBudget::for_commits(walk.commits.len());
    for (oid, commit) in walk.commits {
        if control.cancellation.is_requested() {
            break;
        }
        let is_boundary = boundary.contains(&oid);
        if is_boundary {
            found.problems.push(shallow_problem(&oid));
        }
        let (changes, problems) = commit_changes(repository, objects, &commit, is_boundary, &mut budget);
        found.problems.extend(problems);
        found.commits.push(CommitChanges { oid, commit, changes });
    }
    for (oid, kind) in walk.other_objects {
        let mut diff = TreeDiff::new(objects, repository.format, budget);
        if kind == ObjectKind::Tree {
            diff.compare(None, Some(oid));
            found.problems.extend(diff_problems(&diff));
            found.named_objects.changes.extend(diff.found.changes);
        } else {
            found.named_objects.changes.push(Change {
                path: oid.to_string().into_bytes(),
                blob: oid,
                kind: EntryKind::File,
                bases: Vec::new(),
            });
        }
        budget = diff.budget;
    }
    if budget.is_spent() {
        found.problems.push(tree_budget_problem());
    }
    Ok(found)
}

/// Returns the changes of a commit against its first parent, without those that another parent has at the same path.
/// A boundary commit of a shallow clone is treated as a commit without parents.
fn commit_changes(
    repository: &Repository,
    objects: &ObjectDatabase,
    commit: &Commit,
    is_boundary: bool,
    budget: &mut TreeBudget,
) -> (ChangeSet, Vec<Problem>) {
    let parents: &[Oid] = if is_boundary { &[] } else { &commit.parents };
    let (mut trees, mut problems) = (Vec::new(), Vec::new());
    for parent in parents {
        let parsed = objects.read_as(parent, ObjectKind::Commit).map(|bytes| Commit::parse(&bytes));
        match parsed {
            Ok(Some(parent)) => trees.push(parent.tree),
            Ok(None) => {}
            Err(error) => problems.push(read_problem(&error, None)),
        }
    }
    let mut diff = TreeDiff::new(objects, repository.format, *budget);
    diff.compare(trees.first().copied(), Some(commit.tree));
    *budget = diff.budget;
    problems.extend(diff_problems(&diff));
    let mut found = diff.found;
    let mut lookup = TreeLookup::new(objects, repository.format);
    for tree in trees.iter().skip(1) {
        found.compare_with_other_parent(tree, &mut lookup);
    }
    (found, problems)
}

fn diff_problems(diff: &TreeDiff<'_>) -> Vec<Problem> {
    diff.unread.iter().map(|(path, error)| read_problem(error, Some(escape_path(path)))).collect()
}

/// Returns the problem of a commit whose parents were not fetched.
fn shallow_problem(commit: &Oid) -> Problem {
    Problem {
        kind: ProblemKind::ShallowClone,
        path: None,
        message: format!(
            "the clone is shallow: the history before commit {:.12} is missing; `git fetch --unshallow`, in GitHub Actions `fetch-depth: 0`",
            commit.to_string()
        ),
    }
}
