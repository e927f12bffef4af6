//! Where the checked-out commit holds the values of a scan of commits: code hosts show the lines of that commit, and
//! follow a finding by its path.
//!
//! Reads only the files of findings. An object that cannot be read is no problem here: the scan itself has read it.

use std::collections::HashMap;

use crate::assess::Occurrence;
use crate::detect::Evidence;
use crate::finding::LocationKind;
use crate::git::rev_walk::peel;
use crate::git::{Commit, EntryKind, ObjectDatabase, ObjectKind, Oid, Refs, Repository, TreeLookup};
use crate::scan::scanner::Scanner;
use crate::secret::ValueId;

/// Adds to each occurrence in a file the same value in the checked-out commit. If that commit does not hold it at the
/// path, the first of the `tips` that does is used: a range need not be checked out.
pub(crate) fn add_head_positions(
    scanner: &Scanner,
    repository: &Repository,
    objects: &ObjectDatabase,
    tips: &[Oid],
    occurrences: &mut [Occurrence],
) {
    let is_in_file = |one: &Occurrence| {
        // A placeholder is no finding.
        let is_finding = one.rated.confidence.is_some();
        is_finding && one.origin.kind == LocationKind::File && !one.origin.path.is_empty()
    };
    if !occurrences.iter().any(is_in_file) {
        return;
    }
    let head = Refs::read_head(repository).ok().flatten();
    let mut trees: Vec<Oid> = head.iter().chain(tips).filter_map(|tip| root_tree(objects, tip)).collect();
    trees.dedup();
    let mut versions = HeadVersions {
        scanner,
        objects,
        lookup: TreeLookup::new(objects, repository.format),
        trees,
        searched: HashMap::new(),
    };
    // A value may be several times in a text: the first one belongs to the first one at the head, and so on.
    let mut counts: HashMap<(Vec<u8>, Option<Oid>, ValueId), usize> = HashMap::new();
    for occurrence in occurrences.iter_mut().filter(|one| is_in_file(one)) {
        let key = (occurrence.origin.path.clone(), occurrence.origin.blob, occurrence.rated.evidence.value);
        let count = counts.entry(key).or_default();
        occurrence.at_head = versions.find(occurrence, *count).map(Box::new);
        *count += 1;
    }
}

/// Returns the tree of a commit, or of the commit that a tag names.
pub(super) fn root_tree(objects: &ObjectDatabase, tip: &Oid) -> Option<Oid> {
    match peel(objects, tip, None).ok()? {
        (oid, ObjectKind::Commit) => {
            Commit::parse(&objects.read_as(&oid, ObjectKind::Commit).ok()?).map(|commit| commit.tree)
        }
        (oid, ObjectKind::Tree) => Some(oid),
        _ => None,
    }
}

/// The versions of files in the commits that people see.
struct HeadVersions<'h> {
    scanner: &'h Scanner,
    objects: &'h ObjectDatabase,
    lookup: TreeLookup<'h>,
    /// The root trees of the commits, the preferred one first.
    trees: Vec<Oid>,
    /// The evidence in the versions that were searched, by value.
    searched: HashMap<Oid, HashMap<ValueId, Vec<Evidence>>>,
}

impl HeadVersions<'_> {
    /// Finds the value of an occurrence at its path. `number` counts the earlier occurrences of the value in the text.
    fn find(&mut self, occurrence: &Occurrence, number: usize) -> Option<Evidence> {
        let (evidence, origin) = (&occurrence.rated.evidence, &occurrence.origin);
        for index in 0..self.trees.len() {
            let entry = self.lookup.find(&self.trees[index], &origin.path).ok().flatten();
            let Some((EntryKind::File | EntryKind::Link, blob)) = entry else { continue };
            if origin.blob == Some(blob) {
                return Some(evidence.clone());
            }
            let found = self.evidence(blob, &origin.shown).get(&evidence.value);
            if let Some(one) = found.and_then(|found| found.get(number).or(found.last())) {
                return Some(one.clone());
            }
        }
        None
    }

    /// Returns the evidence in a blob.
    fn evidence(&mut self, blob: Oid, shown_path: &str) -> &HashMap<ValueId, Vec<Evidence>> {
        let Self { scanner, objects, searched, .. } = self;
        searched.entry(blob).or_insert_with(|| {
            let content = objects.read_as(&blob, ObjectKind::Blob).unwrap_or_default();
            let mut by_value: HashMap<ValueId, Vec<Evidence>> = HashMap::new();
            for one in scanner.search(&content, shown_path).map(|result| result.evidence).unwrap_or_default()
            {
                by_value.entry(one.value).or_default().push(one);
            }
            by_value
        })
    }
}
