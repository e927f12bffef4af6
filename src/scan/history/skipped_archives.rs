//! Archives of which something could not be searched, told with the paths that they stand at. They are followed
//! through history as if they held a value, behind all those that are followed anyway.

use std::collections::HashSet;

use crate::detect::Skipped;
use crate::finding::Problem;
use crate::git::Oid;
use crate::provenance::Timeline;
use crate::scan::archive_problems;
use crate::scan::history::HistoryOptions;
use crate::scan::history::blobs::{Followed, Found, blob_name};
use crate::scan::history::locations::LocationBuilder;
use crate::source::history::own_objects;

/// Each archive gets a number, from `first` on.
pub(crate) fn follow(found: &Found, followed: &mut Followed, first: usize) {
    for (at, (oid, _)) in found.unread.iter().enumerate() {
        if let Ok(number) = u32::try_from(first + at) {
            followed.objects.blobs.entry(*oid).or_default().push(number);
        }
    }
}

/// What is said of them, once for each path. What nothing reaches here, and an alternate holds, is that other
/// repository's affair.
pub(crate) fn problems(
    telling: &LocationBuilder<'_>,
    unread: &[(Oid, Vec<Skipped>)],
    stories: &[Timeline],
    limits: &HistoryOptions<'_>,
) -> Vec<Problem> {
    let scanner = telling.scanner;
    let named = |oid: &Oid| telling.reach.blobs.get(oid);
    let unreached =
        unread.iter().zip(stories).filter(|((oid, _), story)| !story.reachable && named(oid).is_none());
    let unreached: Vec<Oid> = unreached.map(|((oid, _), _)| *oid).collect();
    let own = own_objects(telling.repository, telling.contents, &unreached);
    let foreign: HashSet<Oid> = unreached.into_iter().filter(|oid| !own.contains(oid)).collect();
    let mut problems = Vec::new();
    for ((oid, unread), story) in unread.iter().zip(stories) {
        if foreign.contains(oid) {
            continue;
        }
        let paths = story.places.iter().map(|place| &place.path).chain(named(oid));
        let mut paths: Vec<Vec<u8>> = paths.map(|path| telling.full(path)).collect();
        paths.sort_unstable();
        paths.dedup();
        let is_asked =
            |path: &Vec<u8>| limits.paths.holds(path) && !scanner.policy().settings.exclude.matches(path);
        let mut shown: Vec<String> =
            paths.iter().filter(|path| is_asked(path)).map(|path| scanner.shown_path(path)).collect();
        if paths.is_empty() && limits.paths.is_all() {
            shown.push(blob_name(oid));
        }
        for shown in &shown {
            problems.extend(unread.iter().map(|unread| archive_problems::problem(unread, shown)));
        }
    }
    problems
}
