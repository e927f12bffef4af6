//! What a rewrite changes: the refs that lead to a commit, and the people who commit.

use std::collections::BTreeSet;

use crate::git::{GitCommandError, Repository, run_git};

/// The most commits in one question to git.
const MAX_COMMITS: usize = 100;

/// The kinds of refs, by the start of their names; the first start that fits counts.
const KINDS: [(&str, &[&str]); 7] = [
    ("branches", &["refs/heads/"]),
    ("tags", &["refs/tags/"]),
    ("pull requests", &["refs/pull/", "refs/merge-requests/", "refs/pull-requests/", "refs/changes/"]),
    ("remote branches", &["refs/remotes/"]),
    ("stashes", &["refs/stash"]),
    ("notes", &["refs/notes/"]),
    ("other refs", &["refs/"]),
];

/// Returns the names of the refs that lead to one of the commits, by their kinds; a kind without refs is left out.
///
/// # Errors
/// git gives no answer.
pub(crate) fn affected_refs(
    repository: &Repository,
    commits: &BTreeSet<String>,
) -> Result<Vec<(&'static str, Vec<String>)>, GitCommandError> {
    let commits: Vec<&String> = commits.iter().collect();
    let mut names = BTreeSet::new();
    for part in commits.chunks(MAX_COMMITS) {
        let mut arguments = vec!["for-each-ref", "--format=%(refname)"];
        for commit in part {
            arguments.extend(["--contains", commit.as_str()]);
        }
        let listed = run_git(repository, &arguments)?;
        names.extend(String::from_utf8_lossy(&listed).lines().map(str::to_owned));
    }
    let mut kinds = Vec::new();
    for (kind, starts) in KINDS {
        let (of_kind, others): (BTreeSet<String>, _) =
            names.into_iter().partition(|name| starts.iter().any(|start| name.starts_with(start)));
        names = others;
        if !of_kind.is_empty() {
            kinds.push((kind, of_kind.into_iter().collect()));
        }
    }
    Ok(kinds)
}

/// Returns the names of the authors of the last year.
///
/// # Errors
/// git gives no answer.
pub(crate) fn recent_authors(repository: &Repository) -> Result<Vec<String>, GitCommandError> {
    let names = run_git(repository, &["log", "--all", "--since=1.year.ago", "--format=%aN"])?;
    let names: BTreeSet<String> = String::from_utf8_lossy(&names).lines().map(str::to_owned).collect();
    Ok(names.into_iter().collect())
}
