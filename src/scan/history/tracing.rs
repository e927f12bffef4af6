//! The tracing of the values that were found: their timelines, their locations, and what is missing on the way.

use crate::git::EntryNames;
use crate::provenance::{PathTrees, TreeIndex, TreeShape, build_path_timelines, build_timelines};
use crate::scan::history::locations::{LocationBuilder, Shown};
use crate::scan::history::read_history::ReadHistory;
use crate::scan::history::results::RepositoryScan;
use crate::scan::history::skipped_archives::skipped_archive_problems;

impl ReadHistory<'_> {
    /// Traces everything and adds it to the results. Trees have the names of `names`, and the form of `shape`, or else that
    /// of the trees that were read. Returns whether all was traced within the budget.
    pub(crate) fn trace(
        &self,
        scan: &mut RepositoryScan,
        names: EntryNames,
        shape: Option<TreeShape>,
    ) -> bool {
        let &Self { objects, graph, named, found, tracking, .. } = self;
        let index =
            TreeIndex::new(objects, shape.as_ref().unwrap_or(&found.trees.shape), names, &tracking.objects);
        drop(shape);
        let count = self.first_skipped + found.skipped.len();
        let traced = build_timelines(graph, &named.roots, &named.trees, objects, &index, count);
        let trees = PathTrees::new(&index, &tracking.objects.by_path);
        let by_path = build_path_timelines(graph, &named.roots, &named.trees, objects, &index, &trees);
        let (timelines, of_skipped) = traced.timelines.split_at(self.first_skipped);
        let (timelines, of_missing) = timelines.split_at(tracking.values.len());
        scan.problems.extend(self.missing_object_problems(of_missing));
        let builder =
            LocationBuilder { read: self, timelines, by_path: &by_path, shown: Shown::new(self.repository) };
        builder.add_locations(scan);
        builder.add_holders(&index, &trees, scan);
        scan.problems.extend(skipped_archive_problems(self, of_skipped));
        traced.is_complete && by_path.is_complete
    }
}
