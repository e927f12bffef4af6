//! From timelines to occurrences: each location of each value, as reports show it.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};

use crate::assess::{GroupKey, Occurrence, RatedEvidence, TextOrigin, group_key};
use crate::finding::{CommitInfo, Event, History, LocationKind};
use crate::git::{Commit, ObjectDatabase, ObjectKind, Oid, Repository, Signature};
use crate::provenance::{PathTimelines, Timeline, TimelineLocation, ValueIndex};
use crate::scan::commit_texts::commit_info;
use crate::scan::history::blobs::unnamed_blob;
use crate::scan::history::read_history::ReadHistory;
use crate::scan::history::results::RepositoryScan;
use crate::scan::single_text::ref_origin;
use crate::secret::ValueId;
use crate::source::history::own_objects;

/// The results of reading and tracing, from which locations are built.
pub(crate) struct LocationBuilder<'t> {
    pub(crate) read: &'t ReadHistory<'t>,
    /// The timelines of the tracked values.
    pub(crate) timelines: &'t [Timeline],
    /// The timelines of the weak values, which have a finding for each path.
    pub(crate) by_path: &'t PathTimelines,
    pub(crate) shown: Shown<'t>,
}

/// The commits and paths as reports show them: many locations have the same ones.
pub(crate) struct Shown<'t> {
    repository: &'t Repository,
    database: OnceCell<Option<ObjectDatabase>>,
    commits: RefCell<HashMap<Oid, Option<CommitInfo>>>,
    paths: RefCell<HashMap<Vec<u8>, String>>,
}

impl<'t> Shown<'t> {
    pub(crate) fn new(repository: &'t Repository) -> Self {
        Self { repository, database: OnceCell::new(), commits: RefCell::default(), paths: RefCell::default() }
    }

    /// Returns the author of a commit that an earlier run has read, so that the graph does not have it.
    fn read_author(&self, oid: &Oid) -> Option<Signature> {
        let database = self.database.get_or_init(|| ObjectDatabase::open(self.repository).ok()).as_ref()?;
        let bytes = database.read_as(oid, ObjectKind::Commit).ok()?;
        Commit::parse(&bytes).map(|commit| commit.author)
    }
}

