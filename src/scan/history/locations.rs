//! Stories to hits: where each value stands, in words that reports show.

use std::collections::{HashMap, HashSet};

use crate::detect::Evidence;
use crate::finding::{CommitInfo, Event, History, LocationKind, Problem};
use crate::git::{ObjectKind, Oid, Repository};
use crate::provenance::{CommitGraph, LocationIn, Timeline};
use crate::scan::Scanner;
use crate::scan::group::{Occurrence, Place};
use crate::scan::history::Part;
use crate::scan::history::blobs::{Followed, Found, blob_place};
use crate::scan::history::reachability::Reach;
use crate::secret::ValueId;
use crate::source::history::{ObjectSet, own_objects};

/// What is needed to tell a place.
pub(crate) struct LocationBuilder<'t> {
    pub(crate) scanner: &'t Scanner,
    pub(crate) repository: &'t Repository,
    pub(crate) contents: &'t ObjectSet,
    pub(crate) graph: &'t CommitGraph,
    pub(crate) reach: &'t Reach,
    pub(crate) prefix: &'t [u8],
}

impl LocationBuilder<'_> {
    pub(crate) fn tell(&self, found: &Found, followed: &Followed, stories: &[Timeline], part: &mut Part) {
        let by_blob = found.by_blob();
        let mut told: HashSet<(Oid, ValueId)> = HashSet::new();
        let own = self.own_of_unreached(stories);
        for (value, story) in followed.values.iter().zip(stories) {
            // What nothing reaches here, and an alternate holds, is that other repository's affair.
            let is_ours = |place: &&LocationIn| {
                story.reachable || place.blob.or(place.commit).is_none_or(|oid| own.contains(&oid))
            };
            let is_told = story.places.iter().any(|place| is_ours(&place));
            for place in story.places.iter().filter(is_ours) {
                let hits = match &place.blob {
                    Some(blob) => {
                        told.insert((*blob, *value));
                        self.in_blob(by_blob.get(blob).copied().unwrap_or_default(), value, place)
                    }
                    None => self.in_path(value, place, &mut part.problems),
                };
                part.hits.extend(hits);
            }
            if is_told {
                part.histories.insert(*value, self.history(story));
            }
        }
        self.outside_of_trees(found, followed, &told, stories, part);
        let brought = followed.values.iter().zip(stories).filter_map(|(value, story)| {
            let (commit, _) = story.introduced.as_ref()?;
            Some((*value, self.graph.place(commit)?))
        });
        self.texts(found, brought.collect(), part);
        self.refs(found, part);
    }

    /// Of what only unreached commits hold: the objects that lie in this repository itself.
    fn own_of_unreached(&self, stories: &[Timeline]) -> HashSet<Oid> {
        let unreached = stories.iter().filter(|story| !story.reachable).flat_map(|story| &story.places);
        let oids: Vec<Oid> = unreached.filter_map(|place| place.blob.or(place.commit)).collect();
        if oids.is_empty() { HashSet::new() } else { own_objects(self.repository, self.contents, &oids) }
    }

    fn in_blob(&self, evidence: &[Evidence], value: &ValueId, place: &LocationIn) -> Vec<Occurrence> {
        let evidence = evidence.iter().filter(|evidence| evidence.value == *value);
        let place = self.place(LocationKind::File, place);
        evidence.map(|evidence| Occurrence { evidence: evidence.clone(), place: place.clone() }).collect()
    }

    fn in_path(&self, value: &ValueId, place: &LocationIn, problems: &mut Vec<Problem>) -> Vec<Occurrence> {
        let found = self.scanner.search_name(&place.path, || self.scanner.shown_path(&place.path));
        let found = found.unwrap_or_else(|problem| {
            problems.push(problem);
            Vec::new()
        });
        let place = self.place(LocationKind::Path, place);
        let found = found.into_iter().filter(|evidence| evidence.value == *value);
        found.map(|evidence| Occurrence { evidence, place: place.clone() }).collect()
    }

    fn place(&self, kind: LocationKind, place: &LocationIn) -> Place {
        let path = self.full(&place.path);
        Place {
            kind,
            shown: self.scanner.shown_path(&path),
            path,
            blob: place.blob,
            commit: place.commit.and_then(|oid| self.info(&oid)),
            current: place.at_head,
        }
    }

    /// Blobs that no tree holds: named by a tag, staged, or not reached at all.
    fn outside_of_trees(
        &self,
        found: &Found,
        followed: &Followed,
        told: &HashSet<(Oid, ValueId)>,
        stories: &[Timeline],
        part: &mut Part,
    ) {
        let mut left: Vec<(Oid, ValueId, &Timeline)> = Vec::new();
        for (blob, values) in &followed.objects.blobs {
            // Behind the values stands what is followed for other reasons.
            for value in values.iter().filter(|value| (**value as usize) < followed.values.len()) {
                let (id, story) = (followed.values[*value as usize], &stories[*value as usize]);
                // A blob that stands at a listed path in another version needs no place of its own.
                if story.places.is_empty() && !told.contains(&(*blob, id)) {
                    left.push((*blob, id, story));
                }
            }
        }
        left.sort_by_key(|(blob, value, _)| (*blob, *value));
        let unnamed: Vec<Oid> =
            left.iter().map(|(blob, ..)| *blob).filter(|blob| !self.reach.blobs.contains_key(blob)).collect();
        let own = own_objects(self.repository, self.contents, &unnamed);
        let by_blob = found.by_blob();
        for (blob, value, story) in left {
            let named = self.reach.blobs.get(&blob);
            if named.is_none() && !own.contains(&blob) {
                continue;
            }
            let place = match named {
                Some(name) => {
                    let path = self.full(name);
                    Place {
                        kind: LocationKind::File,
                        shown: self.scanner.shown_path(&path),
                        path,
                        blob: Some(blob),
                        commit: None,
                        current: true,
                    }
                }
                None => blob_place(self.scanner, &blob),
            };
            let evidence = by_blob.get(&blob).copied().unwrap_or_default();
            let evidence = evidence.iter().filter(|evidence| evidence.value == value);
            part.hits.extend(
                evidence.map(|evidence| Occurrence { evidence: evidence.clone(), place: place.clone() }),
            );
            let history = part.histories.entry(value).or_insert_with(|| self.history(story));
            history.reachable |= named.is_some();
        }
    }

    /// Messages and names in commits and tags. `brought` says at which place in the graph a file brought a value in.
    fn texts(&self, found: &Found, mut brought: HashMap<ValueId, usize>, part: &mut Part) {
        if found.texts.is_empty() {
            return;
        }
        let named: Vec<Oid> =
            self.reach.roots.heads.iter().chain(&self.reach.roots.others).copied().collect();
        let reached = self.graph.ancestors(&named);
        let at_heads = self.graph.ancestors(&self.reach.roots.heads);
        let is_reached = |oid: &Oid, kind: ObjectKind| {
            if kind == ObjectKind::Tag { self.reach.tags.contains(oid) } else { reached(oid) }
        };
        let unreached = found.texts.iter().filter(|(oid, kind, _)| !is_reached(oid, *kind));
        let unreached: Vec<Oid> = unreached.map(|(oid, ..)| *oid).collect();
        let own = if unreached.is_empty() {
            HashSet::new()
        } else {
            own_objects(self.repository, self.contents, &unreached)
        };
        let mut texts: Vec<_> = found.texts.iter().collect();
        // Who was first brought it in; what something leads to comes before what nothing does.
        texts.sort_by_cached_key(|(oid, kind, _)| {
            (!is_reached(oid, *kind), self.graph.place(oid).unwrap_or(usize::MAX), *oid)
        });
        // The values that no file holds, and the last commit that was counted for each.
        let mut counted: HashMap<ValueId, Oid> = HashMap::new();
        for (oid, kind, hits) in texts {
            let is_tag = *kind == ObjectKind::Tag;
            let reachable = is_reached(oid, *kind);
            if !reachable && !own.contains(oid) {
                continue;
            }
            for hit in hits {
                let value = hit.evidence.value;
                let is_new = !part.histories.contains_key(&value);
                let mut hit = hit.clone();
                hit.place.current = at_heads(oid);
                let event = self.info(oid).map(|commit| Event { commit, path: hit.place.shown.clone() });
                let history = part.histories.entry(value).or_insert_with(|| History {
                    introduced: event.clone(),
                    removed: None,
                    at_head: false,
                    reachable: false,
                    commits: 0,
                    held_by: None,
                });
                // A message may have said it before any file held it.
                if let Some(text) = self.graph.place(oid).filter(|_| reachable)
                    && let Some(first) = brought.get_mut(&value)
                    && text < *first
                {
                    *first = text;
                    history.introduced = event;
                }
                history.reachable |= reachable;
                history.at_head |= hit.place.current;
                if (is_new || counted.contains_key(&value)) && counted.insert(value, *oid) != Some(*oid) {
                    history.commits += usize::from(!is_tag);
                }
                part.hits.push(hit);
            }
        }
    }

    fn refs(&self, found: &Found, part: &mut Part) {
        for (name, evidence) in &found.refs {
            let history = part.histories.entry(evidence.value).or_insert_with(|| History {
                introduced: None,
                removed: None,
                at_head: false,
                reachable: true,
                commits: 0,
                held_by: None,
            });
            history.reachable = true;
            let shown = format!("ref {}", self.scanner.shown_path(&name.name));
            let place = Place {
                kind: LocationKind::Ref,
                path: Vec::new(),
                shown,
                blob: None,
                commit: None,
                current: true,
            };
            part.hits.push(Occurrence { evidence: evidence.clone(), place });
        }
    }

    fn history(&self, story: &Timeline) -> History {
        let event = |event: &Option<(Oid, Vec<u8>)>| {
            let (oid, path) = event.as_ref()?;
            Some(Event { commit: self.info(oid)?, path: self.scanner.shown_path(&self.full(path)) })
        };
        History {
            introduced: event(&story.introduced),
            removed: event(&story.removed),
            at_head: story.at_head,
            reachable: story.reachable,
            commits: story.commits,
            held_by: None,
        }
    }

    fn info(&self, oid: &Oid) -> Option<CommitInfo> {
        self.graph.author(oid).map(|author| self.scanner.commit_info(oid, &author))
    }

    pub(crate) fn full(&self, path: &[u8]) -> Vec<u8> {
        if self.prefix.is_empty() { path.to_vec() } else { [self.prefix, b"/", path].concat() }
    }
}
