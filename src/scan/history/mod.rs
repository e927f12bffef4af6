//! Scans of everything in a repository: objects, messages and names, with the provenance of each value.
//!
//! A scan reads all objects but trees, then the trees, and then traces the values that a report may show. What is read
//! and how is in `source::history`; the tracing itself is in `provenance`.

pub(crate) mod blobs;
mod held_by;
pub(crate) mod locations;
pub(crate) mod missing_objects;
pub(crate) mod options;
pub(crate) mod reachability;
pub(crate) mod repository;
pub(crate) mod results;
pub(crate) mod skipped_archives;
pub(crate) mod trees;

use crate::assess::unused_suppressions::{Coverage, find_unused_entries};
use crate::assess::{Histories, Occurrence};
use crate::finding::{LocationKind, Problem, ProblemKind, Report, Scope, ScopeKind, message_with_help};
use crate::git::{ObjectDatabase, Repository};
use crate::scan::error::ScanError;
use crate::scan::head_positions::add_head_positions;
use crate::scan::history::repository::scan_repository;
use crate::scan::history::results::RepositoryScan;
use crate::scan::missing_paths::PathSources;
use crate::scan::report::{common_notes, finish_report, group};
use crate::scan::scanner::Scanner;
use crate::source::ScanControl;
use crate::source::history::find_submodule_repositories;

pub use options::{HistoryOptions, ProvenanceMode};

/// Scans the object database of a repository, and those of its submodules.
pub(crate) fn scan_history(
    scanner: &Scanner,
    repository: &Repository,
    options: &HistoryOptions<'_>,
    control: &ScanControl,
) -> Result<Report, ScanError> {
    let mut whole = CombinedScan::default();
    let mut main = scan_repository(scanner, repository, b"", options, control)?;
    let (trees, is_traced) = (std::mem::take(&mut main.root_trees), main.is_traced);
    whole.add(main);
    let submodules = find_submodule_repositories(repository);
    whole.problems.extend(submodules.problems);
    let objects = ObjectDatabase::open(repository)?;
    if is_traced {
        let names: Vec<Vec<u8>> = submodules.found.iter().map(|(name, _)| name.clone()).collect();
        let sources =
            PathSources { repository, objects: &objects, submodules: &names, trees: &trees, removed: &[] };
        whole.problems.extend(sources.missing_path_problems(scanner, options.paths));
    }
    for (name, submodule) in submodules.found {
        match scan_repository(scanner, &submodule, &name, options, control) {
            Ok(scan) => whole.add(scan),
            Err(error) => whole.problems.push(Problem {
                kind: ProblemKind::Unreadable,
                path: Some(scanner.shown_path(&name)),
                message: format!("the object database of the submodule: {}", message_with_help(&error)),
            }),
        }
    }
    whole.occurrences.retain(|Occurrence { origin, .. }| match origin.kind {
        LocationKind::File | LocationKind::Path if !origin.path.is_empty() => {
            options.paths.includes(&origin.path) && !scanner.is_excluded(&origin.path)
        }
        _ => options.paths.is_all(),
    });
    add_head_positions(scanner, repository, &objects, &[], &mut whole.occurrences);
    whole.problems.extend(common_notes(Some(repository), control));
    let grouped = group(scanner, whole.occurrences, &whole.histories);
    let is_whole = options.paths.is_all()
        && options.provenance == ProvenanceMode::Track
        && !control.cancellation.is_requested();
    if is_whole && whole.problems.iter().all(|problem| problem.kind.is_note()) {
        whole.problems.extend(find_unused_entries(
            &scanner.assessor(),
            &grouped.used_entries,
            Coverage::History,
        ));
    }
    Ok(finish_report(scanner, whole.scope, grouped, whole.problems))
}

/// The scans of a repository and its submodules.
struct CombinedScan {
    scope: Scope,
    occurrences: Vec<Occurrence>,
    histories: Histories,
    problems: Vec<Problem>,
}

impl Default for CombinedScan {
    fn default() -> Self {
        Self {
            scope: Scope { kind: ScopeKind::History, ..Scope::default() },
            occurrences: Vec::new(),
            histories: Histories::new(),
            problems: Vec::new(),
        }
    }
}

impl CombinedScan {
    fn add(&mut self, scan: RepositoryScan) {
        self.scope.commits += scan.scope.commits;
        self.scope.objects += scan.scope.objects;
        self.scope.blobs += scan.scope.blobs;
        self.scope.bytes += scan.scope.bytes;
        self.occurrences.extend(scan.occurrences);
        for (key, history) in scan.histories {
            self.histories.entry(key).or_insert(history);
        }
        self.problems.extend(scan.problems);
    }
}
