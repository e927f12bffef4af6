//! Values for the entries of trees that are stored as deltas.
//!
//! A value of the base is reused for an entry that is copied whole and that is an entry of the base, too.
//! The second condition is needed because a copy can begin anywhere: a crafted one could make an entry out of the
//! middle of another.

use super::object::{CorruptTree, TreeEntry, tree_entry_at};
use super::oid::ObjectFormat;
use crate::text::CopiedRange;

/// A value for each entry of a tree, with the offset at which the entry begins.
pub(crate) type EntryValues<T> = Vec<(u32, T)>;

/// Appends a value for each entry of a tree to `values`: the base's value if it can be reused, else the result of
/// `compute`.
///
/// # Errors
/// Returns an error if the tree ends within an entry; `values` then holds those of the entries before.
pub(crate) fn map_entries<T: Copy>(
    bytes: &[u8],
    format: ObjectFormat,
    base: &[(u32, T)],
    copies: &[CopiedRange],
    values: &mut EntryValues<T>,
    mut compute: impl FnMut(&TreeEntry<'_>) -> T,
) -> Result<(), CorruptTree> {
    let mut copies = copies.iter().peekable();
    let mut at = 0;
    while at < bytes.len() {
        while copies.next_if(|copy| copy.end() <= at).is_some() {}
        if let Some(copy) = copies.peek().filter(|copy| copy.to <= at) {
            let end = reuse_run(base, copy, at, values);
            if end > at {
                at = end;
                continue;
            }
        }
        let entry = tree_entry_at(bytes, at, format)?;
        let copy = copies.peek().filter(|copy| copy.to <= at && entry.span.1 <= copy.end());
        let known = copy.and_then(|copy| find_start(base, at - copy.to + copy.from.start));
        let value = known.map_or_else(|| compute(&entry), |known| base[known].1);
        // Trees over 4 GiB are not decoded.
        values.push((u32::try_from(at).unwrap_or(u32::MAX), value));
        at = entry.span.1;
    }
    Ok(())
}

/// Reuses the values of the base's entries from offset `at` on that are whole in a copy. Returns the end of the last
/// one in the tree, or `at`.
fn reuse_run<T: Copy>(
    base: &[(u32, T)],
    copy: &CopiedRange,
    at: usize,
    values: &mut EntryValues<T>,
) -> usize {
    let from = at - copy.to + copy.from.start;
    let Some(first) = find_start(base, from) else { return at };
    // An entry ends where the next one begins. The end of the base's last entry is unknown here.
    let next = base[first + 1..].partition_point(|(start, _)| *start as usize <= copy.from.end);
    let last = first + next;
    // Both offsets are below 4 GiB, so the difference may wrap and the sum is still right.
    let shift = u32::try_from(at).unwrap_or(u32::MAX).wrapping_sub(base[first].0);
    values.extend(base[first..last].iter().map(|(start, value)| (start.wrapping_add(shift), *value)));
    base[last].0 as usize - from + at
}

/// Returns the index of the entry that begins at an offset of the base.
fn find_start<T>(base: &[(u32, T)], offset: usize) -> Option<usize> {
    base.binary_search_by_key(&offset, |(start, _)| *start as usize).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(entries: &[(&str, u8)]) -> Vec<u8> {
        entries
            .iter()
            .flat_map(|(name, oid)| [format!("100644 {name}\0").as_bytes(), &[*oid; 20]].concat())
            .collect()
    }

    /// The names of the entries whose values are computed.
    fn computed(bytes: &[u8], base: &[(u32, ())], copies: &[CopiedRange]) -> Vec<String> {
        let (mut names, mut values) = (Vec::new(), Vec::new());
        map_entries(bytes, ObjectFormat::Sha1, base, copies, &mut values, |entry| {
            names.push(String::from_utf8_lossy(entry.name).into_owned());
        })
        .unwrap();
        names
    }

    fn values(bytes: &[u8]) -> EntryValues<()> {
        let mut values = Vec::new();
        map_entries(bytes, ObjectFormat::Sha1, &[], &[], &mut values, |_| ()).unwrap();
        values
    }

    #[test]
    fn values_are_computed_for_new_entries_only() {
        let base = tree(&[("a", 1), ("b", 2), ("c", 3)]);
        let new = tree(&[("a", 1), ("b", 9), ("c", 3)]);
        // The copies that git would write: everything except the bytes of b's new object name.
        let copies = [CopiedRange { from: 0..38, to: 0 }, CopiedRange { from: 58..base.len(), to: 58 }];
        assert_eq!(computed(&new, &values(&base), &copies), ["b"]);
        assert_eq!(computed(&new, &[], &[]), ["a", "b", "c"]);
    }

    #[test]
    fn entry_cut_out_of_another_entry_is_computed() {
        let base = tree(&[("x100644 hidden", 1), ("y", 2)]);
        let start = 8;
        let copies = [CopiedRange { from: start..base.len(), to: 0 }];
        assert_eq!(computed(&base[start..], &values(&base), &copies), ["hidden"]);
    }
}
