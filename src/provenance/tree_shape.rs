//! The shape of trees: which folders are in which, and where blobs of interest are. It is gathered while trees are
//! read, before it is known what leads to a blob of interest, so that each tree is read once.

use std::collections::HashMap;

use crate::source::history::NumberSet;

/// Which objects are in which trees, and by which names. In a large history they are tens of millions, so there are
/// eight bytes for each, and no index: a pass over them takes a few hundredths of a second.
#[derive(Debug, Default)]
pub struct TreeShape {
    /// For each tree its number, how many entries are kept of it, and of each the number of its name and its own.
    lists: Vec<u32>,
}

/// An entry of a tree, of which the name and the object have numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// By [`Names`].
    pub name: u32,
    /// The object: a folder, or a blob of interest.
    pub object: u32,
}

/// The names of entries, each once.
#[derive(Debug, Default)]
pub struct Names {
    pub(crate) all: Vec<Vec<u8>>,
    numbers: HashMap<Vec<u8>, u32>,
}

/// Folders are nested less deeply than this. Where they are not, an index is made after so many passes.
const MOST_PASSES: usize = 64;

impl Names {
    /// The number of a name.
    pub fn number(&mut self, name: &[u8]) -> u32 {
        if let Some(known) = self.numbers.get(name) {
            return *known;
        }
        // Four billion names would not fit into memory.
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(name.to_vec());
        self.numbers.insert(name.to_vec(), next);
        next
    }
}

impl TreeShape {
    /// Adds a tree with what of it may matter.
    pub fn add(&mut self, tree: u32, entries: impl Iterator<Item = Entry>) {
        let start = self.lists.len();
        self.lists.extend([tree, 0]);
        for entry in entries {
            self.lists.extend([entry.name, entry.object]);
        }
        match u32::try_from((self.lists.len() - start) / 2 - 1) {
            Ok(count) if count > 0 => self.lists[start + 1] = count,
            _ => self.lists.truncate(start),
        }
    }

    /// The trees that matter by themselves or hold one of the blobs, and all that lead to them.
    pub(crate) fn that_matter(
        &self,
        blobs: &NumberSet,
        trees: impl Iterator<Item = u32>,
        count: usize,
    ) -> NumberSet {
        let matter = NumberSet::with_bound(count);
        for tree in trees {
            matter.insert(tree);
        }
        for (tree, entries) in self.iter() {
            if entries.clone().any(|entry| blobs.contains(entry.object)) {
                matter.insert(tree);
            }
        }
        self.upwards(&matter, count);
        matter
    }

    /// Adds all that lead to trees that matter.
    fn upwards(&self, matter: &NumberSet, count: usize) {
        for _ in 0..MOST_PASSES {
            let mut is_done = true;
            for (tree, mut entries) in self.iter() {
                if entries.any(|entry| matter.contains(entry.object)) {
                    is_done &= !matter.insert(tree);
                }
            }
            if is_done {
                return;
            }
        }
        self.follow(matter, count);
    }

    /// The same by an index from each object to the trees that it is in.
    fn follow(&self, matter: &NumberSet, count: usize) {
        let pairs = || self.iter().flat_map(|(tree, entries)| entries.map(move |entry| (entry.object, tree)));
        let mut starts = vec![0_usize; count + 1];
        for (child, _) in pairs() {
            starts[child as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut parents = vec![0; starts[count]];
        for (child, parent) in pairs() {
            parents[next[child as usize]] = parent;
            next[child as usize] += 1;
        }
        let mut work: Vec<u32> = matter.iter().collect();
        while let Some(tree) = work.pop() {
            let range = starts[tree as usize]..starts[tree as usize + 1];
            work.extend(parents[range].iter().filter(|parent| matter.insert(**parent)));
        }
    }

    /// Each tree with what is kept of it.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, impl Iterator<Item = Entry> + Clone)> {
        let mut rest = self.lists.as_slice();
        std::iter::from_fn(move || {
            let (&[tree, count], after) = rest.split_first_chunk()?;
            let (entries, after) = after.split_at_checked(2 * count as usize)?;
            rest = after;
            let entries = entries.chunks_exact(2).map(|pair| Entry { name: pair[0], object: pair[1] });
            Some((tree, entries))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_to_something_is_found_at_any_depth() {
        let entries = |objects: &[u32]| {
            objects.iter().map(|object| Entry { name: 0, object: *object }).collect::<Vec<_>>().into_iter()
        };
        for depth in [1, 10, 200] {
            for is_blob in [false, true] {
                let mut shape = TreeShape::default();
                // The hardest order: a pass finds one more level.
                for tree in (1..=depth).rev() {
                    shape.add(tree, entries(&[tree - 1, 300]));
                }
                shape.add(301, entries(&[300]));
                shape.add(302, entries(&[]));
                let blobs = NumberSet::with_bound(400);
                let direct = (!is_blob).then_some(0);
                if is_blob {
                    blobs.insert(0);
                }
                let matter = shape.that_matter(&blobs, direct.into_iter(), 400);
                let first = u32::from(is_blob);
                assert_eq!(matter.iter().collect::<Vec<_>>(), (first..=depth).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn a_name_has_one_number() {
        let mut names = Names::default();
        assert_eq!([b"a", b"b", b"a"].map(|name| names.number(name)), [0, 1, 0]);
    }
}
