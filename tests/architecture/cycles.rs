//! Dependencies between files, and groups of files that depend on each other.
//!
//! A file depends on the file that defines an imported name; re-exports are followed. A file may use the modules
//! that contain it, as Rust's module tree allows, so such an import is no edge. Unit tests do not count.

use std::collections::{BTreeMap, BTreeSet};

use crate::imports::Source;

/// The files of a crate by module path.
pub struct Graph {
    files: BTreeMap<Vec<String>, String>,
    edges: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    /// Builds the graph of files with their module paths and sources.
    pub fn new(sources: &[(String, Vec<String>, Source)]) -> Self {
        let files = sources.iter().map(|(file, module, _)| (module.clone(), file.clone())).collect();
        let mut graph = Self { files, edges: BTreeMap::new() };
        let reexports = reexports(sources);
        for (file, module, source) in sources {
            for import in source.imports.iter().filter(|import| !import.is_reexport && !import.is_test) {
                let Some((_, path)) = import.path.split_first().filter(|(root, _)| *root == "crate") else {
                    continue;
                };
                let target = followed(path.to_vec(), &reexports);
                let Some((defining, name)) = graph.defining(&target) else { continue };
                let name = name.to_owned();
                if name != *file && !module.starts_with(&defining) {
                    graph.edges.entry(file.clone()).or_default().insert(name);
                }
            }
        }
        graph
    }

    /// Returns the deepest module of a path, and its file.
    fn defining(&self, path: &[String]) -> Option<(Vec<String>, &str)> {
        (1..=path.len()).rev().find_map(|length| {
            let module = path[..length].to_vec();
            self.files.get(&module).map(|file| (module, file.as_str()))
        })
    }

    /// Returns the groups of two or more files that depend on each other.
    pub fn cycles(&self) -> Vec<Vec<String>> {
        let reach: BTreeMap<&str, BTreeSet<&str>> =
            self.edges.keys().map(|file| (file.as_str(), self.reachable(file))).collect();
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for (file, reached) in &reach {
            if seen.contains(file) || !reached.contains(file) {
                continue;
            }
            let is_mutual = |other: &&&str| reach.get(**other).is_some_and(|back| back.contains(file));
            let group: Vec<&str> = reached.iter().filter(is_mutual).copied().collect();
            seen.extend(group.iter().copied());
            found.push(group.into_iter().map(str::to_owned).collect());
        }
        found
    }

    fn reachable(&self, file: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&str> = self.edges.get(file).into_iter().flatten().map(String::as_str).collect();
        while let Some(next) = open.pop() {
            if reached.insert(next) {
                open.extend(self.edges.get(next).into_iter().flatten().map(String::as_str));
            }
        }
        reached
    }
}

/// The targets of `pub use`, by the path of the new name.
fn reexports(sources: &[(String, Vec<String>, Source)]) -> BTreeMap<Vec<String>, Vec<String>> {
    let mut found = BTreeMap::new();
    for (_, module, source) in sources {
        for import in source.imports.iter().filter(|import| import.is_reexport) {
            // `pub use child::Name` is relative to this module.
            let target = match import.path.split_first() {
                Some((root, rest)) if root == "crate" => rest.to_vec(),
                _ => [module.clone(), import.path.clone()].concat(),
            };
            if let Some(name) = import.alias.as_ref().or(target.last()) {
                found.insert([&module[..], std::slice::from_ref(name)].concat(), target);
            }
        }
    }
    found
}

/// Follows re-exports of a path's prefixes to the path of the definition.
fn followed(mut path: Vec<String>, reexports: &BTreeMap<Vec<String>, Vec<String>>) -> Vec<String> {
    // A chain of re-exports is short; a bound ends a circle.
    for _ in 0..8 {
        let hit = (1..=path.len()).find_map(|length| Some((length, reexports.get(&path[..length])?)));
        match hit {
            Some((length, target)) if target[..] != path[..length] => {
                path = [&target[..], &path[length..]].concat();
            }
            _ => break,
        }
    }
    path
}
