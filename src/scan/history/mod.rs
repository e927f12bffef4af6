//! Scans of everything that a repository holds: objects, messages, names; then who brought what in.

pub(crate) mod blobs;
pub(crate) mod locations;
pub(crate) mod missing_objects;
pub(crate) mod reachability;
pub(crate) mod skipped_archives;
pub(crate) mod tree_cache;
pub(crate) mod trees;

use std::collections::HashMap;

use crate::finding::{
    History, LocationKind, Problem, ProblemKind, Report, Scope, ScopeKind, message_with_help,
};
use crate::git::{ObjectDatabase, Oid, OpenError, Refs, Repository};
use crate::provenance::{CommitGraph, Commits, TreeContents, tell};
use crate::scan::group::Occurrence;
use crate::scan::missing_paths::Known;
use crate::scan::unused_suppressions::Whole;
use crate::scan::{PathFilter, ScanError, Scanner};
use crate::secret::ValueId;
use crate::source::history as source;
use crate::source::history::{ObjectSet, ReadTotals};
use crate::source::range::read_shallow_boundary;
use crate::source::{ScanControl, read_problem};

use blobs::{Collector, Found};
use locations::LocationBuilder;
use reachability::Reach;
use trees::{InTrees, TreeCollector};

/// How a history is read, and what of it is reported.
pub struct HistoryOptions<'l> {
    /// The paths that are asked for. If none are, what stands in no path is reported, too.
    pub paths: &'l PathFilter,
    /// Whether every version of a file is searched whole, though it is stored as a difference to another one:
    /// slower, and with the same result.
    pub full_scan: bool,
    /// Whether findings are followed through history.
    pub provenance: ProvenanceMode,
}

/// Whether it is told who brought a value in, and who took it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProvenanceMode {
    /// It is.
    Track,
    /// It is not, nor which objects are absent: what searching alone costs.
    Skip,
}

/// Scans a repository's whole object database, and those of its submodules.
///
/// # Errors
/// The refs or the object database cannot be read.
pub(crate) fn scan_history(
    scanner: &Scanner,
    repository: &Repository,
    limits: &HistoryOptions<'_>,
    control: &ScanControl,
) -> Result<Report, ScanError> {
    let mut whole = Part { scope: Scope { kind: ScopeKind::History, ..Scope::default() }, ..Part::default() };
    let own = scanner.part(repository, b"", limits, control)?;
    (whole.trees, whole.is_told) = (own.trees.clone(), own.is_told);
    whole.add(own);
    let stores = source::find_submodule_repositories(repository);
    whole.problems.extend(stores.problems);
    if whole.is_told {
        let names: Vec<Vec<u8>> = stores.found.iter().map(|(name, _)| name.clone()).collect();
        let trees = std::mem::take(&mut whole.trees);
        let objects = ObjectDatabase::open(repository)?;
        let known =
            Known { scanner, repository, objects: &objects, stores: &names, trees: &trees, gone: &[] };
        whole.problems.extend(known.problems(limits.paths));
    }
    for (name, submodule) in stores.found {
        match scanner.part(&submodule, &name, limits, control) {
            Ok(part) => whole.add(part),
            Err(error) => whole.problems.push(Problem {
                kind: ProblemKind::Unreadable,
                path: Some(scanner.shown_path(&name)),
                message: format!("the submodule's store: {}", message_with_help(&error)),
            }),
        }
    }
    whole.hits.retain(|hit| match hit.place.kind {
        LocationKind::File | LocationKind::Path if !hit.place.path.is_empty() => {
            limits.paths.holds(&hit.place.path) && !scanner.policy().settings.exclude.matches(&hit.place.path)
        }
        _ => limits.paths.is_all(),
    });
    whole.problems.extend(Scanner::common_notes(Some(repository), control));
    let outcome = scanner.outcome(whole.hits, &whole.histories);
    let is_whole = limits.paths.is_all()
        && limits.provenance == ProvenanceMode::Track
        && !control.cancellation.is_requested();
    if is_whole && whole.problems.iter().all(|problem| problem.kind.is_note()) {
        whole.problems.extend(scanner.unused(&outcome.used, Whole::History));
    }
    Ok(scanner.reported(whole.scope, outcome, whole.problems))
}

/// One repository's part of a report.
#[derive(Default)]
pub(crate) struct Part {
    scope: Scope,
    hits: Vec<Occurrence>,
    histories: HashMap<ValueId, History>,
    problems: Vec<Problem>,
    /// The root trees of commits, the youngest first, where paths are asked for.
    trees: Vec<Oid>,
    /// Whether it was followed through history to its end.
    is_told: bool,
}

/// What all objects come to.
struct Read {
    found: Found,
    tally: ReadTotals,
    /// How many commits there are.
    commits: usize,
    ordered: Ordered,
}

/// The commits in order, and what is named of them.
struct Ordered {
    graph: CommitGraph,
    reach: Reach,
}

impl Ordered {
    fn of(repository: &Repository, refs: &Refs, commits: Commits) -> Result<Self, OpenError> {
        let graph = CommitGraph::new(commits);
        let reach = Reach::of(repository, refs, &graph)?;
        Ok(Self { graph, reach })
    }
}

impl Part {
    fn add(&mut self, other: Self) {
        self.scope.commits += other.scope.commits;
        self.scope.objects += other.scope.objects;
        self.scope.blobs += other.scope.blobs;
        self.scope.bytes += other.scope.bytes;
        self.hits.extend(other.hits);
        for (value, history) in other.histories {
            self.histories.entry(value).or_insert(history);
        }
        self.problems.extend(other.problems);
    }
}

