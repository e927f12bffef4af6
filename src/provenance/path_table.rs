//! Paths of folders and files, numbered: millions of pairs of a tree and its place are told apart by them.

use std::collections::HashMap;

/// A path; 0 is the root.
pub(crate) type PathIndex = u32;

/// Each path once.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    all: Vec<Vec<u8>>,
    places: HashMap<Vec<u8>, PathIndex>,
}

impl Paths {
    pub(crate) fn get(&self, path: PathIndex) -> &[u8] {
        self.all.get(path as usize).map_or(&[], Vec::as_slice)
    }

    /// A path below another one, if it is known.
    pub(crate) fn find(&self, folder: PathIndex, name: &[u8]) -> Option<PathIndex> {
        self.places.get(&joined(self.get(folder), name)).copied()
    }

    /// A path below another one.
    pub(crate) fn below(&mut self, folder: PathIndex, name: &[u8]) -> PathIndex {
        if self.all.is_empty() {
            self.all.push(Vec::new());
            self.places.insert(Vec::new(), 0);
        }
        let path = joined(self.get(folder), name);
        if let Some(known) = self.places.get(&path) {
            return *known;
        }
        let next = PathIndex::try_from(self.all.len()).unwrap_or(PathIndex::MAX);
        self.all.push(path.clone());
        self.places.insert(path, next);
        next
    }
}

pub(crate) fn joined(prefix: &[u8], name: &[u8]) -> Vec<u8> {
    if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_has_one_number() {
        let mut paths = Paths::default();
        let folder = paths.below(0, b"a");
        let file = paths.below(folder, b"b");
        assert_eq!((paths.get(0), paths.get(folder), paths.get(file)), (&b""[..], &b"a"[..], &b"a/b"[..]));
        assert_eq!((paths.below(0, b"a/b"), paths.below(folder, b"b")), (file, file));
        assert_eq!((paths.find(folder, b"b"), paths.find(folder, b"c")), (Some(file), None));
        assert_eq!(Paths::default().get(0), b"");
    }
}
