//! Scans of everything in a repository: objects, messages and names, with the provenance of each value.
//!
//! A scan reads all objects but trees, then the trees, and then traces the values that a report may show. What is read
//! and how is in `source::history`; the tracing itself is in `provenance`.

pub(crate) mod blobs;
mod held_by;
pub(crate) mod locations;
pub(crate) mod missing_objects;
pub(crate) mod next_change;
pub(crate) mod options;
pub(crate) mod reachability;
pub(crate) mod read_history;
pub(crate) mod read_plan;
pub(crate) mod repository;
pub(crate) mod results;
pub(crate) mod skipped_archives;
pub(crate) mod state;
pub(crate) mod tracing;
pub(crate) mod trees;

use std::collections::BTreeMap;

use crate::assess::unused_suppressions::{Coverage, find_unused_entries};
use crate::assess::{Histories, Occurrence};
use crate::finding::{LocationKind, Problem, ProblemKind, Report, Scope, ScopeKind, message_with_help};
use crate::git::{ObjectDatabase, Refs, Repository};
use crate::scan::error::ScanError;
use crate::scan::head_positions::add_head_positions;
use crate::scan::history::next_change::next_change_of_settings;
use crate::scan::history::repository::scan_repository;
use crate::scan::history::results::RepositoryScan;
use crate::scan::history::state::{Earlier, KeptState};
use crate::scan::image_layouts::name_images_in_commits;
use crate::scan::missing_paths::PathSources;
use crate::scan::report::{common_notes, finish_report, group};
use crate::scan::restart::scan_until_found;
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
    Ok(run(scanner, repository, options, control, None)?.report)
}

/// What a run takes from earlier ones, and what it leaves for the next one; each by the name of the repository, which is
/// empty for the main one.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) earlier: BTreeMap<Vec<u8>, KeptState>,
    /// The number of objects that the states of earlier runs name.
    pub(crate) known: usize,
    /// The states for the next run, as bytes.
    pub(crate) learned: BTreeMap<Vec<u8>, Vec<u8>>,
    /// The number of objects that earlier runs have read.
    pub(crate) reused: u64,
    /// Whether everything was read, so that the next run may rely on what is learned.
    pub(crate) is_complete: bool,
}

/// The results of a run.
pub(crate) struct HistoryRun {
    pub(crate) report: Report,
    /// The time in seconds since 1970 from which on the report may be another one although nothing else changes.
    pub(crate) until: i64,
}

/// Scans the object database of a repository, and those of its submodules, with the memory of earlier runs.
pub(crate) fn run(
    scanner: &Scanner,
    repository: &Repository,
    options: &HistoryOptions<'_>,
    control: &ScanControl,
    memory: Option<&mut Memory>,
) -> Result<HistoryRun, ScanError> {
    let mut whole = CombinedScan::new(scanner, memory);
    let mut main = whole.scan(scanner, repository, b"", options, control)?;
    let (trees, is_traced) = (std::mem::take(&mut main.root_trees), main.is_traced);
    whole.add(b"", main);
    let submodules = find_submodule_repositories(repository);
    whole.is_complete &= submodules.problems.iter().all(|problem| problem.kind.is_note());
    whole.problems.extend(submodules.problems);
    let objects = ObjectDatabase::open(repository)?;
    if is_traced {
        let names: Vec<Vec<u8>> = submodules.found.iter().map(|(name, _)| name.clone()).collect();
        let sources =
            PathSources { repository, objects: &objects, submodules: &names, trees: &trees, removed: &[] };
        whole.problems.extend(sources.missing_path_problems(scanner, options.paths));
    }
    for (name, submodule) in submodules.found {
        match whole.scan(scanner, &submodule, &name, options, control) {
            Ok(scan) => whole.add(&name, scan),
            Err(error) => {
                whole.is_complete = false;
                whole.problems.push(Problem {
                    kind: ProblemKind::Unreadable,
                    path: Some(scanner.shown_path(&name)),
                    message: format!("the object database of the submodule: {}", message_with_help(&error)),
                });
            }
        }
    }
    whole.occurrences.retain(|Occurrence { origin, .. }| match origin.kind {
        LocationKind::File | LocationKind::Path if !origin.path.is_empty() => {
            options.paths.includes(&origin.path) && !scanner.is_excluded(&origin.path)
        }
        _ => options.paths.is_all(),
    });
    add_head_positions(scanner, repository, &objects, &[], &mut whole.occurrences);
    name_images_in_commits(&mut whole.occurrences, repository, &objects);
    whole.problems.extend(common_notes(Some(repository), control));
    whole.finish_memory(control);
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
    let report = finish_report(scanner, whole.scope, grouped, whole.problems);
    Ok(HistoryRun { report, until: whole.until })
}

/// The scans of a repository and its submodules.
struct CombinedScan<'m> {
    scope: Scope,
    occurrences: Vec<Occurrence>,
    histories: Histories,
    problems: Vec<Problem>,
    memory: Option<&'m mut Memory>,
    /// Whether the memory may be relied on.
    is_complete: bool,
    until: i64,
}

impl<'m> CombinedScan<'m> {
    fn new(scanner: &Scanner, memory: Option<&'m mut Memory>) -> Self {
        Self {
            scope: Scope { kind: ScopeKind::History, ..Scope::default() },
            occurrences: Vec::new(),
            histories: Histories::new(),
            problems: Vec::new(),
            memory,
            is_complete: true,
            until: next_change_of_settings(scanner),
        }
    }

    /// Scans one repository with the memory of earlier runs.
    fn scan(
        &self,
        scanner: &Scanner,
        repository: &Repository,
        name: &[u8],
        options: &HistoryOptions<'_>,
        control: &ScanControl,
    ) -> Result<RepositoryScan, ScanError> {
        let earlier = self.memory.as_ref().map_or(Earlier::Unused, |memory| {
            memory.earlier.get(name).map_or(Earlier::Nothing, Earlier::State)
        });
        scan_until_found(
            Refs::read(repository)?,
            || Refs::read(repository).ok(),
            |scan: &RepositoryScan| &scan.problems,
            |refs| scan_repository(scanner, (repository, refs), (name, earlier), options, control),
        )
    }

    fn finish_memory(&mut self, control: &ScanControl) {
        if let Some(memory) = &mut self.memory {
            memory.is_complete = self.is_complete && !control.cancellation.is_requested();
        }
    }

    fn add(&mut self, name: &[u8], scan: RepositoryScan) {
        if let Some(memory) = &mut self.memory {
            memory.known += scan.known;
            memory.reused += scan.reused;
            self.until = self.until.min(scan.until);
            match scan.learned {
                Some(state) => drop(memory.learned.insert(name.to_vec(), state)),
                None => self.is_complete = false,
            }
        }
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
