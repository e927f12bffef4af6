//! The tracing of the values that were found: their timelines, their locations, and what is missing on the way.

use crate::git::{EntryNames, Oid, Repository};
use crate::provenance::{
    CommitGraph, PathTrees, TreeIndex, TreeShape, build_path_timelines, build_timelines,
};
use crate::scan::history::blobs::{CollectedEvidence, Tracking};
use crate::scan::history::locations::{LocationBuilder, Shown};
use crate::scan::history::missing_objects::MissingObjects;
use crate::scan::history::options::HistoryOptions;
use crate::scan::history::reachability::NamedObjects;
use crate::scan::history::results::RepositoryScan;
use crate::scan::history::skipped_archives::skipped_archive_problems;
use crate::scan::scanner::Scanner;
use crate::source::history::ObjectSet;

/// What was read, and what is traced in it.
pub(crate) struct Tracing<'t> {
    pub(crate) scanner: &'t Scanner,
    pub(crate) repository: &'t Repository,
    pub(crate) objects: &'t ObjectSet,
    pub(crate) graph: &'t CommitGraph,
    pub(crate) named: &'t NamedObjects,
    pub(crate) found: &'t CollectedEvidence,
    pub(crate) tracking: &'t Tracking,
    /// The missing objects, which are traced with the indexes after those of the values.
    pub(crate) missing: &'t [Oid],
    /// The index of the first archive that was not searched.
    pub(crate) first_skipped: usize,
    pub(crate) shallow_boundary: &'t [Oid],
    /// The name of the submodule; empty for the main repository.
    pub(crate) prefix: &'t [u8],
    pub(crate) options: &'t HistoryOptions<'t>,
}

impl Tracing<'_> {
    /// Traces everything and adds it to the results. Trees have the names of `names`, and the form of `shape`, or else that
    /// of the trees that were read. Returns whether all was traced within the budget.
    pub(crate) fn add_to(
        &self,
        scan: &mut RepositoryScan,
        names: EntryNames,
        shape: Option<TreeShape>,
    ) -> bool {
        let &Self { scanner, repository, objects, graph, named, found, tracking, .. } = self;
        let index =
            TreeIndex::new(objects, shape.as_ref().unwrap_or(&found.trees.shape), names, &tracking.objects);
        drop(shape);
        let count = self.first_skipped + found.skipped.len();
        let traced = build_timelines(graph, &named.roots, &named.trees, objects, &index, count);
        let trees = PathTrees::new(&index, &tracking.objects.by_path);
        let by_path = build_path_timelines(graph, &named.roots, &named.trees, objects, &index, &trees);
        let (timelines, of_skipped) = traced.timelines.split_at(self.first_skipped);
        let (timelines, of_missing) = timelines.split_at(tracking.values.len());
        let missing_objects = MissingObjects {
            scanner,
            repository,
            objects,
            graph,
            named,
            trees: &found.trees,
            shallow_boundary: self.shallow_boundary,
        };
        scan.problems.extend(missing_objects.problems(self.missing, of_missing));
        let builder = LocationBuilder {
            scanner,
            repository,
            objects,
            graph,
            named,
            found,
            tracking,
            timelines,
            by_path: &by_path,
            prefix: self.prefix,
            shown: Shown::new(repository),
        };
        builder.add_locations(scan);
        builder.add_holders(&index, &trees, scan);
        scan.problems.extend(skipped_archive_problems(&builder, of_skipped, self.options));
        traced.is_complete && by_path.is_complete
    }
}
