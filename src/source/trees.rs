//! Trees that are stored as differences: what is known of an entry is taken over from the base where the entry
//! stands whole in a copy and began an entry there, too. (A copy can begin anywhere, so a crafted one could
//! make an entry out of the middle of another.)

use super::Copied;
use super::git::{BrokenTree, ObjectFormat, TreeEntry, tree_entries};

/// What is known of each entry of a tree, with the place where it begins.
pub type Known<T> = Vec<(u32, T)>;

/// Walks a tree: takes over what is known of its base's entries, and asks `look` about the others.
///
/// # Errors
/// The tree ends within an entry; `known` holds those before it.
pub fn take_over<T: Copy>(
    bytes: &[u8],
    format: ObjectFormat,
    base: &[(u32, T)],
    copies: &[Copied],
    known: &mut Known<T>,
    mut look: impl FnMut(&TreeEntry<'_>) -> T,
) -> Result<(), BrokenTree> {
    let mut copies = copies.iter().peekable();
    // Where in `base` the copy at hand goes on.
    let mut next: Option<usize> = None;
    for entry in tree_entries(bytes, format) {
        let entry = entry?;
        let (start, end) = entry.place;
        while copies.next_if(|copy| copy.to + copy.from.len() < end).is_some() {
            next = None;
        }
        let inherited = copies.peek().filter(|copy| copy.to <= start).and_then(|copy| {
            let from = start - copy.to + copy.from.start;
            let mut at = next.unwrap_or_else(|| base.partition_point(|(place, _)| (*place as usize) < from));
            while base.get(at).is_some_and(|(place, _)| (*place as usize) < from) {
                at += 1;
            }
            next = Some(at);
            base.get(at).filter(|(place, _)| *place as usize == from).map(|(_, what)| *what)
        });
        let what = inherited.unwrap_or_else(|| look(&entry));
        // Trees over 4 GiB are not decoded.
        known.push((u32::try_from(start).unwrap_or(u32::MAX), what));
    }
    Ok(())
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

    fn names(bytes: &[u8], base: &[(u32, ())], copies: &[Copied]) -> Vec<String> {
        let (mut asked, mut known) = (Vec::new(), Vec::new());
        take_over(bytes, ObjectFormat::Sha1, base, copies, &mut known, |entry| {
            asked.push(String::from_utf8_lossy(entry.name).into_owned());
        })
        .unwrap();
        asked
    }

    fn known(bytes: &[u8]) -> Known<()> {
        let mut known = Vec::new();
        take_over(bytes, ObjectFormat::Sha1, &[], &[], &mut known, |_| ()).unwrap();
        known
    }

    #[test]
    fn only_new_entries_are_asked_about() {
        let base = tree(&[("a", 1), ("b", 2), ("c", 3)]);
        let new = tree(&[("a", 1), ("b", 9), ("c", 3)]);
        // What git would write: everything but the bytes of b's new name.
        let copies = [Copied { from: 0..38, to: 0 }, Copied { from: 58..base.len(), to: 58 }];
        assert_eq!(names(&new, &known(&base), &copies), ["b", "c"][..1]);
        assert_eq!(names(&new, &[], &[]), ["a", "b", "c"]);
    }

    #[test]
    fn an_entry_out_of_the_middle_of_another_is_asked_about() {
        let base = tree(&[("x100644 hidden", 1), ("y", 2)]);
        let start = 8;
        let copies = [Copied { from: start..base.len(), to: 0 }];
        assert_eq!(names(&base[start..], &known(&base), &copies), ["hidden"]);
    }
}
