//! Trees that are stored as differences: what is known of an entry is taken over from the base where the entry
//! stands whole in a copy and began an entry there, too. (A copy can begin anywhere, so a crafted one could
//! make an entry out of the middle of another.)

use crate::git::{CorruptTree, ObjectFormat, TreeEntry, tree_entry_at};
use crate::text::CopiedRange;

/// What is known of each entry of a tree, with the place where it begins.
pub type EntryValues<T> = Vec<(u32, T)>;

/// Walks a tree: takes over what is known of its base's entries, and asks `look` about the others.
///
/// # Errors
/// The tree ends within an entry; `known` holds those before it.
pub fn map_entries<T: Copy>(
    bytes: &[u8],
    format: ObjectFormat,
    base: &[(u32, T)],
    copies: &[CopiedRange],
    known: &mut EntryValues<T>,
    mut look: impl FnMut(&TreeEntry<'_>) -> T,
) -> Result<(), CorruptTree> {
    let mut copies = copies.iter().peekable();
    let mut at = 0;
    while at < bytes.len() {
        while copies.next_if(|copy| copy.end() <= at).is_some() {}
        if let Some(copy) = copies.peek().filter(|copy| copy.to <= at) {
            let end = inherit(base, copy, at, known);
            if end > at {
                at = end;
                continue;
            }
        }
        let entry = tree_entry_at(bytes, at, format)?;
        let last = copies.peek().filter(|copy| copy.to <= at && entry.span.1 <= copy.end());
        let last = last.and_then(|copy| beginning_at(base, at - copy.to + copy.from.start));
        let what = last.map_or_else(|| look(&entry), |last| base[last].1);
        // Trees over 4 GiB are not decoded.
        known.push((u32::try_from(at).unwrap_or(u32::MAX), what));
        at = entry.span.1;
    }
    Ok(())
}

/// Takes over entries of a base, from the place `at` on, as long as they lie whole in a copy. Says where they
/// end.
fn inherit<T: Copy>(base: &[(u32, T)], copy: &CopiedRange, at: usize, known: &mut EntryValues<T>) -> usize {
    let from = at - copy.to + copy.from.start;
    let Some(first) = beginning_at(base, from) else { return at };
    // An entry ends where the next one begins; of the last one that is not known.
    let next = base[first + 1..].partition_point(|(place, _)| *place as usize <= copy.from.end);
    let last = first + next;
    // Both places are below 4 GiB, so the difference may wrap and the sum is right.
    let shift = u32::try_from(at).unwrap_or(u32::MAX).wrapping_sub(base[first].0);
    known.extend(base[first..last].iter().map(|(place, what)| (place.wrapping_add(shift), *what)));
    base[last].0 as usize - from + at
}

/// The entry that begins at a place.
fn beginning_at<T>(base: &[(u32, T)], from: usize) -> Option<usize> {
    base.binary_search_by_key(&from, |(place, _)| *place as usize).ok()
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

    fn names(bytes: &[u8], base: &[(u32, ())], copies: &[CopiedRange]) -> Vec<String> {
        let (mut asked, mut known) = (Vec::new(), Vec::new());
        map_entries(bytes, ObjectFormat::Sha1, base, copies, &mut known, |entry| {
            asked.push(String::from_utf8_lossy(entry.name).into_owned());
        })
        .unwrap();
        asked
    }

    fn known(bytes: &[u8]) -> EntryValues<()> {
        let mut known = Vec::new();
        map_entries(bytes, ObjectFormat::Sha1, &[], &[], &mut known, |_| ()).unwrap();
        known
    }

    #[test]
    fn only_new_entries_are_asked_about() {
        let base = tree(&[("a", 1), ("b", 2), ("c", 3)]);
        let new = tree(&[("a", 1), ("b", 9), ("c", 3)]);
        // What git would write: everything but the bytes of b's new name.
        let copies = [CopiedRange { from: 0..38, to: 0 }, CopiedRange { from: 58..base.len(), to: 58 }];
        assert_eq!(names(&new, &known(&base), &copies), ["b"]);
        assert_eq!(names(&new, &[], &[]), ["a", "b", "c"]);
    }

    #[test]
    fn an_entry_out_of_the_middle_of_another_is_asked_about() {
        let base = tree(&[("x100644 hidden", 1), ("y", 2)]);
        let start = 8;
        let copies = [CopiedRange { from: start..base.len(), to: 0 }];
        assert_eq!(names(&base[start..], &known(&base), &copies), ["hidden"]);
    }
}
