//! Objects that trees and commits name and that do not exist, and the boundary of a shallow clone.

use crate::finding::{Problem, ProblemKind};
use crate::git::{ObjectDatabase, Oid, ReadError};
use crate::provenance::Timeline;
use crate::scan::history::blobs::{CollectedEvidence, Tracking};
use crate::scan::history::read_history::ReadHistory;
use crate::source::read_problem;

/// The number of missing objects that are reported one by one; further ones are counted.
const MAX_NAMED: usize = 10;

impl ReadHistory<'_> {
    /// Returns the problems. `timelines` are those of the missing objects that trees name. Only objects that something
    /// reaches have to exist: git itself removes unreachable objects one after the other.
    pub(crate) fn missing_object_problems(&self, timelines: &[Timeline]) -> Vec<Problem> {
        let mut problems = Vec::new();
        problems.extend(self.shallow_problem());
        let root_trees = self.unread_root_trees();
        let missing = self.missing_objects(timelines, &root_trees.missing);
        let message = "a commit names it as its tree, and it cannot be read as one";
        let wrong = root_trees.wrong.into_iter().map(|oid| ReadError::Corrupt(oid, message.into()));
        problems.extend(wrong.map(|error| read_problem(&error, None)));
        if self.repository.is_partial && !missing.is_empty() {
            problems.push(self.partial_clone_problem(&missing));
            return problems;
        }
        let count = missing.len() + self.found.trees.more_missing;
        problems.extend(
            missing
                .into_iter()
                .take(MAX_NAMED)
                .map(|(path, oid)| read_problem(&ReadError::Missing(oid), path)),
        );
        if count > MAX_NAMED {
            problems.push(Problem {
                kind: ProblemKind::MissingObject,
                path: None,
                message: format!(
                    "there are {} more missing objects; `git fsck` names them all",
                    count - MAX_NAMED
                ),
            });
        }
        problems
    }

    fn shallow_problem(&self) -> Option<Problem> {
        let first = self.shallow_boundary.first()?;
        Some(Problem {
            kind: ProblemKind::ShallowClone,
            path: None,
            message: format!(
                "the clone is shallow: the history before commit {:.12} is not here ({} such commits); \
                 `git fetch --unshallow` fetches it, in GitHub Actions `fetch-depth: 0`",
                first.to_string(),
                self.shallow_boundary.len(),
            ),
        })
    }

    /// Returns the missing objects, sorted, each with a path if a tree names it.
    fn missing_objects(&self, timelines: &[Timeline], root_trees: &[Oid]) -> Vec<(Option<String>, Oid)> {
        let Self { graph, named, .. } = self;
        let mut missing: Vec<(Option<String>, Oid)> = graph
            .missing_parents(&named.roots)
            .into_iter()
            .filter(|(_, child)| !self.shallow_boundary.contains(child))
            .map(|(parent, _)| (None, parent))
            .collect();
        let reachable = self.missing.iter().zip(timelines).filter(|(_, timeline)| timeline.reachable);
        missing.extend(reachable.map(|(oid, timeline)| {
            let first = timeline.locations.first();
            (first.map(|location| self.scanner.shown_path(&location.path)), *oid)
        }));
        missing.extend(self.missing_in_indexes());
        missing.extend(root_trees.iter().map(|tree| (None, *tree)));
        missing.sort();
        missing.dedup_by_key(|(_, oid)| *oid);
        missing
    }

    /// Returns the missing blobs of indexes, each with its path. An index is read after the objects were listed, and git
    /// may have added a file in between.
    fn missing_in_indexes(&self) -> Vec<(Option<String>, Oid)> {
        let unlisted: Vec<_> =
            self.named.blobs.iter().filter(|(oid, _)| !self.objects.contains(oid)).collect();
        let database = if unlisted.is_empty() { None } else { ObjectDatabase::open(self.repository).ok() };
        let is_missing = |oid: &Oid| database.as_ref().is_none_or(|database| !database.contains(oid));
        let missing = unlisted.into_iter().filter(|(oid, _)| is_missing(oid));
        missing.map(|(oid, path)| (Some(self.scanner.shown_path(path)), *oid)).collect()
    }

    fn partial_clone_problem(&self, missing: &[(Option<String>, Oid)]) -> Problem {
        Problem {
            kind: ProblemKind::PartialClone,
            path: missing.first().and_then(|(path, _)| path.clone()),
            message: format!(
                "the clone is partial: {} left with the remote and not read; \
                 `git fetch --refetch --no-filter` fetches the rest",
                match (missing.len(), self.found.trees.more_missing) {
                    (1, 0) => "1 object was".to_owned(),
                    (count, 0) => format!("{count} objects were"),
                    (count, _) => format!("more than {count} objects were"),
                }
            ),
        }
    }

    /// Finds the root trees of reachable commits that were not read.
    fn unread_root_trees(&self) -> UnreadRootTrees {
        let mut unread = UnreadRootTrees::default();
        for tree in self.graph.reachable_root_trees(&self.named.roots) {
            match self.objects.number(&tree) {
                None => unread.missing.push(tree),
                Some(number) if !self.found.trees.all.contains(number) => unread.wrong.push(tree),
                Some(_) => {}
            }
        }
        unread
    }
}

/// Objects that commits name as their tree.
#[derive(Default)]
struct UnreadRootTrees {
    missing: Vec<Oid>,
    /// Those that are there and are no trees, or cannot be read.
    wrong: Vec<Oid>,
}

/// Adds the missing objects that trees name to the tracked values, with the indexes after those, and returns them.
pub(crate) fn track_missing_objects(found: &CollectedEvidence, tracking: &mut Tracking) -> Vec<Oid> {
    let missing = &found.trees.missing;
    let mut oids: Vec<Oid> = missing.iter().map(|(.., oid)| *oid).collect();
    oids.sort_unstable();
    oids.dedup();
    for (tree, name, oid) in missing {
        let value = oids.binary_search(oid).ok().map(|index| tracking.values.len() + index);
        if let Some(value) = value.and_then(|value| u32::try_from(value).ok()) {
            tracking.objects.names.entry(*tree).or_default().push((name.clone(), value));
        }
    }
    oids
}
