//! Trees that are stored as differences: what is known of an entry is taken over from the base where the entry
//! stands whole in a copy and began an entry there, too. (A copy can begin anywhere, so a crafted one could
//! make an entry out of the middle of another.)

use super::Copied;
use super::git::{BrokenTree, ObjectFormat, TreeEntry, tree_entries};

/// What is known of each entry of a tree, with the place where it begins.
pub type Known<T> = Vec<(u32, T)>;

/// Walks a tree: takes over what is known of its base's entries, and asks `look` about the others. Entries that
/// were copied together are taken over together, without a look at their bytes: a history has hundreds of
/// millions of entries, and nearly all of them were copied.
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
    let mut at = 0;
    while at < bytes.len() {
        while copies.next_if(|copy| copy.to + copy.from.len() <= at).is_some() {}
        let copy = copies.peek().filter(|copy| copy.to <= at);
        // The entries of the base that begin here, if one does.
        let theirs = copy.and_then(|copy| {
            let from = at - copy.to + copy.from.start;
            let first = base.partition_point(|(place, _)| (*place as usize) < from);
            base.get(first).filter(|(place, _)| *place as usize == from).map(|_| &base[first..])
        });
        if let (Some(copy), Some(theirs)) = (copy, theirs) {
            // An entry ends where the next one begins.
            let whole = theirs[1..].partition_point(|(place, _)| *place as usize <= copy.from.end);
            if whole > 0 {
                let (from, here) = (theirs[0].0, number(at));
                known.extend(theirs[..whole].iter().map(|(place, what)| (place - from + here, *what)));
                at += (theirs[whole].0 - from) as usize;
                continue;
            }
        }
        let entry = tree_entries(&bytes[at..], format).next().ok_or(BrokenTree)??;
        let end = at + entry.place.1;
        let inherited = copy.zip(theirs).filter(|(copy, _)| end <= copy.to + copy.from.len());
        known.push((number(at), inherited.map_or_else(|| look(&entry), |(_, theirs)| theirs[0].1)));
        at = end;
    }
    Ok(())
}

/// Trees over 4 GiB are not decoded.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
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

    proptest::proptest! {
        #[test]
        fn what_is_taken_over_is_what_is_there(
            base in proptest::collection::vec((0_usize..4, 0_u8..8), 0..12),
            // Pieces of the base, cut anywhere, and entries of the tree's own.
            pieces in proptest::collection::vec((0_usize..400, 0_usize..400, 0_usize..4, 0_u8..8), 0..6),
        ) {
            let names = ["a", "bb", "100644 c", "40000 d"];
            let base = tree(&base.iter().map(|(name, oid)| (names[*name], *oid)).collect::<Vec<_>>());
            let (mut bytes, mut copies) = (Vec::new(), Vec::new());
            for (from, length, name, oid) in pieces {
                let from = from.min(base.len());
                let to = (from + length).min(base.len());
                if from < to {
                    copies.push(Copied { from: from..to, to: bytes.len() });
                    bytes.extend(&base[from..to]);
                }
                if oid % 2 == 0 {
                    bytes.extend(tree(&[(names[name], oid)]));
                }
            }
            let all = |bytes: &[u8], base: &[(u32, u8)], copies: &[Copied]| {
                let mut known = Vec::new();
                let whole = take_over(bytes, ObjectFormat::Sha1, base, copies, &mut known, |entry| {
                    entry.oid.as_bytes()[0] ^ entry.name[0]
                });
                (known, whole.is_ok())
            };
            let (of_base, _) = all(&base, &[], &[]);
            proptest::prop_assert_eq!(all(&bytes, &of_base, &copies), all(&bytes, &[], &[]));
        }
    }
}
