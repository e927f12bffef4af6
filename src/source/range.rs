//! A range of commits: for each, what no parent's version of a path holds.

use miette::Diagnostic;
use thiserror::Error;

use crate::finding::{Problem, ProblemKind};
use crate::git::rev_walk;
use crate::git::tree_budget::TreeBudget;
use crate::git::tree_diff::{ChangeSet, TreeDiff};
use crate::git::{
    Commit, DiscoverError, GitCommandError, ObjectDatabase, ObjectKind, Oid, OpenError, RefError, Refs,
    Repository, TreeLookup, run_git,
};
use crate::source::{ScanControl, read_problem};
use crate::text::{escape_path, escape_terminal};

/// Why a range could not be read at all.
#[derive(Debug, Error, Diagnostic)]
pub enum RangeError {
    /// A revision is an option, or of a form that is not taken.
    #[error("`{0}` is not a revision")]
    #[diagnostic(
        code(skant::range::not_a_revision),
        help("name commits as for `git rev-list`, for instance `main..HEAD`, and paths after `--`")
    )]
    NotARevision(String),
    /// git does not know a revision.
    #[error("{0}")]
    #[diagnostic(
        code(skant::range::unresolved),
        help("is it spelled right, and is it fetched (in CI: `fetch-depth: 0`)?")
    )]
    Unresolved(GitCommandError),
    /// The repository cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Repository(#[from] DiscoverError),
    /// The refs cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Refs(#[from] RefError),
    /// The objects cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    ObjectDatabase(#[from] OpenError),
}

/// What to include and what to leave out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revisions {
    /// Commits, tags, trees or blobs that are wanted with their ancestors.
    pub included: Vec<Oid>,
    /// Commits that are not, nor their ancestors.
    pub excluded: Vec<Oid>,
}

impl Revisions {
    /// Resolves what a user names, in git's own syntax (`a..b`, `^a`, `a...b`, `v1.2`, `--all`).
    ///
    /// # Errors
    /// git does not know it, or it is no revision.
    pub fn resolve(repository: &Repository, names: &[String]) -> Result<Self, RangeError> {
        for name in names {
            let option = name.starts_with('-')
                && !["--all", "--branches", "--tags", "--remotes"].contains(&name.as_str());
            if option || name.is_empty() {
                return Err(RangeError::NotARevision(escape_terminal(name.as_bytes())));
            }
        }
        // Read here first: git would wait for a pipe that stands in the place of a ref.
        Refs::read(repository)?;
        read_shallow_boundary(repository)?;
        let mut arguments = vec!["rev-parse", "--revs-only"];
        arguments.extend(names.iter().map(String::as_str));
        let out = run_git(repository, &arguments).map_err(RangeError::Unresolved)?;
        let mut revisions = Self::default();
        for line in out.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match line.strip_prefix(b"^") {
                Some(name) => revisions.excluded.extend(Oid::from_hex(name)),
                None => revisions.included.extend(Oid::from_hex(line)),
            }
        }
        // `--revs-only` drops what it does not know without a word.
        for name in names.iter().filter(|name| !name.starts_with("--")) {
            let out =
                run_git(repository, &["rev-parse", "--revs-only", name]).map_err(RangeError::Unresolved)?;
            if out.is_empty() {
                return Err(RangeError::NotARevision(escape_terminal(name.as_bytes())));
            }
        }
        Ok(revisions)
    }
}

/// A commit of the range and what it adds.
#[derive(Debug)]
pub struct CommitChanges {
    /// The commit.
    pub oid: Oid,
    /// What it says.
    pub commit: Commit,
    /// What it adds, and what is gone.
    pub changes: ChangeSet,
}

