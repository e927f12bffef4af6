//! Which folders are in which, and where the blobs are that may hold a value. The shape is recorded while trees are read,
//! before it is known which of them lead to a value, so that each tree is read once.

use crate::source::history::NumberSet;

/// Which objects are in which trees, under which names.
///
/// A large history has tens of millions of entries, so each takes eight bytes, and there is no index: a pass over them
/// takes a few hundredths of a second.
#[derive(Debug, Default)]
pub(crate) struct TreeShape {
    /// For each tree: its number, the number of its entries here, and for each entry the numbers of its name and its
    /// object.
    rows: Vec<u32>,
    /// Trees that are not in the rows, each with one that is and leads to the same under the same names.
    aliases: Vec<(u32, u32)>,
}

/// An entry of a tree, with the numbers of its name and its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ShapeEntry {
    /// The number in [`EntryNames`](crate::git::EntryNames).
    pub name: u32,
    /// The object: a folder, or a blob that may hold a value.
    pub object: u32,
}

/// The number of passes after which an index is built instead: only trees that are nested more deeply need it.
const MAX_PASSES: usize = 64;

impl TreeShape {
    /// Adds a tree with its entries; a tree without entries is left out.
    pub(crate) fn add(&mut self, tree: u32, entries: impl Iterator<Item = ShapeEntry>) {
        let start = self.rows.len();
        self.rows.extend([tree, 0]);
        for entry in entries {
            self.rows.extend([entry.name, entry.object]);
        }
        match u32::try_from((self.rows.len() - start) / 2 - 1) {
            Ok(count) if count > 0 => self.rows[start + 1] = count,
            _ => self.rows.truncate(start),
        }
    }

    /// Adds a tree that leads to the same as another one, which has a row.
    pub(crate) fn add_alias(&mut self, tree: u32, same: u32) {
        self.aliases.push((tree, same));
    }

    /// Returns the trees without a row, each with one that leads to the same.
    pub(crate) fn aliases(&self) -> impl Iterator<Item = (u32, u32)> {
        self.aliases.iter().copied()
    }

    /// Returns the trees that lead to a value: the given `trees`, those with one of the `blobs`, and all trees above
    /// them. All numbers are below `bound`.
    pub(crate) fn trees_leading_to(
        &self,
        blobs: &NumberSet,
        trees: impl Iterator<Item = u32>,
        bound: usize,
    ) -> NumberSet {
        let leading = NumberSet::with_bound(bound);
        for tree in trees {
            leading.insert(tree);
        }
        for (tree, entries) in self.iter() {
            if entries.clone().any(|entry| blobs.contains(entry.object)) {
                leading.insert(tree);
            }
        }
        self.add_parents(&leading, bound);
        leading
    }

    /// Adds all trees above those of the set.
    fn add_parents(&self, leading: &NumberSet, bound: usize) {
        for _ in 0..MAX_PASSES {
            let mut is_complete = true;
            for (tree, mut entries) in self.iter() {
                if entries.any(|entry| leading.contains(entry.object)) {
                    is_complete &= !leading.insert(tree);
                }
            }
            if is_complete {
                return;
            }
        }
        self.add_parents_by_index(leading, bound);
    }

    /// Adds all trees above those of the set, with an index from each object to the trees that it is in.
    fn add_parents_by_index(&self, leading: &NumberSet, bound: usize) {
        let pairs = || self.iter().flat_map(|(tree, entries)| entries.map(move |entry| (entry.object, tree)));
        let mut starts = vec![0_usize; bound + 1];
        for (child, _) in pairs() {
            starts[child as usize + 1] += 1;
        }
        for index in 1..starts.len() {
            starts[index] += starts[index - 1];
        }
        let mut next = starts.clone();
        let mut parents = vec![0; starts[bound]];
        for (child, parent) in pairs() {
            parents[next[child as usize]] = parent;
            next[child as usize] += 1;
        }
        let mut work: Vec<u32> = leading.iter().collect();
        while let Some(tree) = work.pop() {
            let range = starts[tree as usize]..starts[tree as usize + 1];
            work.extend(parents[range].iter().filter(|parent| leading.insert(**parent)));
        }
    }

    /// Iterates over the trees with their entries.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, impl Iterator<Item = ShapeEntry> + Clone)> {
        let mut rest = self.rows.as_slice();
        std::iter::from_fn(move || {
            let (&[tree, count], after) = rest.split_first_chunk()?;
            let (entries, after) = after.split_at_checked(2 * count as usize)?;
            rest = after;
            let entries = entries.chunks_exact(2).map(|pair| ShapeEntry { name: pair[0], object: pair[1] });
            Some((tree, entries))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_above_a_value_are_found_at_any_depth() {
        let entries = |objects: &[u32]| {
            objects
                .iter()
                .map(|object| ShapeEntry { name: 0, object: *object })
                .collect::<Vec<_>>()
                .into_iter()
        };
        for depth in [1, 10, 200] {
            for is_blob in [false, true] {
                let mut shape = TreeShape::default();
                // The hardest order: each pass finds one more level.
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
                let leading = shape.trees_leading_to(&blobs, direct.into_iter(), 400);
                let first = u32::from(is_blob);
                assert_eq!(leading.iter().collect::<Vec<_>>(), (first..=depth).collect::<Vec<_>>());
            }
        }
    }
}
