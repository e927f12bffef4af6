//! What should be there and is not: objects that trees and commits name, and what a shallow clone cut off.

use crate::finding::{Problem, ProblemKind};
use crate::git::{Oid, ReadError, Repository};
use crate::provenance::{CommitGraph, Timeline};
use crate::source::history::ObjectSet;
use crate::source::read_problem;

use crate::scan::Scanner;
use crate::scan::history::blobs::{Followed, Found};
use crate::scan::history::reachability::Reach;

/// Problems of one kind are named one by one up to this number; the rest is counted.
const MOST_NAMED: usize = 10;

/// What is known when it is told what is absent.
pub(crate) struct Known<'k> {
    pub(crate) repository: &'k Repository,
    pub(crate) contents: &'k ObjectSet,
    pub(crate) graph: &'k CommitGraph,
    pub(crate) reach: &'k Reach,
    pub(crate) found: &'k Found,
    /// Where a shallow clone ends.
    pub(crate) borders: &'k [Oid],
}

/// The problems. Only what something names has to be there: git itself takes unreached objects away piece by
/// piece.
pub(crate) fn problems(
    scanner: &Scanner,
    known: &Known<'_>,
    followed: &[Oid],
    stories: &[Timeline],
) -> Vec<Problem> {
    let Known { graph, reach, found, borders, .. } = known;
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
    let in_trees = followed.iter().zip(stories).filter(|(_, story)| story.reachable);
    absent.extend(
        in_trees
            .map(|(oid, story)| (story.places.first().map(|place| scanner.shown_path(&place.path)), *oid)),
    );
    let absent_trees = graph.absent_trees(&reach.roots, |tree| known.contents.contains(tree));
    absent.extend(absent_trees.into_iter().map(|tree| (None, tree)));
    problems.extend(no_trees(graph, reach, found, known.contents));
    absent.sort();
    absent.dedup_by_key(|(_, oid)| *oid);
    if known.repository.is_partial && !absent.is_empty() {
        let first = absent[0].0.clone();
        problems.push(Problem {
            kind: ProblemKind::PartialClone,
            path: first,
            message: format!(
                "the clone is partial: {} left with the remote and not read; \
                 `git fetch --refetch --no-filter` brings what is left",
                match (absent.len(), found.trees.more_absent) {
                    (1, 0) => "1 object was".to_owned(),
                    (count, 0) => format!("{count} objects were"),
                    (count, _) => format!("more than {count} objects were"),
                }
            ),
        });
        return problems;
    }
    let count = absent.len() + found.trees.more_absent;
    problems.extend(
        absent.into_iter().take(MOST_NAMED).map(|(path, oid)| read_problem(&ReadError::Missing(oid), path)),
    );
    if count > MOST_NAMED {
        problems.push(Problem {
            kind: ProblemKind::MissingObject,
            path: None,
            message: format!("and {} more are missing; `git fsck` names them all", count - MOST_NAMED),
        });
    }
    problems
}

/// What commits name as their tree, and is there as something else.
fn no_trees(graph: &CommitGraph, reach: &Reach, found: &Found, contents: &ObjectSet) -> Vec<Problem> {
    let others = graph.absent_trees(&reach.roots, |tree| {
        contents.number(tree).is_none_or(|number| found.trees.all.contains(number))
    });
    let said = "a commit names it as its tree, and it cannot be read as one";
    others.into_iter().map(|oid| read_problem(&ReadError::Corrupt(oid, said.into()), None)).collect()
}

/// The objects that trees name and that are not there. They are followed through history as if they were
/// values, behind those that were found.
pub(crate) fn follow(found: &Found, followed: &mut Followed) -> Vec<Oid> {
    let mut oids: Vec<Oid> = found.trees.absent.iter().map(|(.., oid)| *oid).collect();
    oids.sort_unstable();
    oids.dedup();
    for (tree, name, oid) in &found.trees.absent {
        let value = oids.binary_search(oid).ok().map(|at| followed.values.len() + at);
        if let Some(value) = value.and_then(|value| u32::try_from(value).ok()) {
            followed.objects.names.entry(*tree).or_default().push((name.clone(), value));
        }
    }
    oids
}