/// All that a range holds.
#[derive(Debug, Default)]
pub struct RangeChanges {
    /// The commits, oldest first.
    pub commits: Vec<CommitChanges>,
    /// Annotated tags that were named; their messages belong to the range.
    pub tags: Vec<Oid>,
    /// Blobs that were named instead of commits, or that a named tree holds.
    pub named_objects: ChangeSet,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// Where a shallow clone ends; empty in a whole one.
///
/// # Errors
/// The file `shallow` cannot be read.
pub fn read_shallow_boundary(repository: &Repository) -> Result<Vec<Oid>, RefError> {
    let own = Repository { git_dir: repository.common_dir.clone(), ..repository.clone() };
    Refs::read_pseudo_ref(&own, "shallow")
}

/// Reads a range.
///
/// # Errors
/// The list of a shallow clone's borders cannot be read.
pub fn read_range(
    repository: &Repository,
    objects: &ObjectDatabase,
    revisions: &Revisions,
    control: &ScanControl,
) -> Result<RangeChanges, RangeError> {
    let borders = read_shallow_boundary(repository)?;
    let walk = rev_walk::walk_range(objects, &revisions.included, &revisions.excluded, &borders);
    let mut found = RangeChanges { tags: walk.tags, ..RangeChanges::default() };
    found.problems.extend(walk.unread.iter().map(|error| read_problem(error, None)));
    let mut budget = TreeBudget::for_commits(walk.commits.len());
    for (oid, commit) in walk.commits {
        if control.cancellation.is_requested() {
            break;
        }
        let is_border = borders.contains(&oid);
        if is_border {
            found.problems.push(shallow(&oid));
        }
        let (changes, problems) = commit_changes(repository, objects, &commit, is_border, &mut budget);
        found.problems.extend(problems);
        found.commits.push(CommitChanges { oid, commit, changes });
    }
    for (oid, kind) in walk.other_objects {
        let mut diff = TreeDiff::new(objects, repository.format, budget);
        if kind == ObjectKind::Tree {
            diff.compare(None, Some(oid));
            found.problems.extend(unread(&diff));
            found.named_objects.changes.extend(diff.found.changes);
        } else {
            let change = crate::git::tree_diff::Change {
                path: oid.to_string().into_bytes(),
                blob: oid,
                kind: crate::git::EntryKind::File,
                bases: Vec::new(),
            };
            found.named_objects.changes.push(change);
        }
        budget = diff.budget;
    }
    if budget.is_spent() {
        found.problems.push(crate::source::tree_budget_problem());
    }
    Ok(found)
}

/// What a commit adds: against its first parent, less what another parent has in the same place.
fn commit_changes(
    repository: &Repository,
    objects: &ObjectDatabase,
    commit: &Commit,
    is_border: bool,
    budget: &mut TreeBudget,
) -> (ChangeSet, Vec<Problem>) {
    let parents: &[Oid] = if is_border { &[] } else { &commit.parents };
    let (mut trees, mut problems) = (Vec::new(), Vec::new());
    for parent in parents {
        let tree = objects.read_as(parent, ObjectKind::Commit).map(|bytes| Commit::parse(&bytes));
        match tree {
            Ok(Some(parent)) => trees.push(parent.tree),
            Ok(None) => {}
            Err(error) => problems.push(read_problem(&error, None)),
        }
    }
    let mut diff = TreeDiff::new(objects, repository.format, *budget);
    diff.compare(trees.first().copied(), Some(commit.tree));
    *budget = diff.budget;
    problems.extend(unread(&diff));
    let mut found = diff.found;
    let mut lookup = TreeLookup::new(objects, repository.format);
    for tree in trees.iter().skip(1) {
        found.changes.retain_mut(|change| match lookup.find(tree, &change.path) {
            Ok(Some((kind, oid))) if kind.is_blob() => {
                change.bases.push(oid);
                oid != change.blob
            }
            _ => true,
        });
    }
    (found, problems)
}

fn unread(diff: &TreeDiff<'_>) -> Vec<Problem> {
    diff.unread.iter().map(|(path, error)| read_problem(error, Some(escape_path(path)))).collect()
}

/// The problem of a commit whose parents were not fetched.
pub(crate) fn shallow(border: &Oid) -> Problem {
    Problem {
        kind: ProblemKind::ShallowClone,
        path: None,
        message: format!(
            "the clone is shallow: what came before commit {:.12} is not here; `git fetch --unshallow`, in GitHub Actions `fetch-depth: 0`",
            border.to_string()
        ),
    }
}
