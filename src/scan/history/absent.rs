//! What should be there and is not: objects that trees and commits name, and what a shallow clone cut off.

use crate::attribute::{CommitGraph, Holdings, Interest, tell};
use crate::finding::{Problem, ProblemKind};
use crate::source::git::{Oid, OpenError, ReadError, Repository};
use crate::source::history::{Contents, Present};
use crate::source::read_problem;

use super::super::Engine;
use super::collect::Found;
use super::reach::Reach;

/// Problems of one kind are named one by one up to this number; the rest is counted.
const MOST_NAMED: usize = 10;

/// A repository, and what its object database holds.
pub(super) struct Store<'s> {
    pub(super) repository: &'s Repository,
    pub(super) contents: &'s Contents,
    pub(super) present: &'s Present,
}

/// The problems. Only what something names has to be there: git itself takes unreached objects away piece by
/// piece.
pub(super) fn problems(
    engine: &Engine,
    store: &Store<'_>,
    graph: &CommitGraph,
    reach: &Reach,
    found: &Found,
    borders: &[Oid],
) -> Result<Vec<Problem>, OpenError> {
    let mut problems = Vec::new();
    if let Some(first) = borders.first() {
        problems.push(Problem {
            kind: ProblemKind::ShallowClone,
            path: None,
            message: format!(
                "the clone is shallow: the history before commit {:.12} is not here ({} such); \
                 `git fetch --unshallow` brings it, in GitHub Actions `fetch-depth: 0`",
                first.to_string(),
                borders.len(),
            ),
        });
    }
    let mut absent: Vec<(Option<String>, Oid)> = graph
        .absent_parents(&reach.roots)
        .into_iter()
        .filter(|(_, child)| !borders.contains(child))
        .map(|(parent, _)| (None, parent))
        .collect();
    absent.extend(absent_in_trees(engine, store, graph, reach, found)?);
    absent.extend(
        graph.absent_trees(&reach.roots, |tree| store.present.has(tree)).into_iter().map(|tree| (None, tree)),
    );
    problems.extend(no_trees(graph, reach, found, store.present));
    absent.sort();
    absent.dedup_by_key(|(_, oid)| *oid);
    if store.repository.is_partial && !absent.is_empty() {
        let first = absent[0].0.clone();
        problems.push(Problem {
            kind: ProblemKind::PartialClone,
            path: first,
            message: format!(
                "the clone is partial: {} left with the remote and not read; \
                 `git fetch --refetch --no-filter` brings what is left",
                if absent.len() == 1 {
                    "1 object was".to_owned()
                } else {
                    format!("{} objects were", absent.len())
                }
            ),
        });
        return Ok(problems);
    }
    let count = absent.len();
    problems.extend(
        absent.into_iter().take(MOST_NAMED).map(|(path, oid)| read_problem(&ReadError::Missing(oid), path)),
    );
    if count > MOST_NAMED {
        problems.push(Problem {
            kind: ProblemKind::MissingObject,
            path: None,
            message: format!(
                "and {} more objects are missing; `git fsck` names them all",
                count - MOST_NAMED
            ),
        });
    }
    Ok(problems)
}

/// What commits name as their tree, and is there as something else.
fn no_trees(graph: &CommitGraph, reach: &Reach, found: &Found, present: &Present) -> Vec<Problem> {
    let is_tree = |tree: &Oid| found.trees.binary_search(tree).is_ok();
    let others = graph.absent_trees(&reach.roots, |tree| is_tree(tree) || !present.has(tree));
    let said = "a commit names it as its tree, and it cannot be read as one";
    others.into_iter().map(|oid| read_problem(&ReadError::Corrupt(oid, said.into()), None)).collect()
}

/// Entries of trees whose object is not there, as far as something reaches the tree: each is followed through
/// history as if it were a value.
fn absent_in_trees(
    engine: &Engine,
    store: &Store<'_>,
    graph: &CommitGraph,
    reach: &Reach,
    found: &Found,
) -> Result<Vec<(Option<String>, Oid)>, OpenError> {
    let mut oids: Vec<Oid> = found.absent.iter().map(|(.., oid)| *oid).collect();
    oids.sort_unstable();
    oids.dedup();
    let mut interest = Interest::default();
    for (tree, name, oid) in &found.absent {
        if let Some(value) = oids.binary_search(oid).ok().and_then(|at| u32::try_from(at).ok()) {
            interest.names.entry(*tree).or_default().push((name.clone(), value));
        }
    }
    let holdings = Holdings::find(store.repository, store.contents, &found.trees, &interest)?;
    let stories = tell(graph, &reach.roots, &reach.trees, &holdings, &interest, oids.len());
    Ok(oids
        .into_iter()
        .zip(stories)
        .filter(|(_, story)| story.reachable)
        .map(|(oid, story)| (story.places.first().map(|place| engine.shown_path(&place.path)), oid))
        .collect())
}
