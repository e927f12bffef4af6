//! Archives with parts that were not searched, reported with their paths. They are traced like a value, with the indexes
//! after those of everything else.

use std::collections::HashSet;

use crate::finding::Problem;
use crate::git::Oid;
use crate::provenance::Timeline;
use crate::scan::archive_problems::skipped_problem;
use crate::scan::history::blobs::{CollectedEvidence, Tracking, blob_description};
use crate::scan::history::read_history::ReadHistory;
use crate::source::history::own_objects;

/// Adds each archive to the tracked values, with an index from `first` on.
pub(crate) fn track_skipped_archives(found: &CollectedEvidence, tracking: &mut Tracking, first: usize) {
    for (index, (oid, _)) in found.skipped.iter().enumerate() {
        if let Ok(value) = u32::try_from(first + index) {
            tracking.objects.blobs.entry(*oid).or_default().push(value);
        }
    }
}

/// Returns the problems of each archive, once for each of its paths. An unreachable archive that only an alternate has
/// belongs to that other repository, and is left out.
pub(crate) fn skipped_archive_problems(read: &ReadHistory<'_>, timelines: &[Timeline]) -> Vec<Problem> {
    let (scanner, archives) = (read.scanner, &read.found.skipped);
    let name_of = |oid: &Oid| read.named.blobs.get(oid);
    let unreachable = archives
        .iter()
        .zip(timelines)
        .filter(|((oid, _), timeline)| !timeline.reachable && name_of(oid).is_none());
    let unreachable: Vec<Oid> = unreachable.map(|((oid, _), _)| *oid).collect();
    let own = own_objects(read.repository, read.objects, &unreachable);
    let foreign: HashSet<Oid> = unreachable.into_iter().filter(|oid| !own.contains(oid)).collect();
    let mut problems = Vec::new();
    for ((oid, skipped), timeline) in archives.iter().zip(timelines) {
        if foreign.contains(oid) {
            continue;
        }
        let paths = timeline.locations.iter().map(|location| &location.path).chain(name_of(oid));
        let mut paths: Vec<Vec<u8>> = paths.map(|path| read.full_path(path)).collect();
        paths.sort_unstable();
        paths.dedup();
        let is_shown = |path: &Vec<u8>| read.options.paths.includes(path) && !scanner.is_excluded(path);
        let mut shown_paths: Vec<String> =
            paths.iter().filter(|path| is_shown(path)).map(|path| scanner.shown_path(path)).collect();
        if paths.is_empty() && read.options.paths.is_all() {
            shown_paths.push(blob_description(oid));
        }
        for shown_path in &shown_paths {
            problems.extend(skipped.iter().map(|skipped| skipped_problem(skipped, shown_path)));
        }
    }
    problems
}
