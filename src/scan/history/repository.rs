//! The history scan of one repository: reads its objects, searches them, and traces the values.

use crate::finding::{Problem, ProblemKind, Scope};
use crate::git::{CommitList, Oid, OpenError, Refs, Repository};
use crate::provenance::CommitGraph;
use crate::scan::delta_search::AlongDeltas;
use crate::scan::error::ScanError;
use crate::scan::history::blobs::{CollectedEvidence, EvidenceCollector};
use crate::scan::history::missing_objects::track_missing_objects;
use crate::scan::history::next_change::next_change_of_evidence;
use crate::scan::history::options::{HistoryOptions, ProvenanceMode};
use crate::scan::history::reachability::NamedObjects;
use crate::scan::history::read_history::ReadHistory;
use crate::scan::history::read_plan::{ObjectTotals, Planned};
use crate::scan::history::results::RepositoryScan;
use crate::scan::history::skipped_archives::track_skipped_archives;
use crate::scan::history::state::{Earlier, RepositoryState, Reuse};
use crate::scan::history::trees::{TreeCollector, TreeFindings};
use crate::scan::scanner::Scanner;
use crate::source::history::{ObjectSet, ReadTotals, over_budget_problem, visit_all_but_trees, visit_trees};
use crate::source::range::read_shallow_boundary;
use crate::source::{ScanControl, read_problem, tree_budget_problem};

/// The results of reading all objects.
struct ReadResult {
    found: CollectedEvidence,
    totals: ReadTotals,
    /// The number of commits.
    commits: usize,
    graph: CommitGraph,
    named: NamedObjects,
    /// Whether no object went away meanwhile.
    is_stable: bool,
}