impl LocationBuilder<'_> {
    /// Adds all occurrences and the provenance of their values.
    pub(crate) fn add_locations(&self, scan: &mut RepositoryScan) {
        let by_blob = self.read.found.by_blob();
        let mut added: HashSet<(Oid, ValueId)> = HashSet::new();
        let own = self.own_unreachable_objects();
        for (number, (value, timeline)) in (0..).zip(self.read.tracking.values.iter().zip(self.timelines)) {
            // An unreachable object that only an alternate has belongs to that other repository.
            let is_own = |location: &&TimelineLocation| {
                self.at_path(number, location).unwrap_or(timeline).reachable
                    || location.blob.or(location.commit).is_none_or(|oid| own.contains(&oid))
            };
            let has_location = timeline.locations.iter().any(|location| is_own(&location));
            for location in timeline.locations.iter().filter(is_own) {
                match &location.blob {
                    Some(blob) => {
                        added.insert((*blob, *value));
                        let found = by_blob.get(blob).copied().unwrap_or_default();
                        let origin = self.origin(LocationKind::File, location);
                        scan.occurrences.extend(occurrences_of(found, value, &origin));
                    }
                    None => self.add_in_path(value, location, scan),
                }
                if let Some(at_path) = self.at_path(number, location) {
                    let key = (*value, Some(self.read.full_path(&location.path)));
                    scan.histories.entry(key).or_insert_with(|| self.history(at_path));
                }
            }
            if has_location {
                scan.histories.insert((*value, None), self.history(timeline));
            }
        }
        self.add_outside_of_trees(&added, &by_blob, scan);
        let introduced =
            self.read.tracking.values.iter().zip(self.timelines).filter_map(|(value, timeline)| {
                let (commit, _) = timeline.introduced.as_ref()?;
                Some(((*value, None), self.read.graph.position(commit)?))
            });
        self.add_texts(introduced.collect(), scan);
        self.add_ref_names(scan);
    }

    /// Returns the timeline of a weak value at the path of a location.
    pub(crate) fn at_path(&self, value: ValueIndex, location: &TimelineLocation) -> Option<&Timeline> {
        self.by_path.get(value, &location.path)
    }

    /// Returns the objects of unreachable values that are in this repository itself, not in an alternate.
    fn own_unreachable_objects(&self) -> HashSet<Oid> {
        let locations = (0..).zip(self.timelines).flat_map(|(value, timeline)| {
            let is_reachable = move |location: &TimelineLocation| {
                self.at_path(value, location).unwrap_or(timeline).reachable
            };
            timeline.locations.iter().filter(move |location| !is_reachable(location))
        });
        let oids: Vec<Oid> = locations.filter_map(|location| location.blob.or(location.commit)).collect();
        if oids.is_empty() {
            HashSet::new()
        } else {
            own_objects(self.read.repository, self.read.objects, &oids)
        }
    }

    fn add_in_path(&self, value: &ValueId, location: &TimelineLocation, scan: &mut RepositoryScan) {
        let path = &location.path;
        match self.read.scanner.search_name(path, || self.read.scanner.shown_path(path)) {
            Ok(found) => {
                let rated = self.read.scanner.assessor().rate_all(found);
                let origin = self.origin(LocationKind::Path, location);
                scan.occurrences.extend(occurrences_of(&rated, value, &origin));
            }
            Err(problem) => scan.problems.push(problem),
        }
    }

    fn origin(&self, kind: LocationKind, location: &TimelineLocation) -> TextOrigin {
        let path = self.read.full_path(&location.path);
        TextOrigin {
            kind,
            shown: self.shown_path(&path),
            path,
            blob: location.blob,
            commit: location.commit.and_then(|oid| self.commit_info(&oid)),
            is_current: location.at_head,
        }
    }

    /// Adds the blobs that no tree holds: a tag or the index names them, or nothing reaches them.
    fn add_outside_of_trees(
        &self,
        added: &HashSet<(Oid, ValueId)>,
        by_blob: &HashMap<Oid, &[RatedEvidence]>,
        scan: &mut RepositoryScan,
    ) {
        let mut remaining: Vec<(Oid, ValueId, &Timeline)> = Vec::new();
        for (blob, values) in &self.read.tracking.objects.blobs {
            // The indexes after the values are missing objects and archives.
            for value in values.iter().filter(|value| (**value as usize) < self.read.tracking.values.len()) {
                let (id, timeline) =
                    (self.read.tracking.values[*value as usize], &self.timelines[*value as usize]);
                // If another version of the blob is listed at its path, the blob needs no location of its own.
                if timeline.locations.is_empty() && !added.contains(&(*blob, id)) {
                    remaining.push((*blob, id, timeline));
                }
            }
        }
        remaining.sort_by_key(|(blob, value, _)| (*blob, *value));
        let unnamed: Vec<Oid> = remaining
            .iter()
            .map(|(blob, ..)| *blob)
            .filter(|blob| !self.read.named.blobs.contains_key(blob))
            .collect();
        let own = own_objects(self.read.repository, self.read.objects, &unnamed);
        for (blob, value, timeline) in remaining {
            let name = self.read.named.blobs.get(&blob);
            if name.is_none() && !own.contains(&blob) {
                continue;
            }
            let origin = match name {
                Some(name) => {
                    let path = self.read.full_path(name);
                    TextOrigin {
                        kind: LocationKind::File,
                        shown: self.shown_path(&path),
                        path,
                        blob: Some(blob),
                        commit: None,
                        is_current: true,
                    }
                }
                None => unnamed_blob(self.read.scanner, &blob),
            };
            let found = by_blob.get(&blob).copied().unwrap_or_default();
            scan.occurrences.extend(occurrences_of(found, &value, &origin));
            for rated in found.iter().filter(|rated| rated.evidence.value == value) {
                let key = group_key(&rated.evidence, &origin.path);
                let history = scan.histories.entry(key).or_insert_with(|| self.history(timeline));
                history.reachable |= name.is_some();
            }
        }
    }

    /// Adds the messages and headers of commits and tags. `introduced` has for each value the position in the graph of
    /// the commit whose files introduced it.
    #[expect(clippy::too_many_lines, reason = "one pass over the texts, with a step for each kind")]
    fn add_texts(&self, mut introduced: HashMap<GroupKey, usize>, scan: &mut RepositoryScan) {
        let texts = &self.read.found.texts;
        if texts.is_empty() {
            return;
        }
        let roots = &self.read.named.roots;
        let named: Vec<Oid> = roots.heads.iter().chain(&roots.others).copied().collect();
        let is_reachable_commit = self.read.graph.ancestors(&named);
        let is_at_head = self.read.graph.ancestors(&roots.heads);
        let is_reachable = |oid: &Oid, kind: ObjectKind| match kind {
            ObjectKind::Tag => self.read.named.tags.contains(oid),
            _ => is_reachable_commit(oid),
        };
        let unreachable = texts.iter().filter(|(oid, kind, _)| !is_reachable(oid, *kind));
        let unreachable: Vec<Oid> = unreachable.map(|(oid, ..)| *oid).collect();
        let own = if unreachable.is_empty() {
            HashSet::new()
        } else {
            own_objects(self.read.repository, self.read.objects, &unreachable)
        };
        let mut texts: Vec<_> = texts.iter().collect();
        // The first text in this order introduced a value: reachable objects first, then by position in the graph.
        texts.sort_by_cached_key(|(oid, kind, _)| {
            (!is_reachable(oid, *kind), self.read.graph.position(oid).unwrap_or(usize::MAX), *oid)
        });
        // The values that no file holds, with the last commit that was counted for each.
        let mut last_counted: HashMap<GroupKey, Oid> = HashMap::new();
        for (oid, kind, occurrences) in texts {
            let is_tag = *kind == ObjectKind::Tag;
            let reachable = is_reachable(oid, *kind);
            if !reachable && !own.contains(oid) {
                continue;
            }
            for occurrence in occurrences {
                let key = group_key(&occurrence.rated.evidence, &occurrence.origin.path);
                let is_new = !scan.histories.contains_key(&key);
                let mut occurrence = occurrence.clone();
                occurrence.origin.is_current = is_at_head(oid);
                let path = occurrence.origin.shown.clone();
                let event = self.commit_info(oid).map(|commit| Event { commit, path });
                let history = scan.histories.entry(key.clone()).or_insert_with(|| History {
                    introduced: event.clone(),
                    removed: None,
                    at_head: false,
                    reachable: false,
                    commits: 0,
                    held_by: None,
                });
                // A message may have held the value before any file did.
                if let Some(position) = self.read.graph.position(oid).filter(|_| reachable)
                    && let Some(first) = introduced.get_mut(&key)
                    && position < *first
                {
                    *first = position;
                    history.introduced = event;
                }
                history.reachable |= reachable;
                history.at_head |= occurrence.origin.is_current;
                if (is_new || last_counted.contains_key(&key)) && last_counted.insert(key, *oid) != Some(*oid)
                {
                    history.commits += usize::from(!is_tag);
                }
                scan.occurrences.push(occurrence);
            }
        }
    }

    fn add_ref_names(&self, scan: &mut RepositoryScan) {
        for (name, rated) in &self.read.found.ref_names {
            let key = group_key(&rated.evidence, &[]);
            let history = scan.histories.entry(key).or_insert_with(|| History {
                introduced: None,
                removed: None,
                at_head: false,
                reachable: true,
                commits: 0,
                held_by: None,
            });
            history.reachable = true;
            let origin = ref_origin(self.read.scanner, &name.name);
            scan.occurrences.push(Occurrence { rated: rated.clone(), origin, at_head: None });
        }
    }

    fn history(&self, timeline: &Timeline) -> History {
        let event = |event: &Option<(Oid, Vec<u8>)>| {
            let (oid, path) = event.as_ref()?;
            let path = self.shown_path(&self.read.full_path(path));
            Some(Event { commit: self.commit_info(oid)?, path })
        };
        History {
            introduced: event(&timeline.introduced),
            removed: event(&timeline.removed),
            at_head: timeline.at_head,
            reachable: timeline.reachable,
            commits: timeline.commits,
            held_by: None,
        }
    }

    fn commit_info(&self, oid: &Oid) -> Option<CommitInfo> {
        let info = || {
            // Of a tag nothing is read.
            let of_earlier_run =
                || self.read.graph.contains(oid).then(|| self.shown.read_author(oid)).flatten();
            let author = self.read.graph.author(oid).or_else(of_earlier_run)?;
            Some(commit_info(self.read.scanner, oid, &author))
        };
        self.shown.commits.borrow_mut().entry(*oid).or_insert_with(info).clone()
    }

    fn shown_path(&self, path: &[u8]) -> String {
        if let Some(shown) = self.shown.paths.borrow().get(path) {
            return shown.clone();
        }
        let shown = self.read.scanner.shown_path(path);
        self.shown.paths.borrow_mut().insert(path.to_vec(), shown.clone());
        shown
    }
}

/// Returns the occurrences of one value among the evidence of a text.
fn occurrences_of<'o>(
    found: &'o [RatedEvidence],
    value: &'o ValueId,
    origin: &'o TextOrigin,
) -> impl Iterator<Item = Occurrence> + 'o {
    let of_value = found.iter().filter(move |rated| rated.evidence.value == *value);
    Occurrence::in_text(of_value.cloned(), origin)
}
