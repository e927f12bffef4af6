//! A range of commits: for each commit, the paths whose content no parent has.
//!
//! Revisions are resolved by git, since only git knows its whole syntax. The commits and trees are read here: those of
//! a short range `one_by_one` through the object database, those of a long one `in_bulk`, each object once along the
//! deltas of the packs. Both give the same changes.

pub(crate) mod edit_script;
pub(crate) mod entry_table;
pub(crate) mod in_bulk;
pub(crate) mod listed_commits;
pub(crate) mod one_by_one;
pub(crate) mod stored_diff;
pub(crate) mod thresholds;
pub(crate) mod tree_collector;
pub(crate) mod tree_store;

use miette::Diagnostic;
use thiserror::Error;

use super::control::ScanControl;
use super::read_problem::{read_problem, tree_budget_problem};
use crate::finding::{Problem, ProblemKind};
use crate::git::tree_budget::TreeBudget;
use crate::git::tree_diff::{Change, ChangeSet, TreeDiff};
use crate::git::{
    CommitList, EntryKind, GitCommandError, ObjectDatabase, ObjectKind, Oid, OpenError, ReadError, RefError,
    Refs, Repository, run_git,
};
use crate::source::history::ObjectSet;
use crate::text::{escape_path, escape_terminal};
use thresholds::Thresholds;

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

/// The changes of a commit of the range.
#[derive(Debug)]
pub(crate) struct CommitChanges {
    /// The index of the commit in [`RangeChanges::commits`].
    pub commit: usize,
    /// The differences from its parents.
    pub changes: ChangeSet,
}

/// The content of a range.
#[derive(Debug, Default)]
pub(crate) struct RangeChanges {
    /// The commits, oldest first.
    pub commits: CommitList,
    /// The changes, in the order of the commits. Commits without changes are left out.
    pub changes: Vec<CommitChanges>,
    /// Annotated tags among the starting points. Their messages belong to the range.
    pub tags: Vec<Oid>,
    /// Blobs among the starting points, and blobs of the trees among them.
    pub named_objects: ChangeSet,
    /// Objects that could not be read, and the ends of a shallow clone.
    pub problems: Vec<Problem>,
    /// The object database, if it was opened for reading in bulk.
    pub contents: Option<ObjectSet>,
}

/// Returns the commits at which a shallow clone ends; an empty list in a complete clone.
///
/// # Errors
/// Returns an error if the file `shallow` cannot be read.
pub(crate) fn read_shallow_boundary(repository: &Repository) -> Result<Vec<Oid>, RefError> {
    let common = Repository { git_dir: repository.common_dir.clone(), ..repository.clone() };
    Refs::read_pseudo_ref(&common, "shallow")
}

/// Reads the commits of a range and their changes: one by one, or in bulk if they are many for the repository.
///
/// # Errors
/// Returns an error if the boundary of a shallow clone or the object database cannot be read.
pub(crate) fn read_range(
    repository: &Repository,
    objects: &ObjectDatabase,
    revisions: &Revisions,
    limits: &Thresholds,
    control: &ScanControl,
) -> Result<RangeChanges, RangeError> {
    match one_by_one::read(repository, objects, revisions, limits, control)? {
        Some(found) => Ok(found),
        None => in_bulk::read(repository, objects, revisions, control),
    }
}

/// Adds the trees and blobs among the starting points.
fn add_named_objects(
    found: &mut RangeChanges,
    repository: &Repository,
    objects: &ObjectDatabase,
    named: Vec<(Oid, ObjectKind)>,
    budget: &mut TreeBudget,
) {
    for (oid, kind) in named {
        let mut diff = TreeDiff::new(objects, repository.format, *budget);
        if kind == ObjectKind::Tree {
            diff.compare(None, Some(oid));
            found.problems.extend(tree_problems(&diff.unread));
            found.named_objects.changes.extend(diff.found.changes);
        } else {
            found.named_objects.changes.push(Change {
                path: oid.to_string().into_bytes(),
                blob: oid,
                kind: EntryKind::File,
                bases: Vec::new(),
            });
        }
        *budget = diff.budget;
    }
    found.problems.extend(budget.is_spent().then(tree_budget_problem));
}

fn tree_problems(unread: &[(Vec<u8>, ReadError)]) -> impl Iterator<Item = Problem> + '_ {
    unread.iter().map(|(path, error)| read_problem(error, Some(escape_path(path))))
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
