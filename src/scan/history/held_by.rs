//! The refs that reach each value: from the results of a scan to a search in `provenance`.

use std::collections::{HashMap, HashSet};

use crate::assess::{GroupKey, group_key};
use crate::git::{ObjectKind, Oid};
use crate::provenance::{HolderSearch, InFiles, PathTrees, Sought, Timeline, TreeIndex};
use crate::scan::history::locations::LocationBuilder;
use crate::scan::history::results::RepositoryScan;

impl LocationBuilder<'_> {
    /// Adds to the history of each value that may be reported the refs that reach it.
    pub(crate) fn add_holders(&self, index: &TreeIndex, path_trees: &PathTrees, scan: &mut RepositoryScan) {
        let keys: HashSet<GroupKey> = scan
            .occurrences
            .iter()
            .filter(|occurrence| self.read.scanner.assessor().is_reported(&occurrence.rated))
            .map(|occurrence| group_key(&occurrence.rated.evidence, &occurrence.origin.path))
            .collect();
        if keys.is_empty() {
            return;
        }
        let mut sought = SoughtValues { keys, by_key: HashMap::new() };
        self.seek_in_files(&mut sought);
        self.seek_outside_of_trees(&mut sought);
        self.seek_in_texts(&mut sought);
        let mut sought: Vec<(GroupKey, Sought)> = sought.by_key.into_iter().collect();
        sought.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let (keys, values): (Vec<GroupKey>, Vec<Sought>) = sought.into_iter().unzip();
        let names: Vec<String> =
            self.read.named.named.iter().map(|root| self.shown_ref(root.short_name())).collect();
        let search = HolderSearch {
            graph: self.read.graph,
            objects: self.read.objects,
            index,
            path_trees,
            roots: &self.read.named.named,
            names: &names,
        };
        for (key, held_by) in keys.iter().zip(search.find(&values)) {
            if let Some(history) = scan.histories.get_mut(key) {
                history.held_by = Some(Box::new(held_by));
            }
        }
    }

    /// Returns the name of a ref, with that of the submodule before it.
    fn shown_ref(&self, name: &[u8]) -> String {
        let name = self.read.scanner.shown_path(name);
        if self.read.prefix.is_empty() {
            return name;
        }
        format!("{}: {name}", self.read.scanner.shown_path(self.read.prefix))
    }

    fn seek_in_files(&self, sought: &mut SoughtValues) {
        for (number, (value, timeline)) in (0..).zip(self.read.tracking.values.iter().zip(self.timelines)) {
            sought.add_files((*value, None), timeline, InFiles::Anywhere(number));
            for location in &timeline.locations {
                if let Some(at_path) = self.at_path(number, location) {
                    let key = (*value, Some(self.read.full_path(&location.path)));
                    sought.add_files(key, at_path, InFiles::AtPath(number, location.path.clone()));
                }
            }
        }
    }

    /// Adds the blobs that tags name.
    fn seek_outside_of_trees(&self, sought: &mut SoughtValues) {
        if self.read.named.blobs.is_empty() {
            return;
        }
        for (blob, found) in &self.read.found.blobs {
            let Some(name) = self.read.named.blobs.get(blob) else { continue };
            for rated in found {
                sought.add_object(group_key(&rated.evidence, &self.read.full_path(name)), *blob);
            }
        }
    }

    /// Adds the messages and headers of commits and tags, and the names of refs.
    fn seek_in_texts(&self, sought: &mut SoughtValues) {
        for (oid, kind, occurrences) in &self.read.found.texts {
            let position = self.read.graph.position(oid).and_then(|at| u32::try_from(at).ok());
            for occurrence in occurrences {
                let key = group_key(&occurrence.rated.evidence, &occurrence.origin.path);
                if *kind == ObjectKind::Tag {
                    sought.add_object(key, *oid);
                } else if let Some(one) = sought.of(key) {
                    one.introductions.extend(position);
                }
            }
        }
        for (name, rated) in &self.read.found.ref_names {
            if let Some(one) = sought.of(group_key(&rated.evidence, &[])) {
                one.in_names.push(name.name.clone());
            }
        }
    }
}

/// The values to find, by their finding.
struct SoughtValues {
    /// The findings that may be reported.
    keys: HashSet<GroupKey>,
    by_key: HashMap<GroupKey, Sought>,
}

impl SoughtValues {
    /// Returns the entry of a finding; `None` if it is not reported.
    fn of(&mut self, key: GroupKey) -> Option<&mut Sought> {
        let nothing = || Sought {
            introductions: Vec::new(),
            in_files: InFiles::No,
            objects: Vec::new(),
            in_names: Vec::new(),
        };
        self.keys.contains(&key).then(|| self.by_key.entry(key).or_insert_with(nothing))
    }

    fn add_files(&mut self, key: GroupKey, timeline: &Timeline, in_files: InFiles) {
        if let Some(sought) = self.of(key).filter(|sought| sought.in_files == InFiles::No) {
            sought.in_files = in_files;
            sought.introductions.extend_from_slice(&timeline.introductions);
        }
    }

    fn add_object(&mut self, key: GroupKey, oid: Oid) {
        if let Some(sought) = self.of(key) {
            sought.objects.push(oid);
        }
    }
}