impl Scanner {
    /// Reads, searches and attributes one repository. `prefix` is the submodule's name, empty for the main one.
    fn part(
        &self,
        repository: &Repository,
        prefix: &[u8],
        limits: &HistoryOptions<'_>,
        control: &ScanControl,
    ) -> Result<Part, ScanError> {
        let refs = Refs::read(repository)?;
        let contents = ObjectSet::open(repository)?;
        control.progress.add_expected(contents.number_bound(), contents.stored_bytes());
        let Read { mut found, tally, commits, ordered } =
            self.read(repository, &contents, &refs, limits.full_scan, control)?;
        found.search_refs(self, &refs);

        let mut part = Part::default();
        part.problems.append(&mut found.problems);
        part.problems.extend(Self::unread(&tally, &contents));
        part.problems.extend(refs.broken.iter().map(|name| self.broken_ref(name)));
        part.scope = Scope {
            commits,
            objects: tally.objects,
            blobs: tally.blobs,
            bytes: tally.bytes,
            ..Scope::default()
        };
        // After an interruption, too: telling it would take as long again.
        if control.cancellation.is_requested() || limits.provenance == ProvenanceMode::Skip {
            part.hits = found.untold(self, &mut part.problems);
            return Ok(part);
        }
        control.progress.begin_provenance();
        let Ordered { graph, reach } = ordered;
        part.problems.extend(reach.problems.iter().cloned());
        let borders = read_shallow_boundary(repository)?;
        let mut followed = found.interest(self);
        let absent = missing_objects::follow(&found, &mut followed);
        let before = followed.values.len() + absent.len();
        skipped_archives::follow(&found, &mut followed, before);
        let names = std::mem::take(&mut found.trees.entry_names);
        let shape = std::mem::take(&mut found.trees.shape);
        let holdings = TreeContents::of(&contents, &shape, names, &followed.objects);
        drop(shape);
        let count = before + found.unread.len();
        let told = tell(&graph, &reach.roots, &reach.trees, &contents, &holdings, count);
        part.problems.extend((!told.complete).then(crate::source::tree_budget_problem));
        let (stories, of_unread) = told.stories.split_at(before);
        let (stories, of_absent) = stories.split_at(followed.values.len());
        let known = missing_objects::Known {
            repository,
            contents: &contents,
            graph: &graph,
            reach: &reach,
            found: &found,
            borders: &borders,
        };
        part.problems.extend(missing_objects::problems(self, &known, &absent, of_absent));
        let telling = LocationBuilder {
            scanner: self,
            repository,
            contents: &contents,
            graph: &graph,
            reach: &reach,
            prefix,
        };
        telling.tell(&found, &followed, stories, &mut part);
        part.problems.extend(skipped_archives::problems(&telling, &found.unread, of_unread, limits));
        part.is_told = true;
        if !limits.paths.is_all() {
            part.trees = graph.trees();
        }
        Ok(part)
    }

    /// Reads all objects.
    fn read(
        &self,
        repository: &Repository,
        contents: &ObjectSet,
        refs: &Refs,
        full_scan: bool,
        control: &ScanControl,
    ) -> Result<Read, ScanError> {
        let collector = Collector::new(self, full_scan, control);
        let (mut tally, left) = source::visit_all_but_trees(repository, contents, &collector, control)?;
        let mut found = collector.into_found();
        let commits = std::mem::take(&mut found.commits);
        let count = commits.len();
        // Trees are read after all else, since it is known then which blobs are to be found in them. One thread
        // puts the commits in order meanwhile.
        let (in_trees, ordered) = rayon::join(
            || self.trees(repository, contents, &found, &left, control),
            || Ordered::of(repository, refs, commits),
        );
        let (in_trees, read) = in_trees?;
        tally.add(read);
        found.trees = in_trees;
        found.problems.append(&mut found.trees.problems);
        found.problems.sort();
        Ok(Read { found, tally, commits: count, ordered: ordered? })
    }

    /// Reads the trees: those in packs, and those that are `left`.
    fn trees(
        &self,
        repository: &Repository,
        contents: &ObjectSet,
        found: &Found,
        left: &[Oid],
        control: &ScanControl,
    ) -> Result<(InTrees, ReadTotals), ScanError> {
        let blobs = found.blobs_to_follow(contents);
        let collector = TreeCollector::new(self, repository.format, contents, blobs);
        let tally = source::visit_trees(repository, contents, left, &collector, control)?;
        Ok((collector.into_found(!control.cancellation.is_requested()), tally))
    }

    /// What could not be read, and what was not.
    fn unread(tally: &ReadTotals, contents: &ObjectSet) -> Vec<Problem> {
        let mut problems: Vec<Problem> = tally.unread.iter().map(|error| read_problem(error, None)).collect();
        problems.extend((tally.skipped_over_budget > 0).then(|| Problem {
            kind: ProblemKind::Budget,
            path: None,
            message: format!(
                "{} objects were not read: the pack that holds them unfolds to more than {} times its size",
                tally.skipped_over_budget,
                source::MAX_DECODED_PER_BYTE,
            ),
        }));
        problems.extend(unusable(contents));
        problems
    }

    fn broken_ref(&self, name: &[u8]) -> Problem {
        Problem {
            kind: ProblemKind::CorruptObject,
            path: Some(self.shown_path(name)),
            message: "the ref names no object; `git fsck` shows it, `git update-ref -d` removes it".into(),
        }
    }
}

/// Packs and indexes that cannot be used.
fn unusable(contents: &ObjectSet) -> impl Iterator<Item = Problem> {
    contents.unusable.iter().map(|error| Problem {
        kind: ProblemKind::CorruptObject,
        path: None,
        message: format!(
            "a part of the object database cannot be used: {error}; `git fsck` says what is wrong, `git repack -ad` may mend it"
        ),
    })
}