/// Scans one repository from its refs. `prefix` is the name of the submodule; it is empty for the main repository. With it comes what an
/// earlier run has left.
#[expect(clippy::too_many_lines, reason = "the stages of a history scan, in order")]
pub(crate) fn scan_repository(
    scanner: &Scanner,
    (repository, refs): (&Repository, &Refs),
    (prefix, earlier): (&[u8], Earlier<'_>),
    options: &HistoryOptions<'_>,
    control: &ScanControl,
) -> Result<RepositoryScan, ScanError> {
    let (mut objects, state) = match earlier {
        // A run that an earlier one spares the most reads little.
        Earlier::State(kept) => {
            let (objects, state) = rayon::join(|| ObjectSet::open_for_few(repository), || kept.read());
            (objects?, state)
        }
        Earlier::Nothing | Earlier::Unused => (ObjectSet::open(repository)?, None),
    };
    let mut reuse = match (earlier, &state) {
        (Earlier::Unused, _) => None,
        (_, None) => Some(Reuse::nothing(&objects)),
        (_, Some(state)) => {
            // The plan needs no numbers of names, and takes about as long as their table.
            let plan = || Reuse::of(state, &objects, !options.paths.is_all());
            Some(rayon::join(plan, || objects.number_objects()).0)
        }
    };
    control.progress.add_expected(objects.number_bound(), objects.stored_bytes());
    let ReadResult { mut found, totals, commits, graph, named, is_stable } =
        read_objects(scanner, repository, &mut objects, refs, options.full_scan, reuse.as_mut(), control)?;
    let mut scan =
        RepositoryScan { known: state.as_ref().map_or(0, RepositoryState::len), ..Default::default() };
    let mut is_sure = is_stable && found.problems.is_empty();
    found.search_ref_names(scanner, refs);
    let in_objects = read_problems(&totals, &objects);
    is_sure &= in_objects.is_empty();
    scan.problems.append(&mut found.problems);
    scan.problems.extend(in_objects);
    scan.problems.extend(refs.broken.iter().map(|name| broken_ref_problem(scanner, name)));
    let mut counted = counted_by(&totals);
    if let Some(reuse) = &reuse {
        let all = reuse.all_totals();
        if reuse.totals.objects > 0 {
            counted = all;
        }
        // In a damaged repository an object may be read twice. A plan counts it once.
        is_sure &= all == counted;
    }
    scan.scope = Scope {
        commits,
        objects: usize::try_from(counted.objects).unwrap_or(usize::MAX),
        blobs: usize::try_from(counted.blobs).unwrap_or(usize::MAX),
        bytes: counted.bytes,
        ..Scope::default()
    };
    // After an interruption tracing is skipped, too: it would take as long as the scan.
    if control.cancellation.is_requested() || options.provenance == ProvenanceMode::Skip {
        scan.occurrences = found.into_occurrences(scanner, &mut scan.problems);
        return Ok(scan);
    }
    control.progress.begin_provenance();
    scan.problems.extend(named.problems.iter().cloned());
    let shallow_boundary = read_shallow_boundary(repository)?;

    // Missing objects and archives that were not searched are traced like values, with the indexes after those.
    let mut tracking = found.values_to_track(scanner);
    let missing = track_missing_objects(&found, &mut tracking);
    let first_skipped = tracking.values.len() + missing.len();
    track_skipped_archives(&found, &mut tracking, first_skipped);
    is_sure &= !control.cancellation.is_requested();
    if let Some(reuse) = &reuse {
        scan.reused = reuse.totals.objects;
        scan.until = next_change_of_evidence(scanner, &found);
    }
    let reuse = reuse.filter(|_| is_sure);
    let (names, shape) = match reuse {
        // What is learned is learned from the same trees.
        Some(_) => (found.trees.entry_names.clone(), None),
        None => (std::mem::take(&mut found.trees.entry_names), Some(std::mem::take(&mut found.trees.shape))),
    };
    let read = ReadHistory {
        scanner,
        repository,
        objects: &objects,
        graph: &graph,
        named: &named,
        found: &found,
        tracking: &tracking,
        missing: &missing,
        first_skipped,
        shallow_boundary: &shallow_boundary,
        prefix,
        options,
    };
    let learn =
        || Some(reuse.as_ref()?.learn(scanner, &objects, &found, &tracking.objects, &graph).to_bytes());
    let (learned, is_complete) = rayon::join(learn, || read.trace(&mut scan, names, shape));
    scan.learned = learned.filter(|_| is_complete);
    scan.problems.extend((!is_complete).then(tree_budget_problem));
    scan.is_traced = true;
    if !options.paths.is_all() {
        scan.root_trees = graph.root_trees();
    }
    Ok(scan)
}

/// Reads and searches all objects.
fn read_objects(
    scanner: &Scanner,
    repository: &Repository,
    objects: &mut ObjectSet,
    refs: &Refs,
    full_scan: bool,
    mut reuse: Option<&mut Reuse<'_>>,
    control: &ScanControl,
) -> Result<ReadResult, ScanError> {
    let collector = EvidenceCollector::new(scanner, full_scan, control);
    let visitor = AlongDeltas(&collector);
    let (mut totals, unread_trees) = match &reuse {
        None => visit_all_but_trees(repository, objects, None, &visitor, control)?,
        Some(Reuse { plan, .. }) => {
            let add_commit = |oid: &Oid, bytes: &[u8]| collector.add_commit(oid, bytes);
            let selected = plan.selected();
            let planned = Planned { plan, selected, objects, visitor: &visitor, add_commit: &add_commit };
            visit_all_but_trees(repository, objects, selected, &planned, control)?
        }
    };
    // If something names such an object, it is reported as missing. Otherwise git has pruned it meanwhile.
    let missing = totals.take_missing();
    let is_stable = missing.is_empty();
    objects.remove(missing);
    let objects = &*objects;
    let mut found = collector.into_found();
    let mut commit_list = std::mem::take(&mut found.commits);
    if let Some(reuse) = &mut reuse {
        commit_list.append(std::mem::take(&mut reuse.commits));
        found.unreported.extend(reuse.plan.unreported().iter().filter_map(|number| objects.oid(number)));
    }
    let commits = commit_list.len();
    // Trees are read last, when the blobs to find in them are known. One thread sorts the commits meanwhile.
    let (in_trees, sorted) = rayon::join(
        || read_trees(scanner, repository, objects, &found, (&unread_trees, reuse.as_deref_mut()), control),
        || sort_commits(repository, refs, commit_list),
    );
    let (in_trees, tree_totals) = in_trees?;
    let (graph, named) = sorted?;
    totals.add(tree_totals);
    found.trees = in_trees;
    // A blob that held no value of a report may hold one that is reported now.
    if let Some(Reuse { plan, .. }) = reuse
        && !found.unreported.is_empty()
        && found.shows_more_than(scanner, objects, plan.known())
    {
        let selected = Some(plan.unreported());
        let collector = EvidenceCollector::new(scanner, full_scan, control);
        let visitor = AlongDeltas(&collector);
        let planned = Planned { plan, selected, objects, visitor: &visitor, add_commit: &|_, _| {} };
        totals.add(visit_all_but_trees(repository, objects, selected, &planned, control)?.0);
        found.add_later(collector.into_found());
    }
    found.problems.append(&mut found.trees.problems);
    found.problems.sort();
    Ok(ReadResult { found, totals, commits, graph, named, is_stable })
}

/// Reads the trees: those in packs, and the given ones outside of packs; of them those that are planned.
fn read_trees(
    scanner: &Scanner,
    repository: &Repository,
    objects: &ObjectSet,
    found: &CollectedEvidence,
    (outside_of_packs, reuse): (&[Oid], Option<&mut Reuse<'_>>),
    control: &ScanControl,
) -> Result<(TreeFindings, ReadTotals), ScanError> {
    let blobs = found.blobs_to_track(objects);
    let mut collector = TreeCollector::new(scanner, repository.format, objects, blobs);
    let totals = match reuse {
        None => visit_trees(repository, objects, None, outside_of_packs, &collector, control)?,
        Some(Reuse { plan, trees, .. }) => {
            if let Some(trees) = trees.take() {
                collector = collector.with_earlier(trees);
            }
            let selected = plan.selected();
            let planned = Planned { plan, selected, objects, visitor: &collector, add_commit: &|_, _| {} };
            visit_trees(repository, objects, selected, outside_of_packs, &planned, control)?
        }
    };
    Ok((collector.into_found(!control.cancellation.is_requested()), totals))
}

fn sort_commits(
    repository: &Repository,
    refs: &Refs,
    commits: CommitList,
) -> Result<(CommitGraph, NamedObjects), OpenError> {
    let graph = CommitGraph::new(commits);
    let named = NamedObjects::read(repository, refs, &graph)?;
    Ok((graph, named))
}

fn counted_by(totals: &ReadTotals) -> ObjectTotals {
    ObjectTotals { objects: totals.objects as u64, blobs: totals.blobs as u64, bytes: totals.bytes }
}

/// Returns problems for the objects that were not read, and for unusable packs and indexes.
fn read_problems(totals: &ReadTotals, objects: &ObjectSet) -> Vec<Problem> {
    let mut problems: Vec<Problem> = totals.unread.iter().map(|error| read_problem(error, None)).collect();
    problems.extend(over_budget_problem(totals));
    problems.extend(objects.unusable.iter().map(|error| Problem {
        kind: ProblemKind::CorruptObject,
        path: None,
        message: format!(
            "a part of the object database cannot be used: {error}; `git fsck` names the damage, `git repack -ad` may \
             repair it"
        ),
    }));
    problems
}

fn broken_ref_problem(scanner: &Scanner, name: &[u8]) -> Problem {
    Problem {
        kind: ProblemKind::CorruptObject,
        path: Some(scanner.shown_path(name)),
        message: "the ref names no object; `git fsck` shows it, `git update-ref -d` removes it".into(),
    }
}
