//! Paths of folders and files, each with a number: millions of pairs of a tree and its path are compared by them.

use std::collections::HashMap;

/// A path; 0 is the root.
pub(crate) type PathNumber = u32;

/// A set of paths.
#[derive(Debug, Default)]
pub(crate) struct PathTable {
    paths: Vec<Vec<u8>>,
    numbers: HashMap<Vec<u8>, PathNumber>,
}

impl PathTable {
    pub(crate) fn get(&self, path: PathNumber) -> &[u8] {
        self.paths.get(path as usize).map_or(&[], Vec::as_slice)
    }

    /// Returns the number of a path in a folder; `None` if the table does not have it.
    pub(crate) fn find(&self, folder: PathNumber, name: &[u8]) -> Option<PathNumber> {
        self.numbers.get(&join(self.get(folder), name)).copied()
    }

    /// Returns the number of a path in a folder, and adds the path if the table does not have it.
    pub(crate) fn insert(&mut self, folder: PathNumber, name: &[u8]) -> PathNumber {
        if self.paths.is_empty() {
            self.paths.push(Vec::new());
            self.numbers.insert(Vec::new(), 0);
        }
        let path = join(self.get(folder), name);
        if let Some(known) = self.numbers.get(&path) {
            return *known;
        }
        let next = PathNumber::try_from(self.paths.len()).unwrap_or(PathNumber::MAX);
        self.paths.push(path.clone());
        self.numbers.insert(path, next);
        next
    }
}

/// Joins a folder and a name; the root has an empty path.
pub(crate) fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_has_one_number() {
        let mut paths = PathTable::default();
        let folder = paths.insert(0, b"a");
        let file = paths.insert(folder, b"b");
        assert_eq!((paths.get(0), paths.get(folder), paths.get(file)), (&b""[..], &b"a"[..], &b"a/b"[..]));
        assert_eq!((paths.insert(0, b"a/b"), paths.insert(folder, b"b")), (file, file));
        assert_eq!((paths.find(folder, b"b"), paths.find(folder, b"c")), (Some(file), None));
        assert_eq!(PathTable::default().get(0), b"");
    }
}
