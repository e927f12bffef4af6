//! Git's index: entries are in order, each is found by its path and its folders, the cache tree counts entries within
//! its parent, and memory use is bounded by the file.

use skant::internal::git::{CacheNode, Index, IndexEntry, ObjectFormat, Oid};

use super::input::{Input, format_of};

/// Deeper than a recursive walk may go.
const MAX_DEPTH: usize = 4096;

/// Input: a format, the shared file of a split index, then the index.
pub fn holds(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let flags = input.byte();
    let format = format_of(flags);
    let (shared, top) = (input.part(), input.rest());
    let mut asked = false;
    let index = Index::parse(top, format, |base| {
        asked = true;
        Ok(ending_in(shared, base))
    });
    let files = if asked { shared.len() + top.len() } else { top.len() };
    match index {
        Ok(index) => check(&index, files, format),
        Err(error) => {
            let message = error.to_string();
            assert!(!message.chars().any(char::is_control), "{message:?}");
        }
    }
}

/// Appends the checksum by which the shared file is known, which no fuzzer guesses.
fn ending_in(shared: &[u8], base: &Oid) -> Vec<u8> {
    let raw = base.as_bytes();
    let start = shared.len().saturating_sub(raw.len());
    [&shared[..start], raw].concat()
}

fn check(index: &Index, files: usize, format: ObjectFormat) {
    let entries: Vec<IndexEntry<'_>> = index.entries().collect();
    assert_eq!((entries.len(), entries.is_empty()), (index.len(), index.is_empty()));
    assert!(entries.len() <= files / (40 + format.raw_len() + 4), "no more entries than fit into the files");
    let unfolded: usize = entries.iter().map(|entry| entry.path.len()).sum();
    assert!(unfolded <= files * 17 + (8 << 20), "{unfolded} bytes of paths from {files}");
    assert!(entries.is_sorted_by(|one, other| (one.path, one.stage) < (other.path, other.stage)));
    for (at, entry) in entries.iter().enumerate() {
        assert_eq!(index.get(at).as_ref(), Some(entry));
        assert!(!entry.path.is_empty() && entry.stage < 4 && entry.oid.as_bytes().len() == format.raw_len());
        let same = index.positions_of(entry.path);
        assert!(same.contains(&at) && same.len() <= 4);
        assert!(index.entries_at(same).all(|other| other.path == entry.path));
    }
    assert_eq!(index.get(index.len()), None);
    assert_eq!(index.entries_at(1..usize::MAX).count(), entries.len().saturating_sub(1));
    assert_eq!(index.positions_under(b""), 0..entries.len());
    for entry in entries.iter().take(64) {
        let folders = entry.path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        for folder in folders.take(16).map(|at| &entry.path[..at]).filter(|folder| !folder.is_empty()) {
            let below = |path: &[u8]| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with(b"/"));
            let range = index.positions_under(folder);
            let inside = entries.iter().filter(|entry| below(entry.path)).count();
            assert_eq!(index.entries_at(range.clone()).filter(|entry| below(entry.path)).count(), inside);
            assert_eq!(range.len(), inside);
        }
    }
    if let Some(root) = index.cache_tree() {
        assert!(root.entry_count().is_none_or(|count| count == entries.len()));
        assert!(root.name().is_empty());
        walk(root, entries.len(), files);
    }
}

/// A folder's count is at most that of its parent.
fn walk(root: CacheNode<'_>, entries: usize, files: usize) {
    let (mut open, mut seen) = (vec![(root, entries, 0)], 0);
    while let Some((node, most, depth)) = open.pop() {
        seen += 1;
        assert!(depth <= MAX_DEPTH && seen <= files, "the tree ends");
        assert_eq!(node.entry_count().is_some(), node.oid().is_some());
        let count = node.entry_count().unwrap_or(most);
        assert!(count <= most);
        let children = node.children();
        assert_eq!(children.len(), node.children().count());
        let valid: usize = children.filter_map(|child| child.entry_count()).sum();
        assert!(valid <= count, "the folders in a folder hold no more than it");
        for child in node.children() {
            assert!(!child.name().is_empty() && !child.name().contains(&b'/'));
            assert_eq!(node.child(child.name()).map(|found| found.name()), Some(child.name()));
            open.push((child, count, depth + 1));
        }
        assert!(node.child(b"").is_none());
    }
}
