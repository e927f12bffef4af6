//! Scans of added values: those of the next commit, or of each commit of a range. A value is new if no parent's version
//! of the same path, or of the path that it was renamed from, holds it.

pub(crate) mod diff_scan;
pub(crate) mod pack_search;
pub(crate) mod search;
#[cfg(test)]
mod tests;

use crate::finding::{Problem, ProblemKind, Report, Scope, ScopeKind};
use crate::git::{ObjectDatabase, Oid, Repository};
use crate::scan::diff::diff_scan::{CommitChangeSet, CommitOfRange, DiffScan, PackChoice};
use crate::scan::error::ScanError;
use crate::scan::head_positions::add_head_positions;
use crate::scan::image_layouts::name_images_in_commits;
use crate::scan::missing_paths::PathSources;
use crate::scan::path_filter::PathFilter;
use crate::scan::report::{build_report, common_notes};
use crate::scan::restart::scan_until_found;
use crate::scan::scanner::Scanner;
use crate::source::ScanControl;
use crate::source::range::thresholds::Thresholds;
use crate::source::range::{RangeChanges, Revisions, read_range};
use crate::source::staged::compare_index;

/// The further parents of a merge in progress, if only the environment names them.
#[derive(Clone, Debug, Default)]
pub struct MergeParents(pub Vec<Oid>);

/// Scans the values that the next commit would add.
pub(crate) fn scan_staged(
    scanner: &Scanner,
    repository: &Repository,
    merge_parents: &MergeParents,
    paths: &PathFilter,
    control: &ScanControl,
) -> Result<Report, ScanError> {
    let objects = ObjectDatabase::open(repository)?;
    let mut staged = compare_index(repository, &objects, &merge_parents.0)?;
    staged.changes.changes.retain(|change| paths.includes(&change.path));
    let mut scan = DiffScan::new(scanner, repository, &objects);
    scan.problems.append(&mut staged.problems);
    let missing = paths.unknown(|path| staged.has_path(repository, &objects, path));
    scan.problems.extend(missing.map(|path| Problem {
        kind: ProblemKind::MissingPath,
        path: Some(scanner.shown_path(path)),
        message: "neither the index, HEAD nor the working tree has it; is it spelled right?".into(),
    }));
    let sets = [CommitChangeSet { commit: None, changes: &staged.changes }];
    scan.scan(&[], &sets, PackChoice::NEVER, control)?;
    scan.problems.extend(common_notes(Some(repository), control));
    let DiffScan { mut occurrences, problems, blobs, bytes, .. } = scan;
    name_images_in_commits(&mut occurrences, repository, &objects);
    let scope = Scope { kind: ScopeKind::Staged, blobs, bytes, ..Scope::default() };
    Ok(build_report(scanner, scope, occurrences, problems))
}

/// Scans the values that each commit of a range adds, and the messages of its commits and named tags.
pub(crate) fn scan_range(
    scanner: &Scanner,
    repository: &Repository,
    revisions: &Revisions,
    names: &[String],
    paths: &PathFilter,
    control: &ScanControl,
) -> Result<Report, ScanError> {
    let objects = ObjectDatabase::open(repository)?;
    let limits = Thresholds::of(repository);
    let range = read_range(repository, &objects, revisions, &limits, control)?;
    let what = (names, revisions.included.as_slice());
    scan_range_changes(scanner, (repository, &objects), range, what, (paths, &limits), control)
}

/// Scans the range that names of revisions describe. If a name moves meanwhile and git prunes what it named before, the
/// range is resolved and read again.
pub(crate) fn scan_revisions(
    scanner: &Scanner,
    repository: &Repository,
    names: &[String],
    paths: &PathFilter,
    control: &ScanControl,
) -> Result<Report, ScanError> {
    scan_until_found(
        Revisions::resolve(repository, names)?,
        || Revisions::resolve(repository, names).ok(),
        |report: &Report| &report.problems,
        |revisions| scan_range(scanner, repository, revisions, names, paths, control),
    )
}

/// Scans the changes of a range. With more texts than the threshold they are read from the packs in bulk.
fn scan_range_changes(
    scanner: &Scanner,
    (repository, objects): (&Repository, &ObjectDatabase),
    mut range: RangeChanges,
    (names, tips): (&[String], &[Oid]),
    (paths, thresholds): (&PathFilter, &Thresholds),
    control: &ScanControl,
) -> Result<Report, ScanError> {
    for changes in &mut range.changes {
        changes.changes.changes.retain(|change| paths.includes(&change.path));
    }
    let mut scan = DiffScan::new(scanner, repository, objects);
    scan.problems.append(&mut range.problems);
    if !paths.is_all() {
        let trees: Vec<Oid> = range.commits.rows.iter().rev().map(|commit| commit.tree).collect();
        let removed = range.changes.iter().flat_map(|changes| &changes.changes.removed);
        let removed: Vec<&[u8]> = removed.map(|(path, _)| path.as_slice()).collect();
        let sources = PathSources { repository, objects, submodules: &[], trees: &trees, removed: &removed };
        scan.problems.extend(sources.missing_path_problems(scanner, paths));
    }
    let commits = range.commits.rows.iter().map(|commit| commit.oid);
    let texts: Vec<Oid> = commits.chain(range.tags.iter().copied()).collect();
    let mut sets: Vec<CommitChangeSet<'_>> = range
        .changes
        .iter()
        .map(|changes| CommitChangeSet {
            commit: Some(CommitOfRange { commits: &range.commits, index: changes.commit }),
            changes: &changes.changes,
        })
        .collect();
    sets.push(CommitChangeSet { commit: None, changes: &range.named_objects });
    let packs = PackChoice { contents: range.contents.as_ref(), max_one_by_one: thresholds.texts };
    scan.scan(&texts, &sets, packs, control)?;
    scan.problems.extend(common_notes(Some(repository), control));
    let DiffScan { mut occurrences, problems, blobs, bytes, .. } = scan;
    add_head_positions(scanner, repository, objects, tips, &mut occurrences);
    name_images_in_commits(&mut occurrences, repository, objects);
    let scope = Scope {
        kind: ScopeKind::Range,
        revisions: names.to_vec(),
        ci: None,
        commits: range.commits.len(),
        messages: range.tags.len(),
        objects: texts.len() + blobs,
        blobs,
        bytes,
    };
    Ok(build_report(scanner, scope, occurrences, problems))
}
